"""What is odd about a sensor that was found, in words: what it is, and what to do about it."""

from typing import Final

from msgspec import Struct

from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import Found, Listed, NoSensor, Problem, RestAnswer

HIDDEN: Final = (
    "Its search is off (EtherCoLaScanMode 2), as SICK recommends: only a sweep finds it.",
    "",
)

Words = tuple[str, str]
"""A message, and what to do next; either may be empty."""


class Means(Struct, frozen=True, kw_only=True):
    """How a front end is asked for what may help: options of commands, or keys."""

    sweep: str
    """To sweep ``{range}``."""
    ports: str
    """To name TCP ports."""
    broadcast: str
    """To search the subnets again."""
    own_addresses: str
    """To give sensors that share an address one each, as a sentence: ``{mac}``."""
    address: str
    """To give a sensor another address, as a sentence: ``{mac}``, ``{mask}``."""
    follow: str
    """To change the list, as a sentence."""
    add: str
    """To add a sensor by its address, as a sentence."""


OPTIONS: Final = Means(
    sweep="'sicktui discover --cidr {range}'",
    ports="name other TCP ports with --port",
    broadcast="Leave out --no-broadcast",
    own_addresses="Give each its own address: 'sicktui address --mac {mac} --ip IP --mask MASK', or all of "
    "them from a list: 'sicktui commission FILE'.",
    address="Give it an address there: 'sicktui address --mac {mac} --ip IP --mask {mask}'.",
    follow="Use 'sicktui discover --follow-moved' to change the list.",
    add="'sicktui devices add' adds it by its address.",
)


def nameless(means: Means) -> Words:
    """Its REST API does not report who it is."""
    message = "Its REST API reports neither a serial number nor a MAC address, so it is not confirmed."
    return message, f"Check on site which sensor it is. {means.add}"


def conflict(found: Found, rivals: list[str], means: Means) -> Words:
    """Several sensors have one address."""
    host = found.address.partition(":")[0]
    macs = ", ".join([found.mac or "-", *rivals])
    message = f"{1 + len(rivals)} sensors have the address {host}: {macs}."
    return message, means.own_addresses.format(mac=found.mac)


def other_subnet(found: Found, subnet: Subnet, means: Means) -> Words:
    """The subnet of this PC that heard it is not the sensor's."""
    own = f"{subnet.host}/{subnet.prefix}{f' on {subnet.name}' if subnet.name else ''}"
    message = f"Its address is not in the subnet of this PC ({own}), so it cannot be reached."
    there = means.address.format(mac=found.mac, mask=subnet.mask)
    return message, f"{there} Or give this PC an address in its subnet."


def moved(found: Found, device: Listed, means: Means) -> Words:
    """A sensor of the list is at another address."""
    if not found.confirmed:
        message = f"By its answer to the search it is {device.name}, which the list has at {device.address}."
        return message, "Its REST API has not confirmed that; the list is not changed."
    message = f"{device.name} is at {found.address} now; the list has {device.address}."
    return message, means.follow


def other_sensor(found: Found, instead: Listed) -> Words:
    """Another sensor is at an address of the list."""
    here = (
        f"{found.serial} answers there"
        if found.confirmed
        else f"by its answer to the search, {found.serial} is there"
    )
    message = f"The list has {instead.name} with serial number {instead.serial} at {instead.address}; {here}."
    return message, (
        f"If the sensor was replaced, restore a backup of {instead.name} to the new one; otherwise look for "
        f"{instead.serial}."
    )


def forged(found: Found, who: str) -> Words:
    """An answer to the search that REST contradicts."""
    serial = f" of sensor {found.serial}" if found.serial else ""
    message = f"{who}, so the answer{serial} to the search is not confirmed."
    return message, "Check on site which sensor has that MAC address."


def only_claimed(what: str, table: str | None = None) -> str:
    """What only the answer to a search names.

    Args:
        what: the serial number or MAC address.
        table: another MAC address that the neighbour table has.
    """
    if table is None:
        return f"Only its answer to the search names {what}: that is not confirmed."
    return f"Its answer to the search names {what}, the neighbour table {table}: that is not confirmed."


def no_rest_api(refusal: RestAnswer, means: Means, *, heard: bool) -> Words:
    """The network knows it, and its web server does not answer."""
    if refusal.refusal in (NoSensor.OTHER, NoSensor.UNSENT):
        return f"{refusal.address} cannot be read as a sensor: {refusal.words}", "Try again in a minute."
    closed = refusal.refusal is NoSensor.CLOSED
    if not heard:
        message = (
            "Only the neighbour table of this PC knows it: it does not answer the search, and "
            f"{refusal.address} is {'closed' if closed else 'silent'}."
        )
        return message, (
            "Check that it has power and is still there. Its search (EtherCoLaScanMode) and its web server "
            "may be off."
        )
    if closed:
        message = f"{refusal.address} is closed: its web server is off or starting, or uses another port."
        return message, (
            f"Try again in a minute, or {means.ports}. SOPAS ET can switch the web server on "
            "(SetWebserverEnabled)."
        )
    message = f"It answers the search, but {refusal.address} does not answer."
    return message, "Check firewalls on the way. If it is starting, try again in a minute."


def state_of(found: Found) -> str:
    """A sensor's state in a word or two."""
    if found.problem is not None:
        return {Problem.ADDRESS_CONFLICT: "conflict", Problem.NO_REST_API: "no REST API"}.get(
            found.problem, found.problem.value.replace("_", " ")
        )
    if not found.confirmed:
        return "unconfirmed"
    return "new" if found.is_new else "known"
