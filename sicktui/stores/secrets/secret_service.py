"""The Secret Service of Linux desktops, without prompts that block for ever.

Imported only when it is used: it brings in ``keyring``, ``secretstorage`` and ``cryptography`` (0.13 s).
"""

import os

import secretstorage
from keyring.backends import SecretService
from secretstorage.exceptions import ItemNotFoundException, SecretServiceNotAvailableException

from sicktui.stores.secrets.store import NONE_HERE, StoreFailed

_NO_SERVICE = (
    "no Secret Service runs in this session",
    "GNOME Keyring or KeePassXC offers one in a desktop session.",
)


class BoundedSecretService(SecretService.Keyring):
    """The backend of ``keyring``, except that a locked collection ends in an error and not in a wait."""

    unlock_limit: float = 3.0
    """Seconds that a person at the desktop has to answer the unlock prompt."""

    def get_preferred_collection(self) -> secretstorage.Collection:
        """The default collection, unlocked.

        Raises:
            StoreFailed: there is none, or it stays locked.
            TimeoutError: the unlock prompt was not answered.
        """
        try:
            bus = secretstorage.dbus_init()
        except (SecretServiceNotAvailableException, OSError) as error:
            # A bus that went away while sicktui runs is a FileNotFoundError here.
            known = "DBUS_SESSION_BUS_ADDRESS" in os.environ
            if known:
                raise StoreFailed("the session's D-Bus cannot be reached", brief="no bus") from error
            raise StoreFailed(*_NO_SERVICE, brief=NONE_HERE) from error
        try:
            collection = secretstorage.Collection(bus)
            if collection.is_locked():
                # secretstorage#33: without a limit it waits for ever.
                collection.unlock(timeout=self.unlock_limit)
            locked = collection.is_locked()
        except BaseException as error:
            bus.close()
            if isinstance(error, ItemNotFoundException):
                # secretstorage would offer to make one, with a prompt.
                raise StoreFailed("the Secret Service has no default keyring yet", brief=NONE_HERE) from error
            if isinstance(error, SecretServiceNotAvailableException):
                raise StoreFailed(*_NO_SERVICE, brief=NONE_HERE) from error
            raise
        if locked:
            bus.close()
            raise StoreFailed("it is locked", "Unlock it in a desktop session.", brief="locked")
        return collection
