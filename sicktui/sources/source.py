"""What every source can do, and how it fails."""

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec import Struct

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.offer import Offer, OfferState, Subject

Progress = Callable[[int, int | None], None]
"""Called with the bytes fetched so far, and with all of them where that is known."""


class SourceError(SicktuiError):
    """A source could not be asked, or what it has cannot be used.

    Args:
        message: what happened and why.
        advice: what to do next.
        state: ``unavailable`` where a later check may find it, ``refused`` where a person must act.
        everywhere: it concerns the whole source: asking it for the next sensor is pointless.
        code: the contract's code.
    """

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        state: OfferState = OfferState.UNAVAILABLE,
        everywhere: bool = False,
        code: Code | None = None,
    ) -> None:
        super().__init__(message, advice=advice, code=code)
        self.state = state
        self.everywhere = everywhere


class FetchedPackage(Struct, frozen=True, kw_only=True):
    """A package that was fetched and verified, in the folder that it was to be put in."""

    path: Path
    sha256: str
    size: int
    version: str | None
    note: str = ""
    """What people should know of how it came."""


class Hint(NamedTuple):
    """A message that a source may have something new. Nothing in it is relied on."""

    device: str
    """The sensor that it was for."""
    waiting: bool
    """It was there before this PC listened."""


class Hearing(NamedTuple):
    """A change of whether hints are heard."""

    is_well: bool
    sentence: str


class Listener(Protocol):
    """Hears hints until it is closed."""

    def follow(self, subjects: Sequence[Subject]) -> None:
        """Hear those about these sensors too. One that the source does not know yet is left out."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


class AlreadyHere(Exception):
    """What would be fetched is the very file that was fetched before.

    Args:
        sha256: of that file.
    """

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


class Source(Protocol):
    """A source of packages. Every call ends in bounded time."""

    @property
    def name(self) -> str:
        """What the settings call it."""
        ...

    @property
    def asks_for_sensors(self) -> bool:
        """Whether its offers are for single sensors, which must be read first."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What people should know before it is used, e.g. that nothing is encrypted."""
        ...

    def offers(self, subjects: Sequence[Subject]) -> AsyncGenerator[Offer, None]:
        """What it has: one offer for each subject, or for each package. Trouble is part of the offers.

        Args:
            subjects: the sensors to ask for; empty where ``asks_for_sensors`` is false.
        """
        ...

    async def fetch(
        self,
        offer: Offer,
        subject: Subject | None,
        room: Path,
        *,
        forced: bool = False,
        progress: Progress = lambda _sent, _total: None,
    ) -> FetchedPackage:
        """Fetch the package of an offer, and verify it.

        Args:
            offer: one that ``offers`` has returned.
            subject: the sensor that it is for.
            room: an empty folder to put it in.
            forced: also where the source has nothing newer for the sensor.
            progress: called as bytes come, in the thread of the event loop.

        Raises:
            SourceError: it cannot be fetched, or is not a package.
            AlreadyHere: this very file was fetched before by this source object.
            StorageError: this PC cannot keep it.
        """
        ...

    def listen(
        self, on_hint: Callable[[Hint], None], on_state: Callable[[Hearing], None] = lambda _: None
    ) -> Listener | None:
        """Listen for hints, which goes on when the source is closed; ``None`` where it sends none.

        Args:
            on_hint: called from another thread.
            on_state: likewise, whenever it cannot listen any more, or can again.

        Raises:
            ConfigError: the settings for it cannot be used.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...
