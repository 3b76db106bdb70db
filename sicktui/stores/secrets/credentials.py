"""Where passwords come from: given for this call, the OS keyring, the vault, the memory of this process.

The first place that works is used, and why a better one does not is kept in words: for the status
line and ``doctor``. No secret is ever written to a file in clear text.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final

from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord, BoundStore, PlaceOf
from sicktui.stores.secrets.keyring import TIME_LIMIT, platform_keyring
from sicktui.stores.secrets.report import CredentialsReport, StoreProblem, problem_of
from sicktui.stores.secrets.store import NONE_HERE, MemoryStore, SecretStore, StoreFailed, pending_of
from sicktui.stores.secrets.vault import LOCKED, VAULT, Vault, VaultState
from sicktui.stores.secrets.vault_errors import UNLOCK_ADVICE, VaultNotReady

ALL_DEVICES: Final = "all"
"""In the place of a device's name: the password of every device in the list. No device can be called so."""

_TELL: Final = "Give it with --password-stdin or SICKTUI_PASSWORD, or store it with 'sicktui login'."

_AGAIN: Final = "Store it for this sensor with 'sicktui login'."

Groups = Callable[[str], Sequence[str]]
"""The groups of a device, the narrowest first: ``@tag`` for each of its tags, then ``all``."""


