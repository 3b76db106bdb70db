"""Which devices have a password, as far as is known without a prompt and without asking a sensor."""

from collections.abc import Iterable
from enum import StrEnum

from sicktui.stores.secrets.credentials import Credentials


class PasswordState(StrEnum):
    """What is known of the password of a device."""

    KNOWN = "known"
    MISSING = "missing"
    LOCKED = "in the locked vault"
    ELSEWHERE = "stored for another sensor"
    REFUSED = "rejected by the sensor"


def password_states(
    credentials: Credentials, accounts: Iterable[tuple[str, str]]
) -> dict[str, PasswordState]:
    """The state of each device's password. Asks the stores, of which one may be slow.

    Args:
        credentials: the stores.
        accounts: the devices with their users.
    """
    return {device: _state(credentials, device, user) for device, user in accounts}


def _state(credentials: Credentials, device: str, user: str) -> PasswordState:
    password = credentials.password(device, user)
    if password is not None:
        refused = credentials.was_refused(device, user, password)
        return PasswordState.REFUSED if refused else PasswordState.KNOWN
    if credentials.is_locked(device, user):
        return PasswordState.LOCKED
    return PasswordState.ELSEWHERE if credentials.why_other(device, user) else PasswordState.MISSING
