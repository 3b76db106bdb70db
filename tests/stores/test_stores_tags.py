"""Tags of many devices at once."""

import pytest

from sicktui.model.device import Profile
from sicktui.model.errors import UsageError
from sicktui.stores.config.devices import DeviceList
from sicktui.stores.config.tags import renamed, tagged
from sicktui.tui.rows.tags import tag_rows
from sicktui.tui.screens.sensors.tags import split_tags

LIST = DeviceList(
    profiles={
        "a": Profile(name="a", address="10.0.0.1", tags=("hall-3", "old")),
        "b": Profile(name="b", address="10.0.0.2"),
        "c": Profile(name="c", address="10.0.0.3", tags=("old",)),
    }
)


def tags(devices: DeviceList) -> dict[str, tuple[str, ...]]:
    return {name: profile.tags for name, profile in devices.profiles.items()}


def test_many_devices_are_tagged_and_untagged_at_once() -> None:
    new = tagged(LIST, ["a", "b", "gone"], with_=["line-2", "hall-3"])
    assert tags(new) == {"a": ("hall-3", "old", "line-2"), "b": ("line-2", "hall-3"), "c": ("old",)}
    assert tags(tagged(LIST, ["a", "b", "c"], without=["old"])) == {"a": ("hall-3",), "b": (), "c": ()}
    with pytest.raises(UsageError):
        tagged(LIST, ["a"], with_=["not a tag"])
    assert tagged(LIST, ["a"], with_=["old"]) == LIST


def test_a_tag_gets_another_name_or_joins_another_group() -> None:
    assert tags(renamed(LIST, "old", "new")) == {"a": ("hall-3", "new"), "b": (), "c": ("new",)}
    assert tags(renamed(LIST, "old", "hall-3")) == {"a": ("hall-3",), "b": (), "c": ("hall-3",)}
    assert list(LIST.profiles) == list(renamed(LIST, "old", "new").profiles), "the order stays"


def test_tags_are_listed_with_their_devices() -> None:
    rows = tag_rows(LIST.profiles, {"old": True})
    assert [(row.tag, row.devices, row.shares) for row in rows] == [
        ("hall-3", ("a",), None),
        ("old", ("a", "c"), True),
    ]
    assert split_tags(" @a, b  @c-1") == ["a", "b", "c-1"]
