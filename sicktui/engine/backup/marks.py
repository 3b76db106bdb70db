"""The backups of a sensor as a list shows them: which there are, and what deserves attention."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from sicktui.stores.backups.versions import BackupVersion


class Mark(StrEnum):
    """What deserves attention about the backups of a sensor."""

    NONE = "none"
    """There is no backup of this sensor."""
    OLD = "old"
    """The newest one was last confirmed long ago."""
    CHANGED = "changed"
    """Parameters were seen to differ from the newest one since."""
    DAMAGED = "damaged"
    """The newest one is not what the sensor sent any more."""
    NOT_OFFERED = "not offered"
    """There is none, and the sensor does not support backups: nothing is to be done about it."""

    @property
    def words(self) -> str:
        """The mark for people."""
        return {
            Mark.NONE: "no backup",
            Mark.OLD: "old",
            Mark.CHANGED: "parameters changed since",
            Mark.DAMAGED: "damaged",
            Mark.NOT_OFFERED: "not offered by the sensor",
        }[self]


_WITHOUT_BACKUP: Final = ("lrs",)


def documented_to_have_none(family: str) -> bool:
    """Whether a family's API has no parameter backup (vendor's OpenAPI: LRS4000 1.9.1 has none).

    Only for display. A backup that is wanted all the same is tried on the sensor: another firmware may
    support it.

    Args:
        family: ``DeviceIdent.Name``.
    """
    return family.lower().startswith(_WITHOUT_BACKUP)


class SensorHistory(Struct, frozen=True, kw_only=True):
    """The backups of one sensor."""

    key: str
    """Its serial number, else its MAC address, else the name that it had."""
    device: str
    """Its name: in the device list, else in its newest backup."""
    versions: "tuple[BackupVersion, ...]" = ()
    """Newest first."""
    marks: tuple[Mark, ...] = ()
    age_days: float | None = None
    """Since the newest one was last confirmed."""

    @property
    def newest(self) -> "BackupVersion | None":
        """The newest backup."""
        return self.versions[0] if self.versions else None
