"""The API generations that a simulated device can belong to.

Each is a set of differences between SICK's articles, OpenAPI files and clients. None was measured on a
device.
"""

from typing import Final, Literal

from msgspec import Struct, structs

from sicktui.simulator.spec import Auth, DeviceSpec, ErrorStyle, GenerationName, Salt

RestoreReply = Literal["silent", "result", "codes", "async"]
"""What ``RestoreParameterBackup`` answers: a header only; ``Result``; ``RestoreResult`` and the
parameters that failed; or a header, with ``RestoreParameterBackupResult`` to be polled."""


class Family(Struct, frozen=True, kw_only=True):
    """What all variants of a product have in common (SICK's OpenAPI files)."""

    name: str
    """``DeviceIdent.Name``."""
    model: str
    """The default ``DeviceType``."""
    order_number: str
    location_limit: int
    """Maximum characters of ``LocationName``."""
    signed_since: tuple[int, ...] | None = None
    """From this firmware on only signed packages are accepted, before it only unsigned ones
    (firmware article, section 2); ``None`` if the rule is not known to apply."""


PICOSCAN: Final = Family(
    name="picoScan",
    model="picoScan150",
    order_number="1134610",
    location_limit=32,
    signed_since=(2, 2, 0),
)
MULTISCAN: Final = Family(name="multiScan", model="multiScan136", order_number="1131164", location_limit=32)
LRS4000: Final = Family(name="LRSNAV", model="LRS4581R", order_number="1098855", location_limit=16)


class Generation(Struct, frozen=True, kw_only=True):
    """The API of a generation of firmware."""

    name: GenerationName
    family: Family
    version: str
    auth: Auth = "challenge"
    salt: Salt = "zeros"
    tokens: bool = False
    time_to_live: bool = False
    """Whether ``CreateSessionToken`` takes ``timeToLive`` (seconds, here: the vendor names no unit)."""
    trigger: str | None = "RunFirmwareUpdate"
    """The path of the trigger under ``/api/``; ``None`` if there is no update."""
    persist: tuple[str, ...] = ("WriteEeprom",)
    check_credentials: bool = True
    open_methods: tuple[str, ...] = ("FindMe", "GetDiagnosisDumpInfo")
    """Methods that work without authentication (no header in SICK's OpenAPI)."""
    backup: bool = True
    create_reply: bool = True
    """Whether ``CreateParameterBackup`` answers with ``Result``; else with a header only."""
    create_result: bool = False
    """Whether ``CreateParameterBackupResult`` exists."""
    restore: RestoreReply = "result"
    backup_format: Literal["binary", "json"] = "binary"
    error_style: ErrorStyle = "status"
    wrapped: bool = False
    expect_continue: bool = True
    keep_alive: bool = True
    update_denied: int = 401
    """HTTP status of ``PUT update`` without a good token (firmware article, section 5)."""
    backup_denied: int = 403
    """HTTP status of ``parameterbackup`` without a good token (auth article, section 3)."""


GENERATIONS: Final[dict[GenerationName, Generation]] = {
    # SICK's article "Headless firmware deployment", as it is written.
    "firmware-article": Generation(
        name="firmware-article",
        family=PICOSCAN,
        version="2.2.0.0R",
        auth="basic",
        tokens=True,
        trigger="methods/RunFirmwareUpdate",
        persist=("PersistParameters",),
        check_credentials=False,
        open_methods=(),
        create_reply=False,
        restore="silent",
        error_style="http_json",
        expect_continue=False,
    ),
    # SICK's article "Challenge & Response and Session Token Authentication", as it is written.
    "auth-article": Generation(
        name="auth-article",
        family=PICOSCAN,
        version="2.3.0.0R",
        tokens=True,
        persist=("PersistParameters",),
        check_credentials=False,
        open_methods=(),
        create_reply=False,
        restore="silent",
    ),
    # SICK's OpenAPI file of picoScan120/150 2.2.1: no CreateSessionToken.
    "picoscan-2.2.1": Generation(name="picoscan-2.2.1", family=PICOSCAN, version="2.2.1.0R"),
    # Newer firmware: a token with timeToLive, and results that are polled.
    "picoscan-2.3.3": Generation(
        name="picoscan-2.3.3",
        family=PICOSCAN,
        version="2.3.3.0R",
        salt="random",
        tokens=True,
        time_to_live=True,
        create_result=True,
        restore="async",
        wrapped=True,
    ),
    # SICK's OpenAPI file of multiScan100 2.4.2: a RestoreResult, and the backup is JSON.
    "multiscan-2.4.2": Generation(
        name="multiscan-2.4.2",
        family=MULTISCAN,
        version="2.4.2.0R",
        restore="codes",
        backup_format="json",
        wrapped=True,
    ),
    # SICK's OpenAPI file of LRS4000 1.9.1: no update, no backup, no UpdateState, no checkCredentials.
    "lrs4000-1.9.1": Generation(
        name="lrs4000-1.9.1",
        family=LRS4000,
        version="1.9.1.0R",
        trigger=None,
        check_credentials=False,
        backup=False,
        keep_alive=False,
    ),
}
"""Every API generation by its name."""

_OVERRIDES: Final = ("auth", "salt", "tokens", "error_style", "wrapped", "expect_continue", "keep_alive")


def generation_of(spec: DeviceSpec) -> Generation:
    """The generation of a device, with what its spec changes."""
    changes = {name: getattr(spec, name) for name in _OVERRIDES if getattr(spec, name) is not None}
    return structs.replace(GENERATIONS[spec.generation], **changes)


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers of a firmware version: ``2.3.0.0R`` is ``(2, 3, 0, 0)``."""
    parts = (("".join(char for char in part if char.isdigit())) for part in version.split("."))
    return tuple(int(part) for part in parts if part)
