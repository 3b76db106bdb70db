"""Reading, opening and writing whole vault files. What a session remembers is in ``vault``."""

import contextlib
import glob
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import structs

from sicktui.model.errors import UsageError
from sicktui.model.passwords.factory import is_factory_password
from sicktui.stores.disk.files import (
    PRIVATE_FILE,
    TEMPORARY_SUFFIX,
    StorageError,
    display_path,
    exclusive,
    read_at_most,
    settle,
    storage_errors,
    sync_folder,
    temporary_prefix,
)
from sicktui.stores.secrets.vault_errors import (
    VaultDamaged,
    VaultError,
    VaultNewer,
    VaultRuleBroken,
    WrongVaultPassword,
)
from sicktui.stores.secrets.vault_format import (
    MAX_FILE,
    Body,
    CannotDerive,
    Cost,
    Kdf,
    MadeByNewer,
    NotAVault,
    Tampered,
    VaultContent,
    compose,
    parse,
)

if TYPE_CHECKING:
    from sicktui.stores.secrets.vault_crypto import VaultKeys

LEAST_PASSWORD: Final = 8
"""Characters of a vault's password."""
MOST_SECRET: Final = 4096
"""Characters of one secret, and of the name it is kept under."""


def check_new_password(password: str) -> None:
    """Refuse a password that would not protect a vault.

    Raises:
        VaultRuleBroken: names the rule.
    """
    if len(password) < LEAST_PASSWORD or not password.strip():
        raise VaultRuleBroken(
            f"The vault's password needs at least {LEAST_PASSWORD} characters; nothing was changed.",
            advice="Anyone with the file can try passwords one after the other: choose a few random words.",
        )
    if is_factory_password(password):
        raise VaultRuleBroken(
            "The vault's password must not be a published factory password; nothing was changed.",
            advice="Choose a few random words.",
        )


def read_content(path: Path) -> VaultContent | None:
    """The file, parsed and with a checksum that fits; ``None`` if there is none.

    Raises:
        VaultNewer: a newer sicktui made it.
        VaultDamaged: it is not what sicktui wrote.
        StorageError: it cannot be read.
    """
    with storage_errors("read", path):
        try:
            data = read_at_most(path, MAX_FILE)
        except FileNotFoundError:
            return None
    try:
        return parse(data)
    except MadeByNewer as error:
        raise VaultNewer(str(error), display_path(path)) from error
    except NotAVault as error:
        raise VaultDamaged(str(error), display_path(path)) from error


def open_content(page: VaultContent, password: str, path: Path, *, least: Cost) -> "VaultKeys":
    """The keys that a password makes, if they are those of this file.

    Args:
        page: the file.
        password: the vault's password.
        path: for messages.
        least: a file whose header asks for less work than this is refused. sicktui never writes one,
            so somebody changed it.

    Raises:
        WrongVaultPassword: they are not.
        VaultDamaged: the header asks for too little work.
        VaultError: this PC cannot make keys.
    """
    if page.body.kdf.cost.weaker_than(least):
        raise VaultDamaged("its header asks for less work than sicktui lets a vault have", display_path(path))
    keys = derive(page.body.kdf, password, path)
    if not keys.fits(page.sealed, page.seal):
        raise WrongVaultPassword(display_path(path))
    return keys


def derive(kdf: Kdf, password: str, path: Path) -> "VaultKeys":
    """The keys that a password makes, whether they fit a file or not.

    Raises:
        VaultError: this PC cannot make keys.
    """
    try:
        # Imported when a vault is opened: most calls need none, and 'cryptography' takes 20 ms. A PC on
        # which its library does not load (Windows without the C runtime) still has memory and keyring.
        from sicktui.stores.secrets import vault_crypto  # noqa: PLC0415

        return vault_crypto.derive(password, kdf)
    except (CannotDerive, ImportError) as error:
        raise VaultError(f"The vault {display_path(path)} cannot be used here: {error}.") from error
    except UnicodeEncodeError:
        raise _no_text() from None


