"""From words to devices of a fleet: ``pc/device``, ``pc/@tag``, ``pc/all``, ``@tag``, ``all``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from sicktui.fleet.records import PROTOCOL, Inventory, Item, PcDevice, is_newer
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest

PcState = Literal["ready", "silent", "other_protocol"]
ALL: Final = "all"
SILENT_AFTER: Final = 120.0
"""Seconds after which a PC that has not reported counts as silent."""


class Pc(Struct, frozen=True, kw_only=True):
    """A PC as the database knows it."""

    name: str
    protocol: str
    version: str
    """Of its sicktui."""
    silence: float
    """Seconds since it reported last."""
    inventory: Inventory

    @property
    def state(self) -> PcState:
        """``ready``, ``silent`` or ``other_protocol``."""
        if self.protocol != PROTOCOL:
            return "other_protocol"
        return "silent" if self.silence > SILENT_AFTER else "ready"

    @property
    def words(self) -> str:
        """The state for people, and what to do about it."""
        return "other version: update sicktui there" if self.state == "other_protocol" else self.state


def choose(words: Sequence[str], pcs: Mapping[str, Pc]) -> tuple[Item, ...]:
    """The devices that the words mean, each once, in the order given; with a reason where one cannot go.

    Raises:
        UsageError: a word means nothing.
    """
    chosen: dict[str, Item] = {}
    for word in words:
        for pc, device in _meaning(word, pcs):
            item = _item(pc, device)
            chosen.setdefault(item.device, item)
    return tuple(chosen.values())


def is_alone(words: Sequence[str]) -> bool:
    """Whether the words are the name of a single device, so that its pin may be changed."""
    names = [word.rpartition("/")[2] for word in words]
    return len(set(words)) == 1 and names[0] != ALL and not names[0].startswith("@")


def _meaning(word: str, pcs: Mapping[str, Pc]) -> Iterable[tuple[Pc, PcDevice]]:
    place, slash, name = word.rpartition("/")
    if slash and place not in pcs:
        raise UsageError(
            f"No PC of the fleet is called {clean(place)!r}{nearest(place, pcs)}.",
            advice="'sicktui fleet status' shows the PCs that have reported.",
        )
    within = [pcs[place]] if slash else list(pcs.values())
    known = [(pc, device) for pc in within for device in pc.inventory.devices]
    if name == ALL:
        found = known
    elif name.startswith("@"):
        found = [(pc, device) for pc, device in known if name[1:] in device.tags]
    else:
        found = [(pc, device) for pc, device in known if slash and device.name == name]
    if not found:
        names = [f"{pc.name}/{device.name}" for pc, device in known]
        raise UsageError(
            f"No device of the fleet is meant by {clean(word)!r}{nearest(word, names)}.",
            advice="Name devices as pc/device, @tag, pc/@tag, pc/all or all.",
        )
    return found


def _item(pc: Pc, device: PcDevice) -> Item:
    refused, advice, code = _refusal(pc)
    return Item(
        device=f"{pc.name}/{device.name}",
        model=device.model,
        version=device.version,
        tags=device.tags,
        segment=device.segment,
        pin=device.pin,
        refused=refused,
        advice=advice,
        code=code,
    )


def _refusal(pc: Pc) -> tuple[str, str, Code | None]:
    """Why nothing may be ordered from a PC, what to do, and the code; empty: it may.

    Whether its shelf has the package is decided there, when the order comes.
    """
    if pc.protocol != PROTOCOL:
        return (
            f"{pc.name} has the protocol {clean(pc.protocol, 40)}, this fleet {PROTOCOL}. Nothing was sent.",
            f"Update sicktui on {'the other PCs of the fleet' if is_newer(pc.protocol) else pc.name}.",
            Code.NOT_SUPPORTED,
        )
    return "", "", None
