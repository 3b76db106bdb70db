"""Lines about the backups on this PC."""

from typing import Literal

from msgspec import UNSET, UnsetType

from sicktui.model.lines.base import Count, Line, Words


class BackupLine(Line, frozen=True, kw_only=True, tag="backup"):
    """A backup: one a line of ``backups list``, and of each command for backups."""

    backup: str
    id: str
    device: str
    serial: str | None
    mac: str | None
    name: str | None
    model: str | None
    order_number: str | None
    version: str | None
    created: str
    operator: str
    run: str | None
    content_type: str | None
    api: str | None
    passphrase: bool
    location: str | None
    parameters_md5: str | None
    snapshot: str | None
    age: str | None
    hours: int | None
    sha256: str
    bytes: Count
    sequence: int | None
    format: int
    last_seen: str | UnsetType = UNSET
    last_seen_age: str | None | UnsetType = UNSET
    path: str | UnsetType = UNSET
    whole: bool | UnsetType = UNSET
    opens: bool | None | UnsetType = UNSET
    message: str | UnsetType = UNSET
    new: bool | UnsetType = UNSET


class HistoryLine(Line, frozen=True, kw_only=True, tag="history"):
    """``backups history``: the backups of one sensor."""

    device: str
    key: str
    newest: str | None
    last_seen: str | None
    versions: Count
    age_days: float | None
    marks: Words


class PruneLine(Line, frozen=True, kw_only=True, tag="prune"):
    """``backups prune``: a backup that would be deleted, or that was."""

    backup: str
    device: str
    deleted: bool


class ExportLine(Line, frozen=True, kw_only=True, tag="export"):
    """A file that was written: ``backups export``, ``devices export``."""

    file: str
    bytes: Count
    backup: str | UnsetType = UNSET
    format: Literal["csv", "json", "toml"] | UnsetType = UNSET
