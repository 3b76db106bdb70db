"""What the status line and ``doctor`` show of the stores for passwords; holds no secret."""

from msgspec import Struct

from sicktui.stores.secrets.store import StoreFailed
from sicktui.stores.secrets.vault import VAULT, VaultState


class StoreProblem(Struct, frozen=True, kw_only=True):
    """Why a store for passwords is not used."""

    name: str
    reason: str
    advice: str = ""
    brief: str = "fails"
    """The reason in a word or two."""

    def __str__(self) -> str:
        """One sentence."""
        return f"{self.name} is not used: {self.reason}. {self.advice}".strip()

    @property
    def sentence(self) -> str:
        """The reason without the advice. That of a damaged vault names the file, and is a sentence."""
        whole = self.name == VAULT and self.reason[:1].isupper()
        return f"{self.reason}." if whole else f"{self.name} is not used: {self.reason}."


class CredentialsReport(Struct, frozen=True, kw_only=True):
    """What the status line and ``doctor`` tell of the passwords; holds no secret."""

    active: str
    """Where a password that is entered now would be kept."""
    given: bool
    """Whether a password was given for this call; it is then used for every device."""
    passphrase: bool
    """Whether a backup passphrase was given for this call."""
    problems: tuple[StoreProblem, ...] = ()
    """The better stores, and why they are not used; also what failed of late in the active one."""
    vault: VaultState | None = None
    """How far the vault can be used; ``None`` where there can be none."""


def problem_of(name: str, failure: StoreFailed) -> StoreProblem:
    """Why the store of this name failed."""
    return StoreProblem(name=name, reason=failure.reason, advice=failure.advice, brief=failure.brief)
