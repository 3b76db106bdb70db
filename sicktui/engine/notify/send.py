"""Passes a message to a webhook and to a command. Trouble is a line in the log of the run, no more."""

import asyncio
import contextlib
import logging
import os
import signal
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.model.settings import NotifySettings

_GRACE: Final = 1.0
"""Seconds beyond the timeout for what the timeout of a socket does not end: a name server, a slow drip."""
_log: Final = logging.getLogger("sicktui.runner")


async def notify(settings: NotifySettings, message: Struct, environment: dict[str, str]) -> None:
    """Pass a message on, to both at once. Never raises, and ends within the timeout.

    Args:
        settings: where to.
        message: the message.
        environment: what the command inherits: without secrets.
    """
    body = msgspec.json.encode(message)
    works: list[tuple[str, Callable[[], None]]] = []
    if settings.url:
        works.append((_shown(settings.url), lambda: post(settings, body)))
    if settings.command:
        works.append((clean(settings.command[0], 200), lambda: call(settings, body, environment)))
    await asyncio.gather(*(_do(what, work, settings.timeout + _GRACE) for what, work in works))


async def _do(what: str, work: Callable[[], None], limit: float) -> None:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[str] = loop.create_future()

    def end(trouble: str) -> None:
        if not ended.done():
            ended.set_result(trouble)

    def run() -> None:
        try:
            work()
        except (OSError, HTTPException, ValueError, subprocess.SubprocessError) as error:
            trouble = _words(error)
        else:
            trouble = ""
        with contextlib.suppress(RuntimeError):  # the loop is closed: it was too late
            loop.call_soon_threadsafe(end, trouble)

    # Not in the pool of the loop, whose end waits for all of its threads.
    threading.Thread(target=run, name="notify", daemon=True).start()
    try:
        trouble = await asyncio.wait_for(ended, limit)
    except TimeoutError:
        trouble = "it took too long"
    if trouble:
        _log.warning("The end of the run was not passed to %s: %s.", what, trouble)


def _words(error: Exception) -> str:
    match error:
        case urllib.error.HTTPError():
            return f"it answered {error.code}"
        case urllib.error.URLError():
            return clean(str(error.reason), 200)
        case subprocess.TimeoutExpired():
            return "it took too long"
        case subprocess.CalledProcessError():
            return f"it ended with {error.returncode}"
        case OSError() if error.strerror:
            return clean(error.strerror, 200)
    return type(error).__name__


def _shown(url: str) -> str:
    """A URL without its path, which may be a secret (as of the webhooks of chats)."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return "notify.url"
    return clean(f"{parts.scheme}://{parts.hostname}", 200)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Another server than the one of the settings is sent nothing."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as the library calls it
        """No request to another place: the redirect is the answer, and an error."""
        return


def post(settings: NotifySettings, body: bytes) -> None:
    """POST a message. Certificates are checked; a proxy is used only where the settings name one.

    Raises:
        OSError: it could not be sent, or was not accepted.
        HTTPException: the answer is not HTTP.
        ValueError: the URL or the file of authorities cannot be used.
    """
    proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else {}
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(proxies),  # none: else it would take those of the environment
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=settings.ca_file or None)),
        _NoRedirect(),
    )
    request = urllib.request.Request(  # noqa: S310 - the settings admit http and https alone
        settings.url, data=body, headers={"Content-Type": "application/json", "User-Agent": "sicktui"}
    )
    with opener.open(request, timeout=settings.timeout):
        pass


def call(settings: NotifySettings, body: bytes, environment: dict[str, str]) -> None:
    """Run a command with a message on its standard input, and end it when the time is up.

    Raises:
        OSError: it cannot be started.
        subprocess.SubprocessError: it took too long, or ended otherwise than with 0.
    """
    with subprocess.Popen(  # noqa: S603 - the command of the settings, without a shell
        settings.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=sys.platform != "win32",
    ) as process:
        try:
            process.communicate(body, timeout=settings.timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, settings.command[0])


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command, and on POSIX all that it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
