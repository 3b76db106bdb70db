"""Faults of HTTPS: what the encrypted port shows from a request on, or without one from the next boot on."""

from typing import TYPE_CHECKING

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.state import Effect
from sicktui.simulator.faults.base import Behaviour, fault
from sicktui.simulator.network.http import Request

if TYPE_CHECKING:
    from sicktui.simulator.network.certificates import Bundle


class HttpsFault(Behaviour):
    """A fault that exchanges what the encrypted port shows."""

    uses = ("at",)
    default_times = 1

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Exchange it; connections are reset, as by ``setCertificateBundle``."""
        if self.fault.at is not None and self.strikes(device, request):
            device.spawn(device.https.show(self.shown(device)))
        return None

    def on_boot(self, device: Device) -> None:
        """Exchange it before the port opens again."""
        if self.fault.at is None and self.strikes(device):
            device.https.show_next(self.shown(device))

    def shown(self, device: Device) -> "Bundle | None":
        """What it shows from now on; ``None``: it answers without TLS."""
        raise NotImplementedError


@fault("certificate_changed")
class CertificateChanged(HttpsFault):
    """Shows another certificate over HTTPS, which it signed itself, from a request or its next boot on."""

    def shown(self, device: Device) -> "Bundle | None":
        """One of another key."""
        from sicktui.simulator.network.certificates import make_bundle  # noqa: PLC0415  half a second

        return make_bundle(device.spec.https_names)


@fault("certificate_expired")
class CertificateExpired(HttpsFault):
    """Shows a certificate over HTTPS that its earlier one signed and that has expired."""

    def shown(self, device: Device) -> "Bundle | None":
        """One that is good but for its dates."""
        from sicktui.simulator.network.certificates import make_bundle  # noqa: PLC0415  half a second

        earlier = device.https.bundle
        issuer = None if earlier is None else earlier.issuer
        return make_bundle(device.spec.https_names, issuer=issuer, days=-1.0, name=device.serial)


@fault("plain_http")
class PlainHttp(HttpsFault):
    """Answers plain HTTP on the port of HTTPS."""

    def shown(self, device: Device) -> "Bundle | None":
        """None."""
        return None
