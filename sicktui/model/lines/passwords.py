"""Lines about passwords, passphrases and keys. None but ``PassphraseLine`` has one in it."""

from typing import Literal

from msgspec import UNSET, UnsetType

from sicktui.model.enums import Code, Verdict
from sicktui.model.lines.base import Line, Words


class LoginLine(Line, frozen=True, kw_only=True, tag="login"):
    """``login``: a password that was tried, and where it is stored."""

    device: str
    user: str
    stored: str | None
    code: Code | None
    message: str
    advice: str


class SourceLogin(Line, frozen=True, kw_only=True, tag="login"):
    """``sources login``: a key that was stored."""

    source: str
    stored: str


class FleetLogin(Line, frozen=True, kw_only=True, tag="login"):
    """``fleet login``: the password of the fleet's database, which was stored."""

    account: str
    stored: str


class LogoutLine(Line, frozen=True, kw_only=True, tag="logout"):
    """``logout``: whether a password was stored that is forgotten now."""

    device: str
    forgotten: bool


class SourceLogout(Line, frozen=True, kw_only=True, tag="logout"):
    """``sources logout``: whether a key was stored that is forgotten now."""

    source: str
    forgotten: bool


class PasswdLine(Line, frozen=True, kw_only=True, tag="passwd"):
    """``passwd``: what became of one sensor's password."""

    device: str
    user: str
    verdict: Verdict
    code: Code | None
    message: str
    advice: str
    stored: str | None


class PassphraseLine(Line, frozen=True, kw_only=True, tag="passphrase"):
    """``passphrase``: what was stored or forgotten; of ``generate`` with the new passphrase."""

    devices: Words
    passphrase: str | UnsetType = UNSET
    stored: str | None | UnsetType = UNSET
    forgotten: bool | UnsetType = UNSET


VaultAction = Literal["create", "password", "export", "import"]


class VaultLine(Line, frozen=True, kw_only=True, tag="vault"):
    """``vault``: what was done to it."""

    action: VaultAction
    path: str
    file: str | UnsetType = UNSET
    added: Words | UnsetType = UNSET
    replaced: Words | UnsetType = UNSET
    kept: Words | UnsetType = UNSET