class Credentials:
    """The chain. Safe to use from several threads. No call prompts, and a store that hangs is given up.

    A password that somebody enters while sicktui runs goes before the one given for the call: it
    was entered because that one failed. A device's own password goes before one that it shares.

    Args:
        given: the password of this call (``SICKTUI_PASSWORD`` or standard input), for every device.
        keyring: the OS keyring, or ``None`` to do without.
        passphrase: the backup passphrase of this call.
        vault: the encrypted file, used where the keyring does not work; ``None`` to do without.
        groups: returns the groups of a device, whose shared passwords it may use.
        bindings: what the stored secrets were stored for; ``None`` to do without.
        place_of: where the device of an account is now.
    """

    def __init__(
        self,
        *,
        given: str | None,
        keyring: SecretStore | None,
        passphrase: str | None = None,
        vault: Vault | None = None,
        groups: Groups = lambda _: (),
        bindings: SharedRecord[BindingsRecord] | None = None,
        place_of: PlaceOf = lambda _: None,
    ) -> None:
        self.passphrase = passphrase
        self.passphrases_tried: list[str] = []
        """Entered to restore a backup that was made with another one than the present."""
        self.vault = vault
        self._given = given
        self._groups = groups
        self._entered = MemoryStore()
        self._refused: dict[str, set[str]] = {}
        # Before memory, from the best down.
        self._lasting: tuple[BoundStore, ...] = tuple(
            BoundStore(store, bindings, place_of) for store in (keyring, vault) if store is not None
        )
        if vault is not None:
            vault.on_unlock = self._lasting[-1].complete_removals
        self._place_of = place_of
        self._used: dict[str, BoundStore] = {}
        """The store that each account was read from last."""
        self._serials: dict[str, str] = {}
        """The serial numbers of the sensors that have accepted a password, by account."""
        self._problems: dict[str, StoreProblem] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        """Without any secret."""
        return f"Credentials(stores={[store.name for store in self._lasting]})"

    def password(self, device: str, user: str) -> str | None:
        """The password of a device's user; ``None`` if it is not known.

        Args:
            device: the device's name.
            user: the user level on the device, e.g. ``Service``.
        """
        own = account_of(device, user)
        known = self._entered.get(own)
        if known is None and self._given is None:
            known = self._stored(own)
        if known is not None:
            return known
        # Only now, since to know its groups the device list is read.
        shared = self._shared(device, user)
        for account in shared:
            if (known := self._entered.get(account)) is not None:
                return known
        if self._given is not None:
            return self._given
        return next((found for account in shared if (found := self._stored(account)) is not None), None)

    def own_password(self, device: str, user: str) -> str | None:
        """The password that was entered or stored for this device alone; none that was given or is shared."""
        return self.secret(account_of(device, user))

    def is_locked(self, device: str, user: str) -> bool:
        """Whether the only password of a device is in the vault, and the vault is locked."""
        vault = self.vault
        if vault is None or self.password(device, user) is not None:
            return False
        bound = self._lasting[-1]
        accounts = (account_of(device, user), *self._shared(device, user))
        usable = {account for account in accounts if bound.is_usable(account)}
        return vault.state() is VaultState.LOCKED and not usable.isdisjoint(vault.names())

    def why_unknown(self, device: str, user: str) -> tuple[str, str]:
        """Why there is no password for a device, and what to do about it."""
        broken = dict(self.walk())
        if self.is_locked(device, user):
            locked = broken.get(VAULT)
            if locked is None or locked.reason == LOCKED:
                return "Its password is in the vault, and the vault is locked.", UNLOCK_ADVICE
            return f"Its password is in the vault, which is locked: {locked.reason}.", UNLOCK_ADVICE
        if other := self.why_other(device, user):
            return f"The stored password is not used: {other}.", _AGAIN
        # Where a store cannot be asked, the password may well be in it.
        silent = [found for found in broken.values() if found is not None and found.brief != NONE_HERE]
        why = "".join(f" {found.sentence}" for found in silent)
        return (
            f"No password is known for {user} on this sensor.{why}",
            " ".join([*(found.advice for found in silent if found.advice), _TELL]),
        )

    def why_other(self, device: str, user: str) -> str:
        """Why a stored password belongs to another sensor; empty if there is none, or if it does not."""
        account = account_of(device, user)
        return next((why for store in self._lasting if (why := store.why_other(account))), "")

    def serial_of(self, device: str, user: str) -> str | None:
        """The serial number that the known password was stored for; ``None``: any sensor may be sent it."""
        account = account_of(device, user)
        store = self._used.get(account)
        return None if store is None else store.serial_of(account)

    def follow(self, before: str, after: str, user: str) -> bool:
        """Apply a new address or name that an operator gave a device; the list has it already.

        Returns:
            Whether all that was stored for it is still usable. ``False``: a store could not be changed.
        """
        try:
            for store in self._lasting:
                store.follow(after)
        except StoreFailed:
            return False
        if before == after:
            return True
        accounts = {account for store in self._lasting for account in store.accounts(before)}
        if self.vault is not None:
            accounts |= {account for account in self.vault.names() if account.startswith(f"{before}/")}
        if self._stored(account_of(before, user)) is not None:
            accounts.add(account_of(before, user))  # from before there were bindings
        for account in accounts:
            secret = self.secret(account)
            if secret is None:
                return False
            self.keep(f"{after}{account[len(before) :]}", secret)
            self.drop(account)
        return True

    def _shared(self, device: str, user: str) -> list[str]:
        try:
            groups = self._groups(device)
        except SicktuiError:
            return []  # a device list that cannot be read is reported where it is used
        return [account_of(group, user) for group in groups]

    def secret(self, account: str) -> str | None:
        """A secret other than a password, whatever was given for the call: entered, else from a store."""
        known = self._entered.get(account)
        return self._stored(account) if known is None else known

    def _stored(self, account: str) -> str | None:
        for store in self._lasting:
            try:
                known = store.get(account)
            except StoreFailed as failure:
                self._blame(store, failure)
            else:
                if known is not None:
                    self._used[account] = store
                    return known
        self._used.pop(account, None)
        return None

    def remember(self, device: str, user: str, password: str) -> str:
        """Keep a password in the best store that works.

        Returns:
            The store's name, e.g. ``memory, until sicktui exits``.
        """
        account = account_of(device, user)
        name = self.keep(account, password)
        if self._given is not None:
            self._entered.put(account, password)  # or the given one would go before it
        return name

    def share(self, group: str, user: str, password: str) -> str:
        """Keep one password once, for all devices of a group (``@tag``, ``all``) without their own.

        Returns:
            The store's name.
        """
        return self.remember(group, user, password)

    def keep(self, account: str, secret: str) -> str:
        """Keep any secret in the best store that works. Returns the store's name."""
        for place, store in enumerate(self._lasting):
            try:
                store.put(account, secret)
            except StoreFailed as failure:
                self._blame(store, failure)
                continue
            self._absolve(store)
            self._learn(store, account)
            self._entered.delete(account)  # what another process stores later shall count
            self._renew(account, secret, self._lasting[place + 1 :])
            return store.name
        self._entered.put(account, secret)
        return self._entered.name

    def keep_entered(self) -> int:
        """Move what was entered into the best store that works; the number that a store has taken.

        For a vault that was made, or unlocked, after passwords had been entered.
        """
        entered = self._entered.everything()
        taken = sum(self.keep(account, secret) != self._entered.name for account, secret in entered.items())
        if self._given is not None:
            for account, secret in entered.items():
                self._entered.put(account, secret)  # or the given one would go before it
        return taken

    def _renew(self, account: str, secret: str, others: Sequence[BoundStore]) -> None:
        """Leave no older secret behind: where the best store does not work, another one is read."""
        for store in others:
            try:
                if store.get(account) is not None:
                    store.put(account, secret)
                    self._absolve(store)
            except VaultNotReady as failure:
                old = StoreFailed(
                    f"{failure.reason} and still holds an older entry {account}", failure.advice
                )
                self._blame(store, old)
            except StoreFailed as failure:
                self._blame(store, failure)

    @property
    def unsaved(self) -> int:
        """How many secrets were entered and are in no store. Beside a given one, none is counted."""
        return len(self._entered.everything()) if self._given is None else 0

    def hold(self, device: str, user: str, password: str) -> None:
        """Keep a password in the memory of this process alone, whatever stores there are."""
        self._entered.put(account_of(device, user), password)

    def refused(self, device: str, user: str, password: str) -> None:
        """Note that a sensor has refused a password: sensors lock out, so it is not tried again unasked."""
        with self._lock:
            self._refused.setdefault(account_of(device, user), set()).add(password)

    def accepted(self, device: str, user: str, serial: str | None = None) -> None:
        """Note that a sensor took the password, which is then bound to it. What it refused is forgotten.

        Args:
            device: the device's name.
            user: the user level.
            serial: the serial number of the sensor, if it reports one.
        """
        account = account_of(device, user)
        with self._lock:
            self._refused.pop(account, None)
            if serial:
                self._serials[account] = serial
        if (store := self._used.get(account)) is not None:
            self._learn(store, account)

    def _learn(self, store: BoundStore, account: str) -> None:
        try:
            store.learn(account, self._serials.get(account))
        except StoreFailed as failure:
            self._blame(store, failure)

    def was_refused(self, device: str, user: str, password: str) -> bool:
        """Whether the sensor has refused this very password since this process began."""
        with self._lock:
            return password in self._refused.get(account_of(device, user), ())

    def forget(self, device: str, user: str) -> bool:
        """Take a password out of every store; whether there was one."""
        pending = self.drop(pending_of(account_of(device, user)))
        return self.drop(account_of(device, user)) or pending

    def drop(self, account: str) -> bool:
        """Take any secret out of every store; whether there was one."""
        gone = self._entered.delete(account)
        for store in self._lasting:
            try:
                gone = store.delete(account) or gone
            except StoreFailed as failure:
                self._blame(store, failure)
        return gone

    def describe(self) -> CredentialsReport:
        """What works here, and what does not and why. Tests the stores at the first call."""
        active = self._entered.name
        with self._lock:
            problems = dict(self._problems)
        for store in self._lasting:
            try:
                store.check()
            except StoreFailed as failure:
                problems[store.name] = problem_of(store.name, failure)
            else:
                active = store.name
                break
        return CredentialsReport(
            active=active,
            given=self._given is not None,
            passphrase=self.passphrase is not None,
            problems=tuple(problems[store.name] for store in self._lasting if store.name in problems),
            vault=None if self.vault is None else self.vault.state(),
        )

    def walk(self) -> list[tuple[str, StoreProblem | None]]:
        """Every store but memory, the best first, and why it cannot be used; ``None``: it can."""
        found: list[tuple[str, StoreProblem | None]] = []
        for store in self._lasting:
            try:
                store.check()
            except StoreFailed as failure:
                found.append((store.name, problem_of(store.name, failure)))
            else:
                found.append((store.name, None))
        return found

    def _blame(self, store: BoundStore, failure: StoreFailed) -> None:
        if isinstance(failure, VaultNotReady):
            return  # Not a failure: it can be unlocked at any moment. ``describe`` checks it again.
        with self._lock:
            self._problems[store.name] = problem_of(store.name, failure)

    def _absolve(self, store: BoundStore) -> None:
        with self._lock:
            self._problems.pop(store.name, None)


def account_of(device: str, user: str) -> str:
    """The name of an entry: ``device/user``. Neither holds a slash (see the rules for profiles)."""
    return f"{device}/{user}"


def open_credentials(
    *,
    password: str | None,
    passphrase: str | None,
    use_keyring: bool = True,
    time_limit: float = TIME_LIMIT,
    vault: Vault | None = None,
    groups: Groups = lambda _: (),
    bindings: SharedRecord[BindingsRecord] | None = None,
    place_of: PlaceOf = lambda _: None,
) -> Credentials:
    """The chain of this PC. Nothing is asked before the first password is.

    Args:
        password: the device password given for this call.
        passphrase: the backup passphrase given for this call.
        use_keyring: whether the OS keyring may be asked at all.
        time_limit: seconds that it has for an answer.
        vault: the encrypted file that is used where the keyring does not work.
        groups: returns the groups of a device, whose shared passwords it may use.
        bindings: what the stored secrets were stored for.
        place_of: where the device of an account is now.
    """
    keyring = platform_keyring(time_limit) if use_keyring else None
    return Credentials(
        given=password,
        keyring=keyring,
        passphrase=passphrase,
        vault=vault,
        groups=groups,
        bindings=bindings,
        place_of=place_of,
    )
