"""What sensors have been seen to do, kept across processes: ``sensors.json``.

Challenge-response and HTTPS are remembered by serial number, by address and by the name of the profile: any
one of them is enough, so that nothing a device reports of itself voids it.
"""

import ipaddress
import logging
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, structs

from sicktui.model.clock import is_timestamp
from sicktui.model.device import HttpsState, Identity, Target, bare_serial
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.network.address import is_ip_address, parse_address
from sicktui.model.passwords.login import RefusedLogins
from sicktui.stores.disk.shared_record import SharedRecord

MOST: Final = 20_000
"""Entries of each kind. A full memory keeps what it has: new sensors must not push old ones out."""
_LONGEST: Final = 300
Kind = Literal["challenge", "https"]
"""What a sensor was seen to speak."""
_MOST_ADDRESSES: Final = 8
"""Of one name."""

_log: Final = logging.getLogger(__name__)


class _Sensors(Struct, frozen=True, kw_only=True, omit_defaults=True):
    challenge: tuple[str, ...] = ()
    """Those that have spoken challenge-response: ``serial 123``, ``address 1.2.3.4:80``, ``device gate``."""
    https: tuple[str, ...] = ()
    """Those that were spoken to over HTTPS, by the same keys."""
    certificates: dict[str, str] = {}
    """Device in the list -> when its certificate expires (ISO 8601; empty: unknown), where HTTPS is on."""
    counts: tuple[str, ...] = ()
    """Those whose ``PowerOnCnt`` rose at a software reboot: ``serial 123``, else ``MAC ...``."""
    refused: dict[str, RefusedLogins] = {}
    """Logins that they refused in a row, by serial number and address."""
    one_byte: tuple[str, ...] = ()
    """Those whose password was hashed one byte a character when it worked last."""


