"""The device list: strict, whole, and never overwritten behind somebody's back."""

import os
import stat
import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.network.address import address_problem
from sicktui.model.safe_text import clean
from sicktui.model.settings import Timing
from sicktui.stores.config.device_rules import check_profile, name_problem
from sicktui.stores.config.devices import DeviceList, load_devices, save_devices

FULL = Profile(
    name="Halle 3 links",
    address="10.0.0.7:8080",
    user="Maintenance",
    auth="basic",
    scheme="https",
    tags=("press", "halle-3"),
    serial="23440012",
    model="picoScan150",
    note='two\nlines, "quoted"',
    timing={"flash_timeout": 400.0, "settle": 1.0},
)


def listed(*profiles: Profile) -> DeviceList:
    devices = DeviceList()
    for profile in profiles:
        devices = devices.add(profile)
    return devices


def refused(tmp_path: Path, text: str) -> ConfigError:
    path = tmp_path / "devices.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_devices(path)
    assert path.read_text(encoding="utf-8") == text
    return caught.value


def test_no_file_is_an_empty_list(tmp_path: Path) -> None:
    assert load_devices(tmp_path / "devices.toml") == DeviceList(profiles={}, digest=None)


def test_what_is_saved_is_read_again_in_order(tmp_path: Path) -> None:
    path = tmp_path / "config" / "devices.toml"
    saved = save_devices(
        path, listed(FULL, Profile(name="b", address="sensor-b"), Profile(name="a", address="a"))
    )
    again = load_devices(path)
    assert again == saved
    assert list(again.profiles) == ["Halle 3 links", "b", "a"]
    assert again.profiles["Halle 3 links"] == FULL


def test_the_file_is_for_people_and_private(tmp_path: Path) -> None:
    path = tmp_path / "devices.toml"
    save_devices(path, listed(Profile(name="press 3", address="10.0.0.7", tags=("x",))))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# The devices of sicktui")
    assert '[devices."press 3"]\naddress = "10.0.0.7"' in text
    assert tomllib.loads(text) == {"devices": {"press 3": {"address": "10.0.0.7", "tags": ["x"]}}}
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "devices.toml"
    mine = save_devices(path, listed(FULL))
    theirs = path.read_bytes() + b"# a comment by hand\n"
    path.write_bytes(theirs)
    with pytest.raises(ConfigError, match="changed by someone else since it was read"):
        save_devices(path, mine.add(Profile(name="b", address="b")))
    assert path.read_bytes() == theirs
    again = save_devices(path, load_devices(path).add(Profile(name="b", address="b")))
    assert list(again.profiles) == [FULL.name, "b"]


def test_a_file_that_came_or_went_meanwhile_is_a_change_too(tmp_path: Path) -> None:
    path = tmp_path / "devices.toml"
    empty = load_devices(path)
    saved = save_devices(path, listed(FULL))
    with pytest.raises(ConfigError, match="changed by someone else"):
        save_devices(path, empty.add(Profile(name="b", address="b")))
    path.unlink()
    with pytest.raises(ConfigError, match="changed by someone else"):
        save_devices(path, saved)
    assert not path.exists()


