"""Backup marks in the device list: missing, old, changed, damaged."""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from sicktui.engine.backup.marks import Mark, SensorHistory, documented_to_have_none
from sicktui.model.device import Identity
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, days
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs

_WORST_FIRST: Final = (Mark.DAMAGED, Mark.NONE, Mark.CHANGED, Mark.OLD, Mark.NOT_OFFERED)
_SIGN: Final = 2
"""Cells of a sign and a blank."""


class BackupIndex:
    """Backup histories by sensor.

    Args:
        found: the history of every sensor that has backups or is in the device list.
    """

    def __init__(self, found: Sequence[SensorHistory] = ()) -> None:
        self._known = bool(found)
        self._by_key = {history.key: history for history in found}
        self._by_device: dict[str, SensorHistory] = {}
        for history in found:
            # The list comes first: of sensors that are gone, the newest backup may name the same device.
            self._by_device.setdefault(history.device, history)

    def of(self, device: str, identity: Identity | None, *, refused: bool = False) -> SensorHistory | None:
        """The backups of the sensor at this device; ``None`` until they have been read.

        Args:
            device: the device's name.
            identity: the sensor that answers there, if known: a replacement has no backups yet.
            refused: whether it answered that it has no backup call.
        """
        if not self._known:
            return None
        found = self._found(device, identity)
        has_none = refused or (identity is not None and documented_to_have_none(identity.name))
        if found is not None and Mark.NONE in found.marks and has_none:
            return structs.replace(found, marks=(Mark.NOT_OFFERED,))
        return found

    def _found(self, device: str, identity: Identity | None) -> SensorHistory | None:
        own = self._by_device.get(device)
        key = (identity.serial or identity.mac) if identity else None
        if key is None or (own is not None and own.key == key):
            return own
        return self._by_key.get(key) or SensorHistory(key=key, device=device, marks=(Mark.NONE,))


def worst(history: SensorHistory) -> Mark | None:
    """The most severe mark of a sensor; ``None`` if it has none."""
    return next((mark for mark in _WORST_FIRST if mark in history.marks), None)


def wants_attention(history: SensorHistory) -> bool:
    """Whether a sensor's backups need action."""
    return worst(history) not in (None, Mark.NOT_OFFERED)


def mark_cell(history: SensorHistory | None, glyphs: Glyphs, width: int) -> Cell:
    """The state of a sensor's backups in a word; the age of the newest one if all is well."""
    if history is None:
        return cell(glyphs.skipped, Tone.DIM)
    age = days(history.age_days)
    words: dict[Mark | None, tuple[str, str, str, Tone]] = {
        Mark.DAMAGED: (glyphs.failed, "damaged", "bad", Tone.BAD),
        Mark.NONE: (glyphs.warning, "none", "none", Tone.WARN),
        Mark.CHANGED: (glyphs.warning, "changed", "diff", Tone.WARN),
        Mark.OLD: (glyphs.warning, f"old {age}", "old", Tone.WARN),
        Mark.NOT_OFFERED: (glyphs.skipped, "not offered", "n/a", Tone.DIM),
        None: (glyphs.done, age, age, Tone.GOOD),
    }
    sign, whole, short, tone = words[worst(history)]
    return cell(f"{sign} {whole if width >= len(whole) + _SIGN else short}", tone)


def mark_words(history: SensorHistory, old_after: float) -> str:
    """The marks in words: ``no backup``, ``backup older than 30 days (41d)``."""
    age = days(history.age_days)
    words = {
        Mark.NONE: "no backup",
        Mark.OLD: f"backup older than {count(round(old_after), 'day')} ({age})",
        Mark.CHANGED: "parameters changed since the last backup",
        Mark.DAMAGED: "the last backup is damaged",
        Mark.NOT_OFFERED: "this sensor does not offer backups",
    }
    shown = [words[mark] for mark in _WORST_FIRST if mark in history.marks]
    return ", ".join(shown) or f"backed up {age} ago"


def newest_words(history: SensorHistory) -> str:
    """The newest backup by its id, and how many versions there are; empty without one."""
    if history.newest is None:
        return ""
    return f"{clean(history.newest.record.id)}, {count(len(history.versions), 'version')}"
