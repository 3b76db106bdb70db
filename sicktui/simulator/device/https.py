"""HTTPS of a simulated device: on exactly while a certificate bundle is installed (SICK's developer guide).

Plain HTTP answers beside it, on the device's own port.
"""

from typing import TYPE_CHECKING, Final

from sicktui.simulator.errors import ApiError
from sicktui.simulator.network.port import HOST, OnConnection, Port
from sicktui.simulator.status import INVALID_DATA, OUT_OF_BOUNDS

if TYPE_CHECKING:
    from sicktui.simulator.network.certificates import Bundle

_CERTIFICATES_LIMIT: Final = 10_000
_KEY_LIMIT: Final = 4_000
_NO_ERROR: Final = {"error": "None"}


class Https:
    """The second port of a device.

    Args:
        serve: answers a connection to it.
    """

    def __init__(self, serve: OnConnection) -> None:
        self.bundle: Bundle | None = None
        """What is installed."""
        self._port = Port(serve)
        self._wanted = False
        self._slow = False

    @property
    def address(self) -> str | None:
        """``127.0.0.1:PORT``; ``None`` without a bundle."""
        return None if self.bundle is None else f"{HOST}:{self._port.number}"

    async def install(self, bundle: "Bundle") -> None:
        """Use a bundle from now on."""
        await self._port.close()
        self.bundle = bundle
        if not self._port.number:
            self._port.hold()
        self._port.tls = bundle.context()
        if self._wanted:
            await self._port.open(slow=self._slow)

    async def show(self, bundle: "Bundle | None") -> None:
        """Close, and open again with another certificate; ``None``: without TLS."""
        await self._port.close()
        self.show_next(bundle)
        if self._wanted:
            await self._port.open(slow=self._slow)

    def show_next(self, bundle: "Bundle | None") -> None:
        """The same from the next ``open`` on."""
        self._port.tls = None if bundle is None else bundle.context()

    async def open(self, *, slow: bool) -> None:
        """Answer, if a bundle is installed."""
        self._wanted, self._slow = True, slow
        if self.bundle is not None:
            await self._port.open(slow=slow)

    async def close(self, *, keep_number: bool = True) -> None:
        """Close the port, and reset every connection."""
        self._wanted = False
        if self.bundle is not None:
            await self._port.close(keep_number=keep_number)

    # -- what the API answers ----------------------------------------------------------------------

    def status(self) -> dict[str, object]:
        """``httpsStatus``."""
        return {"enabled": self.bundle is not None, "errorCode": dict(_NO_ERROR)}

    def info(self) -> dict[str, object]:
        """``certificateBundleInfo``."""
        known = {"uuidBundle": "", "certificates": []} if self.bundle is None else self.bundle.info()
        return {**known, "errorCode": dict(_NO_ERROR)}

    async def set_bundle(self, data: dict[str, object]) -> dict[str, object]:
        """``setCertificateBundle``. A bundle that is not valid leaves the old one."""
        from sicktui.simulator.network.certificates import Bundle, is_bundle  # noqa: PLC0415  half a second

        certificates, key = data.get("contentCertificateBundle"), data.get("contentPrivateKey")
        if not isinstance(certificates, str) or not isinstance(key, str):
            raise ApiError(INVALID_DATA)
        if len(certificates) > _CERTIFICATES_LIMIT or len(key) > _KEY_LIMIT:
            raise ApiError(OUT_OF_BOUNDS)
        if not is_bundle(certificates, key):
            return {"success": False, "errorCode": {"error": "InvalidCertificate"}}
        await self.install(Bundle(certificates, key))
        return {"success": True, "errorCode": dict(_NO_ERROR)}

    async def remove_bundle(self, data: dict[str, object]) -> dict[str, object]:
        """``removeCertificateBundle``."""
        await self._port.close(keep_number=False)
        self._port.drop_number()
        self.bundle = None
        return {"success": True, "errorCode": dict(_NO_ERROR)}
