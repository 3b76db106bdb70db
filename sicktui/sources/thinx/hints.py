"""Listens at the MQTT broker of a server for messages about new firmware. A message means: check in now.

paho-mqtt and not aiomqtt, which is built on it: aiomqtt watches sockets in a way that asyncio on Windows has
not, where plant PCs run, and paho is maintained by Eclipse, typed, and without dependencies. Each sensor is
a client with its own credentials, as the server demands; paho's threads connect again with growing
intervals, also where the credentials are not valid yet, which they become a moment after the check-in.
"""

import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sicktui.model.errors import ConfigError
from sicktui.model.firmware.offer import Subject
from sicktui.sources.source import Hint
from sicktui.sources.thinx.protocol.messages import DISCONNECTED, is_hint, status_topic, topics

if TYPE_CHECKING:
    from paho.mqtt.client import Client

FIRST_PAUSE: Final = 1
LONGEST_PAUSE: Final = 300
"""Seconds between two tries to connect: they double up to this."""
KEEPALIVE: Final = 60
REFUSALS: Final = 3
"""Refused connections of a sensor after which it is reported."""
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
EXTRA: Final = "Install it with: pip install 'sicktui[mqtt]'."


class HintListener:
    """The clients of one source.

    Args:
        url: ``mqtts://host:port``, or ``mqtt://`` without encryption.
        key: the API key, which is the password of every sensor there.
        owner: the owner's id.
        trust: the TLS settings.
        on_hint: called from a thread of paho.
        on_state: likewise, with one sentence for each change of what is wrong with the connections.

    Raises:
        ConfigError: paho-mqtt is not installed, or the address cannot be used.
    """

    def __init__(
        self,
        url: str,
        key: str,
        owner: str,
        *,
        trust: Callable[[], ssl.SSLContext],
        on_hint: Callable[[Hint], None],
        on_state: Callable[[str], None] = lambda _: None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigError(
                "'mqtt_url' of this source is not the address of a broker.",
                advice='Write it as "mqtts://host:8883".',
            )
        self._client_of = _paho()
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._trust = trust() if parts.scheme == "mqtts" else None
        self._key = key
        self._owner = owner
        self._on_hint = on_hint
        self._broker = f"{self._host}:{self._port}"
        self._states = _States(on_state)
        self._clients: dict[str, Client] = {}

    def listen(self, subject: Subject, mac: str, udid: str) -> None:
        """Listen for one sensor, from now on. Where it listens already, nothing changes."""
        if subject.device in self._clients:
            return
        client = self._client_of(mac)
        client.username_pw_set(udid, self._key)
        client.will_set(status_topic(self._owner, udid), DISCONNECTED, qos=1, retain=True)
        client.reconnect_delay_set(FIRST_PAUSE, LONGEST_PAUSE)
        if self._trust is not None:
            client.tls_set_context(self._trust)
        names = topics(self._owner, udid)

        def on_connect(connected: "Client", _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:  # noqa: ANN401
            if reason.is_failure:
                self._states.refused(subject.device, f"The broker {self._broker} refuses {subject.device}.")
                return
            self._states.well(subject.device)
            connected.subscribe([(name, 1) for name in names])

        def on_connect_fail(_client: "Client", _data: Any) -> None:  # noqa: ANN401  as paho calls it
            self._states.failed(f"The broker {self._broker} cannot be reached, or is not trusted.")

        def on_disconnect(*args: Any) -> None:  # noqa: ANN401  as paho calls it
            if args[3].is_failure:
                self._states.failed(f"The connection to the broker {self._broker} broke.")

        def on_message(_client: "Client", _data: Any, message: Any) -> None:  # noqa: ANN401  as paho calls it
            if is_hint(message.payload):
                self._on_hint(Hint(device=subject.device, waiting=bool(message.retain)))

        client.on_connect = on_connect
        client.on_message = on_message
        client.on_connect_fail = on_connect_fail
        client.on_disconnect = on_disconnect
        self._clients[subject.device] = client
        client.connect_async(self._host, self._port, keepalive=KEEPALIVE)
        client.loop_start()

    def close(self) -> None:
        """Disconnect, and end the threads."""
        for client in self._clients.values():
            client.disconnect()
            client.loop_stop()
        self._clients.clear()


class _States:
    """What is wrong with the connections of a source: one sentence for each change, whatever their number."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._refusals: dict[str, int] = {}
        self._wrong = False

    def well(self, device: str) -> None:
        """A connection is there."""
        with self._lock:
            self._refusals.pop(device, None)
            if self._wrong and not self._refusals:
                self._wrong = False
                self._report("The broker answers again.")

    def refused(self, device: str, sentence: str) -> None:
        """A sensor's credentials were refused. They may become valid a moment after the check-in."""
        with self._lock:
            self._refusals[device] = self._refusals.get(device, 0) + 1
            if self._refusals[device] == REFUSALS:
                self._say(f"{sentence} Check the API key, and the sensor on the server.")

    def failed(self, sentence: str) -> None:
        """A connection is not there."""
        with self._lock:
            if not self._refusals:  # the broker ends a connection that it refuses
                self._say(f"{sentence} Messages are not heard; it is tried again.")

    def _say(self, sentence: str) -> None:
        if not self._wrong:
            self._wrong = True
            self._report(sentence)


def _paho() -> "Callable[[str], Client]":
    try:
        from paho.mqtt import client as paho  # noqa: PLC0415  an extra
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError("paho-mqtt is not installed, so 'mqtt_url' has no effect.", advice=EXTRA) from error

    def make(client_id: str) -> "Client":
        return paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv311)

    return make
