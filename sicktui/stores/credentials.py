"""Where passwords come from: given for this call, the OS keyring, the memory of this process.

The first place that works is used, and why a better one does not is kept in words: for the status
line and ``doctor``. No secret is ever written to a file by sicktui itself.
"""

import threading

from msgspec import Struct

from sicktui.stores.keyring_store import TIME_LIMIT, platform_keyring
from sicktui.stores.secrets_store import MemoryStore, SecretStore, StoreFailed


class StoreProblem(Struct, frozen=True, kw_only=True):
    """Why a store for passwords is not used."""

    name: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        """One sentence."""
        return f"{self.name} is not used: {self.reason}. {self.advice}".strip()


class CredentialsReport(Struct, frozen=True, kw_only=True):
    """What the status line and ``doctor`` tell of the passwords; holds no secret."""

    active: str
    """Where a password that is entered now would be kept."""
    given: bool
    """Whether a password was given for this call; it is then used for every device."""
    passphrase: bool
    """Whether a backup passphrase was given for this call."""
    problems: tuple[StoreProblem, ...] = ()
    """The better stores, and why they are not used."""


class Credentials:
    """The chain. Safe to use from several threads; no call prompts, or takes longer than the time limit.

    A password that somebody enters while sicktui runs goes before the one given for the call: it
    was entered because that one failed.

    Args:
        given: the password of this call (``SICKTUI_PASSWORD`` or standard input), for every device.
        keyring: the OS keyring, or ``None`` to do without.
        passphrase: the backup passphrase of this call.
    """

    def __init__(
        self, *, given: str | None, keyring: SecretStore | None, passphrase: str | None = None
    ) -> None:
        self.passphrase = passphrase
        self._given = given
        self._entered = MemoryStore()
        # Before memory, from the best down: a store that encrypts by itself would come after the keyring.
        self._lasting: tuple[SecretStore, ...] = () if keyring is None else (keyring,)
        self._problems: dict[str, StoreProblem] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        """Without any secret."""
        return f"Credentials(stores={[store.name for store in self._lasting]})"

    def password(self, device: str, user: str) -> str | None:
        """The password of a device's user; ``None`` if nobody has told it.

        Args:
            device: the device's name.
            user: the user level on the device, e.g. ``Service``.
        """
        account = account_of(device, user)
        known = self._entered.get(account)
        if known is None:
            known = self._given
        for store in self._lasting:
            if known is not None:
                break
            try:
                known = store.get(account)
            except StoreFailed as failure:
                self._blame(store, failure)
        return known

    def remember(self, device: str, user: str, password: str) -> str:
        """Keep a password in the best store that works.

        Returns:
            The store's name, e.g. ``memory, until sicktui ends``.
        """
        account = account_of(device, user)
        for store in self._lasting:
            try:
                store.put(account, password)
            except StoreFailed as failure:
                self._blame(store, failure)
                continue
            if self._given is not None:
                self._entered.put(account, password)  # or the given one would go before it
            else:
                self._entered.delete(account)  # what another process stores later shall count
            return store.name
        self._entered.put(account, password)
        return self._entered.name

    def hold(self, device: str, user: str, password: str) -> None:
        """Keep a password in the memory of this process alone, whatever stores there are."""
        self._entered.put(account_of(device, user), password)

    def forget(self, device: str, user: str) -> bool:
        """Take a password out of every store; whether there was one."""
        account = account_of(device, user)
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
        for store in self._lasting:
            try:
                store.check()
            except StoreFailed as failure:
                self._blame(store, failure)
            else:
                active = store.name
                break
        with self._lock:
            problems = tuple(self._problems.values())
        return CredentialsReport(
            active=active,
            given=self._given is not None,
            passphrase=self.passphrase is not None,
            problems=problems,
        )

    def _blame(self, store: SecretStore, failure: StoreFailed) -> None:
        problem = StoreProblem(name=store.name, reason=failure.reason, advice=failure.advice)
        with self._lock:
            self._problems[store.name] = problem


def account_of(device: str, user: str) -> str:
    """The name of an entry: ``device/user``. Neither holds a slash (see the rules for profiles)."""
    return f"{device}/{user}"


def open_credentials(
    *,
    password: str | None,
    passphrase: str | None,
    use_keyring: bool = True,
    time_limit: float = TIME_LIMIT,
) -> Credentials:
    """The chain of this PC. Nothing is asked before the first password is.

    Args:
        password: the device password given for this call.
        passphrase: the backup passphrase given for this call.
        use_keyring: whether the OS keyring may be asked at all.
        time_limit: seconds that it has for an answer.
    """
    keyring = platform_keyring(time_limit) if use_keyring else None
    return Credentials(given=password, keyring=keyring, passphrase=passphrase)
