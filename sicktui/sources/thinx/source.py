"""A THiNX server as a source: checks in for each sensor, and fetches what it offers."""

import ssl
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from msgspec import structs

from sicktui.model.clock import Clock
from sicktui.model.errors import ConfigError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.model.settings import SourceSettings, Timing
from sicktui.model.wording import count
from sicktui.sources.broker import other_broker
from sicktui.sources.pace import CheckInPace
from sicktui.sources.source import FetchedPackage, Hearing, Hint, Progress, SourceError
from sicktui.sources.thinx.fetching import Fetching
from sicktui.sources.thinx.mqtt.listener import HintListener
from sicktui.sources.thinx.protocol.replies import CheckedIn
from sicktui.sources.thinx.protocol.versions import is_newer
from sicktui.sources.thinx.registration import Registrar
from sicktui.sources.thinx.wire import ServerWire, TimeLimits, server_name, trust
from sicktui.stores.disk.home import Home
from sicktui.stores.sources.udids import UdidStore

_PLAIN: Final = (
    "Plain HTTP: the API key, the tokens and the firmware can be read and changed on the way. "
    "Use https, or a THiNX-Connect gateway on this network."
)
_PLAIN_MQTT: Final = "MQTT without encryption: the API key can be read on the way. Use mqtts."
_NOT_BOUND: Final = (
    "'mqtt_url' is of another host than 'url', or not encrypted as that is. The API key of this call is not "
    "sent there."
)
_SWITCH: Final = "To get offers, switch auto_update on for this sensor on the server."


class Listening(NamedTuple):
    """Where hints of a server come from."""

    url: str
    """Of the broker; empty: there is none."""
    key: str
    trust: Callable[[], ssl.SSLContext]
    problem: str = ""
    """Why the key is not sent there."""


def open_thinx(
    name: str,
    settings: SourceSettings,
    home: Home,
    key: str,
    *,
    timing: Timing,
    clock: Clock,
    urls: Collection[str] = (),
    given: bool = False,
) -> "ThinxSource":
    """The server of a source; nothing is sent yet. ``urls`` and ``given`` are as for ``open_source``.

    Raises:
        ConfigError: its ``ca_file`` cannot be used.
    """
    limits = TimeLimits(
        connect=timing.request_timeout, answer=3 * timing.request_timeout, stall=timing.stall_timeout
    )
    wire = ServerWire(settings.url, key, settings.ca_file, limits)
    pace = CheckInPace(home, wire.name, clock)
    problem = _NOT_BOUND if given and other_broker(settings) else ""
    listening = Listening(settings.mqtt_url, key, lambda: trust(settings.ca_file), problem)
    return ThinxSource(
        name,
        wire,
        pace,
        UdidStore(home.udids_file),
        settings.owner,
        listening=listening,
        others=frozenset(server_name(urlsplit(url)) for url in urls),
    )


class ThinxSource:
    """A THiNX server.

    Args:
        name: what the settings call it.
        wire: requests to it.
        pace: the distance between check-ins.
        udids: where the server's ids of sensors are kept.
        owner: the owner's id.
        listening: where its hints come from.
        others: the servers of the other sources.
    """

    asks_for_sensors = True

    def __init__(
        self,
        name: str,
        wire: ServerWire,
        pace: CheckInPace,
        udids: UdidStore,
        owner: str,
        *,
        listening: Listening | None = None,
        others: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self._wire = wire
        self._owner = owner
        self._listening = listening
        self._registrar = Registrar(wire, pace, udids, owner, others=others)
        self._fetching = Fetching(wire, pace, self._registrar)
        self._tokens: dict[str, str] = {}
        """Of the offers of this object, by device. In memory only, and each is used once."""
        self._versions: dict[str, str] = {}
        """What the server has named for each device. It names none where it offers nothing."""

    @property
    def warnings(self) -> Sequence[str]:
        """That nothing is encrypted, where the settings say so."""
        clear = () if self._wire.encrypted else (_PLAIN,)
        url = self._listening.url if self._listening else ""
        return (*clear, _PLAIN_MQTT) if url.startswith("mqtt:") else clear

    async def offers(self, subjects: Sequence[Subject]) -> AsyncGenerator[Offer, None]:
        """Check in for each sensor, one after the other."""
        for number, subject in enumerate(subjects):
            try:
                yield self._offer(subject, await self._registrar.check_in(subject))
            except SourceError as error:
                if not error.everywhere:
                    yield self._trouble(subject.device, error)
                    continue
                rest = len(subjects) - number - 1
                more = f" {count(rest, 'more sensor')} not asked for." if rest else ""
                yield self._trouble(subject.device if not rest and not number else None, error, more)
                return

    def _offer(self, subject: Subject, reply: CheckedIn) -> Offer:
        offer = Offer(
            source=self.name,
            state=OfferState.CURRENT,
            device=subject.device,
            auto_update=reply.auto_update,
        )
        self._tokens.pop(subject.device, None)
        self._versions[subject.device] = reply.offered or ""
        if reply.offered is None:
            off = reply.auto_update is False
            return structs.replace(
                offer,
                version=subject.version,
                message="The server offers nothing: its own auto_update for this sensor is off."
                if off
                else "The server has nothing newer.",
                advice=_SWITCH if off else "",
            )
        newer = is_newer(reply.offered, subject.version)
        if newer is False:
            return structs.replace(
                offer,
                version=reply.offered,
                message=f"The server still offers {reply.offered}, and the sensor runs {subject.version}.",
            )
        if reply.token:
            self._tokens[subject.device] = reply.token
        return structs.replace(
            offer,
            version=reply.offered or None,
            state=OfferState.OFFERED,
            message=f"The sensor runs {subject.version}.",
        )

    def _trouble(self, device: str | None, error: SourceError, more: str = "") -> Offer:
        return Offer(
            source=self.name,
            state=error.state,
            device=device,
            message=f"{error.message}{more}",
            advice=error.advice,
        )

    async def fetch(
        self,
        offer: Offer,
        subject: Subject | None,
        room: Path,
        *,
        forced: bool = False,
        progress: Progress = lambda _sent, _total: None,
    ) -> FetchedPackage:
        """Fetch the firmware that is offered for a sensor."""
        if subject is None:
            raise SourceError("The server offers firmware for single sensors only.", state=OfferState.REFUSED)
        token = self._tokens.pop(subject.device, None)
        return await self._fetching.fetch(
            subject,
            room,
            version=self._versions.get(subject.device) or None,
            token=token,
            forced=forced,
            progress=progress,
        )

    def listen(
        self, on_hint: Callable[[Hint], None], on_state: Callable[[Hearing], None] = lambda _: None
    ) -> HintListener | None:
        """Listen at the broker for sensors that have checked in."""
        where = self._listening
        if where is None or not where.url:
            return None
        if where.problem:
            raise ConfigError(where.problem, advice=f"Store it with 'sicktui sources login {self.name}'.")
        return HintListener(
            where.url,
            where.key,
            self._owner,
            ids=self._ids,
            trust=where.trust,
            on_hint=on_hint,
            on_state=on_state,
        )

    def _ids(self, subject: Subject) -> tuple[str, str] | None:
        try:
            known = self._registrar.known(subject)
        except SourceError:  # it has not checked in
            return None
        return known.mac, known.udid or ""

    def forget_tokens(self) -> None:
        """Forget the tokens of all offers: a fetch then asks for another one."""
        self._tokens.clear()

    async def aclose(self) -> None:
        """Close every connection, and forget the tokens."""
        self.forget_tokens()
        await self._wire.aclose()