class SensorMemory:
    """The memory of one installation. Safe for several processes and threads.

    Args:
        path: its file.
    """

    def __init__(self, path: Path) -> None:
        self._record = SharedRecord(path, _Sensors())
        self._session: dict[Kind, set[str]] = {"challenge": set(), "https": set()}
        """What this process has seen, also where the file cannot be written."""
        self._https_states: dict[str, dict[str, str]] = {}
        """What this process has noted last."""
        self._written: dict[Kind, set[str]] = {"challenge": set(), "https": set()}
        self._refused: dict[str, RefusedLogins] = {}
        """Refused logins that the file could not take."""

    def of(self, target: Target) -> "TargetMemory":
        """The memory of what answers for one device."""
        return TargetMemory(self, target)

    def check(self) -> None:
        """Return if the memory can be read.

        Raises:
            StorageError: it cannot, so no password is sent in clear text.
        """
        self._record.read()

    def knows(self, kind: Kind) -> bool:
        """Whether any sensor was seen to do this.

        Raises:
            StorageError: the memory cannot be read.
        """
        return bool(self._session[kind] or getattr(self._record.read(), kind))

    def saw(self, kind: Kind, keys: tuple[str, ...]) -> bool:
        """Whether one of these was ever seen to do this.

        Raises:
            StorageError: the memory cannot be read.
        """
        if not {*keys}.isdisjoint(self._session[kind]):
            return True
        return not {*keys}.isdisjoint(getattr(self._record.read(), kind))

    def note(self, kind: Kind, keys: tuple[str, ...]) -> None:
        """Remember this of all of these. That it cannot be written is logged."""
        if self._written[kind].issuperset(keys):
            return
        self._session[kind].update(keys)
        if self._change(lambda known: structs.replace(known, **{kind: _with(getattr(known, kind), keys)})):
            self._written[kind].update(keys)

    def note_https_state(self, device: str, state: HttpsState | None) -> None:
        """Remember until when a device's certificate is valid. That it cannot be written is logged."""
        found = (
            {device: state.expires.isoformat() if state.expires else ""} if state and state.enabled else {}
        )

        def change(known: _Sensors) -> _Sensors:
            others = {name: until for name, until in known.certificates.items() if name != device}
            kept = found if len(others) < MOST else {}
            return structs.replace(known, certificates={**others, **kept})

        if self._https_states.get(device) != found:
            self._https_states[device] = found
            if found or device in self._known_certificates():
                self._change(change)

    def https_states(self) -> dict[str, HttpsState]:
        """The devices whose HTTPS was on when they were last read, with the end of their certificates.

        Raises:
            StorageError: the memory cannot be read.
        """
        return {
            device: HttpsState(enabled=True, expires=datetime.fromisoformat(until) if until else None)
            for device, until in self._record.read().certificates.items()
            if not until or is_timestamp(until)
        }

    def _known_certificates(self) -> dict[str, str]:
        try:
            return self._record.read().certificates
        except SicktuiError:
            return {}

    def counts_reboots(self, identity: Identity) -> bool:
        """Whether this very sensor has been seen to count a software reboot in ``PowerOnCnt``."""
        try:
            return _key_of(identity) in self._record.read().counts
        except SicktuiError:
            return False  # Then an unchanged counter disproves nothing, which is the careful reading.

    def note_counts_reboots(self, identity: Identity) -> None:
        """Remember that this sensor counts software reboots. That it cannot be written is logged."""
        key = _key_of(identity)
        if key:
            self._change(lambda known: structs.replace(known, counts=_with(known.counts, (key,))))

    def refused_logins(self, keys: tuple[str, ...]) -> RefusedLogins:
        """The refused logins in a row of what has one of these keys: those of the key that has most."""
        known = {**self._file().refused, **self._refused}
        found = [known[key] for key in keys if key in known]
        return max(found, key=lambda each: (each.count, each.last), default=RefusedLogins())

    def note_refused(self, keys: tuple[str, ...], refused: RefusedLogins) -> None:
        """Remember the refused logins of all of these; none: one was accepted."""
        self._refused.update(dict.fromkeys(keys, refused))

        def change(known: _Sensors) -> _Sensors:
            kept = {key: each for key, each in known.refused.items() if key not in keys}
            if refused.count and len(kept) < MOST:
                kept |= dict.fromkeys(keys, refused)
            return structs.replace(known, refused=kept)

        if self._change(change):
            for key in keys:  # Other processes count on in the file.
                self._refused.pop(key, None)

    def hashes_bytes(self, keys: tuple[str, ...]) -> bool:
        """Whether the password of one of these worked hashed one byte a character."""
        return not {*keys}.isdisjoint(self._file().one_byte)

    def note_hashing(self, keys: tuple[str, ...], *, one_byte: bool) -> None:
        """Remember how the password of these was hashed when it worked last."""

        def change(known: _Sensors) -> _Sensors:
            kept = tuple(key for key in known.one_byte if key not in keys)
            return structs.replace(known, one_byte=_with(kept, keys) if one_byte else kept)

        self._change(change)

    def _file(self) -> _Sensors:
        try:
            return self._record.read()
        except SicktuiError:
            return _Sensors()

    def _change(self, change: Callable[[_Sensors], _Sensors]) -> bool:
        try:
            self._record.change(change)
        except SicktuiError as error:
            # What the sensor was asked for goes on; the next contact tries again.
            _log.warning("Cannot remember what a sensor does: %s", error.message)
            return False
        return True


