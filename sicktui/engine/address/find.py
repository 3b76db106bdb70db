"""Finds a sensor again after ``EthernetUpdate``: at its new address, at the old one, or somewhere else."""

from typing import Final

from msgspec import Struct

from sicktui.engine.address.lan import Lan
from sicktui.engine.address.places import at_place, host_of, is_loopback, look_at
from sicktui.engine.address.plan import ChangePlan
from sicktui.engine.context import Context
from sicktui.engine.job.waiting import Deadline
from sicktui.engine.observe import connect
from sicktui.model.device import Target
from sicktui.model.network.address_change import Where
from sicktui.sensor.errors import SensorError

STATIC: Final = 60.0
"""Seconds within which a sensor must answer at a static address. The vendor's example waits 30 s."""
DHCP: Final = 120.0
_PAUSE: Final = 1.0
_SEARCH: Final = 10.0
_SOON: Final = 5.0
"""Seconds after which a sensor that never fell silent has applied what leaves its address as it is."""


class FoundAt(Struct, frozen=True, kw_only=True):
    """Where the sensor is."""

    where: Where
    place: str = ""
    other: str = ""
    """Another sensor that answers at the new address; empty if none does."""


async def find_again(context: Context, target: Target, plan: ChangePlan, lan: Lan) -> FoundAt:
    """Look for the sensor of a plan until it is at its new address, or the time is over.

    Args:
        context: the settings and the clock.
        target: the device.
        plan: who it is, where it was, and where it is to be.
        lan: searches the network.
    """
    return await _Search(context, target, plan, lan).run()


class _Search:
    """One search, and what was seen in it."""

    def __init__(self, context: Context, target: Target, plan: ChangePlan, lan: Lan) -> None:
        self._context = context
        self._target = target
        self._plan = plan
        self._lan = lan
        limit = STATIC if plan.new else DHCP
        # A sensor that takes longer than a reboot may take does not come any more.
        self._deadline = Deadline(context.clock, min(limit, target.timing.reconnect_timeout))
        self._soon = Deadline(context.clock, _SOON)
        self._silent = False
        self._at_old = False
        self._other = ""

    async def run(self) -> FoundAt:
        while True:
            over = self._deadline.over
            place = await (self._static() if self._plan.new else self._assigned())
            if place:
                return FoundAt(where=Where.NEW, place=place)
            if over:
                return await self._elsewhere()
            await self._context.clock.sleep(_PAUSE)

    async def _static(self) -> str:
        """The new address, once the sensor answers there."""
        plan = self._plan
        sight = await look_at(self._context, self._target, plan.new, plan.identity)
        if plan.new == plan.old:
            self._silent = self._silent or not sight.same
            return plan.new if sight.same and (self._silent or self._soon.over) else ""
        if sight.same:
            return plan.new
        self._other = sight.other
        await self._look_at_old()
        return ""

    async def _assigned(self) -> str:
        """The address that DHCP has assigned, once the sensor answers there."""
        plan, identity = self._plan, self._plan.identity
        await self._look_at_old()
        if self._at_old:
            return plan.old if await self._has_assigned(plan.old) else ""
        found = await self._lan.find(identity.serial, identity.mac, plan.old, _SEARCH)
        if not found or not (await look_at(self._context, self._target, found, identity)).same:
            return ""
        return found

    async def _look_at_old(self) -> None:
        sight = await look_at(self._context, self._target, self._plan.old, self._plan.identity)
        self._at_old = sight.same
        self._silent = self._silent or not sight.same

    async def _has_assigned(self, place: str) -> bool:
        """Whether DHCP has assigned the address that the sensor had anyway, as far as it reports that."""
        sensor = connect(self._context, at_place(self._target, place))
        try:
            assigned = (await sensor.network.state()).dhcp_address
        except SensorError:
            return False
        finally:
            await sensor.aclose()
        if assigned == host_of(place):
            return self._silent or self._soon.over
        return self._silent and (assigned is None or is_loopback(place))

    async def _elsewhere(self) -> FoundAt:
        """After the deadline: the last place to look at is the rest of the network."""
        plan, identity = self._plan, self._plan.identity
        if self._at_old:
            return FoundAt(where=Where.OLD, place=plan.old, other=self._other)
        found = await self._lan.find(identity.serial, identity.mac, plan.old, _SEARCH)
        if found and (await look_at(self._context, self._target, found, identity)).same:
            where = Where.NEW if found == plan.new or not plan.new else Where.ELSEWHERE
            return FoundAt(where=where, place=found, other=self._other)
        return FoundAt(where=Where.NOWHERE, other=self._other)
