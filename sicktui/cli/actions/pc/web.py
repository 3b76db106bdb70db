"""The dashboard in a browser: textual-serve, behind a key.

Any page in the same browser may open a WebSocket to an address of this PC, and any user of this PC may
connect to its loopback. Both could update sensors, and textual-serve itself checks nothing. So every request
needs the key, which is printed once: it comes in the address that is opened first, and then as a cookie. A
request of another page is refused, since pages of other ports count as the same site.
"""

import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

END_LIMIT: Final = 2.0
"""Seconds for the browsers' connections to end; their dashboards end with them."""
HEADERS: Final = {
    # The page asks for a font of Google's, which a PC of a plant cannot or must not reach.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class WebDashboard(Server):
    """Serves a command that shows the dashboard; each page that is open gets a process.

    Args:
        command: the command line, as the shell of this system takes it.
        host: the address to listen at.
        port: the TCP port; 0 is a free one.
    """

    def __init__(self, command: str, host: str, port: int) -> None:
        super().__init__(command, host=host, port=port, title="sicktui")
        self._key = secrets.token_urlsafe(24)
        self._runner: web.AppRunner | None = None

    @property
    def _cookie(self) -> str:
        return f"sicktui-{self.port}"  # cookies of all ports of a host are in one jar

    @property
    def address(self) -> str:
        """The address to open, with the key."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/?key={self._key}"

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address or the port cannot be used.
        """
        app = await self._make_app()
        app.middlewares.append(self._admit)
        app.on_response_prepare.append(_add_headers)
        self._runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=END_LIMIT)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening, and end the dashboards that are open."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing: the command does."""

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, whose links lead to where the browser found it: a tunnel may have another port."""
        self.public_url = f"{request.scheme}://{request.host}"
        page: web.StreamResponse = await super().handle_index(request)
        return page

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who has the key."""
        given = request.query.get("key", request.cookies.get(self._cookie, ""))
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            raise web.HTTPForbidden(text="Open the address that 'sicktui serve' printed, with its key.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="The request comes from another page.")
        if "key" not in request.query:
            return await handler(request)
        # The cookie needs no key in the address any more, where a screen or a history would show it.
        to_page = web.HTTPSeeOther(location="/")
        to_page.set_cookie(self._cookie, self._key, httponly=True, samesite="Strict")
        raise to_page


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
