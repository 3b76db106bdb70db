"""The firmware article's calls: the package, and what starts the flash."""

from pathlib import Path
from typing import Final

from sicktui.model.enums import AuthScheme
from sicktui.sensor.api.capabilities import CapabilityCache
from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.replies import INVALID_CHALLENGE
from sicktui.sensor.api.transfers import Transfers
from sicktui.sensor.errors import SensorError
from sicktui.sensor.transport.file_streams import FileBody, Progress
from sicktui.sensor.turns.link import Link

_VENDOR_TRIGGER: Final = "RunFirmwareUpdate"
"""The vendor's OpenAPI and C++ updater."""
_ARTICLE_TRIGGER: Final = "methods/RunFirmwareUpdate"
"""The firmware article, section 3, step 3."""


class Firmware:
    """Uploads a package to a sensor and starts the flash.

    Args:
        link: the connection to it.
        cache: its capabilities; the trigger's path is added.
        access: authenticates.
        transfers: sends the package.
    """

    def __init__(
        self, link: Link, cache: CapabilityCache, access: Authenticator, transfers: Transfers
    ) -> None:
        self._link = link
        self._cache = cache
        self._access = access
        self._transfers = transfers

    async def upload(self, path: Path, size: int, on_progress: Progress) -> None:
        """``PUT update``, once. A return proves that the sensor has the bytes, not that it accepts them.

        Args:
            path: the package.
            size: its bytes when it was hashed.
            on_progress: called with bytes sent and total bytes, at most about ten times a second.

        Raises:
            UploadRefused: the sensor answered, and not with Ok. After HTTP 401 or 403 a fresh session helps.
            UploadInterrupted: the outcome is unknown: read ``UpdateState`` before trying again.
            LocalFileError: the package has changed.
            NotSupported: there is no ``update`` here.
            SensorError: nothing was sent.
        """
        await self._transfers.send_once("update", lambda: FileBody(path, size, on_progress, self._link.clock))

    async def trigger_paths(self) -> tuple[str, ...]:
        """The paths of RunFirmwareUpdate that this sensor may have, the likely one first.

        Raises:
            SensorError: how it wants to be authenticated cannot be found out.
        """
        known = self._cache.capabilities.trigger
        if known is not None:
            return (known,)
        # The firmware article's device uses Basic, so its path comes first there.
        if await self._access.scheme() is AuthScheme.BASIC:
            return (_ARTICLE_TRIGGER, _VENDOR_TRIGGER)
        return (_VENDOR_TRIGGER, _ARTICLE_TRIGGER)

    async def trigger(self, path: str) -> None:
        """RunFirmwareUpdate by one of its paths.

        Args:
            path: one of ``trigger_paths``.

        Raises:
            OutcomeUnknown: the connection broke: it may have started. So it may after any error with
                ``outcome_unknown``: HTTP 429, Invalid Challenge.
            NotSupported: the sensor does not know this path. Nothing was started.
            SensorError: anything else.
        """
        await self._access.call(path, before_repeat=self._may_repeat)
        self._cache.set_trigger(path)

    async def _may_repeat(self, refusal: SensorError) -> None:
        """After Invalid Challenge the caller waits: a flash that begins late must not be triggered twice.

        Raises:
            SensorError: the refusal; or another sensor answers.
        """
        if refusal.status == INVALID_CHALLENGE:
            refusal.outcome_unknown = True
            raise refusal
        await self._access.look_again(refusal)
