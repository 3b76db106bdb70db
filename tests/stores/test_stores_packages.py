"""Firmware packages: what is taken, and why the rest is not."""

import hashlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.enums import Code
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES, PackageType
from sicktui.stores.packages.inspect import PackageError, inspect_package, verify_unchanged
from tests.support.processes import is_root, make_pipe

BINARY = bytes(range(256)) * 64
NAME = "picoScan150_2.3.0.0R.spk.signed"


def put(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refused(path: Path) -> PackageError:
    with pytest.raises(PackageError) as caught:
        inspect_package(path)
    assert caught.value.advice
    assert caught.value.message.isprintable()
    return caught.value


def test_a_package_is_looked_at(tmp_path: Path) -> None:
    path = put(tmp_path, NAME, BINARY)
    package = inspect_package(path)
    assert package.path == str(path)
    assert package.name == NAME
    assert package.type is PackageType.SIGNED
    assert package.size == len(BINARY)
    assert package.sha256 == hashlib.sha256(BINARY).hexdigest()
    assert package.version == "2.3.0.0R"
    verify_unchanged(package)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fw.spk", PackageType.UNSIGNED),
        ("FW.SPK", PackageType.UNSIGNED),
        ("Fw.Spk.Signed", PackageType.SIGNED),
    ],
)
def test_names_of_packages(tmp_path: Path, name: str, kind: PackageType) -> None:
    assert inspect_package(put(tmp_path, name, BINARY)).type is kind


@pytest.mark.parametrize(
    "name", ["fw.bin", "fw", ".spk", ".spk.signed", "fw.signed", "fw.spk.txt", "fwspk", "fw.spk.signed.bak"]
)
def test_names_of_other_things(tmp_path: Path, name: str) -> None:
    error = refused(put(tmp_path, name, BINARY))
    assert error.code is Code.PACKAGE_UNSUITABLE
    assert "its name must end in .spk, .spk.signed or .swp" in error.message


def test_a_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, NAME, BINARY)
    monkeypatch.chdir(tmp_path)
    assert inspect_package(Path(NAME)).path == str(tmp_path / NAME)


def test_a_missing_file(tmp_path: Path) -> None:
    error = refused(tmp_path / NAME)
    assert error.code is Code.PACKAGE_UNREADABLE
    assert "There is no file" in error.message


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    error = refused(tmp_path / NAME)
    assert error.code is Code.PACKAGE_UNREADABLE
    assert "is a folder" in error.message


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    make_pipe(tmp_path / NAME)
    assert "not a regular file" in refused(tmp_path / NAME).message


def test_a_path_through_a_file(tmp_path: Path) -> None:
    put(tmp_path, "x", b"1")
    assert refused(tmp_path / "x" / NAME).code is Code.PACKAGE_UNREADABLE


