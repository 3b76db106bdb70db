"""Watching: a message of the broker makes this PC check in at once, and nothing else."""

import asyncio
import itertools
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from sicktui.engine.context import open_context
from sicktui.engine.offers import watch as watch_module
from sicktui.engine.offers.session import OfferSession
from sicktui.engine.offers.watch import watch
from sicktui.model.errors import ConfigError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.sources.source import Hint
from sicktui.stores.disk.locks import Lock
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.stores.sources.offers import OfferStore
from tests.sources.kit import subject
from tests.sources.site import add_build, configure
from tests.support.program import ProgramHarness
from tests.support.waiting import LIMIT, eventually
from tests.thinx_server import mqtt
from tests.thinx_server.application import Application
from tests.thinx_server.server import Server


class Heard:
    """What a watch reports."""

    def __init__(self) -> None:
        self.offers: asyncio.Queue[Offer] = asyncio.Queue()
        self.warnings: list[str] = []
        self.packages: list[ShelfEntry] = []

    def on_warning(self, source: str, message: str) -> None:
        self.warnings.append(f"{source}: {message}")

    def on_offer(self, offer: Offer) -> None:
        self.offers.put_nowait(offer)

    def on_progress(self, offer: Offer, sent: int, total: int | None) -> None:
        pass

    def on_package(self, entry: ShelfEntry, offer: Offer) -> None:
        self.packages.append(entry)

    async def next(self) -> Offer:
        async with asyncio.timeout(LIMIT):
            return await self.offers.get()


async def test_a_message_makes_it_check_in_now(
    site: ProgramHarness,
    server: Server,
    application: Application,
    broker: mqtt.Broker,
    tmp_path: Path,
) -> None:
    configure(
        site,
        f"""[sources.plant]
kind = "thinx"
url = "{server.url}"
mqtt_url = "mqtt://127.0.0.1:{broker.port}"
owner = "{application.account.owner}"
devices = ["gate-1"]
""",
    )
    context = open_context(home=site.home, environ=site.environment, use_keyring=False)
    heard = Heard()
    session = OfferSession(context, application.account.key, [], [])
    watching = asyncio.create_task(watch(session, heard, interval=3600, least_pause=0.1))
    try:
        assert (await heard.next()).state is OfferState.CURRENT
        [device] = application.devices.all()
        broker.allow(device.udid, application.account.key)
        add_build(application, tmp_path)
        to = mqtt.topic(application.account.owner, device.udid)
        broker.publish(to, mqtt.offer("c" * 64, "2.4.0"), retain=True)
        offer = await heard.next()
        assert (offer.state, offer.version) == (OfferState.OFFERED, "2.4.0")
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        context.close()
    assert any("A message about new firmware" in warning for warning in heard.warnings)
    assert heard.packages == []
    assert "c" * 64 not in {request.token for request in application.record.requests}


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_watch_ends_with_a_summary(site: ProgramHarness, number: signal.Signals) -> None:
    process = site.start("firmware", "check", "--watch", "60", "--json")
    assert process.stdout is not None
    first = process.stdout.readline()
    assert b'"kind":"offer"' in first
    process.stdout.readline()
    process.send_signal(number)
    result = site.wait(process)
    assert result.code == 0, result
    last = result.every_line[-1]
    assert (last["kind"], last["operation"], last["exit_code"]) == ("summary", "check", 0)
    assert last["offers"] == {"current": 2}


