"""The diagnosis file of a simulated device (SICK's OpenAPI files and developer guide).

A new file replaces the old one. Its real content is known to SICK only; here it is a zip of two files.
Neither its size nor how long it takes is documented.
"""

import io
import zipfile
from typing import Final

from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.errors import ApiError
from sicktui.simulator.network.http import Reply, Request
from sicktui.simulator.status import INTERNAL_ERROR, INVALID_DATA

FILE: Final = "diagnosisDump.zip"
_OUTPUT_LIMIT: Final = 64


class DiagnosisDump:
    """Makes the file and hands it out."""

    def __init__(self, device: DeviceState) -> None:
        self._device = device
        self._content: bytes | None = None
        self._made_at = 0
        self._busy = False
        self.stands_still = False
        """Its timestamp does not move."""

    async def create(self, data: dict[str, object]) -> dict[str, object]:
        """``DoDiagnosisDump``: answers at the end, or at once, as the device is."""
        device = self._device
        if not isinstance(data.get("DoRunlevelLoop"), bool) or not isinstance(data.get("Output"), str):
            raise ApiError(INVALID_DATA)
        if len(str(data["Output"])) > _OUTPUT_LIMIT or self._busy:
            raise ApiError(INTERNAL_ERROR if self._busy else INVALID_DATA)
        self._busy = True
        if device.spec.dump_reply == "at_once":
            device.spawn(self._finish())
            return self._result(success=True)
        return self._result(success=await self._make())

    def _result(self, success: bool) -> dict[str, object]:
        [described] = self._device.generation.returns("DoDiagnosisDump").fields
        key: str = self._device.spec.dump_key or described
        return {} if key == "None" else {key: success}

    async def _finish(self) -> None:
        await self._make()

    async def _make(self) -> bool:
        device = self._device
        try:
            await device.time.sleep(device.spec.dump_seconds)
            if device.spec.dump_fails:
                return False
            self._content = _zip(f"{device.model} {device.serial} {device.firmware_version}", device)
            self._made_at += 0 if self.stands_still else 1 + int(device.time.now())
            return True
        finally:
            self._busy = False

    async def info(self, data: dict[str, object]) -> dict[str, object]:
        """``GetDiagnosisDumpInfo``."""
        return {"DiagDumpExists": self._content is not None, "DiagDumpTimestamp": self._made_at}

    def file(self, request: Request) -> Reply:
        """``GET crown/file?filePath=diagnosisDump.zip``."""
        if "filePath" not in request.query:
            return Reply(http_status=400)
        if request.query["filePath"] != FILE or self._content is None:
            return Reply(http_status=404)
        return Reply(body=self._content, content_type="application/zip")

    def power_lost(self) -> None:
        """It is kept in volatile memory."""
        self._content = None


def _zip(text: str, device: DeviceState) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("readme.txt", text)
        archive.writestr("log.bin", device.rng.randbytes(device.spec.dump_size))
    return made.getvalue()
