"""Names for sensors that are added to the list."""

from collections.abc import Iterable

from sicktui.model.device import Identity
from sicktui.model.firmware.product import product_of
from sicktui.model.network.address import is_ip_address
from sicktui.model.safe_text import clean
from sicktui.model.search.records import Found


def name_for(found: Found, taken: Iterable[str], *, longest: int) -> str:
    """A name for a sensor in the list: its own name, else model and serial number; not yet taken.

    Args:
        found: the sensor.
        taken: names that are in use.
        longest: characters that a name may have.
    """
    product = product_of(Identity(name=found.model or "", version="", device_type=found.model))
    fallback = f"{product or found.model or 'sensor'}-{found.serial or (found.mac or '').replace(':', '')}"
    folded = {name.casefold() for name in taken}
    base = _plain_name(found.name or "", longest) or _plain_name(fallback, longest) or "sensor"
    name, number = base, 2
    while name.casefold() in folded:
        ending = f"-{number}"
        name, number = base[: longest - len(ending)].rstrip() + ending, number + 1
    return name


def _plain_name(text: str, longest: int) -> str:
    """A text with what a name in the list must not have left out; empty if nothing is left."""
    kept = "".join("-" if char in ":/·" else char for char in clean(text, 2 * longest).strip())
    kept = kept.lstrip("@- ")[:longest].rstrip("- ")
    reserved = kept.casefold() == "all" or is_ip_address(kept)
    return f"sensor-{kept}"[:longest] if reserved else kept
