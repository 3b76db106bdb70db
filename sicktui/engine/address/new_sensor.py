"""One new sensor of a list: asked by AutoIP to take its address, found there, named and saved over REST."""

import asyncio
from collections.abc import Callable, Sequence
from enum import Enum, auto
from ipaddress import IPv4Address
from typing import Final

from msgspec import structs

from sicktui.engine.address.finish import finish_new
from sicktui.engine.address.lan import Lan
from sicktui.engine.address.places import at_place
from sicktui.engine.context import Context
from sicktui.engine.job.waiting import Deadline
from sicktui.engine.observe import connect
from sicktui.engine.plan.base import lock_of, refuse_flashing
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Profile, Target, resolve, same_serial
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address_change import AddressStage, Trouble, Where
from sicktui.model.network.addressing import NO_GATEWAY
from sicktui.model.network.commissioning import CommissioningEvidence, Entry
from sicktui.model.search.records import Sighting, address_of
from sicktui.sensor.errors import SensorError
from sicktui.stores.config.address_changes import AddressChange
from sicktui.stores.disk.locks import SensorLock

SEARCH: Final = 3.0
"""Seconds of one search: two requests, and what they bring."""
_AWAY: Final = 5.0
"""Seconds for which a sensor is away that does not report how long it needs."""
_LONGEST_AWAY: Final = 120.0
_RETURN: Final = 30.0
"""Seconds after that within which its REST must answer."""
_FRESH: Final = 20.0
"""Seconds after which another device may have got the address that was free."""
_PAUSE: Final = 1.0
_LOOK: Final = 3.0

OnWords = Callable[[Entry, AddressStage, str], None]
"""Called when something about a sensor is worth a line."""


class AutoIpOutcome(Enum):
    """What became of an attempt to have a sensor take its address."""

    WAIT = auto()
    """It is not heard, or takes none now."""
    TAKEN = auto()
    OVER = auto()
    """It must not be asked."""


