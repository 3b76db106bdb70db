"""Observes a sensor, reads only: for ``status``, for plans and for the live list."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.model.device import (
    SERVICE_MODE,
    Health,
    HttpsState,
    Identity,
    Observation,
    Target,
    same_serial,
)
from sicktui.model.enums import AuthScheme, DeviceStatus, UpdateState
from sicktui.sensor.api.capabilities import Capabilities
from sicktui.sensor.api.owner import SensorOwner
from sicktui.sensor.api.secrets import OnAccepted
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    DeviceError,
    NotSupported,
    OtherSensor,
    PasswordWithheld,
    ProtocolError,
    SensorError,
)


def connect(
    context: Context,
    target: Target,
    *,
    password: str | None = None,
    others: Sequence[str] = (),
    on_accepted: OnAccepted | None = None,
    owner: SensorOwner | None = None,
    capabilities: Capabilities | None = None,
    on_contact: Callable[[bool], None] | None = None,
) -> Sensor:
    """A client for one sensor, with the request limits of the settings. Nothing is sent yet.

    Args:
        context: the settings, and what is remembered of sensors.
        target: the device.
        password: its password, if it is known and needed.
        others: further passwords that may be the right one.
        on_accepted: called with the one that the sensor accepts, where there are others.
        owner: the sensor that the password is meant for, if that is known.
        capabilities: what an earlier client of the same sensor found out.
        on_contact: called with ``True`` at each answer and ``False`` at each failure to get one.
    """

    async def tell(seconds: float) -> None:
        context.on_locked(target.device, seconds)

    return Sensor(
        target,
        password=password,
        others=others,
        passphrase=context.credentials.passphrase,
        on_accepted=on_accepted,
        on_wait=tell,
        queues=context.queues,
        clock=context.clock,
        memory=context.sensor_memory.of(target),
        owner=owner,
        on_contact=on_contact,
        capabilities=capabilities,
    )


async def check_pinned(target: Target, sensor: Sensor) -> None:
    """Return if the sensor that the profile pins answers, or if it pins none.

    Raises:
        OtherSensor: another one answers.
        SensorError: its serial number cannot be read.
    """
    if target.serial is None:
        return
    found = await sensor.read.serial_number()
    if found is None or not same_serial(found, target.serial):
        raise OtherSensor.at(target.address, found, target.serial)


async def read_update_state(sensor: Sensor) -> UpdateState | None:
    """``UpdateState``, or ``None`` where the sensor has no such variable."""
    try:
        return await sensor.read.update_state()
    except NotSupported:
        return None


async def observe(context: Context, target: Target) -> Observation:
    """Observe once. Trouble with the device is part of the observation, never raised."""
    watch = Watch(context, target)
    try:
        return await watch.look()
    finally:
        await watch.aclose()


class Watch:
    """Remembers what was found about a sensor from one look to the next.

    What a sensor is (identity, authentication) is read at the first look and whenever it comes
    back after a silence or with another version; later looks read what changes.
    """

    def __init__(self, context: Context, target: Target) -> None:
        self._context = context
        self._target = target
        self._https: HttpsState | None = None
        self._sensor = connect(context, target)
        self._identity: Identity | None = None
        self._auth: AuthScheme | None = None

    async def look(self) -> Observation:
        """Look once more. Never raises for trouble with the device."""
        try:
            return await self._look()
        except SensorError as error:
            self._identity = None
            return Observation(
                device=self._target.device,
                # A sensor that answers with an error is reachable.
                reachable=error.http_status is not None or error.status is not None,
                problem=str(error),
                code=error.code.value if error.code else "",
            )

    async def _look(self) -> Observation:
        withheld: PasswordWithheld | None = None
        if self._identity is None:
            self._identity, self._auth = await self._sensor.read.identity(), None
            await self._look_at_https()
        else:
            name, version = await self._sensor.read.ident()
            if (name, version) != (self._identity.name, self._identity.version):
                self._identity = await self._sensor.read.identity()
                await self._look_at_https()
            elif self._identity.unreadable:
                self._identity = await self._sensor.read.reread_unreadable(self._identity)
        if self._auth is None:
            try:
                self._auth = await self._sensor.access.scheme()
            except PasswordWithheld as error:
                # Who it is is known all the same. The next look tries again.
                withheld = error
        state = await read_update_state(self._sensor)
        health, problem = Health(), ""
        try:
            health = await self._sensor.read.health()
            if state is UpdateState.STARTED and health.status is DeviceStatus.SERVICE_MODE:
                health = structs.replace(health, note=SERVICE_MODE)
        except (DeviceError, ProtocolError) as error:
            # What it is and runs is known all the same.
            problem = str(error)
        return Observation(
            device=self._target.device,
            reachable=True,
            identity=self._identity,
            update_state=state,
            health=health,
            auth=self._auth,
            https=self._https,
            problem=str(withheld or problem),
            code=withheld.code.value if withheld else "",
        )

    async def _look_at_https(self) -> None:
        """Read what HTTPS does there, and remember it for the doctor, who asks no sensor."""
        self._https = await self._sensor.read.https()
        if not self._target.ad_hoc:
            memory = self._context.sensor_memory
            await asyncio.to_thread(memory.note_https_state, self._target.device, self._https)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._sensor.aclose()
