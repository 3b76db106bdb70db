"""The connection of one sensor to a broker: its credentials, topics, last will and pauses."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from selectors import EVENT_READ, BaseSelector
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from sicktui.model.errors import ConfigError
from sicktui.sources.source import Hint
from sicktui.sources.thinx.mqtt.trouble import DROPS, ConnectionTrouble
from sicktui.sources.thinx.protocol.messages import DISCONNECTED, is_hint, status_topic, topics

if TYPE_CHECKING:
    import ssl

    from paho.mqtt.client import Client

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
"""Seconds between two tries to connect: they double up to this."""
STEADY: Final = 60.0
"""Seconds after which a connection lasts. Where two programs are the same client of a broker, each connection
ends the other one: without a pause that grows, many times a minute."""
KEEPALIVE: Final = 60
EXTRA: Final = "Install it with: pip install 'sicktui[mqtt]'."


class BrokerPlace(Struct, frozen=True, kw_only=True):
    """The broker, and what its clients have in common."""

    host: str
    port: int
    owner: str
    key: str
    """The API key, the password of every sensor."""
    trust: "ssl.SSLContext | None"


class Connection:
    """A client of a broker, driven from one thread.

    Args:
        make: makes a client of its id.
        place: the broker.
        device: the name of the sensor.
        mac: its MAC address, the id of the client.
        udid: the server's id for it, the user.
        selector: its socket is registered there.
        trouble: hears how it fares.
        on_hint: called for each message about new firmware.
    """

    def __init__(
        self,
        make: "Callable[[str], Client]",
        place: BrokerPlace,
        device: str,
        mac: str,
        udid: str,
        *,
        selector: BaseSelector,
        trouble: ConnectionTrouble,
        on_hint: Callable[[Hint], None],
    ) -> None:
        self.device = device
        self.due = 0.0
        """When to connect it, by the monotonic clock."""
        self._place = place
        self._names = topics(place.owner, udid)
        self._selector = selector
        self._trouble = trouble
        self._on_hint = on_hint
        self._pause = 0.0
        self._since: float | None = None
        """When the broker accepted it."""
        self._refused = 0
        self._dropped = 0
        self._client = client = make(mac)
        client.username_pw_set(udid, place.key)
        client.will_set(status_topic(place.owner, udid), DISCONNECTED, qos=1, retain=True)
        if place.trust is not None:
            client.tls_set_context(place.trust)
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_connect = self._accepted
        client.on_disconnect = self._ended
        client.on_message = self._heard
        self._hang_up()

    def waits(self) -> bool:
        """Whether it is to be connected, now or when it is due."""
        return self._client.socket() is None

    def connect(self) -> None:
        """Connect, and ask the broker to accept it.

        Raises:
            OSError: the broker cannot be reached, or its certificate is not trusted.
            ValueError: its name cannot be one.
        """
        self._client.reconnect()
        self._write()

    def read(self) -> None:
        """Read what has come."""
        with self._whatever_comes():
            self._client.loop_read()
            # TLS may have decrypted more than was asked for, which no selector sees.
            while (socket := self._client.socket()) is not None and getattr(socket, "pending", int)():
                self._client.loop_read()
            self._write()

    def tick(self) -> None:
        """Keep it alive. Called about once a second."""
        with self._whatever_comes():
            self._client.loop_misc()
            self._write()
        if self._dropped and self._since is not None and time.monotonic() - self._since >= STEADY:
            self._dropped = 0
            self._trouble.well(self.device)

    def close(self) -> None:
        """Take leave, so that the broker does not publish the last will."""
        with self._whatever_comes():
            self._client.disconnect()
            self._write()
        self._hang_up()

    @contextmanager
    def _whatever_comes(self) -> Iterator[None]:
        try:
            yield
        except Exception:  # noqa: BLE001  paho raises many kinds for a packet that it cannot read
            self._hang_up()
            self._ended(None, None, None, _Failure())

    def _hang_up(self) -> None:
        """End the connection without a word, and be ready for the next one."""
        self._client.connect_async(self._place.host, self._place.port, keepalive=KEEPALIVE)

    def _write(self) -> None:
        if self._client.want_write():
            self._client.loop_write()

    def _opened(self, _client: "Client", _data: Any, socket: Any) -> None:  # noqa: ANN401  as paho calls it
        self._selector.register(socket, EVENT_READ, self)

    def _closed(self, _client: "Client", _data: Any, socket: Any) -> None:  # noqa: ANN401  as paho calls it
        self._selector.unregister(socket)

    def _accepted(self, client: "Client", _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:  # noqa: ANN401
        if reason.is_failure:
            self._refused += 1
            self._trouble.refused(self.device, self._refused)
            return
        self._refused = 0
        self._since = time.monotonic()
        client.subscribe([(name, 1) for name in self._names])
        if self._dropped < DROPS:
            self._trouble.well(self.device)

    def _ended(self, _client: Any, _data: Any, _flags: Any, reason: Any, *_: Any) -> None:  # noqa: ANN401
        if not reason.is_failure:
            return  # this side has ended it
        since, self._since = self._since, None
        if since is not None and time.monotonic() - since >= STEADY:
            self._dropped, self._pause = 0, 0.0
        self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
        self.due = time.monotonic() + self._pause
        if since is None:  # it was not accepted
            self._trouble.broke()
        else:
            self._dropped += 1
            self._trouble.dropped(self.device, self._dropped)

    def _heard(self, _client: "Client", _data: Any, message: Any) -> None:  # noqa: ANN401  as paho calls it
        if is_hint(message.payload):
            self._on_hint(Hint(device=self.device, waiting=bool(message.retain)))


class _Failure(Struct, frozen=True):
    is_failure: bool = True


def paho() -> "Callable[[str], Client]":
    """What makes a client of its id.

    Raises:
        ConfigError: paho-mqtt is not installed.
    """
    try:
        from paho.mqtt import client as paho  # noqa: PLC0415  an extra
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError("paho-mqtt is not installed, so 'mqtt_url' has no effect.", advice=EXTRA) from error

    def make(client_id: str) -> "Client":
        return paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,  # the listener does, in its own turn
        )

    return make
