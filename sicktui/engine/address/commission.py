"""Gives new sensors the addresses of a list by AutoIP, one by one, and finishes each over REST.

Sensors out of the box share 192.168.0.1, so only the MAC address distinguishes them: each is asked by it,
and no other one takes the request. A sensor takes an address only while it allows that, by default for 60 s
after it was switched on: the others are asked again until the time is over. What counts is the sensor's own
REST answer at its new address.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.address.follow import enlist
from sicktui.engine.address.lan import Lan
from sicktui.engine.address.places import at_place
from sicktui.engine.context import Context
from sicktui.engine.job.waiting import Deadline
from sicktui.engine.observe import connect
from sicktui.engine.parameters.write import LOCATION, persist_parameters, write_parameter
from sicktui.engine.plan.base import lock_of, refuse_flashing
from sicktui.model.address_change import Stage, Trouble, Where
from sicktui.model.addressing import NO_GATEWAY
from sicktui.model.clock import timestamp
from sicktui.model.commissioning import CommissioningEvidence, Entry, judge_commissioning
from sicktui.model.device import Identity, Profile, Target, resolve, same_serial
from sicktui.model.discovery import Sighting, address_of
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.sensor.errors import OutcomeUnknown, SensorError, Unreachable
from sicktui.stores.config.address_changes import AddressChange

SEARCH: Final = 3.0
"""Seconds of one search: two requests, and what they bring."""
_AWAY: Final = 5.0
"""Seconds for which a sensor is away that does not report how long it needs."""
_LONGEST_AWAY: Final = 120.0
_RETURN: Final = 30.0
"""Seconds after that within which its REST must answer."""
_PAUSE: Final = 1.0
_LOOK: Final = 3.0

OnWords = Callable[[Entry, Stage, str], None]
"""Called when something about a sensor is worth a line."""
OnDone = Callable[["Commissioned"], None]


class Commissioned(Struct, frozen=True, kw_only=True):
    """What became of one sensor of the list."""

    entry: Entry
    verdict: Verdict
    message: str
    advice: str = ""
    code: Code | None = None
    place: str = ""
    """Where it answers; empty if it does not."""
    serial: str | None = None
    mac: str | None = None
    sent: bool = False
    """Whether anything was sent that changes it."""


async def commission(
    context: Context,
    entries: Sequence[Entry],
    lan: Lan,
    *,
    wait: float,
    port: int = 80,
    on_words: OnWords,
    on_done: OnDone,
) -> list[Commissioned]:
    """Set up the sensors of a list. Trouble with one is part of its result, and holds no other one up.

    Args:
        context: the stores, settings and credentials.
        entries: the list, checked (``problems_of``).
        lan: the network around this PC.
        wait: seconds for which sensors are waited for that are off, or take no address yet.
        port: the TCP port of their REST API.
        on_words: called with what is being done.
        on_done: called when a sensor is done.
    """
    deadline = Deadline(context.clock, wait)
    taken: dict[str, Entry] = {}
    waiting = [_One(context, entry, lan, port, on_words=on_words, taken=taken) for entry in entries]
    done: list[Commissioned] = []

    def finish(one: "_One") -> None:
        waiting.remove(one)
        done.append(one.result())
        on_done(done[-1])

    for one in list(waiting):
        if await one.is_there_already():
            finish(one)
    while waiting:
        over = deadline.over
        heard = await lan.search(SEARCH)
        for one in list(waiting):
            if await one.attempt(heard):
                finish(one)
        if over:
            for one in list(waiting):
                finish(one)
    return done


class _One:
    """One sensor of the list."""

    def __init__(
        self,
        context: Context,
        entry: Entry,
        lan: Lan,
        port: int,
        *,
        on_words: OnWords,
        taken: dict[str, Entry],
    ) -> None:
        self._context = context
        self._taken = taken
        self._entry = entry
        self._lan = lan
        self._on_words = on_words
        self._place = "" if entry.config.dhcp else address_of(entry.config.address, port)
        self._port = port
        self._identity: Identity | None = None
        self._told: set[str] = set()
        self._key = ""
        self.evidence = CommissioningEvidence(label=entry.label, new=self._place or "an address from DHCP")

    async def is_there_already(self) -> bool:
        """Whether it has its address from an earlier attempt; then it is finished."""
        if self._entry.config.dhcp or not await self._look():
            return False
        self._note(accepted=True)
        await self._finish()
        return True

    async def attempt(self, heard: Sequence[Sighting]) -> bool:
        """Set its address if it can be heard now, and finish it. Whether it is done, well or not."""
        try:
            return await self._attempt(heard)
        except SicktuiError as error:
            self._trouble(error)
            return True

    async def _attempt(self, heard: Sequence[Sighting]) -> bool:
        sighting = self._own(heard)
        if sighting is None:
            self._say(Stage.FIND, "not heard yet: switch it on, or check its cable")
            return False
        self._note(heard=True, old=self.evidence.old or sighting.host)
        other = self._taken.setdefault(sighting.mac or "", self._entry)
        if other is not self._entry:
            raise SicktuiError(
                f"{self._entry.label} is the sensor of row {other.line} too. Nothing more was sent to it.",
                advice="Correct the list.",
                code=Code.DUPLICATE_DEVICE,
            )
        if not await self._moved(sighting, heard):
            return False
        if self.evidence.where is Where.NEW:
            await self._finish()
        return True

    def _own(self, heard: Sequence[Sighting]) -> Sighting | None:
        """The sensor among those that answered.

        Raises:
            SicktuiError: two answer with its serial number.
        """
        entry = self._entry
        found = [each for each in heard if each.mac and _fits(entry, each)]
        if len({each.mac for each in found}) > 1:
            raise SicktuiError(
                f"{entry.label}: more than one device answers with this serial number. Nothing was sent.",
                advice="Give its MAC address in the list.",
                code=Code.DUPLICATE_DEVICE,
            )
        reply = found[-1].reply if found else None
        if (
            entry.mac
            and entry.serial
            and reply
            and reply.serial
            and not same_serial(entry.serial, reply.serial)
        ):
            raise SicktuiError(
                f"The sensor with the MAC address {entry.mac} reports serial number {reply.serial}, not "
                f"{entry.serial}. Nothing was sent to it.",
                advice="Correct the list.",
                code=Code.OTHER_DEVICE,
            )
        return found[-1] if found else None

    async def _moved(self, sighting: Sighting, heard: Sequence[Sighting]) -> bool:
        """Have it take its address, and wait for it there. Whether it takes it now.

        Raises:
            SicktuiError: the address is in use, or somebody works on the sensor.
        """
        reply = sighting.reply
        known = Identity(name="", version="", serial=reply.serial if reply else None, mac=sighting.mac)
        lock = lock_of(self._context.home, self._target(), known, purpose="commissioning")
        await asyncio.to_thread(lock.acquire)
        try:
            if not self._has_it(sighting):
                if not self.evidence.requests:
                    await self._refuse_taken(heard, sighting.mac)
                await self._refuse_flashing(sighting)
                if not await self._ask(sighting):
                    return False
            self._note(accepted=True)
            await self._return(sighting)
        finally:
            lock.release()
        return True

    async def _refuse_flashing(self, sighting: Sighting) -> None:
        """Return unless a firmware update is under way on it, as far as its REST can be asked where it is.

        Raises:
            SicktuiError: one is.
        """
        place = address_of(sighting.host, self._port)
        sensor = connect(self._context, at_place(self._short(), place))
        sensor.read.steady = False
        try:
            if self._entry.is_it(await sensor.read.identity()):
                await refuse_flashing(sensor)
        except SensorError:
            return  # Out of the box it shares its address, and cannot be asked.
        finally:
            await sensor.aclose()

    def _short(self) -> Target:
        """The device, for a look that may end in silence."""
        target = self._target()
        seconds = min(_LOOK, target.timing.request_timeout)
        return structs.replace(target, timing=structs.replace(target.timing, request_timeout=seconds))

    def _has_it(self, sighting: Sighting) -> bool:
        """Whether it reports the address that it is to have."""
        if self._entry.config.dhcp:
            return bool(sighting.reply and sighting.reply.dhcp)
        return sighting.host == self._entry.config.address

    async def _refuse_taken(self, heard: Sequence[Sighting], mac: str | None) -> None:
        address = self._entry.config.address
        if self._entry.config.dhcp:
            return
        other = next((each.mac for each in heard if each.host == address and each.mac != mac), None)
        shown = f"the sensor with the MAC address {other} has it" if other else ""
        shown = shown or self.evidence.other or await self._lan.occupant(address, self._port)
        if shown:
            raise SicktuiError(
                f"{address} is in use: {shown}. Nothing was sent to {self._entry.label}.",
                advice="Choose a free address, or find the device that has it.",
                code=Code.OTHER_DEVICE,
            )

    async def _ask(self, sighting: Sighting) -> bool:
        """Ask it to take the address. Whether it answers that it does."""
        entry, mac = self._entry, sighting.mac or ""
        self._begin(sighting)
        self._note(requests=self.evidence.requests + 1)
        self._say(Stage.WRITE, f"asking it by AutoIP to take {self.evidence.new}")
        binary = sighting.reply is not None and sighting.reply.binary
        if await self._lan.assign(mac, entry.config, binary=binary):
            return True
        self._say(
            Stage.FIND,
            f"it answers at {sighting.host}, but takes no address now: switch it off and on. Asking again "
            "until then",
        )
        return False

    def _begin(self, sighting: Sighting) -> None:
        """Note the change on this PC before anything is sent."""
        if self._key:
            return
        self._key = f"MAC {sighting.mac}"
        reply = sighting.reply
        known = (reply.mask if reply else None) or self._entry.config.mask
        before = structs.replace(
            self._entry.config, address=sighting.host, mask=known, gateway=NO_GATEWAY, dhcp=False
        )
        change = AddressChange(
            device=self._entry.label,
            old=sighting.host,
            new=self._place,
            before=before,
            wanted=self._entry.config,
            since=timestamp(self._context.clock.now()),
            serial=self._entry.serial,
            mac=sighting.mac,
            stage=Stage.APPLY,
        )
        self._context.address_changes.begin(self._key, change)

    async def _return(self, sighting: Sighting) -> None:
        """Wait until its REST answers at the new address."""
        away = sighting.reply.away if sighting.reply and sighting.reply.away else _AWAY
        self._say(Stage.FIND, f"looking for it at {self.evidence.new}")
        deadline = Deadline(self._context.clock, min(away, _LONGEST_AWAY) + _RETURN)
        while True:
            over = deadline.over
            if self._entry.config.dhcp:
                self._take_lease(await self._lan.search(SEARCH))
            if (self._place and await self._look()) or over:
                break
            await self._context.clock.sleep(_PAUSE)
        if self.evidence.where is not Where.NEW:
            self._note(where=Where.NOWHERE)

    def _take_lease(self, heard: Sequence[Sighting]) -> None:
        """With DHCP: where it reports to be now."""
        sighting = self._own(heard)
        if sighting is not None and self._has_it(sighting):
            self._place = address_of(sighting.host, self._port)
            self._note(new=self._place)

    async def _look(self) -> bool:
        """Whether the sensor itself answers at its new address."""
        sensor = connect(self._context, self._short())
        sensor.read.steady = False
        try:
            found = await sensor.read.identity()
        except SensorError:
            return False
        finally:
            await sensor.aclose()
        if not self._entry.is_it(found):
            self._note(other=found.key or found.name)
            return False
        self._identity = found
        self._note(where=Where.NEW, other="")
        return True

    def _target(self) -> Target:
        settings = self._context.settings
        name = self._entry.name or self._place
        serial = self._identity.serial if self._identity else None
        profile = Profile(name=name, address=self._place, serial=serial)
        return resolve(profile, settings.device, settings.timing, ad_hoc=self._entry.name is None)

    # -- over REST, at the new address ---------------------------------------------------------------

    async def _finish(self) -> None:
        """Add it to the list, give it its name, and save."""
        entry, identity = self._entry, self._identity
        if identity is None:
            return
        target = self._target()
        try:
            await self._confirm_address(target)
            profile = Profile(
                name=entry.name or self._place,
                address=self._place,
                tags=entry.tags,
                serial=identity.serial,
                model=identity.device_type,
            )
            self._note(listed=await enlist(self._context, profile, add=entry.name is not None))
            self._say(Stage.SAVE, "writing its name and saving" if entry.name else "saving")
            self._note(saved=await self._name_and_save(target))
        except OutcomeUnknown as error:
            self._trouble(error)
        except SicktuiError as error:
            if not isinstance(error, Unreachable):
                self._note(saved=False)
            self._trouble(error)

    async def _name_and_save(self, target: Target) -> bool:
        name = self._entry.name
        if name is None:
            return await persist_parameters(self._context, target)
        self._note(named=False)
        written = await write_parameter(self._context, target, LOCATION, name, persist=True)
        self._note(named=True)
        if not written.changed:  # The address is new all the same.
            return await persist_parameters(self._context, target)
        return bool(written.persisted)

    async def _confirm_address(self, target: Target) -> None:
        """Compare what it reports with what it was given.

        Raises:
            SicktuiError: it has something else.
        """
        sensor = connect(self._context, target)
        try:
            now = await sensor.network.config()
        finally:
            await sensor.aclose()
        wanted = self._entry.config
        if not (now.dhcp if wanted.dhcp else now == wanted):
            raise SicktuiError(
                f"It reports {now.words} instead of {self._entry.config.words}.",
                advice="Set its address with 'sicktui address'.",
                code=Code.DEVICE_ERROR,
            )

    # -- the result ----------------------------------------------------------------------------------

    def _say(self, stage: Stage, words: str) -> None:
        """Say something once."""
        if words not in self._told:
            self._told.add(words)
            self._on_words(self._entry, stage, words)

    def _note(self, **facts: object) -> None:
        self.evidence = structs.replace(self.evidence, **facts)

    def _trouble(self, error: SicktuiError) -> None:
        self._note(trouble=Trouble(message=error.message, advice=error.advice, code=error.code))

    def result(self) -> Commissioned:
        """The verdict over what was sent and seen."""
        judged = judge_commissioning(self.evidence)
        message = judged.message
        settled = judged.verdict is Verdict.SUCCEEDED or not self.evidence.accepted
        try:
            if self._key and settled:
                self._context.address_changes.end(self._key)
        except SicktuiError as error:
            message = f"{message} {error.message}"
        identity = self._identity
        return Commissioned(
            entry=self._entry,
            verdict=judged.verdict,
            message=message,
            advice=judged.advice,
            code=judged.code,
            place=self._place if self.evidence.where is Where.NEW else "",
            serial=identity.serial if identity else None,
            mac=identity.mac if identity else self._entry.mac,
            sent=bool(self.evidence.requests) or self.evidence.named is not None,
        )


def _fits(entry: Entry, sighting: Sighting) -> bool:
    """Whether a hint is of the sensor that is meant, by all that both have."""
    if entry.mac is not None:
        return entry.mac == sighting.mac
    reported = sighting.reply.serial if sighting.reply else None
    return bool(entry.serial and reported and same_serial(entry.serial, reported))
