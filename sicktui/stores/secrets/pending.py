"""Passwords that are being changed: old and new are both stored until a login shows which one holds."""

from typing import Final

from sicktui.stores.secrets.credentials import Credentials, account_of
from sicktui.stores.secrets.store import MEMORY, StoreFailed, pending_of

_NOT_KEPT: Final = "it cannot be read back"


class PendingPasswords:
    """The new passwords of devices that are not known to hold yet. Blocks: a keyring may need seconds.

    Args:
        credentials: where passwords are kept.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def candidates(self, device: str, user: str) -> tuple[str, ...]:
        """The passwords that may hold, in the order in which they are tried; none if none is known."""
        first = self._credentials.password(device, user)
        new = self._credentials.secret(pending_of(account_of(device, user)))
        if new is None:
            return () if first is None else (first,)
        own = self._credentials.own_password(device, user)
        # What was given for this call or entered in it goes first; of the stored ones, the new one.
        order = (new, own) if first in (own, None) else (first, new, own)
        return tuple(dict.fromkeys(password for password in order if password is not None))

    def is_open(self, device: str, user: str) -> bool:
        """Whether a change of this password is not settled."""
        return self._credentials.secret(pending_of(account_of(device, user))) is not None

    def stage(self, device: str, user: str, old: str, new: str) -> str:
        """Store both, before the new one is sent. Returns the name of the store.

        Raises:
            StoreFailed: no store would outlast this process; nothing is stored.
        """
        credentials = self._credentials
        had = credentials.own_password(device, user)
        try:
            if had != old:
                self._keep(account_of(device, user), old)
            return self._keep(pending_of(account_of(device, user)), new)
        except StoreFailed:
            self.unstage(device, user, had)
            raise

    def _keep(self, account: str, secret: str) -> str:
        place = self._credentials.keep(account, secret)
        if place == MEMORY:
            problems = " ".join(str(problem) for problem in self._credentials.describe().problems)
            raise StoreFailed(
                problems.rstrip(".") or "this PC has no keyring",
                "Create a vault with 'sicktui vault create', or unlock it.",
            )
        if self._credentials.secret(account) != secret:
            raise StoreFailed(_NOT_KEPT, "Check the keyring of this PC with 'sicktui doctor'.")
        return place

    def unstage(self, device: str, user: str, had: str | None) -> None:
        """The password was not changed: forget the new one.

        Args:
            device: the device's name.
            user: the user level.
            had: its own password before; ``None``: it had none, or shares one.
        """
        self._credentials.drop(pending_of(account_of(device, user)))
        if had is None:
            self._credentials.drop(account_of(device, user))

    def settle(self, device: str, user: str, password: str) -> str | None:
        """A login has shown which password holds: keep that one only.

        Returns:
            The name of the store; ``None`` where nothing was open.
        """
        if not self.is_open(device, user):
            return None
        place = self._credentials.remember(device, user, password)
        self._credentials.drop(pending_of(account_of(device, user)))
        return place
