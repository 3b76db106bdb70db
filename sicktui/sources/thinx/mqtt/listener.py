"""Listens at the MQTT broker of a server for messages about new firmware. A message means: check in now.

paho-mqtt and not aiomqtt, which is built on it: aiomqtt watches sockets in a way that asyncio on Windows has
not, where plant PCs run, and paho is maintained by Eclipse, typed, and without dependencies. Its own threads
are not used, of which 200 sensors would need 200: one thread drives the connections of a source.
"""

import contextlib
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from sicktui.model.errors import ConfigError
from sicktui.model.firmware.offer import Subject
from sicktui.sources.source import Hearing, Hint
from sicktui.sources.thinx.mqtt.connection import FIRST_PAUSE, LONGEST_PAUSE, BrokerPlace, Connection, paho
from sicktui.sources.thinx.mqtt.trouble import ConnectionTrouble

TICK: Final = 1.0
"""Seconds between two looks at whether connections are alive."""
CLOSING: Final = 2.0
"""Seconds to wait for the thread at the end. One that is connecting just then takes longer, and is left."""
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}

Ids = Callable[[Subject], tuple[str, str] | None]
"""The MAC address and the udid by which the server knows a sensor; ``None`` if it does not."""


class HintListener:
    """The connections of one source.

    Args:
        url: ``mqtts://host:port``, or ``mqtt://`` without encryption.
        key: the API key, which is the password of every sensor there.
        owner: the owner's id.
        ids: how the server knows a sensor.
        trust: the TLS settings.
        on_hint: called from the listener's thread.
        on_state: likewise, for each change of what is wrong with the connections.

    Raises:
        ConfigError: paho-mqtt is not installed, or the address cannot be used.
    """

    def __init__(
        self,
        url: str,
        key: str,
        owner: str,
        *,
        ids: Ids,
        trust: Callable[[], ssl.SSLContext],
        on_hint: Callable[[Hint], None],
        on_state: Callable[[Hearing], None] = lambda _: None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigError(
                "'mqtt_url' of this source is not the address of a broker.",
                advice='Write it as "mqtts://host:8883".',
            )
        self._make = paho()
        self._place = BrokerPlace(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            owner=owner,
            key=key,
            trust=trust() if parts.scheme == "mqtts" else None,
        )
        self._ids = ids
        self._on_hint = on_hint
        self._trouble = ConnectionTrouble(f"{self._place.host}:{self._place.port}", on_state)
        self._known: set[str] = set()
        self._new: queue.SimpleQueue[tuple[str, str, str]] = queue.SimpleQueue()
        self._connections: list[Connection] = []
        self._pause = 0.0
        self._reachable_at = 0.0
        """When to try the broker again that could not be reached, by the monotonic clock."""
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.settimeout(0)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    def follow(self, subjects: Sequence[Subject]) -> None:
        """Listen for these sensors too, as far as they have checked in."""
        for subject in subjects:
            if subject.device not in self._known and (ids := self._ids(subject)) is not None:
                self._known.add(subject.device)
                self._new.put((subject.device, *ids))
        self._look()

    def close(self) -> None:
        """Disconnect, and end the thread."""
        self._ends.set()
        self._look()
        self._thread.join(CLOSING)
        if not self._thread.is_alive():
            self._woken.close()
            self._wake.close()

    def _look(self) -> None:
        with contextlib.suppress(OSError):  # it is closed, or woken already
            self._wake.send(b"x")

    def _run(self) -> None:
        ticked = 0.0
        try:
            while not self._ends.is_set():
                self._take_new()
                self._connect_one()
                for key, _ in self._selector.select(self._patience()):
                    if isinstance(key.data, Connection):
                        key.data.read()
                    else:
                        self._woken.recv(4096)
                if time.monotonic() - ticked >= TICK:
                    ticked = time.monotonic()
                    for connection in self._connections:
                        connection.tick()
        finally:
            for connection in self._connections:
                connection.close()
            self._selector.close()

    def _take_new(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._connections.append(
                    Connection(
                        self._make,
                        self._place,
                        *self._new.get_nowait(),
                        selector=self._selector,
                        trouble=self._trouble,
                        on_hint=self._on_hint,
                    )
                )

    def _due(self) -> list[Connection]:
        now = time.monotonic()
        if now < self._reachable_at:
            return []
        return [each for each in self._connections if each.waits() and each.due <= now]

    def _connect_one(self) -> None:
        """Connect one: the others are served between two tries, each of which may take seconds."""
        due = self._due()
        if not due:
            return
        try:
            due[0].connect()
        except (OSError, ValueError) as error:
            self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
            self._reachable_at = time.monotonic() + self._pause
            self._trouble.unreachable(error)
        else:
            self._pause = 0.0

    def _patience(self) -> float:
        """Seconds to wait for what comes."""
        return 0.0 if self._due() else TICK