def test_of_many_who_save_at_once_exactly_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "devices.toml"
    read = load_devices(path)
    results: list[str] = []

    def save(name: str) -> None:
        try:
            save_devices(path, read.add(Profile(name=name, address=name)))
        except ConfigError:
            results.append("refused")
        else:
            results.append(name)

    threads = [threading.Thread(target=save, args=(f"d{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [result for result in results if result != "refused"]
    assert len(winners) == 1
    assert list(load_devices(path).profiles) == winners


def test_a_list_that_could_not_be_read_again_is_not_saved(tmp_path: Path) -> None:
    bad = DeviceList(profiles={"a:b": Profile(name="a:b", address="x")})
    with pytest.raises(UsageError, match="contains ':'"):
        save_devices(tmp_path / "devices.toml", bad)
    assert not (tmp_path / "devices.toml").exists()


def test_changes_are_new_lists() -> None:
    one = listed(Profile(name="a", address="x"), Profile(name="b", address="y"))
    renamed = one.replace("a", Profile(name="c", address="z"))
    assert list(renamed.profiles) == ["c", "b"]
    assert list(one.profiles) == ["a", "b"]
    assert list(one.remove("a").profiles) == ["b"]


def test_wrong_changes() -> None:
    devices = listed(Profile(name="press", address="x"), Profile(name="b", address="y"))
    with pytest.raises(UsageError, match="already in the list"):
        devices.add(Profile(name="press", address="z"))
    with pytest.raises(UsageError, match="already in the list"):
        devices.replace("b", Profile(name="press", address="z"))
    for act in (devices.remove, devices.find, lambda n: devices.replace(n, Profile(name="n", address="n"))):
        with pytest.raises(UsageError, match="No device is called 'presss' \\(did you mean 'press'\\?\\)"):
            act("presss")


def test_doubles_are_warned_of_not_refused() -> None:
    devices = listed(
        Profile(name="a", address="10.0.0.1", serial="1"),
        Profile(name="b", address="10.0.0.1"),
        Profile(name="c", address="10.0.0.2", serial="1"),
    )
    assert devices.warnings() == (
        "'a' and 'b' have the same address 10.0.0.1.",
        "'a' and 'c' have the same serial number 1.",
    )


ERRORS = [
    ("[device.a]\naddress = 'x'\n", 1, "unknown key 'device' (did you mean 'devices'?)"),
    (
        "[devices.a]\naddress = 'x'\nadress = 'y'\n",
        3,
        "unknown key 'devices.a.adress' (did you mean 'devices.a.address'?)",
    ),
    ('[devices."press 3"]\nTags = ["x"]\naddress="x"', 2, "unknown key 'devices.\"press 3\".Tags'"),
    ("[devices.a]\n", 1, "devices.a has no key 'address'"),
    ("[devices.a]\naddress = ''\n", 2, "not an empty text"),
    ("[devices.a]\naddress = 10\n", 2, "must be a text in quotes"),
    (
        "[devices.a]\naddress = 'x'\nserial = 23440012\n",
        3,
        'must be a text in quotes, as in "text", not 23440012',
    ),
    ("[devices.a]\naddress = 'http://x/'\n", 2, "only host and port are allowed"),
    (
        "[devices.a]\naddress = 'x'\n[devices.b]\naddress = 'x:0'\n",
        4,
        "the port is not between 1 and 65535",
    ),
    (
        "[devices.a]\naddress = 'x'\ntags = 'press'\n",
        3,
        'must be a list of texts, as in ["a", "b"], not the text "press"',
    ),
    ("[devices.a]\naddress = 'x'\ntags = ['a b']\n", 3, "'a b' is not a valid tag"),
    ("[devices.a]\naddress = 'x'\nauth = 'digest'\n", 3, '"auto" or "basic" or "challenge"'),
    ("[devices.a]\naddress = 'x'\n\n[devices.a.timing]\nsettl = 1\n", 5, "(did you mean 'timing.settle'?)"),
    ("[devices.a]\naddress = 'x'\ntiming = {settle = -1}\n", 3, "must be a number, 0 or more, not -1"),
    ("[devices.a]\naddress = 'x'\ntiming = {settle = true}\n", 3, "must be a number, not true"),
    ("[devices.a]\naddress = 'x'\nname = 'b'\n", 3, "the name belongs in [devices.NAME]"),
    ("[devices.all]\naddress = 'x'\n", 1, "already means something else"),
    ("[devices.\"@x\"]\naddress = 'x'\n", 1, "another meaning"),
    ("[devices.\"a:80\"]\naddress = 'x'\n", 1, "contains ':' or '/'"),
    ("[devices.\"a\\u001b[31m\"]\naddress = 'x'\n", 1, "cannot be printed"),
    ("[devices.a]\naddress = 'x'\nnote = \"\\u202e\"\n", 3, "the note contains characters"),
    ("[devices.a]\naddress = 'x'\nuser = \"a:b\"\n", 3, "the user contains ':'"),
    ("devices = 3\n", 1, "'devices' must be a table"),
    ("[devices]\na = 3\n", 2, "device 'a' must be a table"),
    ("[devices.a]\naddress = 'x'\n[devices.a]\n", 3, "this is not TOML"),
]


@pytest.mark.parametrize(("text", "line", "words"), ERRORS, ids=[str(n) for n in range(len(ERRORS))])
def test_every_mistake_in_the_file_is_named(tmp_path: Path, text: str, line: int, words: str) -> None:
    error = refused(tmp_path, text)
    assert error.message.startswith(f"{tmp_path / 'devices.toml'}, line {line}")
    assert words in error.message
    assert error.advice
    assert error.message.isprintable()


@pytest.mark.parametrize(
    "name", ["a", "Halle 3 links", "Präge-Presse", "[A] 3", "localhost", "press_3.b", "a" * 64]
)
def test_good_names(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 65,
        "all",
        "ALL",
        "@a",
        "-a",
        " a",
        "a ",
        "a:80",
        "a/b",
        "a\nb",
        "a\x1b",
        "\u202ea",
        "10.0.0.1",
        "::1",
    ],
)
def test_bad_names(name: str) -> None:
    assert name_problem(name).isprintable()
    assert name_problem(name)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "10.0.0.1:80",
        "sensor-3",
        "sensor-3.plant.example:8080",
        "[fe80::1]",
        "[::1]:80",
        "localhost:65535",
        "a_b",
    ],
)
def test_good_addresses(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "a b",
        "http://a",
        "a/b",
        "a:",
        "a:b",
        "a:0",
        "a:65536",
        "a:٣",
        "::1",
        "fe80::1",
        "[::1",
        "[::1]80",
        "[x]",
        "10.0.0.256",
        "10.0.1",
        "a..b",
        "-a",
        "a" * 64,
        "user@host",
        "a\n",
        "a:1:2",
    ],
)
def test_bad_addresses(address: str) -> None:
    assert address_problem(address)
    assert address_problem(address).isprintable()


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "S", "Pc"]), min_size=1, max_size=8)
letters = st.lists(words, min_size=1, max_size=2).map(" ".join)
profiles = st.builds(
    lambda **fields: {k: v for k, v in fields.items() if v is not None},
    name=letters.filter(lambda text: not name_problem(text)),
    address=st.sampled_from(["10.0.0.1", "sensor", "[::1]:8080"]),
    tags=st.lists(st.sampled_from(["a", "b-c", "ü"]), max_size=3).map(tuple),
    serial=st.none() | letters,
    note=st.none() | letters,
    timing=st.none()
    | st.dictionaries(st.sampled_from(Timing.__struct_fields__), st.floats(0.01, 1e6), max_size=3),
)


