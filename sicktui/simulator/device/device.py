"""One simulated sensor: its state, its power, its port."""

import asyncio
import logging
import random
import zlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import msgspec

from sicktui.simulator.changes import Changes
from sicktui.simulator.clock import SimulatedTime
from sicktui.simulator.device.addressing import Addressing, addressing_mode, mac_of
from sicktui.simulator.device.auth import Authenticator
from sicktui.simulator.device.autoip import AutoIp
from sicktui.simulator.device.backups import Backups
from sicktui.simulator.device.files.diagnosis import DiagnosisDump
from sicktui.simulator.device.health.health import STARTUP, Health
from sicktui.simulator.device.https import Https
from sicktui.simulator.device.parameters import ParameterStore
from sicktui.simulator.device.plans import FlashPlan
from sicktui.simulator.device.record import Record, RequestRecord
from sicktui.simulator.device.scan import ScanOutput
from sicktui.simulator.device.state import Faults
from sicktui.simulator.device.updater import Updater
from sicktui.simulator.generations import Generation, generation_of, version_numbers
from sicktui.simulator.network.http import Request, WatchedReader
from sicktui.simulator.network.port import OnConnection, Port
from sicktui.simulator.spec import DeviceSpec, Fault, Phase

FLASHING: Final = 1  # UpdateState
LINK_SECONDS: Final = 1.0
"""How long an address change takes."""

_log = logging.getLogger(__name__)


