"""What a filter reads of a device of the list while its sensor is not asked: profile, last sight, backups."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from sicktui.engine.backup.history import histories
from sicktui.engine.backup.marks import SensorHistory
from sicktui.engine.context import Context
from sicktui.engine.inventory.entries import InventoryEntry, entries
from sicktui.model.device import Health
from sicktui.model.errors import UsageError
from sicktui.model.filter.fields import FilterError
from sicktui.model.filter.parsing import parse


class Listed(Struct, frozen=True, kw_only=True):
    """One device. Satisfies ``model.filter.facts.Facts``."""

    entry: InventoryEntry
    history: SensorHistory | None = None

    @property
    def words(self) -> str:
        """Everything that a word without a field is looked for in, in lower case."""
        parts = (self.name, self.address, self.model, self.version, self.serial, self.location, self.note)
        return " ".join((*parts, *(f"@{tag}" for tag in self.tags))).lower()

    @property
    def name(self) -> str:
        """Its name in the list."""
        return self.entry.profile.name

    @property
    def address(self) -> str:
        """Its address."""
        return self.entry.profile.address

    @property
    def model(self) -> str:
        """What the sensor is, as last seen, else as written."""
        who = self.entry.identity
        return (
            (f"{who.name} {who.device_type or ''}".strip() if who else "") or self.entry.profile.model or ""
        )

    @property
    def version(self) -> str:
        """The firmware that it ran when last seen."""
        return self.entry.identity.runs if self.entry.identity else ""

    @property
    def serial(self) -> str:
        """Its serial number."""
        who = self.entry.identity
        return self.entry.profile.serial or (who.serial if who else "") or ""

    @property
    def location(self) -> str:
        """The sensor's own name."""
        return (self.entry.identity.location if self.entry.identity else "") or ""

    @property
    def pc(self) -> str:
        """This one: other PCs are shown by the dashboard alone."""
        return ""

    @property
    def note(self) -> str:
        """The note in its profile."""
        return self.entry.profile.note or ""

    @property
    def tags(self) -> Collection[str]:
        """The tags in its profile."""
        return self.entry.profile.tags

    @property
    def states(self) -> Collection[str]:
        """Not known: no sensor is asked.

        Raises:
            UsageError: always.
        """
        raise _not_asked("state")

    @property
    def health(self) -> Health:
        """Not known: no sensor is asked.

        Raises:
            UsageError: always.
        """
        raise _not_asked("health")

    @property
    def backup_marks(self) -> Collection[str]:
        """What deserves attention about its backups."""
        return [mark.value for mark in self.history.marks] if self.history else []

    @property
    def backup_days(self) -> float | None:
        """Days since its newest backup was last confirmed."""
        return self.history.age_days if self.history else None


def _not_asked(what: str) -> UsageError:
    return UsageError(
        f"The list cannot be filtered by {what}: it is read without asking the sensors.",
        advice="'sicktui status' asks them.",
    )


def listed(context: Context, filter_text: str = "") -> Sequence[Listed]:
    """The devices of the list that a filter leaves, in their order.

    Raises:
        UsageError: the filter cannot be used.
        SicktuiError: the device list or the backups cannot be read.
    """
    try:
        wanted = parse(filter_text)
    except FilterError as error:
        raise UsageError(
            str(error), advice="'/' in the dashboard and docs/keys.md show the fields."
        ) from error
    known = {history.device: history for history in reversed(histories(context))}
    found = [Listed(entry=entry, history=known.get(entry.profile.name)) for entry in entries(context)]
    return [each for each in found if wanted.matches(each)]