class NewSensor:
    """One sensor of the list, and what was seen of it.

    Args:
        context: the stores, settings and credentials.
        entry: what it is to have.
        lan: the network around this PC.
        port: the TCP port of its REST API.
        on_words: called with what is being done.
        taken: which entry each MAC address is of, shared by all.
    """

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
        """Its change among those that are open; empty before the first request."""
        self._lock: SensorLock | None = None
        self._sighting: Sighting | None = None
        self._occupant = ""
        self._looked = 0.0
        self._settled = 0.0
        """When an answer shows whether the last request had an effect, by the monotonic clock."""
        self.evidence = CommissioningEvidence(label=entry.label, new=self._place or "an address from DHCP")

    # -- by AutoIP -----------------------------------------------------------------------------------

    async def prepare(self) -> bool:
        """Look whether it has its address from an earlier attempt; if not, whether the address is in use.

        Returns:
            Whether it has it: then it can be finished.
        """
        if self._entry.config.dhcp:
            return False
        if await self._look():
            self._note(accepted=True)
            return True
        self._occupant = self.evidence.other or await self._who_has_it(self._entry.mac)
        return False

    async def _who_has_it(self, own: str | None) -> str:
        self._looked = self._context.clock.monotonic()
        return await self._lan.occupant(self._entry.config.address, self._port, own)

    async def ask(self, heard: Sequence[Sighting], *, listening: bool) -> AutoIpOutcome:
        """Ask it to take its address, if it can be heard and may be asked. Never raises for trouble with it.

        Args:
            heard: the sensors that answer a search now.
            listening: only note where it is.
        """
        try:
            return await self._ask_if_heard(heard, listening=listening)
        except SicktuiError as error:
            self._trouble(error)
            self._release()
            return AutoIpOutcome.OVER

    async def _ask_if_heard(self, heard: Sequence[Sighting], *, listening: bool) -> AutoIpOutcome:
        sighting = self._own(heard)
        if sighting is None:
            self._say(AddressStage.FIND, "not heard yet: switch it on, or check its cable")
            return AutoIpOutcome.WAIT
        silent = self.evidence.silent and self._context.clock.monotonic() < self._settled
        self._note(heard=True, silent=silent, old=self.evidence.old or sighting.host)
        if listening and not self._has_it(sighting):
            return AutoIpOutcome.WAIT
        other = self._taken.setdefault(sighting.mac or "", self._entry)
        if other is not self._entry:
            raise SicktuiError(
                f"{self._entry.label} is the sensor of row {other.line} too. Nothing more was sent to it.",
                advice="Correct the list.",
                code=Code.DUPLICATE_DEVICE,
            )
        self._sighting = sighting
        await self._acquire(sighting)
        if not self._has_it(sighting):
            await self._refuse_taken(heard, sighting.mac)
            await self._refuse_flashing(sighting)
            if not await self._send(sighting):
                self._release()
                return AutoIpOutcome.WAIT
        self._note(accepted=True)
        return AutoIpOutcome.TAKEN

    async def _acquire(self, sighting: Sighting) -> None:
        """Take its lock, until it answers at its address: no run on this PC works on it meanwhile.

        Raises:
            Held: one does.
        """
        reply = sighting.reply
        known = Identity(name="", version="", serial=reply.serial if reply else None, mac=sighting.mac)
        lock = lock_of(self._context.home, self._target(), known, purpose="commissioning")
        await asyncio.to_thread(lock.acquire)
        self._lock = lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def complete(self) -> None:
        """Find it at its address, and finish it. Never raises for trouble with it."""
        try:
            if self.evidence.where is not Where.NEW:
                await self._return()
        except SicktuiError as error:
            self._trouble(error)
        finally:
            self._release()
        if self.evidence.where is Where.NEW:
            await self._finish()

    def _own(self, heard: Sequence[Sighting]) -> Sighting | None:
        """The sensor among those that answered.

        Raises:
            SicktuiError: two answer with its serial number.
        """
        entry = self._entry
        found = [s for s in heard if s.mac and entry.may_be(s.mac, s.reply.serial if s.reply else None)]
        if len({each.mac for each in found}) > 1:
            raise SicktuiError(
                f"{entry.label}: more than one device answers with this serial number. Nothing was sent.",
                advice="Give its MAC address in the list.",
                code=Code.DUPLICATE_DEVICE,
            )
        serial = found[-1].reply.serial if found and found[-1].reply else None
        if entry.mac and entry.serial and serial and not same_serial(entry.serial, serial):
            raise SicktuiError(
                f"The sensor with the MAC address {entry.mac} reports serial number {serial}, not "
                f"{entry.serial}. Nothing was sent to it.",
                advice="Correct the list.",
                code=Code.OTHER_DEVICE,
            )
        return found[-1] if found else None

    async def _refuse_flashing(self, sighting: Sighting) -> None:
        """Return unless a firmware update is under way on it, as far as its REST can be asked where it is.

        Raises:
            SicktuiError: one is.
        """
        if not any(IPv4Address(sighting.host) in network for network in await self._lan.networks()):
            return  # A datagram may claim any address; nothing is sent beyond the subnets of this PC.
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
        if not self._occupant and self._context.clock.monotonic() - self._looked > _FRESH:
            self._occupant = await self._who_has_it(mac)
        other = next((each.mac for each in heard if each.host == address and each.mac != mac), None)
        shown = f"the sensor with the MAC address {other} has it" if other else ""
        shown = shown or self._occupant
        more = "more " if self.evidence.requests else ""
        if shown:
            raise SicktuiError(
                f"{address} is in use: {shown}. Nothing {more}was sent to {self._entry.label}.",
                advice="Choose a free address, or find the device that has it.",
                code=Code.OTHER_DEVICE,
            )

    async def _send(self, sighting: Sighting) -> bool:
        """Ask it to take the address. Whether it answers that it does."""
        entry, mac = self._entry, sighting.mac or ""
        self._begin(sighting)
        self._note(requests=self.evidence.requests + 1, silent=True)
        self._say(AddressStage.WRITE, f"asking it by AutoIP to take {self.evidence.new}")
        binary = sighting.reply is not None and sighting.reply.binary
        self._settled = self._context.clock.monotonic() + self._away(sighting) + 2 * SEARCH
        if await self._lan.assign(mac, entry.config, binary=binary):
            return True
        self._say(
            AddressStage.FIND,
            f"it answers at {sighting.host}, but takes no address now: switch it off and on. Asking again "
            "until then",
        )
        return False

    def _away(self, sighting: Sighting | None) -> float:
        """Seconds for which it is away, as it reports."""
        reply = sighting.reply if sighting else None
        return min((reply.away if reply else None) or _AWAY, _LONGEST_AWAY)

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
            stage=AddressStage.APPLY,
        )
        self._context.address_changes.begin(self._key, change)

    async def _return(self) -> None:
        """Wait until its REST answers at the new address."""
        self._say(AddressStage.FIND, f"looking for it at {self.evidence.new}")
        deadline = Deadline(self._context.clock, self._away(self._sighting) + _RETURN)
        while True:
            over = deadline.over
            if self._entry.config.dhcp:
                self._take_lease(await self._lan.search(SEARCH))
            if (self._place and await self._look()) or over:
                break
            await self._context.clock.sleep(_PAUSE)
        if self.evidence.where is not Where.NEW:
            self._note(where=Where.NOWHERE)
            sighting = self._own(await self._lan.search(SEARCH))
            self._note(reports=sighting.host if sighting else "")

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

    async def _finish(self) -> None:
        """Add it to the list, give it its name, and save."""
        if self._identity is None:
            return
        named = "writing its name and saving" if self._entry.name else "saving"
        self._say(AddressStage.SAVE, named)
        done = await finish_new(self._context, self._entry, self._identity, self._target())
        self._note(listed=done.listed, named=done.named, saved=done.saved, trouble=done.trouble)

    # -- what is seen of it -----------------------------------------------------------------------

    def _say(self, stage: AddressStage, words: str) -> None:
        """Say something once."""
        if words not in self._told:
            self._told.add(words)
            self._on_words(self._entry, stage, words)

    def _note(self, **facts: object) -> None:
        self.evidence = structs.replace(self.evidence, **facts)

    def _trouble(self, error: SicktuiError) -> None:
        self._note(trouble=Trouble(message=error.message, advice=error.advice, code=error.code))

    @property
    def entry(self) -> Entry:
        """What it is to have."""
        return self._entry

    @property
    def identity(self) -> Identity | None:
        """Who answers at the new address; ``None``: not itself so far."""
        return self._identity

    @property
    def place(self) -> str:
        """Where it is to be: host or ``host:port``."""
        return self._place

    def settle(self, *, done: bool) -> None:
        """Forget the change if nothing of it is left to do or to undo.

        Raises:
            StorageError: it cannot be written.
        """
        if self._key and (done or not (self.evidence.accepted or self.evidence.silent)):
            self._context.address_changes.end(self._key)
        elif self._key:
            self._context.address_changes.left(self._key)
