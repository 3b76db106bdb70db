"""What the datagrams of one listening show, added up. Bounded, whatever arrives."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sicktui.model.measuring.datagrams import Datagram, Format
from sicktui.model.variable import U32

ENOUGH: Final = 2
"""Datagrams with a rising counter that prove that the sensor measures."""
_MOST_SEGMENTS: Final = 64
_DIGITS: Final = 10
_MOST_OTHERS: Final = 8
"""Other senders that are named; further ones are counted together."""
_STANDS: Final = 1.0
"""Seconds of datagrams without a risen counter after which it stands still; a revolution takes 67 ms."""
_COUNTABLE: Final = 5
"""Datagrams from which on their number in a second means something."""


class Heard(Struct, frozen=True, kw_only=True):
    """What was received in one listening, for one sensor."""

    seconds: float
    """How long it was listened."""
    good: int = 0
    """Datagrams of this sensor: its serial number, its address, a right checksum, a risen counter."""
    first: int | None = None
    """The telegram counter of the first and of the last of them."""
    last: int | None = None
    span: float = 0.0
    """Seconds between these two."""
    missing: int = 0
    """Telegrams between the first and the last that were not received."""
    segments: frozenset[int] = frozenset()
    format: Format | None = None
    damaged: int = 0
    """Datagrams from its address with a wrong checksum, or cut."""
    repeated: int = 0
    """Its datagrams whose counter has not risen: repeated, late, or of a counter that stands still."""
    forged: int = 0
    """Datagrams with its serial number from another address."""
    others: Mapping[int, int] = {}
    """Datagrams with other serial numbers from its address, by serial number."""
    foreign: int = 0
    """Datagrams of other sensors, and what else arrived."""
    others_data: int = 0
    """Its datagrams of IMU or encoder, which show nothing of its distances."""
    dropped: int = 0
    """Datagrams that were not looked at, as there were too many."""
    standing: float = 0.0
    """Seconds for which its datagrams came in the end without a risen counter."""

    @property
    def is_proven(self) -> bool:
        """Whether it is shown that this sensor measures."""
        return self.good >= ENOUGH and not self.is_frozen

    @property
    def rate(self) -> float | None:
        """Datagrams a second that it sends, lost ones included; ``None``: too few to say."""
        if self.good < _COUNTABLE or self.span <= 0 or self.first is None or self.last is None:
            return None
        return (self.last - self.first) / self.span

    @property
    def is_frozen(self) -> bool:
        """Whether its counter does not rise: it stands still, falls, or old datagrams come again."""
        return self.repeated >= ENOUGH and (self.good == 1 or self.standing >= _STANDS)


class Tally:
    """Adds up the datagrams that arrive for one sensor.

    Args:
        serial: the serial number of the sensor; ``None``: not known, so that no datagram is its own.
        hosts: the addresses that it may send from; empty: not known, so that only its serial number counts.
    """

    def __init__(self, serial: str | None, hosts: frozenset[str]) -> None:
        self._sender = sender_of(serial)
        self._hosts = hosts
        self._good = self._damaged = self._repeated = self._forged = self._foreign = self._data = 0
        self._first: tuple[int, float] | None = None
        self._last: tuple[int, float] | None = None
        self._below: tuple[int, float] | None = None
        """The last one whose counter has not risen."""
        self._standing = 0.0
        self._is_renewed = False
        self._segments: set[int] = set()
        self._format: Format | None = None
        self._others: Counter[int] = Counter()

    def take(self, datagram: Datagram | None, host: str, at: float) -> None:
        """Count one datagram.

        Args:
            datagram: what it was; ``None``: it cannot be decoded.
            host: the address that it came from.
            at: when, on the monotonic clock.
        """
        from_there = not self._hosts or host in self._hosts
        if datagram is None or not datagram.intact:
            # Its serial number may be damaged, too: only the address shows whose it is.
            if self._hosts and from_there:
                self._damaged += 1
            else:
                self._foreign += 1
        elif self._sender is None or datagram.sender != self._sender:
            self._note_other(datagram, from_there=bool(self._hosts) and from_there)
        elif not from_there:
            self._forged += 1
        elif not datagram.is_scan:
            self._data += 1
        else:
            self._note_own(datagram, at)

    def _note_other(self, datagram: Datagram, *, from_there: bool) -> None:
        sender = datagram.sender
        if (
            not from_there
            or sender is None
            or (sender not in self._others and len(self._others) >= _MOST_OTHERS)
        ):
            self._foreign += 1
        else:
            self._others[sender] += 1

    def _note_own(self, datagram: Datagram, at: float) -> None:
        if self._last is not None and datagram.counter <= self._last[0]:
            self._repeated += 1
            self._standing = at - self._last[1]
            if not self._is_anew(datagram, at):
                return
            # What came before was old or forged, or the sensor has restarted.
            self._is_renewed = True
            self._repeated -= 1
            self._good, self._first, self._segments = 1, self._below, set()
        self._good += 1
        self._standing = 0.0
        self._last = (datagram.counter, at)
        self._first = self._first or self._last
        self._format = datagram.format
        self._note_segment(datagram)

    def _is_anew(self, datagram: Datagram, at: float) -> bool:
        """Whether this counter rises over the one before it, where both are below the highest; true once.

        Later ones that are only late, or repeated, rise as well: they come beside a counter that goes on.
        """
        below, self._below = self._below, (datagram.counter, at)
        if self._is_renewed or below is None or datagram.counter <= below[0]:
            return False
        if self._good > 1 and self._standing < _STANDS:
            return False
        self._below = below
        return True

    def _note_segment(self, datagram: Datagram) -> None:
        if datagram.segment is not None and len(self._segments) < _MOST_SEGMENTS:
            self._segments.add(datagram.segment)

    @property
    def is_proven(self) -> bool:
        """Whether enough has arrived to show that the sensor measures."""
        return self._good >= ENOUGH

    @property
    def span(self) -> float:
        """Seconds between its first datagram and its last."""
        return 0.0 if self._first is None or self._last is None else self._last[1] - self._first[1]

    def result(self, seconds: float, dropped: int = 0) -> Heard:
        """What has arrived.

        Args:
            seconds: how long it was listened.
            dropped: datagrams that were not looked at.
        """
        first, last = self._first, self._last
        missing = 0
        if first is not None and last is not None:
            missing = last[0] - first[0] + 1 - self._good
        return Heard(
            seconds=round(seconds, 3),
            good=self._good,
            first=first[0] if first else None,
            last=last[0] if last else None,
            span=self.span,
            missing=missing,
            segments=frozenset(self._segments),
            format=self._format,
            damaged=self._damaged,
            repeated=self._repeated,
            forged=self._forged,
            others=dict(self._others),
            foreign=self._foreign,
            others_data=self._data,
            dropped=dropped,
            standing=self._standing,
        )


def sender_of(serial: str | None) -> int | None:
    """A serial number as datagrams have it: a number of four bytes; ``None``: it is not one."""
    digits = (serial or "").strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _DIGITS:
        return None
    number = int(digits)
    return number if 0 < number <= U32 else None
