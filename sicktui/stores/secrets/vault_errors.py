"""What can be wrong with the vault, in words for a technician. No message holds a secret."""

from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.stores.disk.files import StorageError
from sicktui.stores.secrets.store import NONE_HERE, StoreFailed

UNLOCK_ADVICE = (
    "A command on a terminal and the dashboard ask for its password; unattended calls take it from "
    "SICKTUI_VAULT_PASSWORD."
)


class VaultError(StorageError):
    """The vault cannot be used."""


class VaultDamaged(VaultError):
    """The file is not what sicktui wrote. No password is read from it, right or wrong.

    Args:
        what: what is wrong with it, e.g. ``its checksum does not fit``.
        file: the file as people may see it.
    """

    def __init__(self, what: str, file: str) -> None:
        super().__init__(
            f"The vault {file} cannot be trusted: {what}. No password was read from it.",
            advice="Put a copy of the file in its place, or move it away, make a new one with "
            "'sicktui vault create' and fill it with 'sicktui vault import' or 'sicktui login'.",
            code=Code.STORAGE_ERROR,
        )
        self.what = what


class VaultNewer(VaultError):
    """A newer sicktui made the vault. It is left as it is.

    Args:
        what: which format it has.
        file: the file as people may see it.
    """

    def __init__(self, what: str, file: str) -> None:
        super().__init__(
            f"The vault {file} cannot be opened: {what}.",
            advice="Update sicktui on this PC. If it is up to date, the file is damaged: put a copy in its "
            "place.",
        )


class WrongVaultPassword(VaultError):
    """The password does not open the vault. A changed file whose checksum fits looks the same."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"That is not the password of the vault {file}.",
            advice="Try again. If you are sure the password is right, the file was modified: restore a copy.",
        )


class VaultRuleBroken(UsageError):
    """What was asked of the vault is against its rules: a password too short, a vault twice."""


class VaultNotReady(StoreFailed):
    """The vault works as soon as a person does something about it."""


class VaultAbsent(VaultNotReady):
    """There is no vault."""

    def __init__(self) -> None:
        super().__init__("there is none yet", "'sicktui vault create' makes one.", brief=NONE_HERE)


class VaultLocked(VaultNotReady):
    """The vault may contain what was asked for, and is locked.

    Args:
        why: why it is locked.
    """

    def __init__(self, why: str = "it is locked") -> None:
        super().__init__(why, UNLOCK_ADVICE)
