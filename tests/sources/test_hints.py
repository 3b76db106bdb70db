"""MQTT as a hint: what counts as one; a real broker with passwords, TLS, restarts and retained messages."""

import json
import queue
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

from sicktui.model.errors import ConfigError
from sicktui.sources.source import Hint
from sicktui.sources.thinx.mqtt.listener import HintListener
from sicktui.sources.thinx.protocol.messages import is_hint
from sicktui.sources.thinx.wire import trust
from tests.sources.kit import subject
from tests.support.waiting import LIMIT
from tests.thinx_server import mqtt
from tests.thinx_server.certificates import Authority

OWNER, UDID, KEY = "a" * 64, "5c4b1a52-0000-4000-8000-000000000001", "b" * 64
MAC = "AA:BB:CC:00:00:01"
OFFER = mqtt.offer("c" * 64, "2.3.1")


@pytest.mark.parametrize(
    "message",
    [OFFER, mqtt.update(ott="c" * 64), mqtt.update(url="x"), mqtt.update(files=[]), mqtt.bare("c" * 64)],
)
def test_each_shape_of_an_update_message_is_a_hint(message: object) -> None:
    assert is_hint(json.dumps(message).encode())


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"FIRMWARE_UPDATE",
        b'{"status":"disconnected"}',
        b'{"registration":{"status":"OK"}}',
        b'{"update":{}}',
        b'{"ott":7}',
        b"[" * 10_000,
        b"\xff\xfe",
        b'{"ott":"' + b"c" * 100_000 + b'"}',
    ],
)
def test_anything_else_is_none(payload: bytes) -> None:
    assert not is_hint(payload)


class Listening:
    """A listener, and the hints that it has heard."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Hint] = queue.Queue()

    def next(self) -> Hint:
        return self.heard.get(timeout=LIMIT)


@contextmanager
def listening(url: str, ca_file: str = "", owner: str = OWNER) -> Iterator[Listening]:
    one = Listening()
    listener = HintListener(
        url, KEY, owner, ids=lambda _: (MAC, UDID), trust=lambda: trust(ca_file), on_hint=one.heard.put
    )
    listener.follow([subject()])
    try:
        yield one
    finally:
        listener.close()


def until_heard(broker: mqtt.Broker, one: Listening, to: str) -> Hint:
    """Publish until it is heard: a client that is not subscribed yet hears nothing."""
    for _ in range(40):
        broker.publish(to, OFFER)
        try:
            return one.heard.get(timeout=0.5)
        except queue.Empty:
            continue
    raise AssertionError("nothing was heard")


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_message_is_heard_and_a_retained_one_at_the_next_start(
    broker: mqtt.Broker, authority: Authority, *, encrypted: bool
) -> None:
    broker.allow(UDID, KEY)
    url = f"mqtts://127.0.0.1:{broker.tls_port}" if encrypted else f"mqtt://127.0.0.1:{broker.port}"
    ca_file = str(authority.file) if encrypted else ""
    to = mqtt.topic(OWNER, UDID)
    broker.publish(to, OFFER, retain=True)
    with listening(url, ca_file) as one:
        assert one.next() == Hint(device="gate-1", waiting=True)
        broker.publish(mqtt.shared_topic(OWNER, "news"), mqtt.update(url="x"))
        assert one.next() == Hint(device="gate-1", waiting=False)
        broker.publish(to, '{"status":"OK"}')
        broker.publish(to, mqtt.bare("c" * 64))
        assert one.next() == Hint(device="gate-1", waiting=False)
        assert one.heard.empty()


def test_credentials_that_become_valid_later_are_tried_again(broker: mqtt.Broker) -> None:
    with listening(f"mqtt://127.0.0.1:{broker.port}") as one:
        broker.allow(UDID, KEY)
        assert until_heard(broker, one, mqtt.topic(OWNER, UDID)).device == "gate-1"


def test_a_broker_that_restarts_is_listened_to_again(broker: mqtt.Broker) -> None:
    broker.allow(UDID, KEY)
    with listening(f"mqtt://127.0.0.1:{broker.port}") as one:
        until_heard(broker, one, mqtt.topic(OWNER, UDID))
        broker.stop()
        broker.start()
        until_heard(broker, one, mqtt.topic(OWNER, UDID))


def test_a_broker_of_another_authority_gets_no_password(broker: mqtt.Broker, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    broker.allow(UDID, KEY)
    broker.publish(mqtt.topic(OWNER, UDID), OFFER, retain=True)
    url = f"mqtts://127.0.0.1:{broker.tls_port}"
    with listening(url, str(other.file)) as one, pytest.raises(queue.Empty):
        one.heard.get(timeout=1.0)


@pytest.mark.parametrize("url", ["", "http://x:1", "mqtts://", "127.0.0.1:1883"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(ConfigError, match="address of a broker"), listening(url):
        pass


def test_without_paho_the_remedy_is_named() -> None:
    missing = {"paho": None, "paho.mqtt": None, "paho.mqtt.client": None}
    with (
        mock.patch.dict(sys.modules, missing),
        pytest.raises(ConfigError, match="paho-mqtt is not installed") as caught,
        listening("mqtt://127.0.0.1:1"),
    ):
        pass
    assert "sicktui[mqtt]" in caught.value.advice
