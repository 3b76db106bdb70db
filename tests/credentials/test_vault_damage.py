"""A vault that was damaged or tampered with gives an error in words, and never a password."""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sicktui.model.errors import SicktuiError
from sicktui.stores.secrets.store import StoreFailed
from sicktui.stores.secrets.vault import VaultState
from sicktui.stores.secrets.vault_errors import VaultDamaged, VaultNewer, WrongVaultPassword
from sicktui.stores.secrets.vault_format import Cost, NotAVault, parse
from tests.credentials.kit import MASTER, SECRET, cheap_vault, everything_in, opened_vault

Json = dict[str, Any]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a vault with two entries."""
    path = tmp_path_factory.mktemp("good") / "v"
    opened_vault(path, a=SECRET, b="other")
    return path.read_bytes()


def attempt(path: Path, data: bytes) -> SicktuiError:
    """Use the file as a new session would; the error that this must end in."""
    path.write_bytes(data)
    vault = cheap_vault(path)
    with pytest.raises(SicktuiError) as caught:
        vault.unlock(MASTER)
    with pytest.raises(StoreFailed):
        vault.check()
    for name in ("a/Service", "b/Service", "c/Service"):
        with contextlib.suppress(StoreFailed):
            assert vault.get(name) is None, "a password came out of a damaged vault"
    told = everything_in(caught.value)
    assert SECRET not in told
    assert MASTER not in told
    assert caught.value.advice
    return caught.value


def resealed(data: bytes, change: Callable[[Json], None]) -> bytes:
    """The file as somebody leaves it who can write it, knows the format, and has no password."""
    body = msgspec.json.decode(data.split(b"\n")[0])
    change(body)
    return rechecked(msgspec.json.encode(body), msgspec.json.decode(data.split(b"\n")[1])["seal"])


def rechecked(body: bytes, seal: str) -> bytes:
    check = hashlib.sha256(body + b"\n" + seal.encode()).hexdigest()
    return body + b"\n" + msgspec.json.encode({"seal": seal, "check": check}) + b"\n"


def test_the_tampering_of_these_tests_is_itself_right(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "v"
    path.write_bytes(resealed(good, lambda body: None))
    vault = cheap_vault(path)
    vault.unlock(MASTER)
    assert vault.get("a/Service") == SECRET


def test_every_bit_counts(good: bytes) -> None:
    for place in range(len(good)):
        for bit in range(8):
            flipped = bytearray(good)
            flipped[place] ^= 1 << bit
            with pytest.raises(NotAVault):
                parse(bytes(flipped))


def test_some_flipped_bits_through_the_whole_vault(good: bytes, tmp_path: Path) -> None:
    for place in range(0, len(good), 17):
        flipped = bytearray(good)
        flipped[place] ^= 1 << (place % 8)
        assert isinstance(attempt(tmp_path / "v", bytes(flipped)), VaultDamaged)


def test_every_truncation_is_noticed(good: bytes, tmp_path: Path) -> None:
    for length in range(len(good)):
        with pytest.raises(NotAVault):
            parse(good[:length])
    for length in (0, 1, len(good) // 2, len(good) - 1):
        assert isinstance(attempt(tmp_path / "v", good[:length]), VaultDamaged)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_fuzzed_bytes_are_refused(good: bytes, tmp_path: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    fuzzed = good[:start] + data.draw(st.binary(max_size=40)) + good[end:]
    if fuzzed != good:
        attempt(tmp_path / "v", fuzzed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_fuzzed_bodies_with_a_checksum_that_fits_are_refused(
    good: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    """JobHistory the checksum, so that the parser and the seal have to hold."""
    body, seal = good.split(b"\n")[0], parse(good).seal
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 30)))
    fuzzed = body[:start] + data.draw(st.binary(max_size=40)) + body[end:]
    if fuzzed != body:
        attempt(tmp_path / "v", rechecked(fuzzed, seal))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(path=st.sampled_from(["", "kdf", "kdf.cost", "entries", "entries.a/Service"]), data=st.data())
def test_any_json_in_place_of_a_part_is_refused(
    good: bytes, tmp_path: Path, path: str, data: st.DataObject
) -> None:
    def change(body: Json) -> None:
        part = body
        for key in filter(None, path.split(".")):
            part = part[key]
        key = data.draw(st.sampled_from(sorted(part)))
        before = part[key]
        part[key] = data.draw(_JSON.filter(lambda value: value != before or type(value) is not type(before)))

    attempt(tmp_path / "v", resealed(good, change))


def swap(body: Json) -> None:
    entries = body["entries"]
    entries["a/Service"], entries["b/Service"] = entries["b/Service"], entries["a/Service"]


def rename(body: Json) -> None:
    body["entries"]["c/Service"] = body["entries"].pop("a/Service")


def copy(body: Json) -> None:
    body["entries"]["c/Service"] = body["entries"]["a/Service"]


def drop(body: Json) -> None:
    del body["entries"]["a/Service"]


def cheaper(body: Json) -> None:
    body["kdf"]["cost"]["lanes"] = 1
    body["kdf"]["cost"]["memory"] = 9


def younger(body: Json) -> None:
    body["generation"] += 1


def other_salt(body: Json) -> None:
    body["kdf"]["salt"] = "0" * 32


@pytest.mark.parametrize("change", [swap, rename, copy, drop, cheaper, younger, other_salt])
def test_tampering_breaks_the_seal(good: bytes, tmp_path: Path, change: Callable[[Json], None]) -> None:
    error = attempt(tmp_path / "v", resealed(good, change))
    assert isinstance(error, WrongVaultPassword)
    assert "the file was modified" in error.advice


@pytest.mark.parametrize("change", [swap, rename, copy, drop, cheaper, younger])
def test_a_session_that_has_it_open_notices_tampering(
    good: bytes, tmp_path: Path, change: Callable[[Json], None]
) -> None:
    path = tmp_path / "v"
    path.write_bytes(good)
    vault = cheap_vault(path)
    vault.unlock(MASTER)
    tampered = resealed(good, change)
    path.write_bytes(tampered)
    for call in (
        lambda: vault.get("a/Service"),
        lambda: vault.put("b/Service", "x"),
        lambda: vault.delete("b/Service"),
    ):
        with pytest.raises(StoreFailed, match="its seal is not that of its password"):
            call()
    assert path.read_bytes() == tampered, "what cannot be trusted is not written over"
    assert vault.state() is VaultState.UNUSABLE


def test_an_old_entry_cannot_be_put_back_alone(tmp_path: Path) -> None:
    path = tmp_path / "v"
    vault = opened_vault(path, a="old", b="x")
    old = msgspec.json.decode(path.read_bytes().split(b"\n")[0])["entries"]["a/Service"]
    vault.put("a/Service", "new")

    def roll_back(body: Json) -> None:
        body["entries"]["a/Service"] = old

    attempt(path, resealed(path.read_bytes(), roll_back))


def test_an_old_copy_of_the_whole_is_noticed_by_a_session_that_knows_better(tmp_path: Path) -> None:
    path = tmp_path / "v"
    session = opened_vault(path, a="old")
    copy_of_it = path.read_bytes()
    session.put("a/Service", "new")
    path.write_bytes(copy_of_it)
    with pytest.raises(StoreFailed, match="an older copy was put in its place"):
        session.get("a/Service")
    assert session.state() is VaultState.LOCKED
    session.unlock(MASTER)
    assert session.get("a/Service") == "old", "unlocking it again says that it was meant"


def test_a_copy_that_went_another_way_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "v"
    session = opened_vault(path, a="0")
    fork = path.read_bytes()
    session.put("a/Service", "1")
    mine = path.read_bytes()
    path.write_bytes(fork)
    cheap_vault(path, given=MASTER).put("a/Service", "2")
    assert parse(mine).body.generation == parse(path.read_bytes()).body.generation
    with pytest.raises(StoreFailed, match="an older copy"):
        session.get("a/Service")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("memory", 4 * 1024 * 1024),
        ("memory", 2**40),
        ("memory", 1024 * 1024),
        ("passes", 64),
        ("passes", 10**9),
        ("lanes", 10**6),
        ("memory", -1),
    ],
)
def test_a_prepared_file_cannot_take_memory_or_time(
    good: bytes, tmp_path: Path, key: str, value: int
) -> None:
    def change(body: Json) -> None:
        body["kdf"]["cost"][key] = value

    assert "does not have the form of a vault" in attempt(tmp_path / "v", resealed(good, change)).message


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "v"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)  # sparse
    assert "far too large" in str(_problem(path))


def test_deep_nesting_is_refused(good: bytes, tmp_path: Path) -> None:
    deep = b'{"format":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    attempt(tmp_path / "v", rechecked(deep, parse(good).seal))


def test_the_vault_of_a_newer_sicktui_is_told_from_a_damaged_one(good: bytes, tmp_path: Path) -> None:
    def change(body: Json) -> None:
        body["version"] = 2
        body["something"] = "new"

    error = attempt(tmp_path / "v", resealed(good, change))
    assert isinstance(error, VaultNewer)
    assert "made by a newer sicktui (vault format 2)" in error.message
    assert error.advice.startswith("Update sicktui")
    # A newer format may have other lines, and another checksum.
    body = msgspec.json.decode(good.split(b"\n")[0]) | {"version": 3}
    strange = msgspec.json.encode(body) + b'\n{"tag":"x"}\nmore\n'
    assert isinstance(attempt(tmp_path / "v", strange), VaultNewer)


def test_no_header_asks_for_half_a_minute(good: bytes, tmp_path: Path) -> None:
    def change(body: Json) -> None:
        body["kdf"]["cost"] = {"memory": 256 * 1024, "passes": 16, "lanes": 1}

    assert "does not have the form of a vault" in attempt(tmp_path / "v", resealed(good, change)).message
    Cost(memory=256 * 1024, passes=4, lanes=1)
    Cost(memory=64 * 1024, passes=16, lanes=1)


def test_a_damaged_import_takes_nothing_over(good: bytes, tmp_path: Path) -> None:
    vault = opened_vault(tmp_path / "v", a="mine")
    for number, data in enumerate((good[:-3], resealed(good, swap), b"")):
        copy_of_it = tmp_path / f"copy-{number}"
        copy_of_it.write_bytes(data)
        with pytest.raises(SicktuiError, match=f"copy-{number}"):
            vault.import_from(copy_of_it, MASTER, replace=True)
    assert vault.names() == ("a/Service",)
    assert vault.get("a/Service") == "mine"


def _problem(path: Path) -> SicktuiError:
    with pytest.raises(SicktuiError) as caught:
        cheap_vault(path).unlock(MASTER)
    return caught.value