def decrypt_all(page: VaultContent, keys: "VaultKeys", path: Path) -> dict[str, str]:
    """Every secret by its name.

    Raises:
        VaultDamaged: an entry is not what was kept under its name.
    """
    return {name: decrypt_one(page, keys, name, path) for name in page.body.entries}


def decrypt_one(page: VaultContent, keys: "VaultKeys", name: str, path: Path) -> str:
    """The secret of an entry that exists.

    Raises:
        VaultDamaged: the entry is not what was kept under its name.
    """
    try:
        return keys.decrypt(name, page.body.entries[name])
    except (Tampered, UnicodeDecodeError):
        # Never chained: an error of decoding holds what it could not decode.
        raise VaultDamaged("an entry is not what was kept under its name", display_path(path)) from None


def encode_new(
    secrets: Mapping[str, str], password: str, path: Path, *, cost: Cost, generation: int = 1
) -> bytes:
    """A whole file with new keys.

    Raises:
        VaultError: this PC cannot make keys.
    """
    kdf = Kdf.fresh(cost)
    keys = derive(kdf, password, path)
    return encode_changed(Body(kdf=kdf, generation=generation, entries={}), keys, secrets)


def encode_changed(body: Body, keys: "VaultKeys", changed: Mapping[str, str]) -> bytes:
    """A whole file: this body with some secrets new, sealed.

    Raises:
        VaultRuleBroken: a secret or its name is not valid text, or too long.
    """
    entries = dict(body.entries)
    try:
        for name, secret in changed.items():
            if max(len(name), len(secret)) > MOST_SECRET:
                raise VaultRuleBroken(f"The vault stores texts of at most {MOST_SECRET} characters.")
            entries[name] = keys.encrypt(name, secret)
    except UnicodeEncodeError:
        raise _no_text() from None
    sealed = msgspec.json.encode(structs.replace(body, entries=entries))
    if len(sealed) > MAX_FILE // 2:
        raise VaultRuleBroken("The vault is full.", advice="Log out of devices that are no longer used.")
    return compose(sealed, keys.seal(sealed))


def write_new(path: Path, data: bytes) -> None:
    """Write a file (0600) that must not exist yet.

    In its own place and not by a hidden copy, which a killed process would leave with all secrets in it: what
    is half written has the name that was asked for, and is refused as damaged.

    Raises:
        UsageError: something has that name already.
        StorageError: it cannot be written.
    """
    with storage_errors("write", path):
        try:
            file = open(path, "xb", opener=_private)  # noqa: SIM115  Path.open takes no opener
        except FileExistsError as error:
            raise UsageError(
                f"{display_path(path)} exists already; nothing was written.", advice="Choose another name."
            ) from error
        try:
            with file:
                file.write(data)
                settle(file)
            sync_folder(path.parent)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def remove_leftovers(path: Path) -> tuple[list[Path], list[Path]]:
    """Delete the hidden copies that a killed process left beside a vault.

    Such a copy opens with the password that the vault had then, whatever it has now.

    Returns:
        The copies that were deleted, and those that could not be.
    """
    if not _leftovers(path):
        return [], []
    gone: list[Path] = []
    kept: list[Path] = []
    try:
        with exclusive(path):  # what another process is writing now is not left over
            for copy in _leftovers(path):
                try:
                    copy.unlink(missing_ok=True)
                except OSError:
                    kept.append(copy)
                else:
                    gone.append(copy)
    except StorageError:
        kept = _leftovers(path)
    return gone, kept


def _leftovers(path: Path) -> list[Path]:
    place = Path(os.path.realpath(path))
    with contextlib.suppress(OSError):
        return sorted(place.parent.glob(f"{glob.escape(temporary_prefix(place.name))}*{TEMPORARY_SUFFIX}"))
    return []


def _no_text() -> VaultRuleBroken:
    # Never chained: the original error holds the secret.
    return VaultRuleBroken(
        "That cannot be stored: it contains characters that are not valid text.",
        advice="Check the encoding of the terminal, or of what was piped in.",
    )
