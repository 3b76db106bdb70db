"""The descriptions of families: complete, as the vendor's files count, and read as they are written."""

from collections import Counter

import pytest

from sicktui.simulator.families.kinds import Bool, Choice, Items, Number, Record, Text, Whole
from sicktui.simulator.families.notation import Family, _Reader, family_of
from sicktui.simulator.generations import GENERATIONS, generation_of
from sicktui.simulator.spec import DeviceSpec

# Paths and operations of the vendor's OpenAPI files; of them those that carry files: PUT update, GET and PUT
# parameterbackup, GET crown/file.
PUBLISHED = {
    "picoscan-2.2.1": (118, 163, 3),
    "picoscan-2.3.3": (143, 204, 4),
    "picoscan120-2.2.1": (83, 107, 3),
    "picoscan120-2.3.3": (94, 126, 4),
    "multiscan-2.4.2": (109, 147, 4),
    "multiscan-2.4.4": (109, 147, 4),
    "multiscan200-1.1.0": (113, 148, 4),
    "lrs4000-1.9.1": (98, 124, 0),
    "lrs4000-1.10.0": (102, 130, 0),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_path_and_each_operation_is_described(name: str) -> None:
    family = family_of(name)
    paths, operations, files = PUBLISHED[name]
    described = len(family.variables) + len(family.methods) + 1  # getChallenge answers outside the envelope
    assert described == paths - (3 if files else 0)
    assert (
        sum(len(each.access) for each in family.variables.values()) + len(family.methods) + 1
        == operations - files
    )


def test_every_generation_is_described() -> None:
    assert set(GENERATIONS) - set(PUBLISHED) == {"firmware-article", "auth-article"}


@pytest.mark.parametrize("name", GENERATIONS)
def test_what_a_new_device_has_is_allowed(name: str) -> None:
    family = family_of(name)
    assert {
        each: kind.kind.status(kind.kind.initial()) for each, kind in family.variables.items()
    } == dict.fromkeys(family.variables, 0)


@pytest.mark.parametrize("name", GENERATIONS)
def test_a_generation_names_what_it_is(name: str) -> None:
    generation = GENERATIONS[name]  # type: ignore[index]
    ident = family_of(name).variables["DeviceIdent"].kind.initial()
    assert ident == {"Name": generation.family.name, "Version": generation.version}


def test_what_changed_between_versions() -> None:
    def names(name: str) -> set[str]:
        family = family_of(name)
        return {*family.variables, *family.methods}

    assert names("lrs4000-1.9.1") - names("lrs4000-1.10.0") == {"EtherCoLaAEventsEnable"}
    for old, new in (("picoscan-2.2.1", "picoscan-2.3.3"), ("picoscan120-2.2.1", "picoscan120-2.3.3")):
        assert names(old) < names(new)
    assert len(names("picoscan-2.3.3") - names("picoscan-2.2.1")) == 25
    assert family_of("picoscan120-2.2.1").variables["SensorPosition"].access == "R"
    assert family_of("picoscan120-2.3.3").variables["SensorPosition"].access == "RW"


def test_how_each_generation_restores() -> None:
    forms = {name: each.restore for name, each in GENERATIONS.items() if each.backup}
    assert Counter(forms.values()) == {"silent": 2, "result": 2, "codes": 2, "async": 3}
    assert forms["multiscan200-1.1.0"] == "async"
    assert not GENERATIONS["lrs4000-1.10.0"].backup
    assert generation_of(DeviceSpec(name="x", generation="multiscan200-1.1.0")).tokens
    assert not generation_of(DeviceSpec(name="x", generation="multiscan-2.4.4")).tokens


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bool = true", Bool(default=True)),
        ("u16", Whole(0, 65535)),
        ("-5..5 = 1", Whole(-5, 5, 1)),
        ("..", Whole(None, None)),
        ("float", Number(None, None)),
        ("float 0.1..16 = 1", Number(0.1, 16.0, 1)),
        ("0|1|3 = 3", Choice((0, 1, 3), 3)),
        ("0", Choice((0,))),
        ("0|..|3", Choice((0, 1, 2, 3))),
        ('"a"|"b"', Choice(("a", "b"))),
        ('text 0..5 = "]}"', Text(0, 5, "]}")),
        ("text 24", Text(24, 24)),
        ("[0..4 u8] = [1, 2]", Items(0, 4, Whole(0, 255), (1, 2))),
        ("[8 {x 0|1 = 1}]", Items(8, 8, Record({"x": Choice((0, 1), 1)}))),
        ("{x Mode = 2}", Record({"x": Choice((0, 2), 2)})),
    ],
)
def test_the_notation(text: str, kind: object) -> None:
    reader = _Reader(text, {"Mode": Choice((0, 2))})
    assert reader.kind() == kind
    reader.end()


@pytest.mark.parametrize("text", ["{x bool", "[u8]", "0..5 more", "= 3"])
def test_a_mistake_in_a_description_is_found(text: str) -> None:
    with pytest.raises(ValueError, match="here should be"):
        _read_whole(text)


def _read_whole(text: str) -> None:
    reader = _Reader(text, {})
    reader.kind()
    reader.end()


def test_a_description_is_read_once() -> None:
    assert isinstance(family_of("picoscan-2.3.3"), Family)
    assert family_of("picoscan-2.3.3") is family_of("picoscan-2.3.3")
