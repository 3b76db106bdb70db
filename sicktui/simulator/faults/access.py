"""Faults of logins, and of sensors that are asked too often."""

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.state import Effect
from sicktui.simulator.faults.base import Behaviour, fault
from sicktui.simulator.network.http import Reply, Request


@fault("logins_locked")
class LoginsLocked(Behaviour):
    """Refuses every login for ``seconds`` (default 30) from a request to ``at`` on."""

    uses = ("at", "seconds")
    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Lock before the request is answered."""
        if self.strikes(device, request):
            device.auth.lock(30.0 if self.fault.seconds is None else self.fault.seconds)
        return None


@fault("too_many_requests")
class TooManyRequests(Behaviour):
    """Answers with HTTP 429, and with ``Retry-After`` where ``seconds`` is set."""

    uses = ("at", "seconds", "acts")
    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Refuse; act all the same only where ``acts`` is set."""
        if not self.strikes(device, request):
            return None
        return Effect(fault=self.name, acts=bool(self.fault.acts), alter=lambda _: self._refusal())

    def _refusal(self) -> Reply:
        wait = self.fault.seconds
        headers = () if wait is None else (("Retry-After", f"{wait:.0f}"),)
        return Reply(http_status=429, headers=headers)
