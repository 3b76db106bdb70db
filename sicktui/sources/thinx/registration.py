"""How this PC checks in for one sensor, and keeps what the server calls it."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sicktui.model.offer import OfferState, Subject
from sicktui.sources.pace import Pace
from sicktui.sources.source import SourceError
from sicktui.sources.thinx.protocol import requests
from sicktui.sources.thinx.protocol.refusals import UPDATED, Refusal, refusal
from sicktui.sources.thinx.protocol.replies import CheckedIn, read_check_in, read_token
from sicktui.sources.thinx.protocol.requests import mac_of
from sicktui.sources.thinx.protocol.versions import semver
from sicktui.sources.thinx.wire import Answer, Wire
from sicktui.stores.sources.udids import UdidStore

_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_BY_STATUS: Final[Mapping[int, str]] = {400: "request_invalid", 401: "authentication", 403: "authentication"}


class Known(Struct, frozen=True, kw_only=True):
    """A sensor as the server knows it."""

    mac: str
    udid: str


class Registrar:
    """Checks in with one server.

    Args:
        wire: requests to it.
        pace: the distance between check-ins.
        udids: where the server's ids of sensors are kept.
        owner: the owner's id.
    """

    def __init__(self, wire: Wire, pace: Pace, udids: UdidStore, owner: str) -> None:
        self._wire = wire
        self._pace = pace
        self._udids = udids
        self._owner = owner

    async def check_in(self, subject: Subject) -> CheckedIn:
        """Check in for one sensor.

        Raises:
            SourceError: it was refused, or the server cannot be asked.
            StorageError: its id cannot be kept.
        """
        mac, version = identified(subject)
        reply = await self._check_in(subject, mac, version)
        if isinstance(reply, Refusal) and reply.word == UPDATED:
            # The first check-in whose firmware matches a build (June 2026): the next one is answered.
            reply = await self._check_in(subject, mac, version)
        if isinstance(reply, Refusal):
            raise refused(self._wire.server, reply)
        return reply

    async def _check_in(self, subject: Subject, mac: str, version: str) -> CheckedIn | Refusal:
        known = self._udids.get(self._owner, mac)
        body = requests.check_in(subject, mac=mac, version=version, owner=self._owner, udid=known)
        reply = self._read(await self._post(requests.CHECK_IN, body))
        result = read_check_in(reply) if isinstance(reply, bytes) else reply
        if isinstance(result, CheckedIn) and result.udid and result.udid != known:
            # Before anything else is done with it: lost, the sensor becomes a second device there.
            self._udids.keep(self._owner, mac, result.udid)
        return result

    async def token(self, subject: Subject, *, forced: bool) -> str | Refusal:
        """Ask for a one-time token.

        Raises:
            SourceError: the server cannot be asked.
        """
        known = self.known(subject)
        body = requests.firmware(mac=known.mac, udid=known.udid, owner=self._owner, token=True, forced=forced)
        reply = self._read(await self._post(requests.FIRMWARE, body))
        return read_token(reply) if isinstance(reply, bytes) else reply

    def firmware_request(self, subject: Subject, *, forced: bool) -> bytes:
        """The body of a request for firmware."""
        known = self.known(subject)
        return requests.firmware(mac=known.mac, udid=known.udid, owner=self._owner, forced=forced)

    def known(self, subject: Subject) -> Known:
        """A sensor that has checked in.

        Raises:
            SourceError: it has not.
        """
        mac, _ = identified(subject)
        udid = self._udids.get(self._owner, mac)
        if udid is None:
            raise SourceError(
                f"The server {self._wire.server} has given {subject.device} no id.",
                advice="Check in again with 'sicktui firmware check'.",
            )
        return Known(mac=mac, udid=udid)

    def forget(self, subject: Subject) -> None:
        """Forget the id of a sensor that the server does not know any more."""
        self._udids.forget(self._owner, identified(subject)[0])

    async def _post(self, path: str, body: bytes) -> Answer:
        async with self._pace.turn():
            answer = await self._wire.post(path, body)
            self._pace.note(answer.status, answer.headers)
        if answer.status != _TOO_MANY:
            return answer
        async with self._pace.turn():
            answer = await self._wire.post(path, body)
            self._pace.note(answer.status, answer.headers)
        return answer

    def _read(self, answer: Answer) -> bytes | Refusal:
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


def identified(subject: Subject) -> tuple[str, str]:
    """The MAC address and the semantic version of a sensor.

    Raises:
        SourceError: it has none that a server could know it by.
    """
    mac, version = mac_of(subject), semver(subject.version)
    if mac is None:
        raise SourceError(
            f"{subject.device} reports neither a MAC address nor a serial number to be known by.",
            state=OfferState.REFUSED,
        )
    if version is None:
        raise SourceError(
            f"{subject.device} reports the version {subject.version!r}, which the server cannot compare.",
            state=OfferState.REFUSED,
        )
    return mac, version


def refused(server: str, why: Refusal) -> SourceError:
    """The error for a refusal."""
    return SourceError(
        f"The server {server} {why.why}.", advice=why.advice, state=why.state, everywhere=why.everywhere
    )
