"""Changes the address of one sensor over REST, in the order in which a power cycle undoes every mistake.

Write and read back, ``EthernetUpdate``, find the same sensor at its new address, and only there
``WriteEeprom`` (SICK LiDAR Developer Guide, section 5). Every act is noted before it is done, so that after a
kill the next command knows where to look and what to do.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.address.find import find_again
from sicktui.engine.address.follow import follow
from sicktui.engine.address.lan import Lan
from sicktui.engine.address.places import at_place, look_at
from sicktui.engine.address.plan import ChangePlan, refuse_changed, refuse_taken
from sicktui.engine.address.written import Written
from sicktui.engine.context import Context
from sicktui.engine.parameters.saving import SavedState, read_saved, save
from sicktui.engine.parameters.write import writing
from sicktui.engine.plan.base import judge_access, reading, refuse_flashing
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address_change import AddressEvidence, AddressStage, Trouble, Where, judge
from sicktui.sensor.api.network import FALLBACK, MODE, values_of
from sicktui.sensor.api.variables import POWER_ON_COUNT
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import NotSupported, OutcomeUnknown, SensorError, Unreachable
from sicktui.stores.config.address_changes import AddressChange

OnStage = Callable[[AddressStage, str], None]
"""Called when a stage begins, with what is done in it."""
_UNDO: Final = 20.0
"""Seconds for which old values are written back after an interruption."""


class AddressChanged(Struct, frozen=True, kw_only=True):
    """What became of the change of one sensor's address."""

    device: str
    verdict: Verdict
    message: str
    advice: str = ""
    code: Code | None = None
    place: str = ""
    """Where it answers now, as far as that is known."""
    sent: bool = False
    """Whether anything was sent that changes the sensor."""
    seconds: float = 0.0


def _nothing(_stage: AddressStage, _words: str) -> None:
    return


async def change_address(
    context: Context, target: Target, plan: ChangePlan, lan: Lan, *, on_stage: OnStage = _nothing
) -> AddressChanged:
    """Carry out a plan. Trouble with the sensor is part of the result.

    Args:
        context: the stores, settings and credentials.
        target: the device.
        plan: what was confirmed.
        lan: the network around this PC.
        on_stage: called when a stage begins.
    """
    begun = context.clock.monotonic()
    change = _Change(context, target, plan, lan, on_stage)
    try:
        await change.run()
    except SicktuiError as error:
        change.trouble(error)
    return change.result(context.clock.monotonic() - begun)


