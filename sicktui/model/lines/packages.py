"""Lines about packages, and the sources that they come from."""

from typing import Literal

from msgspec import UNSET, UnsetType

from sicktui.model.firmware.offer import OfferState
from sicktui.model.firmware.package import PackageType
from sicktui.model.lines.base import Count, Line, Words


class PackageLine(Line, frozen=True, kw_only=True, tag="package"):
    """A package on the shelf: one a line of ``firmware list``, and each that a command added or changed."""

    id: str
    name: str
    version: str | None
    sha256: str
    bytes: Count
    type: PackageType
    source: str | None
    approved: bool
    models: Words
    added: str
    added_by: str
    approved_by: str | None
    approved_at: str | None
    note: str
    removed: Literal[True] | UnsetType = UNSET
    same_version: Words | UnsetType = UNSET
    trouble: str | UnsetType = UNSET


class SourceLine(Line, frozen=True, kw_only=True, tag="source"):
    """``sources list``: a source that is set up."""

    source: str
    type: str
    where: str
    devices: Words
    key: bool | None
    auto_update: bool
    problem: str | None


class OfferLine(Line, frozen=True, kw_only=True, tag="offer"):
    """``firmware check`` and ``fetch``: an offer, or why there is none."""

    source: str
    device: str | None
    version: str | None
    auto_update: bool | None
    state: OfferState
    message: str
    advice: str
    package: str | None


class FetchProgress(Line, frozen=True, kw_only=True, tag="progress"):
    """``firmware fetch``: bytes that a source has sent, at most four times a second."""

    source: str
    device: str | None
    step: Literal["download"] = "download"
    sent: Count
    total: Count | None


class SourcesSummary(Line, frozen=True, kw_only=True, tag="summary"):
    """``firmware check`` and ``fetch``: the last line, with the number of offers by state."""

    operation: Literal["check", "fetch"]
    offers: dict[str, int]
    exit_code: int
