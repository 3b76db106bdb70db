"""What a document in the fleet's database may hold at most. Every reader checks it, as many may write there.

The types bound single values, and hold wherever one is read; ``rollout_problem`` and ``order_problem`` bound
them together. A document beyond them is refused as a whole, before anything is done with it.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from sicktui.model.enums import Operation
from sicktui.model.safe_text import clean
from sicktui.model.settings import WINDOW
from sicktui.model.wording import count
from sicktui.stores.config.device_rules import name_problem

if TYPE_CHECKING:
    from sicktui.fleet.records import Ask, OrderSpec, RolloutSpec
    from sicktui.model.spread.pace import Pace

MAX_ITEMS: Final = 20_000
"""Devices of a rollout."""
MAX_OF_PC: Final = 1000
"""Devices of one PC in a rollout, so of an order: their names have to fit on a command line."""
MAX_JOBS: Final = 10_000
MAX_SECONDS: Final = 31 * 86_400.0
"""A deadline, a soak, a wait."""
_MAX_MOMENT: Final = 253_402_300_799.0
"""The end of the year 9999, which is the last that a date can show."""
_MAX_COUNT: Final = 2**53
MAX_PC: Final = 40
PC_NAME: Final = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MAX_PC - 1}}}"
_DEVICE: Final = r"[^/\x00-\x1f\x7f-\x9f]{1,64}"

PcName = Annotated[str, Meta(pattern=rf"^{PC_NAME}\Z")]
DeviceName = Annotated[str, Meta(pattern=rf"^{_DEVICE}\Z")]
Place = Annotated[str, Meta(pattern=rf"^{PC_NAME}/{_DEVICE}\Z")]
"""``pc/device``."""
RolloutName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][!-~]{0,127}\Z")]
"""Of an order."""
Word = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=10_000)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Tags = Annotated[tuple[Word, ...], Meta(max_length=100)]
Moment = Annotated[float, Meta(ge=0, le=_MAX_MOMENT)]
"""Seconds since 1970."""
Duration = Annotated[float, Meta(ge=-1e9, le=1e9)]
"""Seconds that a PC has measured, whose clock may have been set meanwhile."""
Number = Annotated[int, Meta(ge=0, le=_MAX_COUNT)]
ExitNumber = Annotated[int, Meta(ge=-(2**31), le=2**32)]
Budget = Annotated[int, Meta(ge=1, le=_MAX_COUNT)]
Jobs = Annotated[int, Meta(ge=1, le=MAX_JOBS)]
ExpectedVersion = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][!-~]{0,63}\Z")]


def rollout_problem(spec: "RolloutSpec") -> str:
    """What no rollout may be; empty if it may.

    A device that is named twice would be ordered twice, and the rollout would never be over. A PC whose name
    is there in two spellings is one PC to the people who read it, and would work on each device twice.
    """
    devices = Counter(item.device for item in spec.items)
    if twice := next((device for device, number in devices.items() if number > 1), None):
        return f"it names a device twice, {clean(twice, 110)}"
    pcs = {item.pc for item in spec.items}
    spellings = Counter(pc.casefold() for pc in pcs)
    if twice := next((pc for pc in sorted(pcs) if spellings[pc.casefold()] > 1), None):
        return f"it has the PC {twice} in two spellings"
    of_pc = Counter(item.pc for item in spec.items)
    if crowded := next((pc for pc, number in of_pc.items() if number > MAX_OF_PC), None):
        return f"it has {count(of_pc[crowded], 'device')} of {crowded}, more than {MAX_OF_PC}"
    if strange := next((each for item in spec.items if (each := name_problem(item.name))), None):
        return strange.rstrip(".")
    return _ask_problem(spec.ask) or _pace_problem(spec.pace)


def order_problem(order: "OrderSpec") -> str:
    """What no order may be; empty if it may."""
    if not 1 <= len(order.devices) <= MAX_OF_PC:
        return f"it has {count(len(order.devices), 'device')}"
    if len(set(order.devices)) < len(order.devices):
        return "it names a device twice"
    if order.not_after > order.given + MAX_SECONDS:
        return "its deadline is too far away"
    return _ask_problem(order.ask)


def _ask_problem(ask: "Ask") -> str:
    if ask.operation not in (Operation.UPDATE, Operation.BACKUP):
        return f"it asks for a {ask.operation.value}, and a fleet updates and backs up"
    if (ask.package is None) == (ask.operation is Operation.UPDATE):
        return "an update has a package, and a backup has none"
    return ""


def _pace_problem(pace: "Pace") -> str:
    counts = {"jobs": pace.jobs, "canary": pace.canary, "wave": pace.wave, "max_failures": pace.max_failures}
    for name, number in counts.items():
        if isinstance(number, int) and not (name == "jobs") <= number <= MAX_ITEMS:
            return f"{name} is not a number up to {MAX_ITEMS}"
    for name, seconds in {"soak": pace.soak, "wait_offline": pace.wait_offline}.items():
        if not 0 <= seconds <= MAX_SECONDS:
            return f"{name} is not between 0 and {MAX_SECONDS:.0f} s"
    return "" if re.match(WINDOW, pace.window) else "its window is not HH:MM-HH:MM"
