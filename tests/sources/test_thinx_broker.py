"""The stand-in's MQTT side: a real mosquitto with the vendor's topics, credentials and last will."""

import json
import socket
import ssl

import pytest

from tests.thinx_server import mqtt
from tests.thinx_server.certificates import Authority

OWNER, UDID, KEY = "a" * 64, "5c4b1a52-0000-4000-8000-000000000001", "b" * 64
MAC = "AA:BB:CC:00:00:01"


@pytest.mark.parametrize(
    "message",
    [
        mqtt.offer("c" * 64, "1.1.0"),
        mqtt.update(ott="c" * 64),
        mqtt.update(url="https://files.example/firmware.bin"),
        mqtt.update(files=[]),
        mqtt.bare("c" * 64),
    ],
)
def test_each_update_message_reaches_its_device(broker: mqtt.Broker, message: dict[str, object]) -> None:
    broker.allow(UDID, KEY)
    to = mqtt.topic(OWNER, UDID)
    with broker.subscribed(MAC, UDID, KEY, to) as messages:
        broker.publish(to, message)
        assert json.loads(messages.next()) == message


def test_device_reads_its_own_and_the_shared_topics_only(broker: mqtt.Broker) -> None:
    broker.allow(UDID, KEY)
    with broker.subscribed(MAC, UDID, KEY, f"/{OWNER}/#") as messages:
        broker.publish(mqtt.topic(OWNER, "another"), "not for it")
        broker.publish(mqtt.shared_topic(OWNER, "news"), "for all")
        assert messages.next() == "for all"


def test_credentials_are_refused_until_they_are_allowed(broker: mqtt.Broker) -> None:
    to = mqtt.topic(OWNER, UDID)
    with pytest.raises(ConnectionRefusedError), broker.subscribed(MAC, UDID, KEY, to):
        pass
    broker.allow(UDID, KEY)
    with broker.subscribed(MAC, UDID, KEY, to):
        pass
    broker.refuse(UDID)
    with pytest.raises(ConnectionRefusedError), broker.subscribed(MAC, UDID, KEY, to):
        pass


def test_last_will_waits_for_those_who_come_later(broker: mqtt.Broker) -> None:
    broker.allow(UDID, KEY)
    with broker.subscribed(MAC, UDID, KEY, mqtt.topic(OWNER, UDID)):
        pass  # its end is a kill
    with broker.subscribed("another", UDID, KEY, mqtt.status_topic(OWNER, UDID)) as messages:
        assert messages.next() == mqtt.DISCONNECTED


def test_a_cleared_message_and_one_before_a_restart_are_gone(broker: mqtt.Broker) -> None:
    broker.allow(UDID, KEY)
    to = mqtt.topic(OWNER, UDID)
    broker.publish(to, "cleared", retain=True)
    broker.clear(to)
    broker.publish(to, "lost", retain=True)
    broker.stop()
    broker.start()
    with broker.subscribed(MAC, UDID, KEY, to) as messages:
        broker.publish(to, "new")
        assert messages.next() == "new"


def test_tls_of_a_private_ca(broker: mqtt.Broker, authority: Authority) -> None:
    trust = ssl.create_default_context(cafile=authority.file)
    with (
        socket.create_connection(("127.0.0.1", broker.tls_port), 10) as plain,
        trust.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert secured.version() == "TLSv1.3"
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection(("127.0.0.1", broker.tls_port), 10) as plain,
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
