"""Acts as the update's machine carries them out, for tests of the client alone."""

import contextlib
from pathlib import Path

from sicktui.model.enums import UpdateState
from sicktui.sensor.api.replies import is_refused
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import NotSupported, UploadRefused
from sicktui.sensor.transport.file_streams import Progress


async def start_flash(sensor: Sensor) -> None:
    """RunFirmwareUpdate by the first of its paths that the sensor knows."""
    for path in await sensor.firmware.trigger_paths():
        try:
            await sensor.firmware.trigger(path)
        except NotSupported as error:
            missing = error
        else:
            return
    raise missing


async def upload(sensor: Sensor, path: Path, size: int, progress: Progress) -> None:
    """PUT update; once more with a fresh session where the token was refused, and the sensor rests."""
    try:
        await sensor.firmware.upload(path, size, progress)
    except UploadRefused as error:
        if not is_refused(error):
            raise
        with contextlib.suppress(NotSupported):
            if await sensor.read.update_state() is UpdateState.STARTED:
                raise
        if not await sensor.access.open_session():
            raise
        await sensor.firmware.upload(path, size, progress)
