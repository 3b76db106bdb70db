"""New passwords of sensors: what is allowed, and one that is generated."""

import secrets
import string
from typing import Final

from sicktui.model.errors import UsageError
from sicktui.model.passwords.factory import is_factory_password

SHORTEST: Final = 8
LONGEST: Final = 64
_KINDS: Final = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-_.+=")
"""Without letters and digits that look like another when they are read from paper."""
_GENERATED: Final = 20
_ALLOWED: Final = frozenset(string.digits + string.ascii_letters + string.punctuation + " ")


def check_new_password(password: str) -> str:
    """A password that every client of a sensor hashes alike.

    Raises:
        UsageError: it is too short or too long, published, or not printable ASCII. SICK's Python client
            hashes other characters in one way at a login and in another when it changes a password.
    """
    if not set(password) <= _ALLOWED or password != password.strip():
        raise UsageError(
            "A sensor's password takes printable ASCII characters only, and no blank at its ends.",
            advice="Use letters without accents, digits and signs: other programs hash the rest differently.",
        )
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"A sensor's new password must have {SHORTEST} to {LONGEST} characters.",
            advice="Enter another one, or generate one.",
        )
    if is_factory_password(password):
        raise UsageError(
            "This is a factory password, which SICK publishes.", advice="Enter another one, or generate one."
        )
    return password


def generate_password() -> str:
    """A new password of 20 characters of four kinds, about 115 bits."""
    characters = [secrets.choice(kind) for kind in _KINDS]
    characters += [secrets.choice("".join(_KINDS)) for _ in range(_GENERATED - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
