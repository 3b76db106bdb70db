"""Fetches firmware by whichever way the server has: a token, then the simple way.

First the check-in's own token, then a token that is asked for (``use: ott``), then the simple way, whose
answer may be one file or several. If none works, the failure that a person can do most about is reported. A
download that broke off begins anew, once: nothing of two tries is ever mixed.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import structs

from sicktui.model.firmware.offer import OfferState, Subject
from sicktui.model.firmware.version import may_be
from sicktui.model.safe_text import clean
from sicktui.sources.pace import CheckInPace
from sicktui.sources.source import AlreadyHere, FetchedPackage, Progress, SourceError
from sicktui.sources.thinx.protocol.refusals import Refusal
from sicktui.sources.thinx.protocol.requests import FIRMWARE, firmware_name
from sicktui.sources.thinx.protocol.versions import sick_version
from sicktui.sources.thinx.receiving import (
    AnnouncedSums,
    ByAddress,
    CutBuffer,
    Received,
    Receiver,
    Refused,
    announced_by,
)
from sicktui.sources.thinx.registration import Registrar, refused
from sicktui.sources.thinx.wire import Download, ServerWire
from sicktui.sources.verify import as_package, variant_note

_NO_PROOF: Final = (
    "The server's MD5 shows that it came whole, not who made it: compare the SHA-256 before you approve it."
)
_NO_MD5: Final = "The server sent no MD5. Compare the SHA-256 before you approve it."
_CUT: Final = "The server's token way is broken (it cuts firmware off), so the simple way was used."
_NOT_COMPARED: Final = (
    "The server's simple way refuses, so what the token fetched could not be compared with it: "
    "make sure that it is for this sensor."
)
_NOTHING_TO_COMPARE: Final = "The server announces no MD5 to compare with what the token fetched."
_CHECK_AGAIN: Final = "Check again."
_FORCED: Final = "The server's own auto_update is off for this sensor, which 'forced' does not override."
_UNKNOWN_TOKEN: Final = "OTT_UPDATE_NOT_FOUND"  # noqa: S105  a word of the server
_UNKNOWN_DEVICE: Final = "no_such_device"


class _Failed(Exception):
    """One way did not work; the next is tried.

    Args:
        error: why.
    """

    def __init__(self, error: SourceError) -> None:
        super().__init__(error.message)
        self.error = error


class Fetching:
    """Fetches from one server.

    Args:
        wire: requests to it.
        pace: its rate limit.
        registrar: checks in, and asks for tokens.
    """

    def __init__(self, wire: ServerWire, pace: CheckInPace, registrar: Registrar) -> None:
        self.wire = wire
        self.pace = pace
        self.registrar = registrar
        self._seen: dict[tuple[int, str], str] = {}
        """The SHA-256 of what was fetched, by its length and MD5."""

    async def fetch(
        self,
        subject: Subject,
        room: Path,
        *,
        version: str | None,
        token: str | None,
        forced: bool,
        progress: Progress,
    ) -> FetchedPackage:
        """Fetch the firmware of one sensor, and verify it.

        Args:
            subject: the sensor.
            room: the folder for it.
            version: the offered version as the server names it; ``None`` if it names none.
            token: the token of the check-in, if there was one.
            forced: also where the server has nothing newer.
            progress: called as bytes come.

        Raises:
            SourceError: no way worked.
            AlreadyHere: it is what was fetched before.
            StorageError: it cannot be kept.
        """
        one = _One(self, subject, room, progress, forced=forced)
        received = await one.run(token)
        offered = sick_version(version or "")
        name = received.name or file_name(subject, offered)
        package = as_package(received.blob, name, room, model=subject.model)
        notes = [*one.notes, variant_note(package.name, subject.model)]
        if offered and package.version and not may_be(package.version, offered):
            notes.append(f"Its name has {package.version}, and the server offers {offered}: one is wrong.")
        else:
            offered = package.version or offered
        self._seen[(received.blob.size, received.blob.md5)] = package.sha256
        proof = _NO_PROOF if received.sums.md5 or one.has_md5 else _NO_MD5
        return FetchedPackage(
            path=Path(package.path),
            sha256=package.sha256,
            size=package.size,
            version=offered,
            note=" ".join(filter(None, [*notes, proof])),
        )

    @property
    def has_fetched(self) -> bool:
        """Whether anything was fetched yet."""
        return bool(self._seen)

    def must_be_new(self, sums: AnnouncedSums) -> None:
        """Return unless these are the sums of what was fetched before.

        Raises:
            AlreadyHere: they are.
        """
        known = self._seen.get((sums.size, sums.md5)) if sums.size and sums.md5 else None
        if known is not None:
            raise AlreadyHere(known)


class _One:
    """The firmware of one sensor, by one way after the other."""

    def __init__(
        self, fetching: Fetching, subject: Subject, room: Path, progress: Progress, *, forced: bool
    ) -> None:
        self._fetching = fetching
        self._wire = fetching.wire
        self._pace = fetching.pace
        self._registrar = fetching.registrar
        self._subject = subject
        self._room = room
        self._progress = progress
        self._forced = forced
        self.notes: list[str] = []
        self.has_md5 = False
        """Whether it was compared with an MD5 of the simple way."""
        self._failures: list[SourceError] = []
        self._known: tuple[AnnouncedSums | None] | None = None

    async def run(self, token: str | None) -> Received:
        """Try one way after the other.

        Raises:
            SourceError: none worked.
            AlreadyHere: it is what was fetched for another sensor.
        """
        ways: list[Callable[[], Awaitable[Received]]] = [partial(self._by_tokens, token), self._simple]
        if self._fetching.has_fetched and (announced := await self._announced_at_once()) is not None:
            # For many sensors with one build, a server that takes a minute to begin is asked once for each.
            self._fetching.must_be_new(announced)
            if announced.md5 is None:
                ways = [self._simple]  # nothing to compare with what a token fetches
        for way in ways:
            try:
                return await way()
            except _Failed as failed:
                if failed.error.everywhere:
                    raise failed.error from None
                self._failures.append(failed.error)
        raise self._clearest()

    def _clearest(self) -> SourceError:
        """The failure that a person can do most about: a refusal before what may pass by itself."""
        refusals = [error for error in self._failures if error.state is OfferState.REFUSED]
        return (refusals or self._failures[-1:])[-1]

    async def _by_tokens(self, token: str | None) -> Received:
        """The check-in's own token, at most one new one of another check-in, then one that is asked for."""
        fresh = True
        while token:
            try:
                return await self._redeem(token)
            except Refused as answer:
                if answer.refusal.word != _UNKNOWN_TOKEN or not fresh:
                    raise self._failed(answer.refusal) from None
            fresh, token = False, (await self._registrar.check_in(self._subject)).token
        return await self._by_asked_token()

    async def _by_asked_token(self) -> Received:
        given = await self._registrar.token(self._subject, forced=self._forced)
        if isinstance(given, Refusal):
            if given.everywhere:
                # This word is also a known error of the June 2026 server: the simple way decides.
                given = given._replace(everywhere=False, state=OfferState.UNAVAILABLE)
            raise self._failed(given)
        try:
            return await self._redeem(given)
        except Refused as answer:
            raise self._failed(answer.refusal) from None

    async def _redeem(self, token: str) -> Received:
        """Firmware by a token, compared with what the simple way announces.

        A token may be that of another sensor that checked in with another PC in the same second.

        Raises:
            Refused: the server refuses the token.
        """
        try:
            received = await self._twice(partial(self._get, token))
        except CutBuffer:
            self.notes.append(_CUT)
            raise _Failed(SourceError(_CUT, advice="Update the server.")) from None
        if not await self._compare(received.actual):
            try:
                received.check_end()
            except SourceError as error:
                raise _Failed(error) from None
            self.notes.append(_NOT_COMPARED)
        return received

    async def _get(self, token: str) -> Received:
        found: list[AnnouncedSums] = []
        try:
            await self._pace.free()
            async with self._wire.by_token(token) as download:
                self._pace.note(download.status, download.headers)
                return await self._received(download, self._note_known(found))
        except AlreadyHere:
            await self._compare(found[-1])
            raise

    def _note_known(self, found: list[AnnouncedSums]) -> Callable[[AnnouncedSums], None]:
        def before(sums: AnnouncedSums) -> None:
            found.append(sums)
            self._fetching.must_be_new(sums)

        return before

    async def _compare(self, sums: AnnouncedSums) -> bool:
        """Compare what a token fetched with what the simple way has for this very sensor.

        Returns:
            False if the simple way refuses, so that there is nothing to compare with.
        """
        other = await self._announced()
        if other is None:
            return False
        if other.md5 is None:
            raise _Failed(SourceError(_NOTHING_TO_COMPARE, advice=_CHECK_AGAIN))
        if not sums.agrees_with(other):
            raise _Failed(
                SourceError(
                    "The token fetched other firmware than the server has for this sensor.",
                    advice="Another PC may have checked in within the same second; check again.",
                )
            )
        self.has_md5 = True
        return True

    async def _announced_at_once(self) -> AnnouncedSums | None:
        try:
            return await self._announced()
        except _Failed:
            return None

    async def _announced(self) -> AnnouncedSums | None:
        """What the simple way announces for this sensor; ``None`` if it refuses. Asked once.

        Raises:
            _Failed: it cannot be asked.
        """
        if self._known is None:
            body = self._registrar.firmware_request(self._subject, forced=self._forced)
            try:
                await self._pace.free()
                async with self._wire.download("POST", FIRMWARE, body=body) as download:
                    self._pace.note(download.status, download.headers)
                    self._known = (await announced_by(download),)
            except SourceError as error:
                raise _Failed(error) from None
        return self._known[0]

    async def _simple(self) -> Received:
        try:
            return await self._twice(self._post)
        except Refused as answer:
            if answer.refusal.word == _UNKNOWN_DEVICE:
                self._registrar.forget(self._subject)
            raise self._failed(answer.refusal) from None

    async def _post(self) -> Received:
        body = self._registrar.firmware_request(self._subject, forced=self._forced)
        await self._pace.free()
        async with self._wire.download("POST", FIRMWARE, body=body) as download:
            self._pace.note(download.status, download.headers)
            received = await self._received(download, self._fetching.must_be_new)
        received.check_end()
        return received

    async def _received(self, download: Download, before: Callable[[AnnouncedSums], None]) -> Received:
        received = await Receiver(self._room, self._progress).receive(download, before=before)
        if isinstance(received, ByAddress):
            return await self._by_address(received)
        return received

    async def _by_address(self, package: ByAddress) -> Received:
        if not self._wire.is_ours(package.url):
            raise SourceError(
                f"The server wants {clean(package.name, 60)} fetched from another host, which is not done.",
                advice="Let the server send the file itself.",
                state=OfferState.REFUSED,
            )
        await self._pace.free()
        async with self._wire.download("GET", self._wire.path_of(package.url)) as download:
            self._pace.note(download.status, download.headers)
            received = await Receiver(self._room, self._progress).receive(
                download, before=self._fetching.must_be_new
            )
        if isinstance(received, ByAddress):
            raise SourceError("The server names another address again.", state=OfferState.REFUSED)
        return structs.replace(received, name=package.name)

    async def _twice(self, way: Callable[[], Awaitable[Received]]) -> Received:
        """One way, once again if it broke off or was damaged; from its beginning."""
        last: SourceError | None = None
        for _ in range(2):
            try:
                return await way()
            except SourceError as error:
                if error.everywhere:
                    raise
                last = error
                if error.state is OfferState.REFUSED:
                    break
        raise _Failed(last or SourceError("It cannot be fetched."))

    def _failed(self, refusal: Refusal) -> _Failed:
        error = refused(self._wire.server, refusal)
        if self._forced and refusal.word == "OK":
            error = SourceError(error.message, advice=_FORCED)
        return _Failed(error)


def file_name(subject: Subject, version: str | None) -> str:
    """A name for firmware that came without one, with the suffix of what the sensor takes."""
    return "_".join(filter(None, (firmware_name(subject.model), version))) + subject.suffix
