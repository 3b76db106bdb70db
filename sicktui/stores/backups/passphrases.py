"""The passphrases of backups: one for the site, or one for a device, stored where passwords are.

The one that was given for the call takes precedence when a backup is made. To restore, every one
that is known is tried against the backup's fingerprint, which no sensor notices.
"""

import secrets
from typing import Final

from sicktui.model.errors import UsageError
from sicktui.stores.backups.store import BackupFacts
from sicktui.stores.backups.versions import opens_with
from sicktui.stores.secrets.credentials import Credentials, account_of
from sicktui.stores.secrets.vault import VaultState

SITE: Final = "*"
"""In the place of a device's name: every device without its own passphrase."""
IN_CLEAR: Final = (
    "The passphrase of a backup crosses the network in clear text, unless the sensor is reached over HTTPS."
)
LONGEST: Final = 256
"""Characters (vendor's OpenAPI, ``CreateParameterBackup``)."""
_USER: Final = "backup passphrase"
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like another on a printed page: i, l, o, 0, 1."""
_GROUPS: Final = 6
_OF_EACH: Final = 4


def generate() -> str:
    """A new passphrase that can be written down: 24 letters in groups of four, 118 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_OF_EACH)) for _ in range(_GROUPS))
    return "-".join(groups)


def check(passphrase: str) -> str:
    """A passphrase that sensors take.

    Raises:
        UsageError: it is too long, or empty.
    """
    if not passphrase:
        raise UsageError("The passphrase is empty.", advice="Leave it out to make backups without one.")
    if len(passphrase) > LONGEST:
        raise UsageError(f"A backup passphrase has at most {LONGEST} characters, not {len(passphrase)}.")
    return passphrase


class Passphrases:
    """What is known of passphrases.

    Args:
        credentials: where secrets are kept.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def of(self, device: str) -> str | None:
        """The passphrase for a new backup of a device: the one given for this call, its own, the site's."""
        return next(iter(self.known(device)), None)

    def known(self, device: str) -> list[str]:
        """Every passphrase that may be the one of a device's backups, the likeliest first."""
        found = [
            self._credentials.passphrase,
            self.stored(device),
            self.stored(SITE),
        ]
        return list(dict.fromkeys(passphrase for passphrase in found if passphrase))

    def stored(self, device: str) -> str | None:
        """The stored passphrase of a device, or of the site; not the one given for the call."""
        return self._credentials.secret(account_of(device, _USER))

    def locked(self, device: str) -> bool:
        """Whether the only passphrase of a device is in the vault, and the vault is locked."""
        vault = self._credentials.vault
        if vault is None or self.of(device) is not None or vault.state() is not VaultState.LOCKED:
            return False
        return not {account_of(device, _USER), account_of(SITE, _USER)}.isdisjoint(vault.names())

    def opening(self, facts: BackupFacts, device: str) -> str | None:
        """The passphrase that a backup was made with, if it is among those known; empty: it needs none.

        Slow on purpose: 50 ms for each passphrase that is tried.

        Args:
            facts: the backup.
            device: what the sensor is called today.
        """
        if facts.passphrase_fingerprint is None:
            return ""
        tried = self._credentials.passphrases_tried
        candidates = dict.fromkeys([*self.known(device), *self.known(facts.device or device), *tried])
        return next((candidate for candidate in candidates if opens_with(facts, candidate)), None)

    def try_too(self, passphrase: str) -> None:
        """Try a passphrase on backups that none which is known opens. No new backup is made with it."""
        self._credentials.passphrases_tried.append(passphrase)

    def for_bare_file(self, device: str) -> str:
        """What to open a backup with of which nothing is known: what was entered last, else the device's."""
        tried = self._credentials.passphrases_tried
        return tried[-1] if tried else self.of(device) or ""

    def forget_tried(self) -> None:
        """Forget the passphrases of ``try_too``."""
        self._credentials.passphrases_tried.clear()

    def remember(self, device: str, passphrase: str) -> str:
        """Keep the passphrase of a device, or of the site (``SITE``). Returns the store's name.

        Raises:
            UsageError: no sensor would take it.
        """
        return self._credentials.keep(account_of(device, _USER), check(passphrase))

    def forget(self, device: str) -> bool:
        """Take a passphrase out of every store; whether there was one."""
        return self._credentials.drop(account_of(device, _USER))
