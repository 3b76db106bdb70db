"""sicktui's own vault: passwords in one encrypted file, for PCs where no keyring works.

The password of the vault is asked for once a session and kept nowhere; what it makes (two keys) stays in
the memory of the process. The file is read afresh for every call, so another process may change it: each
change is made under a lock to what the file holds at that moment, and nothing is lost.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import structs

from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.files import display_path, exclusive, write_atomic
from sicktui.stores.secrets.store import StoreFailed
from sicktui.stores.secrets.vault_errors import (
    VaultAbsent,
    VaultDamaged,
    VaultError,
    VaultLocked,
    VaultRuleBroken,
)
from sicktui.stores.secrets.vault_file import (
    check_new_password,
    decrypt_all,
    decrypt_one,
    encode_changed,
    encode_new,
    open_content,
    read_content,
    remove_leftovers,
    write_new,
)
from sicktui.stores.secrets.vault_format import STANDARD, Cost, VaultContent

if TYPE_CHECKING:
    from sicktui.stores.secrets.vault_crypto import VaultKeys

VAULT: Final = "vault (encrypted file)"
LOCKED: Final = "it is locked"
"""Why it is locked, if it was never opened."""
VARIABLE: Final = "SICKTUI_VAULT_PASSWORD"
"""The environment variable with the vault's password, for unattended calls."""


class VaultState(StrEnum):
    """How far the vault can be used now."""

    ABSENT = "absent"
    LOCKED = "locked"
    OPEN = "open"
    UNUSABLE = "unusable"


