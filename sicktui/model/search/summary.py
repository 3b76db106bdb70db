"""The end of a search: its numbers, and why it may have found nothing."""

import ipaddress
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import Found, Problem, SearchState
from sicktui.model.search.words import OPTIONS, Means


class Counts(Struct, frozen=True, kw_only=True):
    """The numbers of a search, as its summary prints them."""

    found: int
    new: int
    moved: int
    probed: int


def counts(found: Sequence[Found], seen: SearchState) -> Counts:
    """Count what was found. What REST contradicts is not new: it cannot be added."""
    return Counts(
        found=len(found),
        new=sum(each.is_new and (each.confirmed or each.problem is not None) for each in found),
        moved=sum(each.problem is Problem.MOVED for each in found),
        probed=seen.probed,
    )


def why_nothing(
    seen: SearchState, *, broadcast: bool, swept: bool, windows: bool, means: Means = OPTIONS
) -> list[tuple[str, str]]:
    """Why a search may have found nothing, and what to try: the likeliest first.

    Args:
        seen: its last snapshot.
        broadcast: whether the subnets were asked.
        swept: whether a range was swept.
        windows: whether this PC runs Windows.
        means: what is to be pressed or typed.
    """
    reasons: list[tuple[str, str]] = []
    if not seen.subnets:
        reasons.append(_NO_ADDRESS)
    if windows and broadcast:
        reasons.append(_PUBLIC)
    if not broadcast:
        reasons.append(("The subnets of this PC were not searched.", f"{means.broadcast}."))
    elif seen.subnets:
        reasons.append(_FIREWALL)
    if swept:
        reasons.append((_NOT_THERE, f"Check the range, power and cables; {means.ports}."))
    else:
        sweep = f"Sweep their subnet: {means.sweep.format(range=example(seen.subnets))}."
        reasons.append((_HIDDEN, sweep))
    return reasons


_NO_ADDRESS: Final = (
    "This PC has no IPv4 address.",
    "Connect its network cable, or give its interface an address in the sensors' subnet.",
)
_PUBLIC: Final = (
    "Windows drops the answers in a network with the profile Public.",
    "Set the profile of that network to Private, and allow sicktui in the firewall.",
)
_FIREWALL: Final = (
    "A firewall on this PC may drop UDP 30718, or the sensors are in another VLAN or behind a router.",
    "Allow UDP 30718, or connect this PC to the sensors' switch.",
)
_HIDDEN: Final = "A sensor whose search is off (EtherCoLaScanMode), as SICK recommends, does not answer."
_NOT_THERE: Final = "Nothing in the range answers as a sensor."


def example(subnets: Sequence[Subnet]) -> str:
    """A range that this PC can sweep, for advice."""
    if not subnets:
        return "192.168.0.0/24"
    network = ipaddress.IPv4Network((subnets[0].host, max(24, subnets[0].prefix)), strict=False)
    return str(network)
