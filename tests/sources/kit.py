"""A THiNX source on the stand-in server, with fast limits and a home of its own."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sicktui.model.clock import Clock, SystemClock
from sicktui.model.firmware.offer import Offer, Subject
from sicktui.sources import pace as pace_module
from sicktui.sources.pace import CheckInPace
from sicktui.sources.source import FetchedPackage
from sicktui.sources.thinx.source import ThinxSource
from sicktui.sources.thinx.wire import ServerWire, TimeLimits
from sicktui.stores.disk.home import Home, locate
from sicktui.stores.sources.udids import UdidStore
from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, Firmware
from tests.thinx_server.server import serving

FAST = TimeLimits(connect=1.0, answer=1.0, first_byte=2.0, stall=0.5)
PATIENT = TimeLimits()
RUNNING = "2.3.0.0R"
NEWER = "2.3.1"
SIZE = 200_000


def home_in(folder: Path) -> Home:
    """A home that meets no other on this PC."""
    return locate(folder / "home", {})


def own_locks(home: Home) -> Home:

    return replace(home, sensor_locks=home.locks, shared_locks=False)


def subject(number: int = 1, *, version: str = RUNNING, model: str = "picoScan150") -> Subject:
    return Subject(
        device=f"gate-{number}",
        model=model,
        version=version,
        mac=f"00:06:77:00:00:{number:02x}",
        serial=f"2542{number:04}",
        suffix=".spk.signed",
    )


def build(version: str = NEWER, *, size: int = SIZE, seed: int = 1, **fields: object) -> Build:
    return Build(version, Firmware.made(size, seed=seed), name="picoScan150", **fields)  # type: ignore[arg-type]


class Plant:
    """A source on a server, and what it was asked."""

    def __init__(self, application: Application, source: ThinxSource, folder: Path) -> None:
        self.application = application
        self.source = source
        self._folder = folder

    async def check(self, *subjects: Subject) -> list[Offer]:
        return [offer async for offer in self.source.offers(subjects or (subject(),))]

    async def fetch(
        self, offer: Offer, one: Subject | None = None, *, forced: bool = False
    ) -> FetchedPackage:
        room = Path(tempfile.mkdtemp(dir=self._folder, prefix="room-"))
        return await self.source.fetch(offer, one or subject(), room, forced=forced)

    async def check_and_fetch(self, one: Subject | None = None) -> FetchedPackage:
        offers = await self.check(one or subject())
        return await self.fetch(offers[-1], one)


def source_on(
    url: str,
    application: Application,
    home: Home,
    *,
    limits: TimeLimits = FAST,
    key: str | None = None,
    owner: str | None = None,
    ca_file: str = "",
    clock: Clock | None = None,
) -> ThinxSource:
    account = application.account
    wire = ServerWire(url, key or account.key, ca_file, limits)
    pace = CheckInPace(home, wire.name, clock or SystemClock())
    return ThinxSource("plant", wire, pace, UdidStore(home.udids_file), owner or account.owner)


@asynccontextmanager
async def plant(application: Application, folder: Path, **options: object) -> AsyncIterator[Plant]:
    """The stand-in server, and a source that asks it."""
    async with serving(application) as server:
        source = source_on(server.url, application, own_locks(home_in(folder)), **options)  # type: ignore[arg-type]
        try:
            yield Plant(application, source, folder)
        finally:
            await source.aclose()


def hurry(monkeypatch: object, application: Application, apart: float = 0.02) -> None:
    """Check-ins as fast as the test likes; the server's clock then counts them as far apart."""
    monkeypatch.setattr(pace_module, "APART", apart)  # type: ignore[attr-defined]
    application.record.least_between_check_ins = apart / 2
