"""Devices: the stored profile, and what the sensor reports about itself."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from msgspec import Meta, Struct, structs

from sicktui.model.enums import AuthScheme, DeviceStatus, UpdateState
from sicktui.model.settings import AuthChoice, DeviceDefaults, Scheme, Timing

COLA_LOGIN: Final = (
    "SCdevicestate is 0 (Busy): the sensor starts, or somebody is logged in over CoLa (SOPAS ET, a driver)."
)
"""What SCdevicestate 0 means (CoLa telegram listing of SICK's LiDAR Developer Guide)."""
SERVICE_MODE: Final = (
    "DeviceStatus 2 (service mode) is normal during an update or a large parameter exchange."
)
"""What DeviceStatus 2 means (SICK's support article KA-09911)."""


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of the device list, as ``devices.toml`` keeps it (the name is its key there).

    ``None`` means: the default of the settings.
    """

    name: str
    address: Annotated[str, Meta(min_length=1)]
    user: Annotated[str, Meta(min_length=1)] | None = None
    auth: AuthChoice | None = None
    scheme: Scheme | None = None
    tags: tuple[str, ...] = ()
    serial: str | None = None
    model: str | None = None
    note: str | None = None
    timing: dict[str, float] | None = None
    ca_file: Annotated[str, Meta(min_length=1)] | None = None
    """HTTPS: a PEM file with the only certificate authority that this sensor's certificate may be from."""
    fingerprint: str | None = None
    """HTTPS: the SHA-256 of the only certificate that this sensor may show."""
    segment: str | None = None
    """The line or cell that it is part of: two sensors of one are never away together."""
    pin: str | None = None
    """The firmware version that an update of many devices must not change."""


class Target(Struct, frozen=True, kw_only=True):
    """A device with every default filled in: all that is needed to talk to it."""

    device: str
    """Its name in events and on screen: the profile's name, or the address given ad hoc."""
    address: str
    """``host`` or ``host:port``; an IPv6 host is in brackets."""
    user: str
    auth: AuthChoice
    scheme: Scheme
    timing: Timing
    serial: str | None = None
    """The serial number that the profile pins; ``None`` when any sensor may answer."""
    model: str | None = None
    ad_hoc: bool = False
    basic_allowed: bool = False
    """Whether the profile itself has ``auth = "basic"``, and not only the defaults."""
    http_allowed: bool = False
    """Whether the profile itself has ``scheme = "http"``, and not only the defaults."""
    ca_file: str | None = None
    fingerprint: str | None = None
    """64 hex digits in lower case."""
    tags: tuple[str, ...] = ()
    segment: str | None = None
    pin: str | None = None
    retried: "SensorOfRun | None" = None
    """In a retry: who answered in the run that is retried; no other sensor may be worked on."""

    def accepts(self, serial: str | None) -> bool:
        """Whether a sensor is the one that the profile pins; true if it pins none.

        Args:
            serial: the serial number that it reports, if it does.
        """
        return self.serial is None or bool(serial and same_serial(serial, self.serial))

    @property
    def unpinned(self) -> "Target":
        """The same device for a sensor that replaces the pinned one."""
        return structs.replace(self, serial=None)


def resolve(profile: Profile, defaults: DeviceDefaults, timing: Timing, *, ad_hoc: bool = False) -> Target:
    """Fill in the defaults; the profile's own values win over all but those of the call."""
    return Target(
        device=profile.name,
        address=profile.address,
        user=profile.user or defaults.user,
        auth=profile.auth or defaults.auth,
        scheme=profile.scheme or defaults.scheme,
        timing=timing.for_profile(profile.timing or {}),
        serial=profile.serial,
        model=profile.model,
        ad_hoc=ad_hoc,
        basic_allowed=profile.auth == "basic",
        http_allowed=profile.scheme == "http",
        ca_file=profile.ca_file,
        fingerprint=plain_fingerprint(profile.fingerprint or "") or None,
        tags=profile.tags,
        segment=profile.segment,
        pin=profile.pin,
    )


_FINGERPRINT: Final = re.compile(
    r"(?:sha-?256(?: fingerprint)?[:=])?\s*((?:[0-9a-f]{2}[:\s]?){31}[0-9a-f]{2})"
)


def plain_fingerprint(text: str) -> str:
    """The 64 lower-case hex digits of a SHA-256 as tools print it; empty if it is not one.

    Taken: ``AB:CD:...``, ``abcd...``, ``SHA256:...``, ``sha256 Fingerprint=AB:CD:...`` (OpenSSL).
    """
    found = _FINGERPRINT.fullmatch(text.strip().lower())
    return re.sub(r"[^0-9a-f]", "", found.group(1)) if found else ""


class Identity(Struct, frozen=True, kw_only=True):
    """Who a sensor is, by its own report. All texts are already cleaned."""

    name: str
    """``DeviceIdent.Name``: the product family, not the variant."""
    version: str
    """``DeviceIdent.Version``, e.g. ``2.3.0.0R``."""
    serial: str | None = None
    mac: str | None = None
    """``aa:bb:cc:dd:ee:ff``, where the sensor reports its ``EtherMACAddress``."""
    device_type: str | None = None
    """``DeviceType``: the variant, e.g. ``PICS150-1``; ``None`` where it is not reported."""
    order_number: str | None = None
    location: str | None = None
    firmware: str | None = None
    """``FirmwareVersion``, read where ``DeviceIdent.Version`` alone does not show what runs."""
    unreadable: dict[str, str] = {}
    """Variables that neither identify nor judge the sensor and could not be read, with the reason. Treat as
    read-only."""

    @property
    def runs(self) -> str:
        """The version that it runs, whole where it reports that."""
        return self.firmware or self.version

    @property
    def kind(self) -> str:
        """Family and variant: sensors of one kind stand for each other, as canaries do."""
        return f"{self.name} {self.device_type or ''}".strip()

    @property
    def gaps(self) -> str:
        """What could not be read of it, in sentences; empty if everything could."""
        return " ".join(f"{name} cannot be read: {why}" for name, why in self.unreadable.items())

    @property
    def key(self) -> str | None:
        """The sensor among all others: serial number, else MAC address."""
        if self.serial:
            return f"serial {bare_serial(self.serial)}"
        if self.mac:
            return f"MAC {self.mac}"
        return None

    @property
    def label(self) -> str:
        """The sensor for people: serial number, else MAC address; empty if it reports neither."""
        return self.serial or self.mac or ""

    def key_for(self, device: str) -> str:
        """What backups and snapshots are stored under: serial number, else MAC address, else its name here.

        Args:
            device: what the sensor is called here.
        """
        return self.label or device

    def is_same_sensor(self, other: "Identity") -> bool:
        """Whether the same physical sensor answers, as far as both identities show.

        The serial number settles it, else the MAC address; without either, the name must do.
        """
        if self.serial and other.serial:
            return same_serial(self.serial, other.serial)
        if self.mac and other.mac:
            return self.mac == other.mac
        return self.key is None and other.key is None and self.name == other.name


class SensorOfRun(Struct, frozen=True, kw_only=True):
    """Who answered for a device when a run was planned."""

    run: str
    identity: Identity


def same_serial(left: str, right: str) -> bool:
    """Whether two serial numbers are one. Leading zeros are spelling."""
    return bare_serial(left) == bare_serial(right)


def bare_serial(serial: str) -> str:
    """A serial number without what is only spelling: blanks around it and leading zeros."""
    return serial.strip().lstrip("0") or "0"


class Health(Struct, frozen=True, kw_only=True):
    """The health of a sensor; ``None`` where it has no such variable."""

    status: DeviceStatus | None = None
    power_on_count: int | None = None
    temperature: float | None = None
    """Degrees Celsius."""
    note: str = ""
    """What explains the state, or could not be read; empty if there is nothing to add."""
    alarm: str = ""
    """The worst that a reading of its health has found, in a word or two; empty if nothing is wrong."""
    is_grave: bool = False
    """Whether the alarm is an error, and not a warning."""

    @property
    def label(self) -> str:
        """The health in one or two words; ``-`` where the sensor has no ``DeviceStatus``."""
        return "-" if self.status is None else self.status.label


class HttpsState(Struct, frozen=True, kw_only=True):
    """What a sensor reports about its HTTPS (``httpsStatus``, ``certificateBundleInfo``)."""

    enabled: bool
    expires: datetime | None = None
    """When the first of its certificates expires; ``None`` if that is not known."""
    trouble: str = ""
    """Its error code, where it reports one."""

    def days_left(self, now: datetime) -> float | None:
        """Days until the certificate expires, less than 0 afterwards; ``None`` if that is not known."""
        return (self.expires - now).total_seconds() / 86_400 if self.enabled and self.expires else None

    def words(self, now: datetime) -> str:
        """The state in a few words."""
        if self.trouble:
            return f"error {self.trouble}"
        if not self.enabled:
            return "off"
        if self.expires is None:
            return "on"
        left = self.days_left(now) or 0.0
        return f"{'on, until' if left > 0 else 'expired on'} {self.expires:%Y-%m-%d}"


_MOMENTS: Final = ("%b %d %H:%M:%S %Y GMT", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S")
"""The vendor fixes the 24 characters of a moment, not their form: OpenSSL's, ISO 8601, and a bare date."""


def certificate_end(text: str) -> datetime | None:
    """``validNotAfter`` of a certificate that a sensor reports; ``None`` if it cannot be read."""
    for form in _MOMENTS:
        try:
            return datetime.strptime(" ".join(text.split()), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


SOON_EXPIRED: Final = 30.0
"""Days before the end of a certificate from which on it is pointed out."""


class EarlierSensor(Struct, frozen=True, kw_only=True):
    """The sensor that answered for a device before the one that answers now."""

    label: str
    """Its serial number, else its MAC address."""
    until: str
    """When it answered last (RFC 3339)."""

    def words(self, now: str) -> str:
        """The change in words: ``was serial 25420067 until 2026-11-21, now 25420068 answers``.

        Args:
            now: the label of the sensor that answers now.
        """
        kind = "MAC" if ":" in self.label else "serial"
        return f"was {kind} {self.label} until {self.until[:10]}, now {now} answers"


class Observation(Struct, frozen=True, kw_only=True):
    """What one reading of a sensor found."""

    device: str
    reachable: bool
    identity: Identity | None = None
    update_state: UpdateState | None = None
    """``None`` where the sensor has no ``UpdateState`` (no firmware update over this API)."""
    health: Health = Health()
    auth: AuthScheme | None = None
    https: HttpsState | None = None
    """``None`` where the sensor does not report it."""
    problem: str = ""
    """Why it could not be read, in words; empty when all went well."""
    code: str = ""
    """The contract's code that goes with ``problem``."""
    advice: str = ""
    """What to do about ``problem``, where the sentence does not end with that."""
    other: Identity | None = None
    """The sensor that answers in place of the one that the profile pins; then ``identity`` is ``None``."""
    moved_to: str = ""
    """Where the sensor answers now, if it was found at another address."""
    earlier: EarlierSensor | None = None
    """The sensor that answered before for a device whose profile pins none."""

    @property
    def is_calm(self) -> bool:
        """Whether the sensor is well, idle, and wholly read."""
        return (
            self.reachable
            and not self.problem
            and not self.remarks
            and self.update_state in {UpdateState.INITIAL, None}
            and self.health.status is not None
            and self.health.status.healthy
        )

    @property
    def change(self) -> str:
        """That another sensor answers than before, where no profile forbids it; empty if it is the same."""
        label = self.identity.label if self.identity else ""
        return self.earlier.words(label) if self.earlier else ""

    @property
    def remarks(self) -> str:
        """What could not be read and is not needed, and what explains its state; empty if nothing is odd."""
        gaps = self.identity.gaps if self.identity else ""
        change = f"{self.change[:1].upper()}{self.change[1:]}." if self.earlier else ""
        return " ".join(part for part in (change, gaps, self.health.note) if part)
