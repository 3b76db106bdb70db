"""Faults of single requests: wrong, incomplete or missing answers."""

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final

from msgspec import structs

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.state import Effect
from sicktui.simulator.faults.base import Behaviour, error_payload, fault
from sicktui.simulator.network.http import Reply, Request
from sicktui.simulator.spec import Fault
from sicktui.simulator.status import message_of

_BINARY: Final = ("update", "parameterbackup")


class WireFault(Behaviour):
    """A fault that changes the answer to a request."""

    acting: ClassVar[bool] = False
    """Whether the device does what was requested, unless the scenario sets ``acts``."""

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Strike requests that match."""
        if not self.strikes(device, request):
            return None
        acts = self.acting if self.fault.acts is None else self.fault.acts
        return Effect(fault=self.name, acts=acts, alter=self.alter)

    def alter(self, reply: Reply) -> Reply:
        """The answer that goes out instead of ``reply``."""
        raise NotImplementedError


def _number(fault: Fault, default: int) -> int:
    return fault.value if isinstance(fault.value, int) else default


@fault("status")
class Status(WireFault):
    """Answers with ``header.status = value`` (default 3): 10 Invalid Challenge, 11 Out Of Connections."""

    uses = ("at", "value", "acts")

    def alter(self, reply: Reply) -> Reply:
        """HTTP 200 with the status."""
        number = _number(self.fault, 3)
        return Reply(payload=error_payload(number, message_of(number)))


@fault("http_503")
class HttpError(WireFault):
    """Answers with HTTP 503 (or the HTTP status ``value``) and no body."""

    uses = ("at", "value", "acts")

    def alter(self, reply: Reply) -> Reply:
        """A bare HTTP error."""
        return Reply(http_status=_number(self.fault, 503))


@fault("cut_reply")
class CutReply(WireFault):
    """Sends ``fraction`` (default half) of the answer's body, then hangs up."""

    uses = ("at", "fraction", "acts")
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """The true answer, cut off."""
        fraction = 0.5 if self.fault.fraction is None else self.fault.fraction
        return Reply(
            http_status=reply.http_status,
            body=reply.content,
            content_type=reply.content_type,
            cut=fraction,
        )


@fault("not_json")
class NotJson(WireFault):
    """Answers with text that is not JSON, although the content type is."""

    uses = ("at", "acts")

    def alter(self, reply: Reply) -> Reply:
        """Half a JSON object."""
        return Reply(body=b'{"header":{"status":0,"message":"Ok"},"data":')


@fault("html")
class Html(WireFault):
    """Answers with a web page, as something else on that address would."""

    uses = ("at", "acts")

    def alter(self, reply: Reply) -> Reply:
        """A login page, with markup and control characters in it."""
        page = "<!DOCTYPE html><html><title>[/b]Log in\x1b[2J</title><body>Welcome</body></html>"
        return Reply(body=page.encode(), content_type="text/html; charset=utf-8")


@fault("wrong_types")
class WrongTypes(WireFault):
    """Answers with valid JSON in which every value has another type."""

    uses = ("at", "acts")
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """Numbers become lists, everything else numbers."""
        payload = dict(reply.payload or {})
        header = payload.pop("header", None)
        rest = twisted(payload) or {"data": 17}
        return Reply(http_status=reply.http_status, payload={"header": header, **rest})


def twisted(data: dict[str, object]) -> dict[str, object]:
    """Data in which every value has another type."""

    def twist(value: object) -> object:
        if isinstance(value, dict):
            return twisted(value)
        return [value] if isinstance(value, int | float) else 17

    return {name: twist(value) for name, value in data.items()}


@fault("invalid_utf8")
class InvalidUtf8(WireFault):
    """Answers with JSON whose text is not UTF-8."""

    uses = ("at", "acts")

    def alter(self, reply: Reply) -> Reply:
        """Latin-1 and lone continuation bytes."""
        return Reply(body=b'{"header":{"status":0,"message":"Ok"},"data":{"Name":"pico\xff\xfe\x80Scan"}}')


@fault("huge_json")
class HugeJson(WireFault):
    """Answers with valid JSON of ``value`` bytes (default a gigabyte), made while it is sent."""

    uses = ("at", "value", "acts")

    def alter(self, reply: Reply) -> Reply:
        """One endless string."""
        return Reply(endless=_number(self.fault, 1_000_000_000))