class TargetMemory:
    """What is remembered of the sensor that answers for one device.

    Args:
        memory: where it is kept.
        target: the device.
    """

    def __init__(self, memory: SensorMemory, target: Target) -> None:
        self._memory = memory
        self._target = target
        keys = [f"address {_place(target)}"]
        if not target.ad_hoc:
            keys.append(f"device {target.device}")
        if target.serial:
            keys.append(f"serial {bare_serial(target.serial)}")
        self._known = tuple(keys)
        self._sure = tuple(key for key in keys if not key.startswith("serial "))

    def spoke_challenge(self, serial: str | None) -> bool:
        """Whether the sensor, or any at this address or of this name, has ever spoken challenge-response.

        Args:
            serial: the serial number that it reports now, if that was read.

        Raises:
            StorageError: the memory cannot be read.
        """
        return self._memory.saw("challenge", self._any(serial))

    def note_challenge(self, serial: str | None) -> None:
        """Remember that it speaks challenge-response.

        Args:
            serial: the serial number that it reports, if that was read.
        """
        self._memory.note("challenge", self._all(serial))

    def knows_https(self) -> bool:
        """Whether any sensor was ever spoken to over HTTPS.

        Raises:
            StorageError: the memory cannot be read.
        """
        return self._memory.knows("https")

    def spoke_https(self, serial: str | None) -> bool:
        """Whether the sensor, or any at this address or of this name, was ever spoken to over HTTPS.

        Args:
            serial: the serial number that it reports now, if that was read.

        Raises:
            StorageError: the memory cannot be read.
        """
        return self._memory.saw("https", self._any(serial))

    def note_https(self, serial: str | None) -> None:
        """Remember that it was spoken to over HTTPS.

        Args:
            serial: the serial number that it reports, if that was read.
        """
        self._memory.note("https", self._all(serial))

    def _any(self, serial: str | None) -> tuple[str, ...]:
        return (*self._known, *self._resolved(), *_serial(serial))

    def _all(self, serial: str | None) -> tuple[str, ...]:
        return (*self._sure, *self._resolved(), *_serial(serial))

    def refused_logins(self, serial: str | None) -> RefusedLogins:
        """The logins in a row that the sensor has refused.

        Args:
            serial: the serial number that it reports, if that was read.
        """
        return self._memory.refused_logins(self._itself(serial))

    def note_refused(self, serial: str | None, refused: RefusedLogins) -> None:
        """Remember them; none: a login was accepted."""
        self._memory.note_refused(self._itself(serial), refused)

    def hashes_bytes(self, serial: str | None) -> bool:
        """Whether the password that worked last was hashed one byte a character."""
        return self._memory.hashes_bytes(self._itself(serial))

    def note_hashing(self, serial: str | None, *, one_byte: bool) -> None:
        """Remember how the password that has just worked was hashed."""
        self._memory.note_hashing(self._itself(serial), one_byte=one_byte)

    def _itself(self, serial: str | None) -> tuple[str, ...]:
        """The sensor that answers, and not what has the same name: its serial number and its address."""
        return (f"address {_place(self._target)}", *_serial(serial or self._target.serial))

    def _resolved(self) -> tuple[str, ...]:
        """The addresses of a name: the same sensor may be called by them, and by another name."""
        try:
            address = parse_address(self._target.address, self._target.scheme)
            if is_ip_address(address.host):
                return ()
            found = socket.getaddrinfo(address.host.rstrip("."), address.port, type=socket.SOCK_STREAM)
        except (UsageError, OSError, UnicodeError):
            return ()
        hosts = sorted({_plain(str(entry[4][0])) for entry in found})
        found_at = (structs.replace(address, host=host) for host in hosts[:_MOST_ADDRESSES])
        return tuple(f"address {where.place}" for where in found_at)


def _serial(serial: str | None) -> tuple[str, ...]:
    return (f"serial {bare_serial(serial)}"[:_LONGEST],) if serial else ()


def _place(target: Target) -> str:
    try:
        address = parse_address(target.address, target.scheme)
    except UsageError:
        return target.address
    return structs.replace(address, host=_plain(address.host.lower().rstrip("."))).place


def _plain(host: str) -> str:
    """One spelling of an IP address: an IPv4 address may be written as an IPv6 one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _key_of(identity: Identity) -> str | None:
    if identity.serial:
        return f"serial {bare_serial(identity.serial)}"[:_LONGEST]
    return identity.key


def _with(known: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, ...]:
    new = [key for key in keys if key not in known]
    return (*known, *new)[: max(MOST, len(known))] if new else known
