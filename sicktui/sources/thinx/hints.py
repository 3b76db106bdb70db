"""Listens at the MQTT broker of a server for messages about new firmware. A message means: check in now.

paho-mqtt and not aiomqtt, which is built on it: aiomqtt watches sockets in a way that asyncio on Windows has
not, where plant PCs run, and paho is maintained by Eclipse, typed, and without dependencies. Each sensor is
a client with its own credentials, as the server demands; paho's threads connect again with growing
intervals, also where the credentials are not valid yet, which they become a moment after the check-in.
"""

import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sicktui.model.errors import ConfigError
from sicktui.model.offer import Subject
from sicktui.sources.source import Hint
from sicktui.sources.thinx.protocol.messages import DISCONNECTED, is_hint, status_topic, topics

if TYPE_CHECKING:
    from paho.mqtt.client import Client

FIRST_PAUSE: Final = 1
LONGEST_PAUSE: Final = 300
"""Seconds between two tries to connect: they double up to this."""
KEEPALIVE: Final = 60
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
            if not reason.is_failure:
                connected.subscribe([(name, 1) for name in names])

        def on_message(_client: "Client", _data: Any, message: Any) -> None:  # noqa: ANN401  as paho calls it
            if is_hint(message.payload):
                self._on_hint(Hint(device=subject.device, waiting=bool(message.retain)))

        client.on_connect = on_connect
        client.on_message = on_message
        self._clients[subject.device] = client
        client.connect_async(self._host, self._port, keepalive=KEEPALIVE)
        client.loop_start()

    def close(self) -> None:
        """Disconnect, and end the threads."""
        for client in self._clients.values():
            client.disconnect()
            client.loop_stop()
        self._clients.clear()


def _paho() -> "Callable[[str], Client]":
    try:
        from paho.mqtt import client as paho  # noqa: PLC0415  an extra
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError("paho-mqtt is not installed, so 'mqtt_url' has no effect.", advice=EXTRA) from error

    def make(client_id: str) -> "Client":
        return paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv311)

    return make
