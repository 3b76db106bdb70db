"""Brings an edited profile together with what somebody else changed while the form was open. Pure."""

from msgspec import Struct, structs

from sicktui.engine.inventory.changes import KeyDifference, differences
from sicktui.model.device import Profile


class Merge(Struct, frozen=True, kw_only=True):
    """A profile with only those fields changed that were edited."""

    profile: Profile
    meanwhile: tuple[KeyDifference, ...] = ()
    """What was changed elsewhere since the form was opened, and stays."""
    contested: tuple[KeyDifference, ...] = ()
    """What was changed on both sides: the stored value, and the edited one, which would replace it."""

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody else changed the device meanwhile."""
        return bool(self.meanwhile or self.contested)


def merged(opened: Profile, edited: Profile, stored: Profile) -> Merge:
    """The profile to save.

    Args:
        opened: the profile that the form was opened with.
        edited: the profile that the form answers.
        stored: the profile as it is stored now.
    """
    touched = {key for key in Profile.__struct_fields__ if getattr(opened, key) != getattr(edited, key)}
    profile = structs.replace(stored, **{key: getattr(edited, key) for key in touched})
    return Merge(
        profile=profile,
        meanwhile=tuple(change for change in differences(opened, stored) if change.key not in touched),
        contested=tuple(
            change
            for change in differences(stored, edited)
            if change.key in touched and getattr(stored, change.key) != getattr(opened, change.key)
        ),
    )
