"""The diagnosis file of a sensor, which only the vendor can read (vendor's OpenAPI; developer guide)."""

from pathlib import Path
from typing import Final

from msgspec import Struct, field

from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.transfers import Downloaded, Transfers
from sicktui.sensor.api.values import convert_fields
from sicktui.sensor.errors import DeviceError, NotSupported
from sicktui.sensor.transport.file_streams import Progress
from sicktui.sensor.turns.link import Link

_FILE: Final = "crown/file?filePath=diagnosisDump.zip"
_ORDER: Final = {"DoRunlevelLoop": True, "Output": "file"}
"""The vendor's example; what else could be ordered is not documented."""


class DumpInfo(Struct, frozen=True):
    """What a sensor reports about its file (``GetDiagnosisDumpInfo``)."""

    exists: bool = field(name="DiagDumpExists", default=False)
    stamp: object = field(name="DiagDumpTimestamp", default=None)
    """In a unit that the vendor does not state. Another one means another file, whatever its type is."""

    @property
    def timestamp(self) -> int | None:
        """The same, if it is the number that it should be."""
        return self.stamp if type(self.stamp) is int else None

    def is_newer(self, earlier: "DumpInfo") -> bool:
        """Whether there is a file, and it is another one than ``earlier``."""
        moved = None not in (self.stamp, earlier.stamp) and self.stamp != earlier.stamp
        return self.exists and (not earlier.exists or moved)


class _Created(Struct):
    # Both are the vendor's spelling.
    successful: bool | None = field(name="Successful", default=None)
    successfull: bool | None = field(name="Successfull", default=None)


class Diagnosis:
    """Creates and downloads the diagnosis file of one sensor.

    Args:
        link: the connection to it.
        access: authenticates.
        transfers: moves the file.
    """

    def __init__(self, link: Link, access: Authenticator, transfers: Transfers) -> None:
        self._link = link
        self._access = access
        self._transfers = transfers

    async def create(self) -> bool:
        """``DoDiagnosisDump``: a new file takes the place of the old one, now or soon.

        Returns:
            Whether the sensor reports that it succeeded; ``False``: it reports nothing.

        Raises:
            DeviceError: it reports that it failed.
            OutcomeUnknown: no answer in time: it may be at it.
            SensorError: anything else.
        """
        reply = await self._access.call("DoDiagnosisDump", _ORDER)
        created: _Created = convert_fields(reply, _Created)
        success = created.successful if created.successful is not None else created.successfull
        if success is False:
            raise DeviceError(
                f"The sensor at {self._link.label} could not create its diagnosis file.",
                advice="Switch off its particle filter, its moving average and its data output "
                "(ScanDataEnable), then try again: SICK's release notes name them as the cause.",
                http_status=reply.http_status,
                status=0,
            )
        return success is True

    async def info(self) -> DumpInfo | None:
        """``GetDiagnosisDumpInfo``; ``None`` if the sensor does not report it.

        Raises:
            SensorError: it cannot be read.
        """
        try:
            reply = await self._access.call("GetDiagnosisDumpInfo", acting=False)
        except NotSupported:
            return None
        info: DumpInfo = convert_fields(reply, DumpInfo)
        return info

    async def download(self, to: Path, limit: int, on_progress: Progress) -> Downloaded:
        """``GET crown/file``, to disk.

        Args:
            to: the path to write; removed after an error.
            limit: the maximum size in bytes.
            on_progress: called with the bytes so far and those in all; 0 in all: not known.

        Raises:
            NotSupported: there is no file.
            ProtocolError: it is empty, cut off, too large, a web page or an error.
            SensorError: anything else.
        """
        return await self._transfers.fetch(_FILE, to, limit, on_progress)
