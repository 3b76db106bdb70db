"""The vendor's downloads are zips: recognised, and unpacked without trusting them."""

import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from sicktui.model.enums import Code
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES
from sicktui.stores.packages.inspect import PackageError, ZippedPackage, inspect_package

BINARY = bytes(range(256)) * 64
NAME = "picoScan150_2.3.0.0R.spk.signed"


def make(path: Path, *members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def refused(path: Path, tmp_path: Path) -> PackageError:
    with pytest.raises(PackageError) as caught:
        inspect_package(path, unpack_to=tmp_path / "out")
    assert caught.value.advice
    assert not list((tmp_path / "out").rglob("*.s*")) if (tmp_path / "out").exists() else True
    return caught.value


def test_a_zip_with_a_package_is_recognised(tmp_path: Path) -> None:
    path = make(tmp_path / "Download.ZIP", ("readme.txt", b"x"), (f"firmware/{NAME}", BINARY))
    with pytest.raises(ZippedPackage) as caught:
        inspect_package(path)
    assert caught.value.member == NAME
    assert f"Download.ZIP is a zip that contains the package {NAME}" in caught.value.message
    assert caught.value.code is Code.PACKAGE_UNSUITABLE


def test_it_is_unpacked_where_asked(tmp_path: Path) -> None:
    path = make(tmp_path / "d.zip", ("a/", b""), (f"__MACOSX/._{NAME}", b"x"), (f"a\\b/{NAME}", BINARY))
    package = inspect_package(path, unpack_to=tmp_path / "out")
    assert package.name == NAME
    assert package.version == "2.3.0.0R"
    assert Path(package.path).read_bytes() == BINARY
    assert Path(package.path).is_relative_to(tmp_path / "out")
    if sys.platform != "win32":
        assert stat.S_IMODE(Path(package.path).stat().st_mode) == 0o600
    assert inspect_package(path, unpack_to=tmp_path / "out") == package
    assert len([p for p in (tmp_path / "out").rglob("*") if p.is_file()]) == 1


def test_two_packages_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    one = inspect_package(make(tmp_path / "1.zip", (NAME, BINARY)), unpack_to=tmp_path / "out")
    two = inspect_package(make(tmp_path / "2.zip", (NAME, BINARY + b"\0")), unpack_to=tmp_path / "out")
    assert one.name == two.name
    assert Path(one.path).read_bytes() == BINARY
    assert Path(two.path).read_bytes() == BINARY + b"\0"


def test_a_renamed_zip_is_seen_through(tmp_path: Path) -> None:
    path = make(tmp_path / "fw.spk", (NAME, BINARY))
    with pytest.raises(ZippedPackage):
        inspect_package(path)
    assert inspect_package(path, unpack_to=tmp_path / "out").name == NAME


def test_a_package_that_is_made_like_a_zip_is_a_package(tmp_path: Path) -> None:
    path = make(tmp_path / "fw.spk", ("manifest.xml", b"<x/>"), ("image.bin", BINARY))
    assert inspect_package(path).name == "fw.spk"


def test_a_zip_in_a_zip_is_not_a_package(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner.zip", (NAME, BINARY)).read_bytes()
    for outer, member in (("d.zip", "a.spk"), ("a.spk", "b.spk")):
        error = refused(make(tmp_path / outer, (member, inner)), tmp_path)
        assert "a zip in a zip" in error.message
    for outer in ("e.zip", "e.spk"):
        error = refused(make(tmp_path / outer, ("inner.zip", inner)), tmp_path)
        assert "contains no firmware package" in error.message
        assert error.code is Code.PACKAGE_UNSUITABLE


@pytest.mark.parametrize(
    "name", ["../../evil.spk", "/etc/evil.spk", "..\\..\\evil.spk", "C:\\evil.spk", "a/../../evil.spk"]
)
def test_no_member_gets_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "d.zip", (name, BINARY))
    package = inspect_package(path, unpack_to=tmp_path / "deep" / "out")
    assert Path(package.path).resolve().is_relative_to(tmp_path / "deep" / "out")
    assert {p.name for p in tmp_path.iterdir()} == {"d.zip", "deep"}


@pytest.mark.parametrize(
    "name", ["a\x1b[31m.spk", "C:evil.spk", "x" * 200 + ".spk", "CON.2.4.0.0R.spk", "nul .spk"]
)
def test_members_with_names_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    error = refused(make(tmp_path / "d.zip", (name, BINARY)), tmp_path)
    assert "has a name that cannot be used" in error.message
    assert error.message.isprintable()


def test_a_zip_without_a_package(tmp_path: Path) -> None:
    error = refused(make(tmp_path / "d.zip", ("readme.txt", b"x"), (".spk", b"x"), ("x.spk/", b"")), tmp_path)
    assert "contains no firmware package" in error.message
    assert error.code is Code.PACKAGE_UNSUITABLE


def test_a_zip_with_two_packages(tmp_path: Path) -> None:
    error = refused(make(tmp_path / "d.zip", ("a.spk", BINARY), ("a.spk.signed", BINARY)), tmp_path)
    assert "contains 2 packages: a.spk, a.spk.signed" in error.message


def test_what_is_in_the_zip_is_looked_at_too(tmp_path: Path) -> None:
    path = make(tmp_path / "d.zip", ("a.spk", b"just text\n"))
    with pytest.raises(PackageError, match="is a text file"):
        inspect_package(path, unpack_to=tmp_path / "out")
    path = make(tmp_path / "e.zip", ("a.spk", b""))
    with pytest.raises(PackageError, match="is empty"):
        inspect_package(path, unpack_to=tmp_path / "out")


def test_a_bomb_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("a.spk", "w") as member,
    ):
        for _ in range(101):
            member.write(bytes(1_000_000))
    assert path.stat().st_size < 2_000_000
    assert "larger than a package can be" in refused(path, tmp_path).message


