"""The API generations that a simulated device can belong to: products, and their APIs in one firmware.

What an API has is described in ``families/``; here is the rest. None was measured on a
device.
"""

from typing import Final, Literal, cast

from msgspec import Struct, structs

from sicktui.simulator.families.kinds import Record, Text
from sicktui.simulator.families.notation import Family, family_of
from sicktui.simulator.spec import Auth, DeviceSpec, ErrorStyle, GenerationName, Salt

RestoreReply = Literal["silent", "result", "codes", "async"]
"""What ``RestoreParameterBackup`` answers: a header only; ``Result``; ``RestoreResult`` and the
parameters that failed; or a header, with ``RestoreParameterBackupResult`` to be polled."""

TRIGGERS: Final = ("RunFirmwareUpdate", "methods/RunFirmwareUpdate")
PERSISTS: Final = ("WriteEeprom", "PersistParameters")


class Product(Struct, frozen=True):
    """What all firmware of a product has in common."""

    name: str
    """``DeviceIdent.Name``."""
    model: str
    """The default ``DeviceType``."""
    order_number: str
    signed_since: tuple[int, ...] | None = None
    """From this firmware on only signed packages are accepted, before it only unsigned ones
    (firmware article, section 2); ``None`` if the rule is not known to apply."""
    events_since: tuple[int, ...] | None = None
    """From this firmware on it pushes events over ``/apievents`` (SICK's release notes); ``None``: never."""
    scans: bool = False
    """Whether its datagrams of measured data are known (SICK's developer guide: of picoScans only)."""
    autoip: Literal["binary", "xml"] = "binary"
    """The form of its replies to a search. Known of picoScans only (SICK's developer guide)."""


_PICOSCAN150: Final = Product("picoScan", "picoScan150", "1134610", (2, 2, 0), (2, 3, 1), scans=True)
_PICOSCAN120: Final = Product("picoScan120", "picoScan120", "1136310", (2, 2, 0), (2, 3, 1), scans=True)
_MULTISCAN100: Final = Product("multiScan", "multiScan136", "1131164")
_MULTISCAN200: Final = Product("multiScan200", "multiScan2xx", "1143206")
_LRS4000: Final = Product("LRSNAV", "LRS4581R", "1098855", autoip="xml")


class Generation(Struct, frozen=True, kw_only=True):
    """The API of a product in a generation of firmware."""

    name: GenerationName
    family: Product
    auth: Auth = "challenge"
    salt: Salt = "zeros"
    tokens: bool | None = None
    """Whether there are session tokens; ``None``: as described."""
    backup_format: Literal["binary", "json"] = "binary"
    error_style: ErrorStyle = "status"
    wrapped: bool = False
    expect_continue: bool = True
    keep_alive: bool = True
    update_denied: int = 401
    """HTTP status of ``PUT update`` without a good token (firmware article, section 5)."""
    backup_denied: int = 403
    """HTTP status of ``parameterbackup`` without a good token (auth article, section 3)."""

    @property
    def api(self) -> Family:
        """Its variables and methods."""
        return family_of(self.name)

    @property
    def version(self) -> str:
        """The firmware that it is the API of."""
        ident = cast("dict[str, str]", self.api.variables["DeviceIdent"].kind.initial())
        return ident["Version"]

    @property
    def location_limit(self) -> int:
        """Maximum characters of ``LocationName``."""
        return cast("Text", self.api.variables["LocationName"].kind).high or 0

    @property
    def trigger(self) -> str | None:
        """The path of the trigger under ``/api/``; ``None`` if there is no update."""
        return next((path for path in TRIGGERS if path in self.api.methods), None)

    @property
    def persist(self) -> tuple[str, ...]:
        """The methods that save the parameters."""
        return tuple(name for name in PERSISTS if name in self.api.methods)

    @property
    def backup(self) -> bool:
        """Whether it has backups."""
        return "CreateParameterBackup" in self.api.methods

    @property
    def restore(self) -> RestoreReply:
        """How ``RestoreParameterBackup`` answers."""
        if "RestoreParameterBackupResult" in self.api.variables:
            return "async"
        fields = self.returns("RestoreParameterBackup").fields
        if "RestoreResult" in fields:
            return "codes"
        return "result" if fields else "silent"

    def returns(self, method: str) -> Record:
        """What a method returns; no fields: a header only."""
        return self.api.methods[method].returns


_ALL: Final = (
    Generation(
        name="firmware-article",
        family=_PICOSCAN150,
        auth="basic",
        error_style="http_json",
        expect_continue=False,
    ),
    Generation(name="auth-article", family=_PICOSCAN150),
    Generation(name="picoscan-2.2.1", family=_PICOSCAN150),
    Generation(name="picoscan-2.3.3", family=_PICOSCAN150, salt="random", wrapped=True),
    Generation(name="multiscan-2.4.2", family=_MULTISCAN100, backup_format="json", wrapped=True),
    Generation(name="lrs4000-1.9.1", family=_LRS4000, keep_alive=False),
    Generation(name="picoscan120-2.2.1", family=_PICOSCAN120),
    Generation(name="picoscan120-2.3.3", family=_PICOSCAN120, salt="random", wrapped=True),
    Generation(name="multiscan-2.4.4", family=_MULTISCAN100, backup_format="json", wrapped=True),
    Generation(name="multiscan200-1.1.0", family=_MULTISCAN200, backup_format="json", wrapped=True),
    Generation(name="lrs4000-1.10.0", family=_LRS4000, keep_alive=False),
)
GENERATIONS: Final[dict[GenerationName, Generation]] = {generation.name: generation for generation in _ALL}
"""Every API generation by its name."""

_OVERRIDES: Final = ("auth", "salt", "tokens", "error_style", "wrapped", "expect_continue", "keep_alive")


def generation_of(spec: DeviceSpec) -> Generation:
    """The generation of a device, with what its spec changes."""
    generation = GENERATIONS[spec.generation]
    changes = {name: getattr(spec, name) for name in _OVERRIDES if getattr(spec, name) is not None}
    if generation.tokens is None:
        changes = {"tokens": "CreateSessionToken" in generation.api.methods, **changes}
    return structs.replace(generation, **changes)


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers of a firmware version: ``2.3.0.0R`` is ``(2, 3, 0, 0)``."""
    parts = (("".join(char for char in part if char.isdigit())) for part in version.split("."))
    return tuple(int(part) for part in parts if part)
