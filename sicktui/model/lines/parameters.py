"""Lines about the parameters of sensors, and comparisons of them."""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from sicktui.model.lines.base import Count, Line


class ParameterLine(Line, frozen=True, kw_only=True, tag="parameter"):
    """``get`` and ``set``: a parameter; of ``set`` also what it was, and what was done."""

    device: str
    name: str
    value: Any
    old: Any = UNSET
    changed: bool | UnsetType = UNSET
    persisted: bool | None | UnsetType = UNSET


class SnapshotLine(Line, frozen=True, kw_only=True, tag="snapshot"):
    """``diff``: a snapshot, the first one or those that are listed."""

    id: str
    device: str
    serial: str | None
    version: str
    taken: str
    scope: Literal["essential", "full"]
    values: dict[str, Any]
    unreadable: dict[str, str]


class DifferenceLine(Line, frozen=True, kw_only=True, tag="difference"):
    """``diff``: a parameter that differs."""

    device: str
    parameter: str
    change: Literal["changed", "gone", "new"]
    before: Any
    after: Any
    network: bool


class DiffLine(Line, frozen=True, kw_only=True, tag="diff"):
    """``diff``: its last line; also what a restore would change, before it is asked for."""

    device: str
    before: str | None
    after: str | None
    different: Count
    same: Count
    checksum: Literal["same", "different", "unknown"]
    not_compared: dict[str, str]
