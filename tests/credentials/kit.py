"""What several tests of passwords need."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sicktui.stores.secrets.vault import Vault
from sicktui.stores.secrets.vault_format import Cost

CHEAP: Final = Cost(memory=8, passes=1, lanes=1)
"""Given by hand to each vault of a test: 0.2 ms instead of 300. Without it a vault refuses such files."""
MASTER: Final = "correct horse battery"
SECRET: Final = "geh€im-Wort 7"


def cheap_vault(path: Path, *, given: str | None = None) -> Vault:
    """A vault as another process would open it."""
    return Vault(path, given=given, cost=CHEAP)


def opened_vault(path: Path, **entries: str) -> Vault:
    """A new vault, unlocked, with entries of the user Service."""
    vault = cheap_vault(path)
    vault.create(MASTER)
    for device, secret in entries.items():
        vault.put(f"{device}/Service", secret)
    return vault


def disguises(secret: str) -> Iterator[bytes]:
    """A secret as it would stand in a file: as it is, in hex, in base64 at any offset, in UTF-16."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield secret.encode("utf-16-le")
    for skipped in range(3):
        # Of base64 in the middle of other text, what does not depend on its neighbours.
        part = raw[skipped : len(raw) - (len(raw) - skipped) % 3]
        if len(part) >= 6:
            yield base64.b64encode(part)
            yield base64.urlsafe_b64encode(part)


def everything_in(error: BaseException) -> str:
    """All that an error and those behind it hold, as something that logs them could write it."""
    told = []
    todo: list[BaseException | None] = [error]
    while todo:
        found = todo.pop()
        if found is not None:
            told += [str(found), repr(found), repr(found.args), repr(vars(found))]
            told += [repr(getattr(found, name, "")) for name in ("object", "doc", "input")]
            todo += [found.__cause__, None if found.__suppress_context__ else found.__context__]
    return "\n".join(told)
