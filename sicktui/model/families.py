"""The product families, by how ``DeviceIdent.Name`` begins in small letters."""

from typing import Final

PICO150: Final = "picoscan"
PICO120: Final = "picoscan120"
MULTI100: Final = "multiscan"
MULTI200: Final = "multiscan200"
LRS: Final = "lrs"
FAMILIES: Final = (PICO120, PICO150, MULTI200, MULTI100, LRS)
"""The longer of two with one beginning comes first."""


def family_of(name: str) -> str | None:
    """The family that a ``DeviceIdent.Name`` belongs to; ``None`` for one that is not documented."""
    return next((family for family in FAMILIES if name.lower().startswith(family)), None)