class ImportResult(NamedTuple):
    """What an import did, by the names of entries."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    kept: tuple[str, ...]
    """Those that the vault has with another password, which was left alone."""
    same: tuple[str, ...]


class _Open(NamedTuple):
    """What a session knows of the file since it was unlocked."""

    keys: "VaultKeys"
    salt: str
    generation: int
    seal: str


class Vault:
    """One vault file. A ``SecretStore``; safe to use from several threads.

    Args:
        path: the file; it need not exist.
        given: the vault's password, if this call was given it. It is tried once, when it is needed.
        cost: what a try at the password costs in a new vault, and must at least cost in an existing one.
    """

    name = VAULT

    def __init__(self, path: Path, *, given: str | None = None, cost: Cost = STANDARD) -> None:
        self.path = path
        self._given = given
        self._cost = cost
        self._open: _Open | None = None
        self._why_locked = LOCKED
        self._lock = threading.RLock()
        self.on_unlock: Callable[[], None] = lambda: None
        """Called when it was unlocked, to complete what waited for that."""
        self.removed_copies: list[Path] = []
        """The hidden copies of a killed process that this one has deleted."""
        self.kept_copies: list[Path] = []
        """Those that it could not delete."""

    def __repr__(self) -> str:
        """Never what is in it."""
        return f"Vault({display_path(self.path)})"

    # What a store for secrets can do

    def check(self) -> None:
        """Return if passwords can be kept in it now.

        Raises:
            VaultAbsent: there is none.
            VaultLocked: it is locked.
            StoreFailed: it cannot be used.
        """
        with self._as_store():
            if self._read() is None:
                raise VaultAbsent
            self._verified()

    def get(self, account: str) -> str | None:
        """The secret of an account; ``None`` if there is none, which is known even while it is locked.

        Raises:
            StoreFailed: it may have one and is locked, or it cannot be used.
        """
        with self._as_store():
            page = self._read()
            if page is None or (account not in page.body.entries and self._open is None):
                return None
            page, keys = self._verified()
            return decrypt_one(page, keys, account, self.path) if account in page.body.entries else None

    def put(self, account: str, secret: str) -> None:
        """Keep a secret.

        Raises:
            StoreFailed: it is locked, or cannot be used.
        """
        with self._as_store():
            self.check()  # a vault that is not there shall not leave a folder and a lock file behind
            self._change({account: secret})

    def delete(self, account: str) -> bool:
        """Forget a secret; whether there was one.

        Raises:
            StoreFailed: it has one and is locked, or it cannot be used.
        """
        with self._as_store():
            if self.get(account) is None:
                return False
            self._change({}, without=account)
            return True

    # What only a vault can do

    def state(self) -> VaultState:
        """How far it can be used now."""
        try:
            self.check()
        except VaultAbsent:
            return VaultState.ABSENT
        except VaultLocked:
            return VaultState.LOCKED
        except StoreFailed:
            return VaultState.UNUSABLE
        return VaultState.OPEN

    def remove_leftovers(self) -> None:
        """Delete the hidden copies that a killed process left: they open with the password of then."""
        gone, self.kept_copies = remove_leftovers(self.path)
        self.removed_copies += gone

    def check_absent(self) -> None:
        """Return if there is no vault.

        Raises:
            VaultRuleBroken: there is one.
            VaultError: there is something else in its place.
        """
        if read_content(self.path) is not None:
            raise VaultRuleBroken(
                f"The vault already exists: {display_path(self.path)}.",
                advice="'sicktui vault password' changes its password.",
            )

    def check_open(self) -> None:
        """Return if it is open.

        Raises:
            VaultError: it is not, and why.
        """
        with self._as_error():
            self.check()

    def names(self) -> tuple[str, ...]:
        """The names of all entries; none if the file cannot be read. Proven only when it is open."""
        try:
            page = read_content(self.path)
        except SicktuiError:
            return ()  # check() explains why
        return () if page is None else tuple(sorted(page.body.entries))

    def create(self, password: str) -> None:
        """Make a new, empty vault and unlock it.

        Raises:
            VaultRuleBroken: the password protects nothing, or there is a vault already.
            StorageError: it cannot be written.
        """
        check_new_password(password)
        with self._lock, exclusive(self.path):
            self.check_absent()
            write_atomic(self.path, encode_new({}, password, self.path, cost=self._cost))
            self._unlock(password)

    def unlock(self, password: str) -> None:
        """Open it for this session.

        Raises:
            WrongVaultPassword: the password is wrong.
            VaultError: there is no vault, or it cannot be used.
        """
        with self._lock:
            self.remove_leftovers()
            self._unlock(password)
            self.on_unlock()

    def _unlock(self, password: str) -> None:
        page = self._existing()
        keys = open_content(page, password, self.path, least=self._cost)
        self._open = _Open(keys, page.body.kdf.salt, page.body.generation, page.seal)

    def lock(self, why: str = LOCKED) -> None:
        """Forget the keys. The password given for this call is not tried again."""
        with self._lock:
            self._given = None
            self._open = None
            self._why_locked = why

    def change_password(self, old: str, new: str) -> None:
        """Give it another password. Everything is encrypted afresh: an old copy's keys are of no use for it.

        Raises:
            WrongVaultPassword: the old password is wrong; nothing was changed.
            VaultRuleBroken: the new one protects nothing.
            VaultError: it cannot be used.
        """
        check_new_password(new)
        self.remove_leftovers()
        with self._lock, exclusive(self.path):
            page = self._existing()
            keys = open_content(page, old, self.path, least=self._cost)
            secrets = decrypt_all(page, keys, self.path)
            generation = page.body.generation + 1
            write_atomic(
                self.path, encode_new(secrets, new, self.path, cost=self._cost, generation=generation)
            )
            self._unlock(new)

    def export(self, path: Path, password: str) -> int:
        """Write everything to another vault file, under a separate password.

        Returns:
            The number of entries.

        Raises:
            UsageError: the file exists already, or the password protects nothing.
            VaultError: the vault is locked, or cannot be used.
        """
        check_new_password(password)
        with self._lock, self._as_error():
            self.check()
            secrets = decrypt_all(*self._verified(), self.path)
            write_new(path, encode_new(secrets, password, path, cost=self._cost))
            return len(secrets)

    def import_from(self, path: Path, password: str, *, replace: bool = False) -> ImportResult:
        """Import the entries of another vault file.

        Args:
            path: the file, e.g. one that ``export`` wrote.
            password: its password.
            replace: whether its entries go before those that the vault has with another password.

        Raises:
            WrongVaultPassword: it is not the password of that file.
            VaultError: one of the two cannot be used; nothing was imported.
        """
        page = read_content(path)
        if page is None:
            raise VaultError(f"There is no file {display_path(path)}.", advice="Check the path.")
        theirs = decrypt_all(page, open_content(page, password, path, least=self._cost), path)
        with self._lock, self._as_error():
            self.check()
            with exclusive(self.path):
                ours = decrypt_all(*self._verified(), self.path)
                same = tuple(name for name in theirs if ours.get(name) == theirs[name])
                added = tuple(name for name in theirs if name not in ours)
                other = tuple(name for name in theirs if name in ours and name not in same)
                taken = {name: theirs[name] for name in (*added, *(other if replace else ()))}
                if taken:
                    self._write(taken)
        return ImportResult(added, other if replace else (), () if replace else other, same)

    # Inside

    def _read(self) -> VaultContent | None:
        """The file as it is now; the given password is tried on it if that was not done yet."""
        page = read_content(self.path)
        if page is not None and self._open is None and self._given is not None:
            password, self._given = self._given, None
            try:
                self.unlock(password)
            except VaultError as error:
                self._why_locked = f"{VARIABLE} does not open it: {error.message.rstrip('.')}"
        return page

    def _existing(self) -> VaultContent:
        page = read_content(self.path)
        if page is None:
            raise VaultError(
                f"There is no vault {display_path(self.path)}.", advice="'sicktui vault create' makes one."
            )
        return page

    def _verified(self) -> tuple[VaultContent, "VaultKeys"]:
        """The file as it is now and its keys, if it is what was last seen, or has grown out of that."""
        page, known = self._existing(), self._open
        if known is None:
            raise VaultLocked(self._why_locked)
        if page.body.kdf.salt != known.salt:
            self.lock("its password was changed by another session")
            raise VaultLocked(self._why_locked)
        if not known.keys.fits(page.sealed, page.seal):
            raise VaultDamaged("its seal is not that of its password", display_path(self.path))
        generation = page.body.generation
        if generation < known.generation or (generation == known.generation and page.seal != known.seal):
            self.lock("an older copy was put in its place; unlock it again if that was meant")
            raise VaultLocked(self._why_locked)
        self._open = known._replace(generation=generation, seal=page.seal)
        return page, known.keys

    def _change(self, changed: dict[str, str], *, without: str | None = None) -> None:
        with exclusive(self.path):
            self._write(changed, without=without)

    def _write(self, changed: dict[str, str], *, without: str | None = None) -> None:
        """Change what the file holds at this moment; the caller has its lock."""
        page, keys = self._verified()
        entries = {name: sealed for name, sealed in page.body.entries.items() if name != without}
        body = structs.replace(page.body, entries=entries, generation=page.body.generation + 1)
        write_atomic(self.path, encode_changed(body, keys, changed))
        self._verified()

    @contextlib.contextmanager
    def _as_store(self) -> Iterator[None]:
        """One thread at a time; every error becomes ``StoreFailed``."""
        with self._lock:
            try:
                yield
            except SicktuiError as error:
                raise StoreFailed(error.message.rstrip("."), error.advice) from error

    @contextlib.contextmanager
    def _as_error(self) -> Iterator[None]:
        """Every ``StoreFailed`` becomes a ``VaultError``."""
        try:
            yield
        except StoreFailed as failure:
            raise VaultError(
                f"The vault {display_path(self.path)} cannot be used: {failure.reason}.",
                advice=failure.advice,
            ) from failure
