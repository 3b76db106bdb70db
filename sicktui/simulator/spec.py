"""What a simulated device and its faults look like in code and in a scenario file."""

from ipaddress import IPv4Address
from typing import Annotated, Literal

from msgspec import Meta, Struct

GenerationName = Literal[
    "firmware-article",
    "auth-article",
    "picoscan-2.2.1",
    "picoscan-2.3.3",
    "multiscan-2.4.2",
    "lrs4000-1.9.1",
    "picoscan120-2.2.1",
    "picoscan120-2.3.3",
    "multiscan-2.4.4",
    "multiscan200-1.1.0",
    "lrs4000-1.10.0",
]
Auth = Literal["challenge", "basic"]
Salt = Literal["zeros", "random", "empty", "null", "absent"]
"""The ``salt`` of a challenge: 16 zero bytes, 16 random ones, ``[]``, ``null``, or no such key."""
ErrorStyle = Literal["status", "http_json", "http_empty"]
"""How a JSON endpoint refuses: HTTP 200 with ``header.status``, 4xx with the same JSON, or a bare 4xx."""
Phase = Literal["idle", "uploading", "uploaded", "flashing", "finished", "error", "updated"]
"""The phase of an update. ``uploaded``: a package is there, nothing runs; ``updated``: after the reboot."""

Measuring = Literal["running", "stopped", "standby"]
TemperatureAlarm = Literal["bool", "object"]
"""``temperatureAlarmStatus`` as ``true``, or as ``{"AlarmState": "OverTemp"}``."""

Seconds = Annotated[float, Meta(ge=0)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=1)]
FaultValue = int | str | tuple[int | str, ...]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a device does wrong: in a scenario, one ``[[device.fault]]``.

    Each fault takes only the keys that its entry in the fault table names.
    """

    name: str
    at: str | None = None
    """Where it strikes: an endpoint (``DeviceIdent``), with a method (``PUT update``, ``POST *``), ``*``,
    or ``writes``: every POST and PUT but ``getChallenge``."""
    when: Phase | None = None
    """Only in this phase."""
    times: Count | Literal["always"] | None = None
    """How often it strikes; by default as in the fault's entry."""
    after: Annotated[int, Meta(ge=0)] = 0
    """How many occasions pass unharmed before the first strike."""
    value: FaultValue | None = None
    """A status, a code, a version or names, depending on the fault."""
    seconds: Seconds | None = None
    fraction: Fraction | None = None
    rate: Annotated[float, Meta(gt=0)] | None = None
    """Bytes or requests a second."""
    acts: bool | None = None
    """Whether the device does what was requested before it misbehaves."""


class DeviceSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"faults": "fault"}):
    """One simulated device: in a scenario, one ``[[device]]``. Only ``name`` is required.

    ``None`` means: as the API generation has it. Times are in simulated seconds.
    """

    name: Annotated[str, Meta(min_length=1)]
    generation: GenerationName = "picoscan-2.3.3"
    model: str | None = None
    """``DeviceType``, e.g. ``picoScan150``."""
    version: str | None = None
    """The firmware it runs, e.g. ``2.2.1.0R``."""
    serial: str | None = None
    """``SerialNumber``; by default made from the name."""
    mac: Annotated[str, Meta(pattern=r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$")] | None = None
    order_number: str | None = None
    location: str | None = None
    """``LocationName``; by default the name, cut to what the family allows."""
    user: Literal["Run", "Operator", "Maintenance", "AuthorizedClient", "Service"] = "Service"
    password: str = "servicelevel"  # noqa: S105 - the published factory password (SICK, auth article)
    hashed_as: Literal["utf-8", "byte"] = "utf-8"
    """How the client that set the password hashed it: the articles as UTF-8, SICK's Python client as one
    byte a character."""
    change_password_result: Literal[0, 2, 4, 5] = 0
    """What ``changePassword`` answers to a good message: 0 done, 2 not accepted, 4 not changeable, 5 time
    lock. Only 0 changes it."""
    realm: str = "SICK Sensor"
    seed: int | None = None
    """Chance of this device (nonces, tokens, temperature); by default made from the name."""

    auth: Auth | None = None
    salt: Salt | None = None
    tokens: bool | None = None
    """Whether ``CreateSessionToken`` exists and binary endpoints want its token."""
    error_style: ErrorStyle | None = None
    wrapped: bool | None = None
    """Whether GET wraps a struct under its own name in ``data``."""
    expect_continue: bool | None = None
    """Whether ``Expect: 100-continue`` is answered with 100; else it is ignored."""
    keep_alive: bool | None = None
    events: bool | None = None
    """Whether it pushes events over ``/apievents``; ``None``: as its firmware."""
    hidden: tuple[str, ...] = ()
    """Endpoints that this device does not have."""

    next_version: str | None = None
    """The version after the next update, whatever the package contains."""
    accept_any_image: bool = False
    """Accept any bytes as a package (needs ``next_version``)."""
    https: bool = False
    """Whether it has a certificate at the start, which it signed itself: HTTPS, on another port."""
    https_names: tuple[str, ...] = ("127.0.0.1",)
    """The subject alternative names of that certificate."""
    https_days: float = 365.0
    """For how long it is valid; less than 0: it has expired."""
    dump_seconds: Seconds = 1.0
    """How long the diagnosis file takes."""
    dump_reply: Literal["at_the_end", "at_once"] = "at_the_end"
    """When ``DoDiagnosisDump`` answers; the vendor does not document it."""
    dump_key: Literal["Successful", "Successfull", "None"] | None = None
    """How its result is spelled: both are the vendor's, in different versions; ``"None"``: no result."""
    dump_fails: bool = False
    """As with particle filter, moving average and streaming on (SICK's release notes)."""
    dump_size: Annotated[int, Meta(ge=0, le=50_000_000)] = 300_000
    description: str = ""
    """The path at which it serves its own OpenAPI description (``GET crown/file``); empty: nowhere."""

    update_state: Literal[0, 1, 2, 3] = 0
    """``UpdateState`` at the start: 1 is an update by another client, 2 and 3 are left over."""
    autostart_after: Seconds | None = None
    """Seconds after an upload until it flashes by itself; ``None``: it waits for the trigger."""
    check_seconds: Seconds = 2.0
    """From the trigger to state 3, for a wrong image."""
    flash_seconds: Seconds = 20.0
    finished_seconds: Seconds = 3.0
    """How long state 2 can be seen before the reboot."""
    reboot_seconds: Seconds = 15.0
    latency: Seconds = 0.01
    """From a request to its reply."""
    link_rate: Annotated[float, Meta(gt=0)] | None = None
    """Bytes a second, both ways; ``None`` is as fast as the PC."""

    backup_seconds: Seconds = 0.6
    restore_seconds: Seconds = 0.5
    backup_size: Annotated[int, Meta(ge=0, le=1_000_000)] = 86_000
    earlier_results: bool = False
    """Whether its results of a backup and a restore are those of earlier calls (``Status`` 1), as of a sensor
    that has done both since its power-on; else ``Status`` 0, although nothing is under way."""
    stale_backup: bool = False
    """Whether the device has an older backup file at the start."""
    backup_stamp: Literal["none", "written", "asked"] = "none"
    """What ETag and Last-Modified of its backup file show: when it was written, or when it is asked for."""
    parameters: dict[str, object] = {}
    """Values of parameters that differ from the defaults."""
    token_seconds: Seconds = 900.0
    nonce_seconds: Seconds = 300.0
    lock_after: Count = 5
    """Wrong passwords in a row that start the time lock."""
    lock_seconds: Seconds = 30.0
    power_on_count: Annotated[int, Meta(ge=0)] = 42
    device_status: Annotated[int, Meta(ge=0, le=8)] = 3
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    """Its TCP port, also beside devices with the same one at other addresses (127.x.x.x)."""
    scan_frequency: Annotated[float, Meta(gt=0, le=50)] | None = None
    """Hertz, as ``ScanConfig.udiScanFreq`` has it times a hundred; by default as the family."""
    scan_slowed: Annotated[float, Meta(ge=1)] = 1.0
    """By which factor its datagrams are fewer than the frequency promises, to spare this PC."""
    scan_checksum: Literal["buffer", "all"] = "buffer"
    """Of what the checksum of a MSGPACK datagram is; the developer guide has both."""
    measuring: Measuring = "running"
    """Whether it measures at the start; after a boot that is up to ``AutoStartMeasure``."""
    cola_login: bool = False
    """Whether somebody is logged in by CoLa, until its next boot."""
    temperature: Annotated[float, Meta(ge=-50, le=100)] | None = None
    """``CurrentTempDev``; by default made from the name."""
    temperature_swing: Annotated[float, Meta(ge=0, le=50)] = 0.4
    """By how many degrees it drifts in either direction, within ten minutes."""
    temperature_alarm: TemperatureAlarm | None = None
    """The form of ``temperatureAlarmStatus``; by default ``bool`` to a GET (OpenAPI files), ``object`` in an
    event (developer guide)."""
    contamination: tuple[Annotated[int, Meta(ge=0, le=3)], ...] = ()
    """``ContaminationData``, in the family's codes; what it lacks is clean."""
    clock_lost: bool = False
    """Whether its clock was never set: it shows the time since power-on, in 1970."""
    clock_offset: float = 0.0
    """Seconds that its clock is ahead of this PC's, until its next boot."""
    time_server: bool = True
    """Whether the time server that ``TSCRole`` names answers, at a boot."""
    powered_seconds: Seconds = 36_000.0
    """For how long it has been on at the start."""
    webserver: bool = True
    """Whether its web server is on: else REST is closed, and AutoIP answers."""
    shares_address: bool = False
    """Out of the box: it shares its address with others, so REST is closed until it gets another one
    (127.x.x.x); AutoIP reports the shared one."""
    dhcp_address: str | None = None
    """Its lease from the DHCP server in addressing mode 1; ``""``: there is no server. By default the address
    that is written."""
    address_after_reboot: str | None = None
    """Its lease from the DHCP server from its next boot on."""
    address_seconds: Annotated[int, Meta(ge=0, le=3600)] = 5
    """For how long it is away when AutoIP sets its address."""
    autoip: Literal["binary", "xml"] | None = None
    """The form of its replies; by default as the family."""
    autoip_broadcasts: bool = False
    """Answer everybody on the network of its interface, as a sensor in a foreign subnet has to."""
    autoip_seconds: Annotated[float, Meta(ge=0, le=1.02)] = 0.02
    """From a search to the reply (SICK's specification: up to 1.02)."""
    interface: str | None = None
    """A network interface that is its own (Linux, as root): it takes the device's MAC and address; REST is at
    port 80 there, AutoIP at 30718."""
    offline: bool = False
    """Its port refuses every connection."""
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.accept_any_image and self.next_version is None:
            message = "accept_any_image needs next_version: any bytes name no version"
            raise ValueError(message)
        for address in (self.dhcp_address, self.address_after_reboot):
            if address:
                IPv4Address(address)
        if self.interface is not None and self.shares_address:
            message = "shares_address is for devices without an interface: there they really share it"
            raise ValueError(message)
