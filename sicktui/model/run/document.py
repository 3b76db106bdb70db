"""A plan as a document: what somebody can be shown, and what is executed later. It holds no secret."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from sicktui.model.enums import Action, Code
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import Operator, UpdateOptions
from sicktui.model.settings import Limits

KIND: Final = "sicktui plan"
FORMAT: Final = 1
"""A newer one is refused: its parts might mean something else."""
MAX_DEVICES: Final = 10_000
_Line = Annotated[str, Meta(max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]*\Z")]
_Text = Annotated[str, Meta(max_length=10_000)]


class PlannedDevice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device's part of a plan."""

    device: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]+\Z")]
    address: _Line
    ad_hoc: bool
    """Whether it was named by its address, without a profile."""
    action: Action
    reason: Code | None
    message: _Text
    advice: _Text
    model: _Line | None
    name: _Line | None = None
    """``DeviceIdent``, which differs between variants of one ``model``. Plans of 0.1.0 do not have it."""
    serial: _Line | None
    mac: _Line | None
    from_version: _Line | None
    to_version: _Line | None
    warnings: list[_Text]


class PlanDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan of an update."""

    kind: _Line
    format: int
    created: _Line
    """RFC 3339, UTC."""
    operator: Operator
    package: Package
    options: UpdateOptions
    limits: Limits
    devices: Annotated[list[PlannedDevice], Meta(min_length=1, max_length=MAX_DEVICES)]
