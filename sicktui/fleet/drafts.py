"""A rollout before it is ordered: what somebody wishes, and what would come of it by what the PCs publish.

Commands and dashboard show the same draft, and order it by the same way: ``desk.order``. It reads no sensor:
the plan of each PC decides when its order comes.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct, structs

from sicktui.fleet.bounds import rollout_problem
from sicktui.fleet.course import Course, is_current, is_pinned
from sicktui.fleet.records import Ask, Item, RolloutSpec, encoded, refusal_of
from sicktui.fleet.selection import Pc, choose, is_alone
from sicktui.model.clock import timestamp
from sicktui.model.enums import Operation
from sicktui.model.errors import UsageError
from sicktui.model.firmware.product import PICOSCAN, product_in
from sicktui.model.firmware.version import is_older
from sicktui.model.run.plan import DOWNGRADE_WORD
from sicktui.model.safe_text import clean
from sicktui.model.settings import Limits
from sicktui.model.spread.pace import check_limits, pace_of
from sicktui.model.spread.stages import titles_of
from sicktui.model.wording import count
from sicktui.stores.disk.locks import operator

DEADLINE: Final = 7200.0
"""Seconds that an order has, unless somebody wishes otherwise."""
_SHORT: Final = 40


class Wish(Struct, frozen=True, kw_only=True):
    """What is wished: which devices, what is done to each, and how it spreads."""

    devices: tuple[str, ...]
    """Words for them: ``pc/device``, ``pc/@tag``, ``pc/all``, ``@tag``, ``all``."""
    ask: Ask
    limits: Limits
    deadline: float = DEADLINE


class Remark(Struct, frozen=True, kw_only=True):
    """What is to be minded of a device, or why nothing is sent to it."""

    words: str
    advice: str = ""


class Draft(Struct, frozen=True, kw_only=True):
    """A rollout that was not ordered yet."""

    spec: RolloutSpec
    waves: dict[str, str]
    """The title of the wave of each device that may go. Treat as read-only."""
    remarks: dict[str, tuple[Remark, ...]]
    """By device; a device without any is left out. Treat as read-only."""

    @property
    def going(self) -> tuple[Item, ...]:
        """The devices to which an order would be sent."""
        return tuple(item for item in self.spec.items if not item.refused)

    @property
    def extent(self) -> str:
        """How many these are: ``4 sensors on 2 PCs``."""
        pcs = count(len({item.pc for item in self.going}), "PC")
        return f"{count(len(self.going), 'sensor')} on {pcs}"

    @property
    def in_waves(self) -> bool:
        """Whether some of them start after others."""
        return len(set(self.waves.values())) > 1

    def words(self, device: str) -> str:
        """The remarks about a device in one line."""
        return "; ".join(remark.words for remark in self.remarks.get(device, ()))

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about the remarks, each once."""
        found = [remark.advice for remarks in self.remarks.values() for remark in remarks]
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def question(self) -> str:
        """What is confirmed: ``Update 4 sensors on 2 PCs?``."""
        what = "Back up" if self.spec.ask.operation is Operation.BACKUP else "Update"
        warning = " SICK rules out a downgrade of picoScan sensors." if self.word_to_type else ""
        return f"{what} {self.extent}?{warning}"

    @property
    def word_to_type(self) -> str:
        """What must be typed to order it; empty where a yes is enough.

        An unknown version may be an older one.
        """
        ask = self.spec.ask
        if ask.operation is not Operation.UPDATE or not ask.allow_downgrade:
            return ""
        return DOWNGRADE_WORD if any(_may_be_ruled_out(item, ask) for item in self.going) else ""

    def renewed(self, now: datetime) -> "Draft":
        """The same under another id: what was ordered stays what it is."""
        return structs.replace(
            self, spec=structs.replace(self.spec, rollout=_id(now), created=timestamp(now))
        )


def drafted(wish: Wish, pcs: Mapping[str, Pc], now: datetime) -> Draft:
    """What would come of a wish.

    Args:
        wish: what is wished.
        pcs: what the PCs have published, by their names.
        now: the time.

    Raises:
        UsageError: a word means no device, the limits contradict each other, or are beyond all bounds.
    """
    check_limits(wish.limits)
    spec = RolloutSpec(
        rollout=_id(now),
        created=timestamp(now),
        operator=operator(),
        ask=structs.replace(wish.ask, bulk=not is_alone(wish.devices)),
        pace=pace_of(wish.limits, wish.ask.operation),
        deadline=wish.deadline,
        items=choose(wish.devices, pcs),
    )
    if problem := refusal_of(encoded(spec), RolloutSpec) or rollout_problem(spec):
        raise UsageError(
            f"No such rollout can be ordered: {problem}.", advice="Order it in parts, or with other limits."
        )
    remarks = {item.device: tuple(_remarks(item, pcs[item.pc], wish.ask)) for item in spec.items}
    return Draft(
        spec=spec,
        waves=titles_of(Course(spec).stages),
        remarks={device: found for device, found in remarks.items() if found},
    )


def _id(now: datetime) -> str:
    return f"R{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _remarks(item: Item, pc: Pc, ask: Ask) -> list[Remark]:
    if item.refused:
        return [Remark(words=item.refused, advice=item.advice)]
    found = [_of_pin(item, ask), _of_version(item, ask), _of_shelf(pc, ask), _of_silence(pc)]
    return [remark for remark in found if remark is not None]


def _of_pin(item: Item, ask: Ask) -> Remark | None:
    if item.pin is None or not is_pinned(item, ask):
        return None
    return Remark(words=f"its profile pins {clean(item.pin, _SHORT)}: its PC skips it")


def _of_version(item: Item, ask: Ask) -> Remark | None:
    """What the plan of the PC will most likely say of the version, where that is known."""
    expected, runs = ask.expect_version, item.version
    if ask.operation is not Operation.UPDATE or not expected or not runs:
        return None
    if is_current(item, ask):
        return Remark(words="it runs that already: its PC skips it")
    if is_older(expected, runs):
        older, refused = "it gets an older version", "it runs a newer version: its PC refuses the downgrade"
        return Remark(words=older if ask.allow_downgrade else refused)
    return None


def _of_shelf(pc: Pc, ask: Ask) -> Remark | None:
    """Whether the package is there and approved. It may be by the time at which the order comes."""
    if ask.package is None:
        return None
    place, word = clean(pc.name, _SHORT), ask.package[:12]
    found = next((each for each in pc.inventory.packages if each.sha256 == ask.package), None)
    if found is None:
        return Remark(
            words="its shelf does not have the package",
            advice=f"On {place}: sicktui firmware add FILE, then sicktui firmware approve {word}.",
        )
    if not found.approved:
        return Remark(
            words="the package is not approved there",
            advice=f"On {place}: sicktui firmware approve {word}.",
        )
    return None


def _of_silence(pc: Pc) -> Remark | None:
    if pc.state != "silent":
        return None
    place = clean(pc.name, _SHORT)
    return Remark(
        words=f"{place} is silent: its order waits",
        advice=f"Check on {place} that 'sicktui fleet worker' runs and reaches the database.",
    )


def _may_be_ruled_out(item: Item, ask: Ask) -> bool:
    """Whether an update may be a downgrade that the vendor rules out: of a picoScan, by the model."""
    product = product_in(item.model)
    if product is not None and product.family != PICOSCAN:
        return False
    if not ask.expect_version or not item.version:
        return True
    return is_older(ask.expect_version, item.version) is not False
