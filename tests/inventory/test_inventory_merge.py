"""An edited profile brings back nothing that somebody else changed while the form was open."""

from msgspec import structs

from sicktui.engine.inventory.merge import merged
from sicktui.model.device import Profile

OPENED = Profile(name="gate-1", address="10.0.0.1", serial="7", tags=("hall",))


def test_only_the_fields_that_were_edited_are_written() -> None:
    edited = structs.replace(OPENED, name="gate-9", note="behind the door")
    stored = structs.replace(OPENED, address="10.0.0.2", serial="8")
    merge = merged(OPENED, edited, stored)
    assert merge.profile == structs.replace(stored, name="gate-9", note="behind the door")
    assert [str(each) for each in merge.meanwhile] == ["address 10.0.0.1 -> 10.0.0.2", "serial 7 -> 8"]
    assert merge.needs_a_look
    assert not merge.contested


def test_a_field_changed_on_both_sides_is_named_with_both_values() -> None:
    edited, stored = structs.replace(OPENED, serial="9"), structs.replace(OPENED, serial="8")
    merge = merged(OPENED, edited, stored)
    assert merge.profile.serial == "9"
    assert [str(each) for each in merge.contested] == ["serial 8 -> 9"]
    assert not merge.meanwhile


def test_the_same_change_on_both_sides_is_no_question() -> None:
    changed = structs.replace(OPENED, tags=("hall", "line-2"))
    assert not merged(OPENED, changed, changed).needs_a_look
    assert not merged(OPENED, changed, OPENED).needs_a_look
