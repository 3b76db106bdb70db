"""Product families: which one a sensor is of, and which one a file name or an operator's word means.

Families are those of SICK's OpenAPI files. picoScan120 and picoScan150 are variants of one family; each needs
its own firmware file, and SICK publishes both under one name (release notes of picoScan100). The variant is
therefore never taken from a file name: it comes from the shelf (``firmware approve --for``).
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from sicktui.model.device import Identity

PICOSCAN: Final = "picoScan100"
MULTISCAN: Final = "multiScan"
"""Either multiScan: a name without a number."""
MULTISCAN_100: Final = "multiScan100"
MULTISCAN_200: Final = "multiScan200"
LRS_4000: Final = "LRS4000"

_PATTERNS: Final = (
    # No digits and no dot may follow: picoScan_1.5.0 names a version, not a variant.
    (PICOSCAN, re.compile(r"picoscan[ _-]?(1[25]0)(?![\d.])")),
    (PICOSCAN, re.compile(r"picoscan")),
    (MULTISCAN_200, re.compile(r"multiscan[ _-]?2[\dx]{2,3}(?![\d.])")),
    (MULTISCAN_100, re.compile(r"multiscan[ _-]?1[\dx]{2,3}(?![\d.])")),
    (MULTISCAN, re.compile(r"multiscan")),
    (LRS_4000, re.compile(r"lrs(nav|[ _-]?4[\dx]{3})")),
)
_OTHERS: Final = re.compile(
    r"(?<![a-z])(lms|mrs|ld-?mrs|lrs|tim|nav|nanoscan|microscan|outdoorscan|scangrid|rmsl?)[ _-]?\d{2,4}"
)
"""SICK's other scanners: their firmware fits none of the families above."""


class Product(NamedTuple):
    """A family, and the variant where it is known."""

    family: str
    variant: str | None = None

    def __str__(self) -> str:
        """The variant, else the family."""
        return self.variant or self.family

    def excludes(self, other: "Product") -> bool:
        """Whether the two cannot be the same product, as far as both are known."""
        families = {self.family, other.family}
        if len(families) > 1 and not (
            MULTISCAN in families and all(f.startswith(MULTISCAN) for f in families)
        ):
            return True
        return None not in (self.variant, other.variant) and self.variant != other.variant


def product_in(text: str) -> Product | None:
    """The product that a text names (``picoScan120``, ``multiScan100_V2.4.4.spk``), or ``None``."""
    folded = text.casefold()
    for family, pattern in _PATTERNS:
        if found := pattern.search(folded):
            number = found.group(1) if family == PICOSCAN and found.groups() else None
            return Product(family, f"picoScan{number}" if number else None)
    other = _OTHERS.search(folded)
    return Product(other.group(0).upper()) if other else None


def product_of(identity: Identity) -> Product | None:
    """The product that a sensor is, by ``DeviceIdent.Name`` and ``DeviceType``; ``None`` if neither is known.

    ``DeviceType`` may have the variant (``picoScan150``) or not (``picoScan1xx``). Then ``DeviceIdent.Name``
    decides: it is ``picoScan`` on the 150 and ``picoScan120`` on the 120 (OpenAPI files 2.3.3).
    """
    by_name = product_in(identity.name)
    by_type = product_in(identity.device_type or "")
    if by_name is None or by_type is None or by_type.excludes(by_name):
        product = by_name or by_type
    else:
        product = by_name if by_type.family == MULTISCAN else by_type
        product = Product(product.family, by_type.variant or by_name.variant)
    if product is None:
        return None
    if product.family == MULTISCAN:
        return Product(MULTISCAN_100)
    if product.family == PICOSCAN and product.variant is None and identity.name.casefold() == "picoscan":
        return Product(PICOSCAN, "picoScan150")
    return product


def is_picoscan(identity: Identity) -> bool:
    """Whether a sensor is a picoScan120 or picoScan150, whose rules of update SICK has published."""
    product = product_of(identity)
    return product is not None and product.family == PICOSCAN


def fits_one_of(identity: Identity, models: Iterable[str]) -> bool:
    """Whether a sensor is one of the models that an operator has named.

    A model is a product (``picoScan120``), a family (``picoScan100``), or a text that the sensor reports of
    itself: its ``DeviceType``, its order number.
    """
    sensor = product_of(identity)
    reported = {
        text.casefold() for text in (identity.name, identity.device_type, identity.order_number) if text
    }
    for model in models:
        product = product_in(model)
        if product is not None and sensor is not None and not product.excludes(sensor):
            return True
        if product is None and model.casefold() in reported:
            return True
    return False


def is_for(model: str, models: Iterable[str]) -> bool:
    """Whether a model is one of some models, or of their family where that is all that they name."""
    ours = product_in(model)
    for other in models:
        theirs = product_in(other)
        if ours and theirs and not theirs.excludes(ours):
            return True
        if other.casefold() == model.casefold():
            return True
    return False


def is_of_family(model: str, models: Iterable[str]) -> bool:
    """Whether a model is of the family of one of some models, whatever its variant."""
    ours = product_in(model)
    models = [(product_in(other) or Product(other)).family for other in models]
    return is_for(ours.family if ours else model, models)