class _Change:
    """One change, from the last checks to its result."""

    def __init__(
        self, context: Context, target: Target, plan: ChangePlan, lan: Lan, on_stage: OnStage
    ) -> None:
        self._context = context
        self._target = target
        self._plan = plan
        self._lan = lan
        self._on_stage = on_stage
        self._key = plan.identity.key or ""
        self._saved = SavedState()
        self._power_on: int | None = None
        shown = partial(context.address_changes.shown, self._key)
        self._written = Written(context, plan.state.config, plan.wanted, shown)
        self._followed = ""
        self.evidence = AddressEvidence(label=plan.identity.label, old=plan.old, new=plan.new, place=plan.old)

    # -- the stages ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Carry it out.

        Raises:
            SicktuiError: it ended early; ``evidence`` has how far it came.
        """
        here = at_place(self._target, self._plan.old)
        async with AsyncExitStack() as stack:
            lock = writing(self._context, here, purpose="a change of its address")
            sensor, identity = await stack.enter_async_context(lock)
            await self._check(sensor, identity)
            if self._plan.changes:
                self._begin()
                await self._change(sensor, stack)
            else:
                self._note(applied=True, where=Where.NEW, place=self._plan.old)
            if self.evidence.where is Where.NEW:
                await self._save()

    async def _change(self, sensor: Sensor, stack: AsyncExitStack) -> None:
        sensor = await self._write(sensor, stack)
        if not self.evidence.applied:
            await self._apply(sensor)
            await self._find()
        if self.evidence.where is Where.OLD:
            self._note(undone=await self._written.undo(sensor))

    async def _check(self, sensor: Sensor, identity: Identity) -> None:
        """The last looks before anything is written: the sensor, its settings, the password, the address."""
        self._on_stage(AddressStage.CHECK, "checking the sensor, the password and the new address")
        if not self._plan.identity.is_same_sensor(identity):
            raise SicktuiError(
                f"Another sensor answers at {self._plan.old} now: {identity.key or identity.name}.",
                advice="Check the address, then repeat your change.",
                code=Code.OTHER_DEVICE,
            )
        refuse_changed(self._plan, await sensor.network.config())
        refusal = await judge_access(self._context, self._target, sensor, sensor.access.password, [])
        if refusal is not None:
            raise SicktuiError(refusal.message, advice=refusal.advice, code=refusal.code)
        if self._plan.changes:
            await refuse_taken(self._context, self._target, self._plan, self._lan)
        self._saved = await read_saved(sensor, identity.name)
        self._power_on = await sensor.read.helpful(POWER_ON_COUNT)
        await refuse_flashing(sensor)

    def _begin(self) -> None:
        plan = self._plan
        change = AddressChange(
            device=self._target.device,
            old=plan.old,
            new=plan.new,
            before=plan.state.config,
            wanted=plan.wanted,
            since=timestamp(self._context.clock.now()),
            serial=plan.identity.serial,
            mac=plan.identity.mac,
            unproven=True,
            power_on=self._power_on,
            **structs.asdict(self._saved),
        )
        self._context.address_changes.begin(self._key, change)

    async def _write(self, sensor: Sensor, stack: AsyncExitStack) -> Sensor:
        """Write what differs, and read each value back. After trouble the old values are written back.

        Returns:
            The sensor where it is then: there may be some that apply a value at once.

        Raises:
            SicktuiError: the sensor did not take a value.
        """
        self._on_stage(AddressStage.WRITE, "writing the new address")
        before, wanted = values_of(self._plan.state.config), values_of(self._plan.wanted)
        names = [name for name in wanted if wanted[name] != before[name] or self._plan.pending]
        if self._plan.wanted.dhcp and not self._plan.pending:
            names = [name for name in names if name in (MODE, FALLBACK)]
        try:
            for name in names:
                self._note(written=True)
                try:
                    await self._written.write(sensor, name)
                except Unreachable as error:
                    sensor = await self._moved_already(error, stack)
            await self._written.check(sensor)
        except SicktuiError as error:
            await self._give_up(sensor, error)
            raise
        except asyncio.CancelledError:
            await self._interrupted(sensor)
            raise
        return sensor

    async def _moved_already(self, error: Unreachable, stack: AsyncExitStack) -> Sensor:
        """After a write that ended in silence: the sensor at its new address, if it is there.

        Raises:
            Unreachable: it is not.
        """
        if (await look_at(self._context, self._target, self._plan.old, self._plan.identity)).same:
            raise error
        found = await find_again(self._context, self._target, self._plan, self._lan)
        if found.where is Where.OLD:
            raise error
        self._note(where=found.where, place=found.place, other=found.other)
        if found.where is not Where.NEW:
            self._note(applied=found.where is Where.ELSEWHERE)
            raise error
        self._note(applied=True)
        there = at_place(self._target, found.place)
        sensor, _ = await stack.enter_async_context(reading(self._context, there))
        return sensor

    async def _read_back(self, sensor: Sensor) -> None:
        """All values once more, together.

        Raises:
            SicktuiError: they are not those that were written.
        """
        now = await sensor.network.config()
        if not now.fits(self._plan.wanted):
            raise SicktuiError(
                f"The sensor reports other values than were written: {now.words_beside(self._plan.wanted)}.",
                advice="Look at them with 'sicktui address', then try again.",
                code=Code.DEVICE_ERROR,
            )

    async def _apply(self, sensor: Sensor) -> None:
        """``EthernetUpdate``: no reply is expected.

        Raises:
            SicktuiError: it was not sent, or there is no such method; the old values were written back.
        """
        self._on_stage(AddressStage.APPLY, "applying it (EthernetUpdate)")
        try:
            await refuse_flashing(sensor)
            await self._refuse_other(sensor)
            saved = structs.asdict(await read_saved(sensor, self._plan.identity.name))
            self._context.address_changes.reached(self._key, AddressStage.APPLY, **saved)
            self._note(applied=True)
            await sensor.network.apply()
        except NotSupported as error:
            self._note(applied=False)
            await self._give_up(sensor, error)
            raise
        except SensorError as error:
            if not self.evidence.applied:
                await self._give_up(sensor, error)
                raise
            if not error.outcome_unknown:
                # Whatever it answers, where the sensor is decides.
                self.trouble(error)
        except SicktuiError as error:
            await self._give_up(sensor, error)
            raise
        except asyncio.CancelledError:
            if not self.evidence.applied:
                await self._interrupted(sensor)
            raise

    async def _refuse_other(self, sensor: Sensor) -> None:
        now = await sensor.read.reread_identity(self._plan.identity)
        if not self._plan.identity.is_same_sensor(now):
            raise SicktuiError(
                f"Another sensor answers now: {now.key or now.name}.",
                advice="Check the address.",
                code=Code.OTHER_DEVICE,
            )

    async def _find(self) -> None:
        words = self._plan.new or "its address from DHCP"
        self._on_stage(AddressStage.FIND, f"looking for {self.evidence.label} at {words}")
        self._context.address_changes.reached(self._key, AddressStage.FIND)
        found = await find_again(self._context, self._target, self._plan, self._lan)
        self._note(where=found.where, place=found.place, other=found.other)

    async def _save(self) -> None:
        """Let the list follow, and save, from where the sensor is now."""
        place, identity = self.evidence.place, self._plan.identity
        there = at_place(self._target, place)
        try:
            async with reading(self._context, there) as (sensor, _):
                await self._refuse_other(sensor)
                now = await sensor.network.config()
                if not now.fits(self._plan.wanted):
                    wanted = self._plan.wanted
                    words = f"reports {now.words_beside(wanted)} instead of {wanted.words_beside(now)}"
                    self._note(differs=words)
                    return
                self._followed = await asyncio.to_thread(
                    follow, self._context, self._target, identity.serial, self._target.address, place
                )
                self._on_stage(AddressStage.SAVE, f"saving it, from {place}")
                if self._plan.changes:
                    self._context.address_changes.reached(self._key, AddressStage.SAVE)
                self._note(asked_to_save=True)
                plan = self._plan
                same = not plan.changes or (plan.pending and plan.state.config == plan.wanted)
                since = None if same else self._saved
                saved = await save(sensor, self._context, identity, since)
                self._note(saved=saved)
                if not saved:
                    self.trouble(
                        SicktuiError("It has no call to save its parameters.", code=Code.NOT_SUPPORTED)
                    )
                    return
                await self._kept(sensor)
            if place != self._plan.old:
                self._note(both=(await look_at(self._context, self._target, self._plan.old, identity)).same)
        except Unreachable as error:
            self._note(saved=None)
            if not self.evidence.asked_to_save:
                self._note(where=Where.NOWHERE, place="")
            self.trouble(error)
        except SicktuiError as error:
            self._note(saved=False)
            self.trouble(error)

    async def _kept(self, sensor: Sensor) -> None:
        """Read everything once more after it was saved.

        Raises:
            OutcomeUnknown: it is not there any more, or cannot be read.
        """
        try:
            await self._refuse_other(sensor)
            await self._read_back(sensor)
        except SicktuiError as error:
            raise OutcomeUnknown(error.message, advice=error.advice, code=error.code) from error

    # -- what ends early -----------------------------------------------------------------------------

    async def _give_up(self, sensor: Sensor, error: SicktuiError) -> None:
        """Write the old values back, where new ones may have been written."""
        self.trouble(error)
        if self.evidence.written:
            self._note(undone=await self._written.undo(sensor))

    async def _interrupted(self, sensor: Sensor) -> None:
        """The same, within some seconds, when the program is ended by a signal."""
        if self.evidence.written:
            undo = asyncio.ensure_future(asyncio.wait_for(self._written.undo(sensor), _UNDO))
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                self._note(undone=await asyncio.shield(undo))
        self._settle()

    # -- the result ----------------------------------------------------------------------------------

    def _note(self, **facts: object) -> None:
        self.evidence = structs.replace(self.evidence, **facts)

    def trouble(self, error: SicktuiError) -> None:
        """Note the error that ended it, or left something open."""
        self._note(trouble=Trouble(message=error.message, advice=error.advice, code=error.code))

    def _settle(self, *, ended: bool = False) -> None:
        """Forget the change where nothing of it is left to do or to undo; else note whether it has ended."""
        evidence = self.evidence
        untouched = not evidence.written and not evidence.applied
        if untouched or evidence.undone or evidence.saved:
            self._context.address_changes.end(self._key)
        elif ended:
            self._context.address_changes.left(self._key)

    def result(self, seconds: float) -> AddressChanged:
        """The verdict over what was sent and seen."""
        judged = judge(self.evidence)
        message = f"{judged.message} {self._followed}".strip()
        try:
            self._settle(ended=True)
        except SicktuiError as error:
            message = f"{message} {error.message}"
        return AddressChanged(
            device=self._target.device,
            verdict=judged.verdict,
            message=message,
            advice=judged.advice,
            code=judged.code,
            place=self.evidence.place,
            sent=self.evidence.written
            or (self.evidence.applied and self._plan.changes)
            or self.evidence.asked_to_save,
            seconds=seconds,
        )