@given(st.lists(profiles, max_size=5, unique_by=lambda fields: fields["name"]))
def test_any_list_survives_saving(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("devices") / "devices.toml"
    devices = listed(*(Profile(**entry) for entry in entries))
    save_devices(path, devices)
    again = load_devices(path)
    assert list(again.profiles.items()) == list(devices.profiles.items())


@given(st.text(max_size=70))
def test_a_name_is_never_mistaken_for_something_else(name: str) -> None:
    if not name_problem(name):
        check_profile(Profile(name=name, address="x"))
        assert name == clean(name)
        assert name[0] not in "@-"
        assert ":" not in name
        assert name.lower() != "all"


def test_a_file_that_a_person_has_edited_is_kept_beside_it(tmp_path: Path) -> None:
    path, kept = tmp_path / "devices.toml", tmp_path / "devices.toml.bak"
    saved = save_devices(
        path, DeviceList().add(Profile(name="one", address="10.0.0.1", note="# not a comment"))
    )
    save_devices(path, saved.add(Profile(name="two", address="10.0.0.2")))
    assert not kept.exists(), "what this program wrote is not kept"
    edited = path.read_text() + "\n# above the gate\n"
    path.write_text(edited)
    again = load_devices(path)
    save_devices(path, again.remove("two"))
    assert kept.read_text() == edited
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
