"""Lines about addresses and searches."""

from typing import Literal

from msgspec import UNSET, UnsetType

from sicktui.model.enums import Code, Verdict
from sicktui.model.lines.base import Count, Line, Words
from sicktui.model.search.records import By, Problem


class AddressLine(Line, frozen=True, kw_only=True, tag="address"):
    """``address``: how a sensor gets its IPv4 address, and which it has."""

    device: str | None
    serial: str | None
    mac: str | None
    place: str | None
    mode: Literal["dhcp", "static"] | None
    address: str | None
    mask: str | None
    gateway: str | None
    effective: dict[str, str | None]
    fallback: Literal["static", "retry"] | None
    scan_mode: int | None
    scan_enabled: bool | None
    interrupted: str | None


class NetworkVerdict(Line, frozen=True, kw_only=True, tag="verdict"):
    """``address`` and ``commission``: what became of one sensor's address."""

    device: str
    operation: Literal["address", "commission"]
    verdict: Verdict
    code: Code | None
    message: str
    advice: str
    seconds: float
    address: str | None
    serial: str | None | UnsetType = UNSET
    mac: str | None | UnsetType = UNSET


class CommissionSummary(Line, frozen=True, kw_only=True, tag="summary"):
    """``commission``, and ``address --mac`` that sets an address: the last line."""

    operation: Literal["commission"] = "commission"
    verdicts: dict[str, int]
    exit_code: int


class FoundLine(Line, frozen=True, kw_only=True, tag="found"):
    """``discover``: one sensor."""

    address: str
    by: By
    mac: str | None
    serial: str | None
    model: str | None
    version: str | None
    name: str | None
    order_number: str | None
    device: str | None
    problem: Problem | None
    confirmed: bool
    instead_of: str | None
    hidden: bool
    message: str
    advice: str


class SearchSummary(Line, frozen=True, kw_only=True, tag="summary"):
    """``discover``: the last line, unless it failed."""

    operation: Literal["discover"] = "discover"
    found: Count
    new: Count
    moved: Count
    probed: Count
    added: Words
    followed: Words
    exit_code: int