@fault("redirect")
class Redirect(WireFault):
    """Answers with a redirect (302) to the address ``value``."""

    uses = ("at", "value", "acts")

    def alter(self, reply: Reply) -> Reply:
        """To a reserved port by default, which refuses connections."""
        target = self.fault.value if isinstance(self.fault.value, str) else "http://127.0.0.1:1/login"
        return Reply(http_status=302, headers=(("Location", target),))


@fault("hang")
class Hang(WireFault):
    """Accepts the request and never answers."""

    uses = ("at", "acts")

    def alter(self, reply: Reply) -> Reply:
        """Silence."""
        return Reply(silent=True)


@fault("trickle")
class Trickle(WireFault):
    """Sends the answer at ``rate`` bytes a second (default 1)."""

    uses = ("at", "rate", "acts")
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """The true answer, drop by drop."""
        return Reply(
            http_status=reply.http_status,
            body=reply.content,
            content_type=reply.content_type,
            rate=self.fault.rate or 1.0,
        )


@fault("token_refused")
class TokenRefused(WireFault):
    """Refuses good tokens with HTTP ``value`` (401, 403, or a list of them in turn); each once."""

    uses = ("at", "value")
    default_times = 1

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        value = fault.value
        given = value if isinstance(value, tuple) else (value,)
        self._statuses = [number for number in given if isinstance(number, int)] or [401]
        self._refused = 0
        if fault.times is None:
            self._left = len(self._statuses)

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Strike the endpoints that require a token."""
        if request.endpoint not in _BINARY:
            return None
        return super().on_request(device, request)

    def alter(self, reply: Reply) -> Reply:
        """The next refusal of the list; the last one stays."""
        status = self._statuses[min(self._refused, len(self._statuses) - 1)]
        self._refused += 1
        return Reply(http_status=status, payload=error_payload(4, message_of(4)))


@fault("password_changed")
class PasswordChanged(Behaviour):
    """Another client changes the password (to ``value``, default ``changed``) at a request to ``at``."""

    uses = ("at", "value")
    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Change it before the request is answered."""
        if self.strikes(device, request):
            device.auth.set_password(self.fault.value if isinstance(self.fault.value, str) else "changed")
            device.auth.expire_tokens()
        return None


@fault("rate_limit")
class RateLimit(Behaviour):
    """More than ``rate`` requests a second (default 4) mute the sensor for ``seconds`` (default 10)."""

    uses = ("rate", "seconds")

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self._times: deque[float] = deque()
        self._muted_until = 0.0

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Count; answer nothing while muted."""
        now = device.time.now()
        self._times.append(now)
        while self._times[0] <= now - 1:
            self._times.popleft()
        rate = self.fault.rate or 4.0
        if now >= self._muted_until and len(self._times) > rate and self.strikes(device):
            self._muted_until = now + (10.0 if self.fault.seconds is None else self.fault.seconds)
            device.violation(f"{len(self._times)} requests in a second, where {rate:g} are allowed")
        if now >= self._muted_until:
            return None
        return Effect(fault=self.name, acts=False, alter=_silence())


def _silence() -> Callable[[Reply], Reply]:
    return lambda _: Reply(silent=True)


class Outage(WireFault):
    """A fault that takes the sensor away at a request, which stays unanswered."""

    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Strike after the request was carried out, if it is."""
        effect = super().on_request(device, request)
        if effect is None:
            return None

        def vanish(_: Reply) -> Reply:
            device.spawn(self.outage(device))
            return Reply(silent=True)

        return structs.replace(effect, alter=vanish)

    def outage(self, device: Device) -> Coroutine[Any, Any, None]:
        """What happens to the device."""
        raise NotImplementedError


@fault("link_lost")
class LinkLost(Outage):
    """The network to it fails at a request, for ``seconds`` (default 5); the device itself keeps running."""

    uses = ("at", "seconds", "acts")

    def outage(self, device: Device) -> Coroutine[Any, Any, None]:
        """Only the network."""
        return device.lose_link(5.0 if self.fault.seconds is None else self.fault.seconds)


@fault("restarts")
class Restarts(Outage):
    """Loses its power at a request, and with it an uploaded package; boots again at once."""

    uses = ("at", "acts")

    def outage(self, device: Device) -> Coroutine[Any, Any, None]:
        """Off and on."""
        return device.reboot()


@fault("slow_link")
class SlowLink(Behaviour):
    """Bytes go in and out at ``rate`` a second (default 100000)."""

    uses = ("rate",)

    def on_start(self, device: Device) -> None:
        """Set the rate of the link."""
        device.link_rate = self.fault.rate or 100_000.0
