"""Fetches the diagnosis file of a sensor: order it, wait until it is new, download, check, store.

Only the vendor can read it. Neither its size nor how long it takes is documented.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from sicktui import __version__
from sicktui.engine.context import Context
from sicktui.engine.job.waiting import poll_for, retry_for
from sicktui.engine.parameters.write import writing
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.sensor.api.diagnosis import DumpInfo
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import NotSupported, OutcomeUnknown, ProtocolError, SensorError, is_unsure
from sicktui.stores.disk.locks import operator
from sicktui.stores.dumps import MAX_DUMP, DumpRecord, incoming, store_dump, zip_problem

PATIENCE: Final = 180.0
"""Seconds that a sensor may take for a file."""
_SURE: Final = 20.0
"""Seconds for which a sensor that reported success may show an unchanged timestamp."""
_POLL: Final = 2.0
_NO_DOWNLOAD: Final = "lrs"

DumpStage = Literal["create", "download", "store"]
OnStage = Callable[[DumpStage], None]
OnBytes = Callable[[int, int], None]


class Dump(Struct, frozen=True, kw_only=True):
    """A stored diagnosis file."""

    path: Path
    record: DumpRecord


async def take_dump(
    context: Context, target: Target, folder: Path, *, on_stage: OnStage, on_bytes: OnBytes
) -> Dump:
    """Create and fetch the diagnosis file of one sensor. The sensor's earlier file is replaced.

    Args:
        context: the stores, settings and credentials.
        target: the device.
        folder: where to put the file.
        on_stage: called as each stage begins.
        on_bytes: called with the bytes so far and those in all; 0 in all: not known.

    Raises:
        Held: a run is working on this sensor.
        SicktuiError: it is flashing, or another sensor answers.
        SensorError: it has no such file, cannot create one, or does not answer.
        StorageError: the file cannot be stored.
    """
    async with writing(context, target, purpose="a diagnosis file") as (sensor, identity):
        if identity.name.lower().startswith(_NO_DOWNLOAD):
            raise NotSupported(
                f"{identity.name} at {target.address} offers no way to fetch a diagnosis file over this API.",
                advice="Use the vendor's tool for this family.",
            )
        taker = _Taker(context, target, sensor)
        on_stage("create")
        info, fresh = await taker.created()
        on_stage("download")
        with incoming(folder) as temp:
            size, sha256 = await taker.fetched(temp, on_bytes)
            await taker.check_sensor(identity)
            on_stage("store")
            moment = context.clock.now()
            record = DumpRecord(
                device=target.device,
                address=target.address,
                identity=identity,
                created=timestamp(moment),
                sensor_timestamp=info.timestamp if info else None,
                fresh=fresh,
                bytes=size,
                sha256=sha256,
                operator=operator().user,
                program=f"sicktui {__version__}",
            )
            path = await asyncio.to_thread(store_dump, temp, folder, record, moment)
    return Dump(path=path, record=record)


class _Taker:
    def __init__(self, context: Context, target: Target, sensor: Sensor) -> None:
        self._clock = context.clock
        self._target = target
        self._sensor = sensor

    async def created(self) -> tuple[DumpInfo | None, bool]:
        """Order a file and wait for it. Returns what is reported of it, and whether it is surely new."""
        before = await self._sensor.diagnosis.info()
        reported, lost = False, None
        try:
            reported = await self._sensor.diagnosis.create()
        except SensorError as error:
            # A file that takes longer than a request may: the sensor shows when it is there.
            if not is_unsure(error) or before is None:
                raise
            lost = error
        if before is None:
            return None, False

        def is_new(info: DumpInfo | None) -> bool:
            return info is not None and info.is_newer(before)

        patience = _SURE if reported and before.exists else PATIENCE
        info = await poll_for(self._clock, patience, _POLL, self._info, done=is_new)
        if is_new(info):
            return info, True
        if reported and info is not None and info.exists:
            return info, False
        if lost is not None:
            raise OutcomeUnknown(
                f"The sensor at {self._target.address} shows no new diagnosis file after {PATIENCE:g} s: "
                f"{lost.message}",
                advice="Wait a few minutes, then try again.",
            ) from lost
        raise SicktuiError(
            f"The sensor at {self._target.address} accepted the order, but shows no diagnosis file after "
            f"{PATIENCE:g} s.",
            advice="Wait a few minutes, then try again. If it fails again, restart the sensor.",
            code=Code.DEVICE_ERROR,
        )

    async def _info(self) -> DumpInfo | None:
        """What is reported now. A sensor that is busy with its file may not answer."""
        try:
            return await self._sensor.diagnosis.info()
        except SensorError as error:
            if not is_unsure(error):
                raise
            return None

    async def fetched(self, temp: Path, on_bytes: OnBytes) -> tuple[int, str]:
        """Download the file and check that it is a whole zip: once more if it is not."""
        try:
            return await self._fetch(temp, on_bytes)
        except SensorError as error:
            if not is_unsure(error):
                raise
            await self._clock.sleep(_POLL)
            return await self._fetch(temp, on_bytes)

    async def check_sensor(self, identity: Identity) -> None:
        """Return if the file came from the sensor that was asked for it. It may restart for its file.

        Raises:
            SicktuiError: another one answers now.
            SensorError: it cannot be read who answers.
        """
        now = await retry_for(
            self._clock, _SURE, _POLL, lambda: self._sensor.read.reread_identity(identity), on=SensorError
        )
        if not identity.is_same_sensor(now):
            raise SicktuiError(
                f"Another sensor answers at {self._target.address} now: {now.key or now.name} instead of "
                f"{identity.key or identity.name}. The diagnosis file may be its, and was not kept.",
                advice="Check the address, then try again.",
                code=Code.OTHER_DEVICE,
            )

    async def _fetch(self, temp: Path, on_bytes: OnBytes) -> tuple[int, str]:
        # Right after the order there may be none yet.
        file = await retry_for(
            self._clock,
            _SURE,
            _POLL,
            lambda: self._sensor.diagnosis.download(temp, MAX_DUMP, on_bytes),
            on=NotSupported,
        )
        problem = await asyncio.to_thread(zip_problem, temp)
        if problem:
            raise ProtocolError(
                f"The diagnosis file of {self._target.address} is not a whole zip: {problem}.",
                advice="Try again. If it fails again, restart the sensor.",
            )
        return file.size, file.sha256
