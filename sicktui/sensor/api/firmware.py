"""The firmware article's calls: the package, and what starts the flash."""

from pathlib import Path
from typing import Final

from sicktui.model.enums import AuthScheme, Code, UpdateState
from sicktui.sensor.api.authentication import Authenticator
from sicktui.sensor.api.capabilities import CapabilityCache
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.transfers import Transfers
from sicktui.sensor.errors import NotSupported, SensorError, UploadRefused
from sicktui.sensor.transport.file_streams import FileBody, Progress
from sicktui.sensor.turns.link import Link

_VENDOR_TRIGGER: Final = "RunFirmwareUpdate"
"""The vendor's OpenAPI and C++ updater."""
_ARTICLE_TRIGGER: Final = "methods/RunFirmwareUpdate"
"""The firmware article, section 3, step 3."""


class Firmware:
    """Brings a package to a sensor and starts the flash.

    Args:
        link: the line to it.
        memory: what is known of it; learns the trigger's path.
        reader: reads ``UpdateState``.
        access: authenticates.
        transfers: sends the package.
    """

    def __init__(
        self, link: Link, cache: CapabilityCache, reader: Reader, access: Authenticator, transfers: Transfers
    ) -> None:
        self._link = link
        self._cache = cache
        self._reader = reader
        self._access = access
        self._transfers = transfers

    async def upload(self, path: Path, size: int, on_progress: Progress) -> None:
        """``PUT update``. A return proves that the sensor took the bytes, not that it likes them.

        Args:
            path: the package.
            size: its bytes when it was hashed.
            on_progress: called with bytes sent and bytes in all.

        Raises:
            UploadRefused: the sensor answered, and not with Ok.
            UploadInterrupted: the outcome is unknown: read ``UpdateState`` before trying again.
            LocalFileError: the package is not what it was.
            NotSupported: there is no ``update`` here.
            SensorError: nothing was sent.
        """
        await self._transfers.send(
            "update",
            lambda: FileBody(path, size, on_progress, self._link.clock),
            before_repeat=self._not_flashing,
        )

    async def _not_flashing(self, refusal: SensorError) -> None:
        """A refused upload may be sent again only to a sensor that does not flash."""
        try:
            state = await self._reader.update_state()
        except NotSupported:
            return
        if state is UpdateState.STARTED:
            raise UploadRefused(
                f"{refusal.message} Its UpdateState is 1 (Started): it is flashing already.",
                code=Code.BUSY,
                advice="Wait until it has finished; do not power-cycle it.",
                http_status=refusal.http_status,
                status=refusal.status,
            ) from refusal

    async def start_flash(self) -> None:
        """Start the flash, by whichever of the two paths the sensor knows.

        Raises:
            OutcomeUnknown: the connection broke: it may have started.
            NotSupported: it knows neither.
            SensorError: anything else.
        """
        for path in await self._triggers():
            try:
                await self._access.call(path)
            except NotSupported as error:
                unknown = error
                continue
            self._cache.set_trigger(path)
            return
        raise unknown

    async def _triggers(self) -> tuple[str, ...]:
        known = self._cache.capabilities.trigger
        if known is not None:
            return (known,)
        # The firmware article's device is the one that knows Basic; each source gets its own path first.
        if await self._access.scheme() is AuthScheme.BASIC:
            return (_ARTICLE_TRIGGER, _VENDOR_TRIGGER)
        return (_VENDOR_TRIGGER, _ARTICLE_TRIGGER)