@pytest.mark.skipif(sys.platform == "win32" or is_root(), reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    put(tmp_path, NAME, BINARY).chmod(0)
    error = refused(tmp_path / NAME)
    assert error.code is Code.PACKAGE_UNREADABLE
    assert "permission denied" in error.message


@pytest.mark.skipif(sys.platform != "linux", reason="Linux takes any bytes as a name")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.spk")
    path.write_bytes(BINARY)
    assert "is not UTF-8" in refused(path).message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_name_with_control_characters_is_shown_harmlessly(tmp_path: Path) -> None:
    path = put(tmp_path, "\x1b[31m2.3.0.0R.spk", BINARY)
    package = inspect_package(path)
    assert package.name == "·[31m2.3.0.0R.spk"
    assert package.path == str(path)


def test_an_empty_file(tmp_path: Path) -> None:
    error = refused(put(tmp_path, NAME, b""))
    assert error.code is Code.PACKAGE_UNSUITABLE
    assert "is empty" in error.message


def test_the_limit_is_the_sensors(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with path.open("wb") as file:
        for _ in range(MAX_PACKAGE_BYTES // len(BINARY) + 1):
            file.write(BINARY)
        file.truncate(MAX_PACKAGE_BYTES + 1)
    error = refused(path)
    assert error.code is Code.PACKAGE_UNSUITABLE
    assert "is larger than a package can be (100 MB): the sensors' limit is 100 MB" in error.message
    os.truncate(path, MAX_PACKAGE_BYTES)
    assert inspect_package(path).size == MAX_PACKAGE_BYTES


TEXTS = [
    (b"Release notes of 2.3.0\r\n\ttabs and all\n", "a text file"),
    ("Änderungen: größere Übertragungsrate\n".encode(), "a text file"),
    ("Änderungen: größere Übertragungsrate\n".encode("cp1252"), "a text file"),
    ("日本語のテキスト\n".encode() * 800, "a text file"),
    (("x" + "äöü€" * 3000).encode(), "a text file"),  # cut within a character, at both ends
    ("\ufeffwith a mark\n".encode(), "a text file"),
    ("wide text\r\n".encode("utf-16"), "a text file"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "a text file"),
    (b"\n\n<!DOCTYPE html>\n<html><body>Sign in" + b" " * 9000 + b"</body></html>", "a web page"),
    (b"<HTML>404</HTML>", "a web page"),
    ("\ufeff<html>ä</html>".encode(), "a web page"),
    (b'{"error": "not found"}', "a JSON file"),
    (b"[1, 2]\n", "a JSON file"),
    (b"<?xml version='1.0'?><x/>", "an XML or HTML file"),
    (b"\n", "a text file"),
]


@pytest.mark.parametrize(("content", "words"), TEXTS, ids=[str(n) for n in range(len(TEXTS))])
def test_text_by_mistake(tmp_path: Path, content: bytes, words: str) -> None:
    error = refused(put(tmp_path, NAME, content))
    assert error.code is Code.PACKAGE_UNSUITABLE
    assert f"is {words}, not a firmware package" in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"SICK-PACKAGE picoScan150 2.3.0.0R\n" + bytes(3000),
        b"a readable line\n" * 1000 + os.urandom(5000),
        os.urandom(5000) + b"a readable line\n" * 1000,
        b"\x00",
        b"\x7fELF",
        b"\xff\xfe\x00\x01\x02\x03",
        os.urandom(60_000) + bytes(4000),
        os.urandom(600_000) + b"\xff" * 30_000,
        os.urandom(50_000) + bytes(40_000) + os.urandom(50_000),
    ],
    ids=range(9),
)
def test_what_may_be_a_package(tmp_path: Path, content: bytes) -> None:
    assert inspect_package(put(tmp_path, NAME, content)).size == len(content)


@pytest.mark.parametrize(
    "content",
    [
        bytes(86_000),
        b"\xff" * 5000,
        os.urandom(100_000) + bytes(10_000),
        os.urandom(10_000) + bytes(90_001),
        os.urandom(20_000_000) + bytes(1 << 20),
        b"".join(os.urandom(4096) + bytes(8192) for _ in range(20)) + b"end",
        b"PK\x03\x04" + bytes(100),
    ],
    ids=range(7),
)
def test_a_copy_that_did_not_finish(tmp_path: Path, content: bytes) -> None:
    error = refused(put(tmp_path, NAME, content))
    assert error.code is Code.PACKAGE_UNREADABLE
    assert "did not finish" in error.message or "cannot be unpacked" in error.message


@given(
    head=st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1),
    tail=st.binary(max_size=4000),
)
def test_a_null_byte_makes_it_binary(
    tmp_path_factory: pytest.TempPathFactory, head: str, tail: bytes
) -> None:
    content = head.encode() + b"\0" + tail
    path = tmp_path_factory.getbasetemp() / NAME
    path.write_bytes(content)
    assert inspect_package(path).sha256 == hashlib.sha256(content).hexdigest()


@given(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1).map(lambda t: t * 300)
)
def test_any_text_in_utf8_is_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / NAME
    path.write_text(text, encoding="utf-8")
    assert refused(path).code is Code.PACKAGE_UNSUITABLE


@pytest.mark.parametrize("content", [BINARY[:-1] + b"!", BINARY + b"!", BINARY[:-1], b"\0"], ids=range(4))
def test_a_package_that_changed_is_not_used(tmp_path: Path, content: bytes) -> None:
    package = inspect_package(put(tmp_path, NAME, BINARY))
    put(tmp_path, NAME, content)
    with pytest.raises(PackageError, match="changed after it was looked at") as caught:
        verify_unchanged(package)
    assert caught.value.code is Code.PACKAGE_UNSUITABLE


def test_a_package_that_went_away_or_was_emptied(tmp_path: Path) -> None:
    package = inspect_package(put(tmp_path, NAME, BINARY))
    put(tmp_path, NAME, b"")
    with pytest.raises(PackageError, match="is empty"):
        verify_unchanged(package)
    (tmp_path / NAME).unlink()
    with pytest.raises(PackageError, match="There is no file") as caught:
        verify_unchanged(package)
    assert caught.value.code is Code.PACKAGE_UNREADABLE
