"""File transfers, which need a session token that may have expired."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, structs

from sicktui.model.safe_text import clean
from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.login.posts import BeforeRepeat
from sicktui.sensor.api.replies import error_of, is_refused
from sicktui.sensor.errors import (
    AccessDenied,
    NotSupported,
    OutOfConnections,
    ProtocolError,
    SensorError,
    UploadInterrupted,
    UploadRefused,
)
from sicktui.sensor.transport.file_streams import FileBody, FileSink, Progress
from sicktui.sensor.transport.messages import Answer, looks_like_markup
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.retry import TOO_MANY_HTTP, retry_when_busy, retry_when_limited

_LEVEL_ADVICE = (
    "Check that the user of this device is Service and that its password is right ('sicktui login')."
)


class Downloaded(Struct, frozen=True, kw_only=True):
    """A file that was downloaded completely."""

    size: int
    sha256: str
    """Lower-case hex."""
    content_type: str
    """``Content-Type`` without parameters; may be empty."""
    stamp: str = ""
    """``ETag`` and ``Last-Modified``, if any."""


class Transfers:
    """Sends and fetches files, with a session token if the sensor requires one.

    Args:
        link: the connection to the sensor.
        access: authorises a transfer.
    """

    def __init__(self, link: Link, access: Authenticator) -> None:
        self._link = link
        self._access = access

    async def send_once(self, name: str, make_body: Callable[[], FileBody]) -> None:
        """PUT a file, without a second try: HTTP 429 does not prove that the sensor has not taken it.

        Raises:
            UploadRefused: the sensor answered, and not with Ok.
            UploadInterrupted: no answer; the outcome is unknown.
            SensorError: nothing was sent.
        """
        refusal = await self._send_once(name, make_body)
        if refusal is not None:
            raise _refused(refusal)

    async def send(
        self, name: str, make_body: Callable[[], FileBody], before_repeat: BeforeRepeat | None = None
    ) -> None:
        """PUT a file that does nothing by itself: again after a refused token (401, 403) or rate (429).

        Args:
            name: the path behind ``/api/``.
            make_body: opens the file from its start; called for each try.
            before_repeat: looks at the sensor before it is sent again, and raises to forbid it; by default
                the access's own look.

        Raises:
            UploadRefused: the sensor answered, and not with Ok.
            UploadInterrupted: no answer; the outcome is unknown.
            SensorError: nothing was sent.
        """

        async def attempt() -> None:
            await self.send_once(name, make_body)

        clock, look = self._link.clock, before_repeat or self._access.look_again
        try:
            await retry_when_limited(clock, attempt, look)
        except UploadRefused as refusal:
            if not is_refused(refusal):
                raise
            await look(refusal)  # before the password is used, and the file is sent, again
            if not await self._access.open_session():
                raise
            await retry_when_limited(clock, attempt, look)

    async def _send_once(self, name: str, make_body: Callable[[], FileBody]) -> SensorError | None:
        headers = await self._access.file_headers()
        with make_body() as body:
            try:
                async with self._link.slot() as slot:
                    answer = await slot.upload(name, body, headers)
            except UploadInterrupted:
                # A sensor may hang up because the token has expired.
                self._access.forget_session()
                raise
            request = self._link.request("PUT", name)
            refusal = error_of(answer, request)
            if refusal is None and answer.body.strip() and answer.is_html:
                # A 200 proves little, but a web page does not come from a sensor. An empty body is not a
                # page, whatever its type.
                refusal = ProtocolError(
                    f"{self._link.label} sent a web page in reply to {request}.",
                    advice="Check the address and port of this device: something else seems to answer there.",
                    http_status=answer.http_status,
                )
            if refusal is None and not body.complete:
                raise UploadInterrupted(
                    f"{self._link.label} answered Ok after {body.sent} of {body.total} bytes: it does not "
                    "have the whole file.",
                    sent=body.sent,
                    total=body.total,
                    advice="Check the sensor's state before you try again.",
                )
            return refusal

    async def fetch(self, name: str, to: Path, limit: int, on_progress: Progress | None = None) -> Downloaded:
        """GET a file to disk. If the sensor refuses the token (401, 403), once more with a new one.

        Args:
            name: the path behind ``/api/``.
            to: the path to write; removed after an error.
            limit: the maximum size in bytes.
            on_progress: called with the bytes so far and those in all; 0 in all: not known.

        Raises:
            AccessDenied: refused with a fresh token too.
            ProtocolError: it is empty, cut off, too large, a web page or an error in JSON.
            SensorError: anything else.
        """

        async def attempt() -> Downloaded | SensorError:
            fetched = await self._fetch_once(name, to, limit, on_progress)
            if isinstance(fetched, OutOfConnections):
                raise fetched
            return fetched

        clock = self._link.clock
        fetched = await retry_when_busy(clock, attempt)
        if isinstance(fetched, AccessDenied) and await self._access.open_session():
            fetched = await retry_when_busy(clock, attempt)
        if isinstance(fetched, SensorError):
            raise fetched
        return fetched

    async def _fetch_once(
        self, name: str, to: Path, limit: int, on_progress: Progress | None
    ) -> Downloaded | SensorError:
        """The file, or the error that the sensor answered with."""
        headers = await self._access.file_headers()
        request = self._link.request("GET", name)
        with FileSink(to, limit, self._link.clock, on_progress) as sink:
            async with self._link.slot() as slot:
                answer = await slot.download(name, sink, headers)
            if answer.ok:
                # A backup may be JSON too: only a short body with an error status is an error.
                answer = structs.replace(answer, body=sink.head if sink.size == len(sink.head) else b"")
            refusal = error_of(answer, request)
            if refusal is not None:
                return refusal
            trouble = _not_a_file(sink, answer)
            if trouble:
                raise ProtocolError(
                    f"The reply of {self._link.label} to {request} is not a file: {trouble}.",
                    advice="Try again. If it fails again, check the address of this device.",
                    http_status=answer.http_status,
                )
            return Downloaded(
                size=sink.size,
                sha256=sink.keep(),
                content_type=clean(answer.media_type, 80),
                stamp=clean(answer.stamp, 200),
            )


def _not_a_file(sink: FileSink, answer: Answer) -> str:
    if sink.size == 0:
        return "it is empty"
    if answer.is_html or looks_like_markup(sink.head):
        return "it is a web page"
    return ""


def _refused(refusal: SensorError) -> SensorError:
    if isinstance(refusal, ProtocolError | NotSupported):
        return refusal
    if refusal.http_status == TOO_MANY_HTTP:
        limited = UploadRefused(
            refusal.message, advice=refusal.advice, code=refusal.code, http_status=TOO_MANY_HTTP
        )
        limited.retry_after = refusal.retry_after
        return limited
    advice = _LEVEL_ADVICE if is_refused(refusal) else refusal.advice
    return UploadRefused(
        refusal.message, advice=advice, http_status=refusal.http_status, status=refusal.status
    )
