"""How this PC checks in for one sensor, and keeps what the server calls it."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from msgspec import Struct

from sicktui.model.device import bare_serial
from sicktui.model.firmware.offer import OfferState, Subject
from sicktui.model.safe_text import clean
from sicktui.sources.pace import CheckInPace
from sicktui.sources.source import SourceError
from sicktui.sources.thinx.protocol import requests
from sicktui.sources.thinx.protocol.refusals import UPDATED, Refusal, refusal
from sicktui.sources.thinx.protocol.replies import CheckedIn, read_check_in, read_token
from sicktui.sources.thinx.protocol.requests import mac_of, made_mac
from sicktui.sources.thinx.protocol.versions import semver
from sicktui.sources.thinx.wire import ServerAnswer, ServerWire
from sicktui.stores.sources.udids import Account, Registered, UdidStore

T = TypeVar("T")

_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_BY_STATUS: Final[Mapping[int, str]] = {400: "request_invalid", 401: "authentication", 403: "authentication"}


class KnownSensor(Struct, frozen=True, kw_only=True):
    """A sensor as the server knows it."""

    mac: str
    udid: str | None
    """``None``: it has none yet."""


class Registrar:
    """Checks in with one server.

    Args:
        wire: requests to it.
        pace: the distance between check-ins.
        udids: where the server's ids of sensors are kept.
        owner: the owner's id.
        others: the servers of the other sources.
    """

    def __init__(
        self,
        wire: ServerWire,
        pace: CheckInPace,
        udids: UdidStore,
        owner: str,
        *,
        others: frozenset[str] = frozenset(),
    ) -> None:
        self._wire = wire
        self._pace = pace
        self._udids = udids
        self._owner = owner
        self._account = Account(server=wire.name, owner=owner, others=others - {wire.name})

    async def check_in(self, subject: Subject) -> CheckedIn:
        """Check in for one sensor.

        Raises:
            SourceError: it was refused, or the server cannot be asked.
            StorageError: its id cannot be kept.
        """
        version = reported_version(subject)
        reply = await self._check_in(subject, version)
        if isinstance(reply, Refusal) and reply.word == UPDATED:
            # The first check-in whose firmware matches a build (June 2026): the next one is answered.
            reply = await self._check_in(subject, version)
        if isinstance(reply, Refusal):
            raise refused(self._wire.server, reply)
        return reply

    async def _check_in(self, subject: Subject, version: str) -> CheckedIn | Refusal:
        sensor = self._sensor(subject)

        def body() -> bytes:
            # Within the turn: another process may have registered this sensor while this one waited.
            nonlocal sensor
            sensor = self._sensor(subject)
            self._udids.reserve(self._account, sensor.mac, subject.serial)
            return requests.check_in(
                subject, mac=sensor.mac, version=version, owner=self._owner, udid=sensor.udid
            )

        def kept(answer: ServerAnswer) -> CheckedIn | Refusal:
            reply = self._read(answer)
            result = read_check_in(reply) if isinstance(reply, bytes) else reply
            if isinstance(result, CheckedIn):
                self._keep(subject, sensor, result)
            return result

        return await self._post(requests.CHECK_IN, body, kept)

    def _keep(self, subject: Subject, sensor: "KnownSensor", reply: CheckedIn) -> None:
        """Keep the id in a reply, before anything else is done with it."""
        if reply.mac is not None and reply.mac != sensor.mac:
            raise _confused(f"answers for another sensor ({reply.mac}) than {subject.device}")
        if reply.udid is None:
            if sensor.udid is None:
                raise _confused(f"gives {subject.device} an id that cannot be used")
            return
        holder = self._udids.holder(self._account, reply.udid)
        if holder is not None and holder.mac != sensor.mac:
            raise _confused(f"gives {subject.device} the id of another sensor ({holder.mac})")
        self._udids.keep(self._account, sensor.mac, subject.serial, reply.udid)

    async def token(self, subject: Subject, *, forced: bool) -> str | Refusal:
        """Ask for a one-time token.

        Raises:
            SourceError: the server cannot be asked.
        """
        known = self.known(subject)
        body = requests.firmware(
            mac=known.mac, udid=known.udid or "", owner=self._owner, token=True, forced=forced
        )

        def read(answer: ServerAnswer) -> str | Refusal:
            reply = self._read(answer)
            return read_token(reply) if isinstance(reply, bytes) else reply

        return await self._post(requests.FIRMWARE, lambda: body, read)

    def firmware_request(self, subject: Subject, *, forced: bool) -> bytes:
        """The body of a request for firmware."""
        known = self.known(subject)
        return requests.firmware(mac=known.mac, udid=known.udid or "", owner=self._owner, forced=forced)

    def known(self, subject: Subject) -> KnownSensor:
        """A sensor that has checked in.

        Raises:
            SourceError: it has not.
        """
        known = self._sensor(subject)
        if known.udid is None:
            raise SourceError(
                f"The server {self._wire.server} has given {subject.device} no id.",
                advice="Check in again with 'sicktui firmware check'.",
            )
        return known

    def forget(self, subject: Subject) -> None:
        """Forget the id of a sensor that the server does not know any more."""
        self._udids.forget(self._account, self._sensor(subject).mac)

    def _sensor(self, subject: Subject) -> KnownSensor:
        """The MAC address that a sensor is, or is to be, registered with, and its id.

        Raises:
            SourceError: asking for it could make a second device of it, or of another one.
        """
        reported = mac_of(subject.mac)
        found = self._udids.by_mac(self._account, reported) if reported else None
        if found is None and subject.serial:
            by_serial = self._udids.by_serial(self._account, subject.serial)
            # With a MAC address: only where it was registered without one.
            if by_serial and (not reported or by_serial.mac == made_mac(subject.serial)):
                found = by_serial
        if found is not None:
            _must_be_the_same(subject, found)
            return KnownSensor(mac=found.mac, udid=found.known_udid)
        if reported is not None:
            return KnownSensor(mac=reported, udid=None)
        return KnownSensor(mac=_made(subject), udid=None)

    async def _post(self, path: str, body: Callable[[], bytes], read: Callable[[ServerAnswer], T]) -> T:
        """A request in a turn, to whose end its reply is read."""
        async with self._pace.turn():
            answer = await self._wire.post(path, body())
            self._pace.note(answer.status, answer.headers)
            if answer.status != _TOO_MANY:
                return read(answer)
        async with self._pace.turn():
            answer = await self._wire.post(path, body())
            self._pace.note(answer.status, answer.headers)
            return read(answer)

    def _read(self, answer: ServerAnswer) -> bytes | Refusal:
        if answer.status == _TOO_MANY:
            raise SourceError(
                f"The server {self._wire.server} takes no more requests for now (429).",
                advice="Check again in some minutes.",
                everywhere=True,
            )
        if answer.status >= _SERVER_ERROR:
            raise SourceError(
                f"The server {self._wire.server} failed with HTTP {answer.status}.",
                advice="Check again later, and look at the server's log.",
            )
        if answer.status in _BY_STATUS:
            return refusal(_BY_STATUS[answer.status])
        return answer.body


def reported_version(subject: Subject) -> str:
    """The semantic version of a sensor.

    Raises:
        SourceError: it has none.
    """
    version = semver(subject.version)
    if version is None:
        raise SourceError(
            f"{subject.device} reports the version {subject.version!r}, which the server cannot compare.",
            state=OfferState.REFUSED,
        )
    return version


def _made(subject: Subject) -> str:
    if subject.mac_trouble:
        raise SourceError(
            f"Not asked for: the MAC address of {subject.device} cannot be read ({subject.mac_trouble}), "
            "and with another one it would become a second device on the server.",
            advice="It is read again at the next check.",
        )
    if not subject.serial:
        raise SourceError(
            f"{subject.device} reports neither a MAC address nor a serial number to be known by.",
            state=OfferState.REFUSED,
        )
    return made_mac(subject.serial)


def _must_be_the_same(subject: Subject, found: Registered) -> None:
    if found.serial and subject.serial and bare_serial(found.serial) != bare_serial(subject.serial):
        raise SourceError(
            f"{subject.device} has the MAC address {found.mac}, with which the sensor with serial number "
            f"{clean(found.serial, 40)} is registered.",
            advice="Two sensors with one MAC address cannot be asked for; check which is which.",
            state=OfferState.REFUSED,
        )


def _confused(what: str) -> SourceError:
    return SourceError(
        f"The server {what}, so nothing of the reply was used.",
        advice="Check the sensor's device on the server.",
        state=OfferState.REFUSED,
    )


def refused(server: str, why: Refusal) -> SourceError:
    """The error for a refusal."""
    return SourceError(
        f"The server {server} {why.why}.", advice=why.advice, state=why.state, everywhere=why.everywhere
    )
