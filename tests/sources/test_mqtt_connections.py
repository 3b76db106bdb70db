"""The connections to a broker: one thread, pauses that grow, whatever the broker sends, the last will."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

import pytest

from sicktui.sources.source import Hearing, Hint
from sicktui.sources.thinx.mqtt import connection
from sicktui.sources.thinx.mqtt import listener as listener_module
from sicktui.sources.thinx.mqtt.connection import Connection
from sicktui.sources.thinx.mqtt.listener import HintListener
from sicktui.sources.thinx.wire import trust
from tests.sources.fake_broker import FakeBroker, publish
from tests.sources.kit import subject
from tests.support.waiting import LIMIT, wait_until
from tests.thinx_server import mqtt

OWNER, KEY = "a" * 64, "b" * 64
UDID = "5c4b1a52-0000-4000-8000-000000000001"
MAC = "AA:BB:CC:00:00:01"


class Heard:
    """What a listener reports."""

    def __init__(self) -> None:
        self.hints: Queue[Hint] = Queue()
        self.changes: Queue[Hearing] = Queue()


@contextmanager
def listening(port: int, sensors: int = 1) -> Iterator[Heard]:
    heard = Heard()
    listener = HintListener(
        f"mqtt://127.0.0.1:{port}",
        KEY,
        OWNER,
        ids=lambda sensor: (MAC, UDID) if sensors == 1 else (sensor.mac or "", f"udid of {sensor.device}"),
        trust=lambda: trust(""),
        on_hint=heard.hints.put,
        on_state=heard.changes.put,
    )
    listener.follow([subject(number) for number in range(1, sensors + 1)])
    try:
        yield heard
    finally:
        listener.close()


@pytest.fixture
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(connection, "LONGEST_PAUSE", 0.4)
    monkeypatch.setattr(listener_module, "TICK", 0.02)


def test_a_connection_for_each_sensor_and_one_thread_for_all(fake: FakeBroker) -> None:
    # Twice as many sockets in this process, of which macOS allows 256.
    before = {*threading.enumerate()}
    with listening(fake.port, 80):
        wait_until(lambda: len(fake.open) == 80)
        new = {*threading.enumerate()} - before
        assert [thread.name for thread in new] == ["mqtt"]
    wait_until(lambda: not any(thread.is_alive() for thread in new))


@pytest.mark.usefixtures("_fast")
def test_two_programs_that_end_each_others_connection_do_it_less_and_less(
    fake: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(fake.port) as heard:
        for number in range(1, 6):
            wait_until(lambda least=number: len(fake.moments) >= least and fake.open)  # type: ignore[misc]
            fake.hang_up()
        change = heard.changes.get(timeout=LIMIT)
        while "again and again" not in change.sentence:
            change = heard.changes.get(timeout=LIMIT)
        assert not change.is_well
        assert "gate-1" in change.sentence
        assert KEY not in change.sentence
        monkeypatch.setattr(connection, "STEADY", 0.1)
        assert heard.changes.get(timeout=LIMIT) == Hearing(is_well=True, sentence="The broker answers again.")
    apart = [after - before for before, after in itertools.pairwise(fake.moments)]
    assert apart[3] >= 0.4
    assert apart[3] > apart[0]


JUNK: dict[str, bytes] = {
    "a message with a topic longer than itself": b"\x30\x02\x00\x09",
    "a topic that is not text": b"\x30\x04\x00\x02\xff\xfe",
    "a length without an end": b"\x30\xff\xff\xff\xff\xff",
    "an acknowledgement of nothing": b"\x90\x00",
    "a kind that is not known": b"\xf0\x00",
    "a CONNACK without content": b"\x20\x00",
    "one that wants another protocol": b"\x20\x02\x00\x01",
    "text": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.usefixtures("_fast")
@pytest.mark.parametrize("name", JUNK)
def test_whatever_a_broker_sends_the_next_message_is_heard(fake: FakeBroker, name: str) -> None:
    fake.answers = [JUNK[name], publish(OWNER, UDID)]
    with listening(fake.port) as heard:
        wait_until(lambda: fake.open or len(fake.moments) > 1)
        if len(fake.moments) == 1:
            fake.hang_up()
        assert heard.hints.get(timeout=LIMIT).device == "gate-1"


@pytest.mark.parametrize("killed", [True, False])
def test_the_last_will_is_that_of_a_program_that_was_killed(
    broker: mqtt.Broker, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    broker.allow(UDID, KEY)
    if killed:
        hang_up: Callable[[Connection], None] = Connection._hang_up
        monkeypatch.setattr(Connection, "close", hang_up)
    to = mqtt.topic(OWNER, UDID)
    broker.publish(to, mqtt.bare("c" * 64), retain=True)
    with listening(broker.port) as heard:
        heard.hints.get(timeout=LIMIT)
    status = mqtt.status_topic(OWNER, UDID)
    with broker.subscribed("another", UDID, KEY, status) as messages:
        broker.publish(status, "later")
        assert messages.next() == (mqtt.DISCONNECTED if killed else "later")
