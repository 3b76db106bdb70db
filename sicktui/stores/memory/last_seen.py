"""The sensor that answered last for each device of the list, kept across processes: ``seen.json``.

It is a memory for people: it fills the list before the first answer and the inventory of a site. No check
that protects a sensor rests on it.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.model.clock import Clock, is_timestamp, timestamp
from sicktui.model.device import EarlierSensor, Identity, Target, same_serial
from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.shared_record import SharedRecord

MOST: Final = 5_000
"""Devices that are remembered. Beyond it, those that have been silent for longest are forgotten."""
WRITE_EVERY: Final = timedelta(minutes=10)
"""How exactly the file has the last answer of a sensor of which nothing else changed."""
NOTICE: Final = timedelta(days=7)
"""For how long it is pointed out that another sensor answers than before."""

_log: Final = logging.getLogger(__name__)


class SeenSensor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The sensor that answered last for one device."""

    identity: Identity
    address: str
    at: str
    """When it answered last (RFC 3339)."""
    since: str
    """When this very sensor answered here for the first time."""
    earlier: EarlierSensor | None = None
    """The sensor before it."""


class _Seen(Struct, frozen=True, kw_only=True):
    devices: dict[str, SeenSensor] = {}


class LastSeen:
    """The memory of one installation. Safe for several processes and threads.

    Args:
        path: its file.
        clock: the source of time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._record = SharedRecord(path, _Seen())
        self._clock = clock
        self._session: dict[str, SeenSensor] = {}
        """What this process has seen; the file may be older, or not writable."""
        self._written: dict[str, SeenSensor] = {}

    def all(self) -> dict[str, SeenSensor]:
        """The last sensor of each device. A file that cannot be read counts as empty."""
        return {**{name: seen for name, seen in self._file().items() if _is_whole(seen)}, **self._session}

    def of(self, target: Target) -> SeenSensor | None:
        """The last sensor of a device; ``None`` if the profile pins another one, or none was seen."""
        entry = self._session.get(target.device) or self._in_file(target.device)
        return entry if entry is not None and fits(target.serial, entry) else None

    def is_news(self, target: Target, identity: Identity) -> bool:
        """Whether noting this would change the file. Looks at no disk."""
        if target.ad_hoc or not identity.key:
            return False
        known = self._written.get(target.device)
        if known is None or known.address != target.address or known.identity != _merged(known, identity):
            return True
        return self._clock.now() - datetime.fromisoformat(known.at) >= WRITE_EVERY

    def note(self, target: Target, identity: Identity) -> SeenSensor | None:
        """Remember the sensor that answers for a device. That it cannot be written is logged.

        Returns:
            What is remembered now; ``None`` for a device that is not in the list, and for a sensor that
            reports neither serial number nor MAC address, as some do while they start.
        """
        if target.ad_hoc or not identity.key:
            return None
        name, now = target.device, self._clock.now()
        news, old = self.is_news(target, identity), self._session.get(name)

        def change(known: _Seen) -> _Seen:
            entry = _next(known.devices.get(name) or old, target, identity, now)
            return _Seen(devices=_bounded({**known.devices, name: entry}))

        is_there = self._change(change) if news else old is None
        stored = self._in_file(name) if is_there else None
        entry = _next(old or stored, target, identity, now) if not news or stored is None else stored
        self._session[name] = entry
        if news:  # Also where it could not be written: the next try is due as late as any other.
            self._written[name] = entry
        return entry

    def rename(self, old: str, new: str) -> None:
        """A device has another name, or perhaps the same."""
        if old == new:
            return
        for known in (self._session, self._written):
            if old in known:
                known[new] = known.pop(old)

        def change(known: _Seen) -> _Seen:
            return _Seen(devices={new if name == old else name: seen for name, seen in known.devices.items()})

        self._change(change)

    def forget(self, names: Iterable[str]) -> None:
        """Devices were removed from the list."""
        gone = set(names)
        for name in gone:
            self._session.pop(name, None)
            self._written.pop(name, None)

        def change(known: _Seen) -> _Seen:
            return _Seen(devices={name: seen for name, seen in known.devices.items() if name not in gone})

        self._change(change)

    def _file(self) -> dict[str, SeenSensor]:
        try:
            return self._record.read().devices
        except SicktuiError:
            return {}

    def _in_file(self, device: str) -> SeenSensor | None:
        seen = self._file().get(device)
        return seen if seen is not None and _is_whole(seen) else None

    def _change(self, change: Callable[[_Seen], _Seen]) -> bool:
        try:
            self._record.change(change)
        except SicktuiError as error:
            _log.warning("Cannot remember which sensor was seen last: %s", error.message)
            return False
        return True


def _is_whole(seen: SeenSensor) -> bool:
    return is_timestamp(seen.at) and is_timestamp(seen.since)


def fits(pinned: str | None, seen: SeenSensor) -> bool:
    """Whether a remembered sensor is one that a profile accepts.

    Args:
        pinned: the serial number of the profile, if it has one.
        seen: the sensor.
    """
    serial = seen.identity.serial
    return pinned is None or (serial is not None and same_serial(pinned, serial))


def _next(old: SeenSensor | None, target: Target, identity: Identity, now: datetime) -> SeenSensor:
    at = timestamp(now)
    if old is None or _is_other(old.identity, identity):
        # With a pin, the change was made on purpose: the profile names the new sensor.
        changed = old is not None and target.serial is None
        earlier = EarlierSensor(label=old.identity.label, until=old.at) if old and changed else None
        return SeenSensor(
            identity=_merged(None, identity), address=target.address, at=at, since=at, earlier=earlier
        )
    past = now - datetime.fromisoformat(old.since) >= NOTICE
    return structs.replace(
        old,
        identity=_merged(old, identity),
        address=target.address,
        at=at,
        earlier=None if past or target.serial else old.earlier,
    )


def _is_other(old: Identity, new: Identity) -> bool:
    """Whether it is certainly another sensor: a key that one of the two does not report shows nothing."""
    if old.serial and new.serial:
        return not same_serial(old.serial, new.serial)
    return bool(old.mac and new.mac and old.mac != new.mac)


def _merged(old: SeenSensor | None, new: Identity) -> Identity:
    """The identity as reported now; what could not be read stays as it was."""
    bare = structs.replace(new, unreadable={})
    if old is None or _is_other(old.identity, new):
        return bare
    kept = {
        field: getattr(old.identity, field)
        for field in ("serial", "mac", "device_type", "order_number", "location")
        if getattr(new, field) is None and (field in ("serial", "mac") or new.unreadable)
    }
    return structs.replace(bare, **kept)


def _bounded(devices: dict[str, SeenSensor]) -> dict[str, SeenSensor]:
    if len(devices) <= MOST:
        return devices
    kept = set(sorted(devices, key=lambda name: devices[name].at, reverse=True)[:MOST])
    return {name: seen for name, seen in devices.items() if name in kept}