def test_a_bomb_that_lies(tmp_path: Path) -> None:
    path = make(tmp_path / "d.zip", ("a.spk", bytes(500_000)))
    raw = bytearray(path.read_bytes())
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<I", 100)  # the size in the directory
    path.write_bytes(raw)
    error = refused(path, tmp_path)
    assert error.code is Code.PACKAGE_UNREADABLE


def test_the_limit_holds_while_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PACKAGE_BYTES == 100_000_000
    path = make(tmp_path / "d.zip", ("a.spk", bytes(5000)))
    monkeypatch.setattr("sicktui.stores.packages.zip._LARGEST_MEMBER", 4999)
    assert "larger than a package can be" in refused(path, tmp_path).message


def flip(path: Path, offset: int, value: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset] = value
    path.write_bytes(raw)


def test_a_protected_zip(tmp_path: Path) -> None:
    path = make(tmp_path / "d.zip", ("a.spk", BINARY))
    raw = path.read_bytes()
    flip(path, raw.index(b"PK\x01\x02") + 8, 1)
    error = refused(path, tmp_path)
    assert "is protected by a password" in error.message
    assert error.code is Code.PACKAGE_UNREADABLE


def test_a_packing_that_is_not_known(tmp_path: Path) -> None:
    path = make(tmp_path / "d.zip", ("a.spk", BINARY), compression=zipfile.ZIP_BZIP2)
    assert "packed in a way that is not known" in refused(path, tmp_path).message


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(50), b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d.zip"
    path.write_bytes(content)
    assert refused(path, tmp_path).code in {Code.PACKAGE_UNREADABLE, Code.PACKAGE_UNSUITABLE}


def test_a_zip_of_which_any_byte_is_wrong(tmp_path: Path) -> None:
    path = make(tmp_path / "d.zip", ("a.spk", os.urandom(64)))
    whole = path.read_bytes()
    for offset in range(len(whole)):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0xFF]) + whole[offset + 1 :])
        try:
            package = inspect_package(path, unpack_to=tmp_path / "out")
        except PackageError:
            pass
        else:  # a byte that means nothing for the content, such as a date
            assert package.size == 64
        path.write_bytes(whole[:offset])
        with pytest.raises(PackageError):
            inspect_package(path, unpack_to=tmp_path / "out")
