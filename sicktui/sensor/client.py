"""One sensor, as the rest of sicktui speaks with it."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from sicktui.model.clock import Clock
from sicktui.model.device import Target
from sicktui.model.safe_text import clean
from sicktui.sensor.api.backups import Backups
from sicktui.sensor.api.capabilities import Capabilities, CapabilityCache
from sicktui.sensor.api.description import Description
from sicktui.sensor.api.diagnosis import Diagnosis
from sicktui.sensor.api.firmware import Firmware
from sicktui.sensor.api.login.authentication import Authenticator, SensorNotes
from sicktui.sensor.api.login.logins import OnWait
from sicktui.sensor.api.login.owner import SensorOwner
from sicktui.sensor.api.login.password_change import PasswordChange
from sicktui.sensor.api.login.secrets import OnAccepted, Passwords
from sicktui.sensor.api.login.session import Session
from sicktui.sensor.api.network import Network
from sicktui.sensor.api.parameters import Parameters
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.transfers import Transfers
from sicktui.sensor.events.watcher import EventWatch, OnEvent, OnLive
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.queue import RequestQueues


class Sensor:
    """The REST API of one sensor, in parts. One request at a time, never more often than allowed.

    Nothing is sent before the first call, and nothing is assumed: what a sensor supports is found
    out when it is first needed, and kept in ``capabilities``.

    Every call raises ``SensorError`` subclasses for trouble with the sensor: ``Unreachable``,
    ``AccessDenied``, ``LoginsLocked``, ``OutOfConnections``, ``NotSupported``, ``DeviceError``,
    ``ProtocolError``. An act whose connection broke after it was sent raises ``OutcomeUnknown`` and is never
    repeated here.

    Args:
        target: the device with every default filled in.
        password: of ``target.user``; ``None`` if it is not known, which is enough for reading.
        queues: the process's request queues, one per address.
        clock: the time source.
        memory: what was seen of the sensor by earlier processes; ``None``: nothing is remembered (tests).
        owner: the sensor that the password is meant for, if that is known.
        others: further passwords that may be the right one, tried where it is refused.
        passphrase: that of its backups, which is masked in whatever it reports, as the passwords are.
        on_accepted: called with the one that the sensor accepts, where there are others.
        trusted: the password was accepted a moment ago: one refusal may be a lock, and is waited out.
        on_wait: called with the seconds for which a locked sensor is left alone.
        on_contact: called with ``True`` at each answer and ``False`` at each failure to get one.
        capabilities: what an earlier client of the same sensor found out.
        connect_timeout: seconds until there must be a connection; ``None``: as long as a request may take.
        session: one that an earlier client of the same sensor has opened a moment ago.
    """

    def __init__(
        self,
        target: Target,
        *,
        password: str | None,
        queues: RequestQueues,
        clock: Clock,
        memory: SensorNotes | None,
        owner: SensorOwner | None = None,
        others: Sequence[str] = (),
        passphrase: str | None = None,
        on_accepted: OnAccepted | None = None,
        trusted: bool = False,
        on_wait: OnWait | None = None,
        on_contact: Callable[[bool], None] | None = None,
        capabilities: Capabilities | None = None,
        connect_timeout: float | None = None,
        session: Session | None = None,
    ) -> None:
        self._target = target
        self._cache = CapabilityCache(capabilities)
        link = self._link = Link(
            target, queues=queues, clock=clock, on_contact=on_contact, connect_timeout=connect_timeout
        )
        for secret in filter(None, (password, *others, passphrase)):
            link.redactor.add(secret)
        passwords = Passwords(
            candidates=(() if password is None else (password, *others)),
            on_accepted=on_accepted if others else None,
            trusted=trusted,
        )
        self.read = Reader(link, self._cache)
        """Identity, state, health and any variable. Needs no password."""
        self.access = Authenticator(
            link,
            self._cache,
            self.read,
            target,
            passwords,
            memory=memory,
            owner=owner,
            on_wait=on_wait,
            session=session,
        )
        """The scheme, the password, the session and authenticated calls."""
        self.password = PasswordChange(link, self.access, target.user)
        """Changes the password."""
        transfers = Transfers(link, self.access)
        self.parameters = Parameters(link, self._cache, self.access)
        """Writes a variable, saves the parameters, makes the sensor blink."""
        self.network = Network(self.read, self.access)
        """Reads the sensor's address, and applies what was written of it."""
        self.firmware = Firmware(link, self._cache, self.access, transfers)
        """Uploads a package and starts the flash."""
        self.backups = Backups(link, self.read, self.access, transfers)
        """Creates, fetches, uploads and restores parameter backups."""
        self.diagnosis = Diagnosis(link, self.access, transfers)
        """Creates and fetches the diagnosis file."""
        self.description = Description(link)
        """What it describes of itself, if it does."""

    def __repr__(self) -> str:
        """Device and address; no secrets."""
        return f"<Sensor {clean(self._target.device)} at {self._link.label}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def events(self, *, on_event: OnEvent, on_live: OnLive) -> EventWatch | None:
        """A watch of what the sensor pushes; ``None`` where it is reached over HTTPS.

        The guide has events at ``ws://`` on port 80, and no encrypted form of them. Port 80 answers beside
        443, but anybody in between can write what comes from there: a profile that asks for HTTPS is polled.

        Args:
            on_event: called with each value.
            on_live: called with ``True`` when all that a poll would read is pushed, with ``False`` at the end
                of a connection.
        """
        if self.encrypted:
            return None
        return EventWatch(self._link, self._link.clock, on_event=on_event, on_live=on_live)

    @property
    def encrypted(self) -> bool:
        """Whether it is reached over HTTPS."""
        return self._target.scheme == "https"

    @property
    def capabilities(self) -> Capabilities:
        """What is known about the sensor so far: pass it to the next client of the same sensor."""
        return self._cache.capabilities

    async def move(self, address: str) -> None:
        """Speak with it at another address from now on, and make sure anew who answers there.

        Args:
            address: ``host`` or ``host:port``.
        """
        await self._link.move(address)
        self.read.serial = None
        self.access.forget_session()

    async def aclose(self) -> None:
        """Close everything. Nothing is sent: the sensor ends sessions by itself."""
        await self._link.aclose()
