"""What a filter reads of an entry of a list."""

from collections.abc import Collection
from typing import Protocol

from sicktui.model.device import Health


class Facts(Protocol):
    """One device. Texts are as they are shown; an empty one is not known."""

    @property
    def words(self) -> str:
        """Everything that a word without a field is looked for in, in lower case."""
        ...

    @property
    def name(self) -> str:
        """Its name in the list."""
        ...

    @property
    def address(self) -> str:
        """Its address, with the port."""
        ...

    @property
    def pc(self) -> str:
        """The PC of the fleet that reaches it."""
        ...

    @property
    def model(self) -> str:
        """What the sensor is."""
        ...

    @property
    def version(self) -> str:
        """The firmware that it runs."""
        ...

    @property
    def serial(self) -> str:
        """Its serial number."""
        ...

    @property
    def location(self) -> str:
        """The sensor's own name."""
        ...

    @property
    def note(self) -> str:
        """The note in its profile."""
        ...

    @property
    def tags(self) -> Collection[str]:
        """The tags in its profile."""
        ...

    @property
    def states(self) -> Collection[str]:
        """Every state that it is in, by the names of ``fields.STATES``."""
        ...

    @property
    def health(self) -> Health:
        """The sensor's own health."""
        ...

    @property
    def backup_marks(self) -> Collection[str]:
        """What deserves attention about its backups, by the names of ``fields.BACKUP_MARKS``."""
        ...

    @property
    def backup_days(self) -> float | None:
        """Days since its newest backup was last confirmed; ``None`` without one."""
        ...