@pytest.mark.skips_waiting
async def test_a_server_that_publishes_at_each_check_in_is_asked_less_and_less(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    moments: list[float] = []
    hint: list[Callable[[Hint], None]] = []

    async def check(_session: object, _watcher: object) -> None:
        moments.append(loop.time())
        for on_hint in hint * 50:
            on_hint(Hint(device="gate-1", waiting=False))

    class Source:
        def listen(self, on_hint: Callable[[Hint], None], _on_state: object) -> None:
            hint.append(on_hint)
            on_hint(Hint(device="gate-1", waiting=False))

    class Session:
        sources = ("plant",)
        store = OfferStore(tmp_path / "offers.json")

        def listening_lock(self, _name: str) -> Lock | None:
            return None

        @asynccontextmanager
        async def opened(self, _name: str) -> AsyncIterator[Source]:
            yield Source()

    monkeypatch.setattr(watch_module, "check", check)
    heard = Heard()
    task = asyncio.create_task(watch(Session(), heard, interval=0.4, least_pause=0.05))  # type: ignore[arg-type]
    await asyncio.sleep(1.5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    apart = [after - before for before, after in itertools.pairwise(moments)]
    assert apart[0] < apart[1] < apart[2]
    assert 3 <= len(apart) <= 6
    assert len(heard.warnings) <= len(moments) + 1, "one line for each check"


async def test_a_sensor_that_was_away_and_a_source_without_its_key_are_listened_for_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    followed: list[list[str]] = []

    class Ears:
        def follow(self, subjects: Sequence[Subject]) -> None:
            followed.append([each.device for each in subjects])

        def close(self) -> None:
            followed.append(["closed"])

    class Source:
        tries = 0

        def listen(self, _on_hint: object, _on_state: object) -> Ears:
            Source.tries += 1
            if Source.tries < 4:
                raise ConfigError("The API key of the source plant is not known.")
            assert list(Session.store.unheard()) == ["plant"]
            return Ears()

    class Session:
        sources = ("plant",)
        store = OfferStore(tmp_path / "offers.json")
        read: ClassVar[dict[str, tuple[Subject, ...]]] = {}

        def listening_lock(self, _name: str) -> Lock | None:
            return None

        @asynccontextmanager
        async def opened(self, _name: str) -> AsyncIterator[Source]:
            yield Source()

    async def check(session: Session, _watcher: object) -> None:
        session.read["plant"] = tuple(subject(number) for number in range(1, len(followed) + 2))

    monkeypatch.setattr(watch_module, "check", check)
    heard = Heard()
    task = asyncio.create_task(watch(Session(), heard, interval=0.01, least_pause=0.01))  # type: ignore[arg-type]
    await eventually(lambda: len(followed) >= 2)
    assert Session.store.unheard() == {}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert heard.warnings == ["plant: The API key of the source plant is not known."], "once"
    assert followed[:2] == [["gate-1"], ["gate-1", "gate-2"]]
    assert followed[-1] == ["closed"]


async def test_of_two_programs_on_a_pc_one_listens_and_the_other_takes_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listening: list[str] = []

    async def check(_session: object, _watcher: object) -> None:
        pass

    class Ears:
        def __init__(self, program: str) -> None:
            self.program = program
            listening.append(program)

        def follow(self, _subjects: object) -> None:
            pass

        def close(self) -> None:
            listening.remove(self.program)

    class Program:
        sources = ("plant",)
        store = OfferStore(tmp_path / "offers.json")
        read: ClassVar[dict[str, tuple[Subject, ...]]] = {}

        def __init__(self, name: str) -> None:
            self.name = name
            self.heard = Heard()
            self.task = asyncio.create_task(
                watch(self, self.heard, interval=0.01, least_pause=0.01)  # type: ignore[arg-type]
            )

        def listening_lock(self, _name: str) -> Lock:
            return Lock(tmp_path / "messages.lock", what="Listening for messages of plant")

        @asynccontextmanager
        async def opened(self, _name: str) -> AsyncIterator["Program"]:
            yield self

        def listen(self, _on_hint: object, _on_state: object) -> Ears:
            return Ears(self.name)

        async def end(self) -> None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    monkeypatch.setattr(watch_module, "check", check)
    one = Program("one")
    await eventually(lambda: listening == ["one"])
    two = Program("two")
    await eventually(lambda: two.heard.warnings)
    assert "Listening for messages of plant is in use by " in two.heard.warnings[0]
    assert listening == ["one"]
    await one.end()
    await eventually(lambda: listening == ["two"])
    await two.end()
    assert (listening, len(two.heard.warnings)) == ([], 1)