class Device:
    """A sensor with its port on 127.0.0.1.

    Args:
        spec: what it is.
        time: the fleet's time.
        faults: makes its faults.
        server: makes what answers a connection to its port.
    """

    generation: Generation
    """Its API."""
    model: str
    """``DeviceType``."""
    firmware_version: str
    serial: str
    mac: str
    """``aa:bb:cc:dd:ee:ff``."""
    order_number: str
    power_on_count: int
    shown_count: int | None = None
    serial_prefix = ""
    ident_length: int | None = None
    hidden: set[str]
    """Endpoints that it does not have."""
    channels = 0
    """How many clients have ``/apievents`` open."""
    startup_until = 0.0
    blinking_until = 0.0
    _powered = False
    _links_lost = 0

    def __init__(
        self,
        spec: DeviceSpec,
        time: SimulatedTime,
        *,
        faults: Callable[["Device"], Faults],
        server: Callable[["Device"], OnConnection],
    ) -> None:
        self.spec = spec
        self.name = spec.name
        self.time = time
        self.generation = generation_of(spec)
        family = self.generation.family
        self.rng = random.Random(zlib.crc32(spec.name.encode()) if spec.seed is None else spec.seed)
        self.model = spec.model or family.model
        self.firmware_version = spec.version or self.generation.version
        self.serial = spec.serial or f"{25_000_000 + zlib.crc32(spec.name.encode()) % 1_000_000}"
        self.mac = (spec.mac or mac_of(self.serial)).lower()
        self.order_number = spec.order_number or family.order_number
        self.power_on_count = spec.power_on_count
        self.link_rate = spec.link_rate
        self.spelled: Callable[[str], str] = str
        self.hidden = set(spec.hidden)
        location = (spec.name if spec.location is None else spec.location)[: self.generation.location_limit]
        self.parameters = ParameterStore(
            self.generation.api,
            {"LocationName": location, **addressing_mode(spec), **spec.parameters},
            webserver=spec.webserver,
        )
        self.changes = Changes()
        self.health = Health(
            spec,
            self.generation,
            self.parameters,
            rng=self.rng,
            now=time.now,
            uptime=lambda: self.seconds_since_power_on,
            changed=self.changes.announce,
        )
        self._status = spec.device_status
        self._hours = self.rng.randrange(200, 90_000)
        self._powered_at = time.now() - spec.powered_seconds
        self._webserver = spec.webserver
        self._record = Record()
        self._tasks: set[asyncio.Task[None]] = set()
        self.dump = DiagnosisDump(self)
        self.https = Https(self._answer)
        self._serve: OnConnection = server(self)
        self.port = Port(self._serve)
        self.addressing = Addressing(spec, self.parameters, self.port)
        self.auth = Authenticator(spec, self.generation, rng=self.rng, now=time.now, violation=self.violation)
        self.updater = Updater(self)
        self.backups = Backups(self)
        if spec.stale_backup:
            self.backups.leave_stale()
        self.autoip = AutoIp(self)
        self.scan = ScanOutput(self)
        self.faults: Faults = faults(self)

    def _answer(self, reader: WatchedReader, writer: asyncio.StreamWriter) -> Awaitable[None]:
        return self._serve(reader, writer)

    # -- what tests and commands look at ------------------------------------------------------------

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.port.host}:{self.port.number}"

    @property
    def online(self) -> bool:
        """Whether its port is open."""
        return self.port.is_open

    @property
    def requests(self) -> list[RequestRecord]:
        """Every request it got, oldest first."""
        return self._record.requests

    @property
    def violations(self) -> list[str]:
        """Every breach of the protocol, oldest first."""
        return self._record.violations

    @property
    def update_state(self) -> int:
        """``UpdateState``."""
        return self.updater.state

    @property
    def phase(self) -> Phase:
        """The phase of its update, for faults that strike in one phase only."""
        return self.updater.phase

    @property
    def flashes(self) -> int:
        """How often a flash has started, by a trigger or by itself; not those of another client."""
        return self.updater.flashes

    @property
    def device_status(self) -> int:
        """``DeviceStatus``."""
        starting = self.time.now() < self.startup_until
        return STARTUP if starting else self.health.status(self._status)

    @property
    def operating_hours(self) -> int:
        """``OpHours``, in tenths of an hour."""
        return self._hours + int(self.time.now() / 360)

    @property
    def hours_since_power_on(self) -> float:
        """``DailyOpHours``."""
        return round(self.seconds_since_power_on / 3600, 3)

    @property
    def seconds_since_power_on(self) -> float:
        """Simulated seconds since its last boot."""
        return self.time.now() - self._powered_at

    @property
    def awake(self) -> bool:
        """Whether it has power, and a network."""
        return self._powered and not self._links_lost

    @property
    def pushes(self) -> bool:
        """Whether it has ``/apievents``."""
        since = self.generation.family.events_since
        by_version = since is not None and version_numbers(self.firmware_version) >= since
        return by_version if self.spec.events is None else self.spec.events

    @property
    def blinking(self) -> bool:
        """Whether its LEDs blink, to be found on site."""
        return self.time.now() < self.blinking_until

    @property
    def backup_result(self) -> dict[str, object]:
        """``CreateParameterBackupResult``."""
        return self.backups.create_result

    @property
    def restore_result(self) -> dict[str, object]:
        """``RestoreParameterBackupResult``."""
        return self.backups.restore_result

    def summary(self) -> dict[str, object]:
        """Identity and address, as ``simulate`` announces them. No secrets."""
        return {
            "name": self.name,
            "address": self.address,
            "model": self.model,
            "version": self.firmware_version,
            "serial": self.serial,
            "mac": self.mac,
            "generation": self.generation.name,
            "auth": self.generation.auth,
            "user": self.spec.user,
            "online": self.online,
            "https": self.https.address,
            "fingerprint": self.https.bundle.fingerprint if self.https.bundle else None,
            "autoip": self.autoip.address,
            "record": f"http://{self.address}/simulator/record",
        }

    def record(self) -> dict[str, object]:
        """Its state, its requests and every breach of the protocol."""
        return {
            **self.summary(),
            "update_state": self.update_state,
            "phase": self.phase,
            "flashes": self.flashes,
            "uploads": self.updater.uploads,
            "power_on_count": self.power_on_count,
            "parameters": self.parameters.current,
            "violations": self.violations,
            "autoip_requests": [msgspec.to_builtins(entry) for entry in self.autoip.requests],
            "requests": [msgspec.to_builtins(entry) for entry in self.requests],
        }

    def add_fault(self, fault: Fault) -> None:
        """Add a fault from now on."""
        self.faults.add(fault)

    def violation(self, text: str) -> None:
        """Record a breach of the protocol."""
        self._record.violation(text)

    # -- power -----------------------------------------------------------------------------------

    async def start(self, number: int = 0) -> None:
        """Take the port (0: any) and, unless it is offline, answer on it.

        Raises:
            SimulatorError: the port is taken.
        """
        await self.addressing.apply(self.mac)
        self.addressing.hold(number)
        if self.spec.https:
            from sicktui.simulator.network.certificates import make_bundle  # noqa: PLC0415  half a second

            await self.https.install(make_bundle(self.spec.https_names, days=self.spec.https_days))
        self._powered = not self.spec.offline
        await self._listen()
        if self.generation.family.scans and "ScanDataEnable" in self.parameters.table:
            self.spawn(self.scan.run())
        if self.spec.update_state == FLASHING:
            self.updater.start_foreign(None)

    async def stop(self) -> None:
        """Stop, and close the port."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.port.close(keep_number=False)
        await self.https.close(keep_number=False)

    async def power_off(self) -> None:
        """Pull the plug: the port closes, connections break, volatile memory is lost."""
        self.updater.power_lost()
        self.backups.power_lost()
        self.auth.forget()
        self.parameters.power_cycle()
        self._powered = False
        self.dump.power_lost()
        await self._close()

    async def power_on(self) -> None:
        """Boot, and answer again."""
        self._powered = True
        self.power_on_count += 1
        self._powered_at = self.time.now()
        self.health.booted()
        self.scan.booted()
        self._webserver = self.parameters.webserver
        self.addressing.booted()
        await self.addressing.apply(self.mac)
        self.updater.booted()
        self.faults.booted()
        await self._listen()

    async def _listen(self) -> None:
        self.changes.announce()
        if self.awake and self._webserver and self.addressing.reachable:
            await self.port.open(slow=self.link_rate is not None)
            await self.https.open(slow=self.link_rate is not None)

    async def _close(self) -> None:
        await self.port.close()
        await self.https.close()

    async def lose_link(self, seconds: float) -> None:
        """Disconnect the network for ``seconds``; the device itself keeps running."""
        self._links_lost += 1
        await self._close()
        await self.time.sleep(seconds)
        self._links_lost -= 1
        await self._listen()

    def swap(self, serial: str) -> None:
        """Replace it with another sensor of the same kind at this address."""
        self.updater.power_lost()
        self.updater.booted()
        self.auth.forget()
        self.serial, self.mac = serial, mac_of(serial)

    async def reboot(self, *, after: float = 0.0) -> None:
        """Power off, and on again after the reboot time. Starts in ``after`` seconds."""
        await self.time.sleep(after)
        await self.power_off()
        await self.time.sleep(self.spec.reboot_seconds)
        await self.power_on()

    async def update_address(self, *, after: float, away: float = LINK_SECONDS) -> None:
        """In ``after`` seconds what was written takes effect; the network is away for ``away`` seconds.

        The port moves to an address of this PC (127.x.x.x), and to 127.0.0.1 for any other one.
        """
        await self.time.sleep(after)
        if self.addressing.outdated:
            await self.addressing.apply(self.mac)
            await self.lose_link(away)

    def move(self) -> None:
        """Come back on another port, as a sensor that got another address."""
        self.port.drop_number()

    def become(self, plan: FlashPlan) -> None:
        """Take the version and the identity that a flash ends in."""
        self.firmware_version = plan.version
        if plan.serial is not None:
            self.serial, self.mac = plan.serial, mac_of(plan.serial)
        if plan.device_status is not None:
            self._status = plan.device_status
        for name in plan.lost:
            default = self.parameters.defaults.get(name)
            self.parameters.current[name] = self.parameters.saved[name] = default

    # -- service ---------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task beside the requests; it ends with the device."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the simulated device %s broke", self.name, exc_info=error)

    def begin(self, request: Request) -> RequestRecord:
        """Record a request as soon as its head has arrived."""
        return self._record.begin(
            seconds=self.time.now(),
            method=request.method,
            path=request.path,
            headers=request.headers.items(),
            update_state=self.update_state,
        )
