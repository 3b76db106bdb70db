"""What a THiNX server answers, without I/O: a request in, a reply out."""

import math
import time
from collections.abc import Callable

from tests.thinx_server.check_in import CheckIn
from tests.thinx_server.devices import Account, Devices
from tests.thinx_server.fetch import Fetch
from tests.thinx_server.firmware import Build
from tests.thinx_server.generations import Fault, Generation
from tests.thinx_server.record import CHECK_IN, FIRMWARE, Record, Request
from tests.thinx_server.replies import NoReply, Reply, page, word
from tests.thinx_server.state import State
from tests.thinx_server.tokens import Tokens
from tests.thinx_server.troubles import NO_TROUBLE, Script, Trouble, Way

WINDOW = 60.0
"""Seconds in which the requests of one address are counted."""


class Application:
    """One server: its generation, and all that tests set and read.

    `now` is its clock in seconds since 1970, which rules tokens, check-ins and the rate limit.
    """

    def __init__(
        self, generation: Generation, *accounts: Account, now: Callable[[], float] = time.time
    ) -> None:
        self.generation = generation
        self.account = accounts[0] if accounts else Account.new()
        self.record = Record()
        self.script = Script()
        self.now = now
        self._state = State(
            generation,
            accounts or (self.account,),
            Devices(lost_udid_makes_a_second=generation.has(Fault.LOST_UDID_MAKES_A_SECOND_DEVICE)),
            Tokens(
                now,
                of_the_second=generation.has(Fault.SAME_TOKEN_WITHIN_A_SECOND),
                expire=generation.has(Fault.TOKENS_EXPIRE),
            ),
            self.record,
            now,
        )
        self._check_in = CheckIn(self._state)
        self._fetch = Fetch(self._state)
        self._windows: dict[str, tuple[float, int]] = {}

    @property
    def devices(self) -> Devices:
        """The devices that have checked in."""
        return self._state.devices

    @property
    def tokens(self) -> Tokens:
        """The tokens issued."""
        return self._state.tokens

    @property
    def builds(self) -> list[Build]:
        """What was built; append to it at any time."""
        return self._state.builds

    def answer(self, request: Request) -> tuple[Reply | NoReply, Trouble]:
        """The reply to a request, and the trouble on its way."""
        self.record.note(request)
        limits, over = self._count(request)
        if over:
            return over, NO_TROUBLE
        way = self._way(request)
        trouble = self.script.next(way) if way else NO_TROUBLE
        mac = str(request.registration.get("mac"))
        knew_udid = self.record.knows_udid(mac)
        reply = trouble.instead or self._of(way, request)
        if trouble.cuts and not knew_udid:
            self.record.udid_not_given(mac)
        if isinstance(reply, Reply):
            reply = trouble.worsen(reply)
            reply = Reply(reply.body, reply.content_type, reply.status, reply.headers + limits, reply.silence)
        return reply, trouble

    def _way(self, request: Request) -> Way | None:
        if request.method == "POST" and request.path == CHECK_IN:
            return Way.CHECK_IN
        if request.method == "POST" and request.path in {FIRMWARE, *self.generation.token_paths}:
            return Way.FIRMWARE
        return Way.TOKEN if request.method == "GET" and request.path == FIRMWARE else None

    def _of(self, way: Way | None, request: Request) -> Reply | NoReply:
        if way is None:
            return page(f"Cannot {request.method} {request.path}", status=404)
        if way is Way.TOKEN:
            return self._fetch.by_token(request.token)
        if self._check_in.is_too_broken(request):
            return NoReply(hang_up=True)
        return self._check_in.answer(request) if way is Way.CHECK_IN else self._fetch.by_post(request)

    def _count(self, request: Request) -> tuple[tuple[tuple[str, str], ...], Reply | None]:
        if not self.generation.has(Fault.RATE_LIMIT):
            return (), None
        began, count = self._windows.get(request.peer, (request.moment, 0))
        if not 0 <= request.moment - began < WINDOW:
            began, count = request.moment, 0
        self._windows[request.peer] = (began, count + 1)
        limit = self.generation.requests_a_minute
        headers = (
            ("RateLimit-Limit", str(limit)),
            ("RateLimit-Remaining", str(max(0, limit - count - 1))),
            ("RateLimit-Reset", str(math.ceil(began + WINDOW - request.moment))),
        )
        if count < limit:
            return headers, None
        self.record.limited(request.peer, began + WINDOW)
        text = word("Too many requests, please try again later.")
        return headers, Reply(text.body, text.content_type, 429, headers)
