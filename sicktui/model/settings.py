"""The settings of ``config.toml``, with the defaults that the contract fixes."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, convert, structs

AuthChoice = Literal["auto", "challenge", "basic"]
Scheme = Literal["http", "https"]
ThemeChoice = Literal["auto", "dark", "light", "contrast", "colour-blind", "terminal"]
Density = Literal["compact", "comfortable"]

_LEAST_AWAY: Final = 1.0
_LATE: Final = 0.1

WINDOW: Final = r"^\Z|^(?!(.{5})-\1)([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]\Z"
"""``HH:MM-HH:MM`` with two different times, or nothing."""
CanaryChoice = Annotated[int, Meta(ge=0)] | Literal["models"]
CANARY_MODELS: Final = "models"
WaveChoice = Annotated[int, Meta(ge=0)] | Literal["tag", "segment"]
FailureLimit = (
    Annotated[int, Meta(ge=1)] | Annotated[str, Meta(pattern=r"^([1-9][0-9]?|100)%$", examples=["10%"])]
)


def _seconds(description: str) -> Meta:
    """A duration in seconds; zero means at once."""
    return Meta(ge=0, description=description)


def _positive(description: str) -> Meta:
    return Meta(gt=0, description=description)


class Timing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every deadline and interval, in seconds."""

    poll_interval: Annotated[float, _positive("between two reads of UpdateState")] = 5.0
    autostart_wait: Annotated[
        float,
        _seconds(
            "how long to wait for a flash that starts by itself, before RunFirmwareUpdate; 0: trigger at once"
        ),
    ] = 30.0
    flash_timeout: Annotated[float, _positive("from the trigger to Finished, or to the reboot")] = 300.0
    reconnect_timeout: Annotated[float, _positive("from the device's disappearance to its first answer")] = (
        600.0
    )
    reconnect_interval: Annotated[
        float, _positive("between two tries while it is away; less at first after an update")
    ] = 5.0
    settle: Annotated[float, _seconds("how long it must stay healthy at the new version")] = 5.0
    request_timeout: Annotated[float, _positive("of one request, from the first byte to the last")] = 10.0
    stall_timeout: Annotated[
        float, _positive("an upload or download that moves no byte for that long has failed")
    ] = 30.0
    backup_timeout: Annotated[float, _positive("until a parameter backup is there and whole")] = 30.0
    restore_wait: Annotated[float, _seconds("after RestoreParameterBackup, before persisting")] = 1.0

    def until_try(self, away: float) -> float:
        """Seconds until the next try of a sensor that is away for its reboot.

        A tenth of the time that it has been away, a second at least, and at most the interval. So its return
        is noticed late by a tenth of its absence: many are back within seconds, and each second counts there.

        Args:
            away: seconds since the first try without an answer.
        """
        return min(self.reconnect_interval, max(_LEAST_AWAY, away * _LATE))

    def for_profile(self, own: Mapping[str, object]) -> "Timing":
        """What holds for one device.

        Args:
            own: what its profile sets itself, by key; it wins.
        """
        return convert(structs.asdict(self) | dict(own), Timing) if own else self


class CallTiming(Timing, frozen=True, kw_only=True):
    """The same in a call that sets some of them itself (``--set``, ``--watch``): these win over a profile."""

    given: frozenset[str]
    """The keys that the call sets."""

    def for_profile(self, own: Mapping[str, object]) -> Timing:
        """What holds for one device."""
        plain = {name: getattr(self, name) for name in Timing.__struct_fields__}
        left = {name: value for name, value in own.items() if name not in self.given}
        return convert(plain | left, Timing)


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a run spreads, when it stops starting, and how politely it asks."""

    jobs: Annotated[int, Meta(ge=1, description="sensors processed in parallel")] = 8
    canary: Annotated[
        CanaryChoice,
        Meta(
            description="number of devices to process first, or one per model and variant; the rest follow "
            "only if all of them succeed"
        ),
    ] = 0
    max_failures: Annotated[
        FailureLimit,
        Meta(
            description="stop starting devices after this many failed or unknown, or this part of them "
            "(not for backups)"
        ),
    ] = 1
    wave: Annotated[
        WaveChoice,
        Meta(description="devices that start together, or those of one tag or segment; 0: all (no backups)"),
    ] = 0
    soak: Annotated[
        float, _seconds("seconds between the last verdict of the canaries, or of a wave, and the next start")
    ] = 0.0
    approve: Annotated[
        bool, Meta(description="wait for 'sicktui runs continue' after the canaries, or the first wave")
    ] = False
    window: Annotated[
        str,
        Meta(
            pattern=WINDOW,
            examples=["22:00-05:00"],
            description="local time HH:MM-HH:MM in which sensors are started; what has not started at its "
            "end is skipped; empty: always (not for backups)",
        ),
    ] = ""
    wait_offline: Annotated[
        float, _seconds("seconds for which an update tries again sensors that do not answer; 0: not at all")
    ] = 0.0
    requests_per_second: Annotated[
        float,
        Meta(
            gt=0,
            description="on average, to each sensor, from all programs of this PC; ten at once after a pause",
        ),
    ] = 2.0
    require_approval: Annotated[
        bool, Meta(description="refuse a package that is not approved on the shelf (--allow-unapproved)")
    ] = False
    keep_pins: Annotated[
        bool, Meta(description="an update skips a device that pins another version also if it is named alone")
    ] = False


SPREAD: Final = ("jobs", "canary", "max_failures", "wave", "soak", "approve", "window", "wait_offline")
"""The limits that are chosen for a run: options of an update."""


class LineSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sign of a line in use: while it is, no update and no restore starts on a sensor."""

    in_use_file: Annotated[
        str,
        Meta(
            pattern=r"^$|^~|^/|^\\\\|^[A-Za-z]:[\\/]",
            examples=["/run/line-2.busy"],
            description="absolute path: while this file exists, no sensor is started",
        ),
    ] = ""
    in_use_command: Annotated[
        tuple[str, ...],
        Meta(
            description="program and arguments; exit code 0: sensors may start, any other: not now. It gets "
            "no secrets"
        ),
    ] = ()
    wait: Annotated[float, _seconds("that a run waits for the line; then the rest is skipped")] = 3600.0
    interval: Annotated[float, _positive("between two looks while it is in use")] = 15.0
    timeout: Annotated[float, _positive("for the command; after that the line counts as in use")] = 10.0


class DiscoverySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sensors are searched for."""

    port: Annotated[int, Meta(ge=1, le=65535, description="UDP port of the search (AutoIP)")] = 30718
    wait: Annotated[float, _positive("to collect answers to a search; the first one does not end it")] = 5.0
    probes: Annotated[int, Meta(ge=1, le=256, description="sweep: connections at once")] = 32
    refind: Annotated[
        Literal["auto", "on", "off"],
        Meta(description="look elsewhere for a sensor that left its address; auto: profiles, not loopback"),
    ] = "auto"


_HOT: Final = "°C inside the sensor {}; 0: only the sensor's own thresholds"


class HealthGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds for the devices with one tag. Of several groups, the strictest threshold holds.

    What it leaves out is as in ``[health]``.
    """

    temperature_warning: Annotated[float, Meta(ge=0, description="as in [health]")] | None = None
    temperature_error: Annotated[float, Meta(ge=0, description="as in [health]")] | None = None
    contaminated_sectors: Annotated[int, Meta(ge=1, description="as in [health]")] | None = None
    clock_offset: Annotated[float, Meta(gt=0, description="as in [health]")] | None = None
    certificate_days: Annotated[float, Meta(ge=0, description="as in [health]")] | None = None


class HealthSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when on the health of a sensor is wrong, beside the sensor's own thresholds."""

    temperature_warning: Annotated[float, Meta(ge=0, description=_HOT.format("that are a warning"))] = 0.0
    temperature_error: Annotated[float, Meta(ge=0, description=_HOT.format("that are an error"))] = 0.0
    contaminated_sectors: Annotated[
        int, Meta(ge=1, description="sectors with minor contamination that are a warning")
    ] = 1
    clock_offset: Annotated[
        float,
        _positive("seconds that a sensor's clock may be away from this PC's; a reading takes one or two"),
    ] = 60.0
    certificate_days: Annotated[
        float, Meta(ge=0, description="days before the end of a certificate with a warning")
    ] = 30.0
    groups: dict[str, HealthGroup] = {}
    """By tag: ``[health.groups.TAG]``."""


class MetricsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text file for Prometheus, read by a textfile collector."""

    file: Annotated[
        str,
        Meta(
            pattern=r"^$|\.prom$",
            examples=["/var/lib/node_exporter/sicktui.prom"],
            description="its path, in a folder that exists, with the ending .prom; empty: none",
        ),
    ] = ""
    addresses: Annotated[bool, Meta(description="name the addresses of sensors in it")] = False


class NotifySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who learns that a run has ended: the JSON line `run_ended`, to a URL, to a command, or to both."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^$|^https?://[^\s@]+$",
            examples=["https://example.com/hook"],
            description="POST it there: https with a checked certificate, or http; no redirects",
        ),
    ] = ""
    command: Annotated[
        tuple[str, ...], Meta(description="run this program, with it on standard input; no shell")
    ] = ()
    timeout: Annotated[float, _positive("seconds for either; the run has ended before")] = 10.0
    proxy: Annotated[str, Meta(description="the proxy for the URL; empty: none, whatever the PC has set")] = (
        ""
    )
    ca_file: Annotated[
        str, Meta(description="PEM file of the only trusted authority; empty: those of this PC")
    ] = ""


class BackupSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How stored backups are shown."""

    old_after: Annotated[
        float,
        Meta(ge=0, description="days after which an unconfirmed backup is marked as old"),
    ] = 30.0


class UpdateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What else an update does."""

    check_measuring: Annotated[
        bool,
        Meta(description="after it, read the health and find out whether it measures; changes no verdict"),
    ] = False


class DeviceDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Defaults for profiles."""

    user: Annotated[str, Meta(min_length=1, description="the user level to log in as")] = "Service"
    auth: Annotated[
        AuthChoice,
        Meta(description="auto negotiates with the sensor; challenge never sends a password in clear text"),
    ] = "auto"
    scheme: Annotated[Scheme, Meta(description="how sensors are reached")] = "http"
    description: Annotated[
        str,
        Meta(
            description="path of the OpenAPI file that sensors serve of themselves (GET crown/file), which "
            "SICK does not publish: diff also reads the settings that it lists; empty: not asked for"
        ),
    ] = ""


class SourceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where packages come from: one table for each source, ``[sources.NAME]``."""

    kind: Annotated[Literal["folder", "thinx"], Meta(description="a folder or share, or a THiNX server")] = (
        "folder"
    )
    path: Annotated[str, Meta(description="folder: where packages and zips are dropped")] = ""
    url: Annotated[str, Meta(description='thinx: for example "https://thinx.example.com:7443"')] = ""
    owner: Annotated[str, Meta(description="thinx: the owner's id, 64 hex digits")] = ""
    devices: Annotated[
        tuple[str, ...],
        Meta(description='thinx: the sensors it is asked for: names, "@tag", "all"'),
    ] = ()
    auto_update: Annotated[
        bool,
        Meta(description="true: 'firmware check' fetches offers to the shelf; they still need approval"),
    ] = False
    ca_file: Annotated[
        str,
        Meta(description="thinx: PEM file of the only trusted authority; empty: those of this PC"),
    ] = ""
    mqtt_url: Annotated[str, Meta(description='thinx: "mqtts://host:8883", a hint to check in')] = ""


class DashboardSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the dashboard uses the terminal. ``auto`` detects what the terminal supports."""

    check_interval: Annotated[
        float, Meta(ge=0, description="minutes between two checks of the sources while it runs; 0: none")
    ] = 0.0

    health_interval: Annotated[
        float,
        Meta(ge=0, description="minutes between two readings of a sensor's health while it runs; 0: none"),
    ] = 15.0

    glyphs: Annotated[
        Literal["auto", "unicode", "ascii"], Meta(description="the characters of marks and states")
    ] = "auto"
    theme: Annotated[
        ThemeChoice, Meta(description="auto: dark, and the terminal's own colours where it has only 16")
    ] = "auto"
    density: Annotated[
        Density, Meta(description="comfortable: more room around dialogs, fields and panes")
    ] = "compact"
    colours: Annotated[
        Literal["auto", "16", "256", "full"], Meta(description="how many colours the terminal has")
    ] = "auto"
    mouse: Annotated[
        Literal["auto", "on", "off"],
        Meta(description="auto leaves it off over SSH, where it costs traffic and often does not arrive"),
    ] = "auto"


class FleetSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """This PC's place in a fleet: the extra ``fleet``."""

    pc: Annotated[str, Meta(description="the name of this PC in the fleet, e.g. hall-3 (fleet worker)")] = ""
    url: Annotated[
        str,
        Meta(
            description="the fleet's PostgreSQL database, without a password, e.g. "
            "postgresql://sicktui_worker@db.plant.example/sicktui"
        ),
    ] = ""
    ca_file: Annotated[
        str,
        Meta(description="PEM file of the authority of the database's certificate; empty: those of this PC"),
    ] = ""
    keep_days: Annotated[
        int,
        Meta(
            description="days for which the database keeps lines and steps of rollouts that are over "
            "(fleet coordinator)",
            ge=7,
            le=3650,
        ),
    ] = 90


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of one call."""

    timing: Timing = Timing()
    limits: Limits = Limits()
    line: LineSettings = LineSettings()
    discovery: DiscoverySettings = DiscoverySettings()
    device: DeviceDefaults = DeviceDefaults()
    backups: BackupSettings = BackupSettings()
    update: UpdateSettings = UpdateSettings()
    health: HealthSettings = HealthSettings()
    metrics: MetricsSettings = MetricsSettings()
    notify: NotifySettings = NotifySettings()
    dashboard: DashboardSettings = DashboardSettings()
    fleet: FleetSettings = FleetSettings()
    sources: dict[str, SourceSettings] = {}
    """The sources of packages, by name."""
    keys: dict[str, str] = {}
    """The dashboard's keys by command, e.g. ``update = "U"``; the dashboard checks them."""
