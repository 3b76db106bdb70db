"""Observes a sensor, reads only: for ``status``, for plans and for the live list."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

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
from sicktui.model.safe_text import clean
from sicktui.sensor.api.capabilities import Capabilities
from sicktui.sensor.api.login.owner import SensorOwner
from sicktui.sensor.api.login.secrets import OnAccepted
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    DeviceError,
    NotSupported,
    OtherSensor,
    PasswordWithheld,
    ProtocolError,
    SensorError,
)
from sicktui.sensor.events.watcher import EventWatch, OnEvent, OnLive
from sicktui.stores.memory.last_seen import SeenSensor


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
    """Return if the sensor that the profile pins, or that a retry is for, answers, or if there is neither.

    Raises:
        OtherSensor: another one answers.
        SensorError: what it is known by cannot be read.
    """
    if target.retried is not None and (error := exchanged(target, await sensor.read.identity())):
        raise error
    if target.serial is None:
        return
    found = await sensor.read.serial_number()
    if not target.accepts(found):
        raise OtherSensor.at(target.address, found, target.serial)


def exchanged(target: Target, identity: Identity) -> OtherSensor | None:
    """The error for another sensor than in the run that is retried; ``None`` if it is the same."""
    before = target.retried
    if before is None or before.identity.is_same_sensor(identity):
        return None
    return OtherSensor(
        f"Another sensor answers at {target.address} than in run {before.run}: "
        f"{identity.key or identity.name} instead of {before.identity.key or before.identity.name}.",
        advice="If the sensor was replaced, start a new run for it instead of a retry; else look for the "
        "sensor at another address.",
    )


async def read_who(sensor: Sensor, target: Target) -> Identity:
    """Who answers.

    Raises:
        OtherSensor: another one than the profile pins.
        SensorError: it cannot be read.
    """
    identity = await sensor.read.identity()
    if not target.accepts(identity.serial):
        raise other_sensor(target, identity)
    return identity


def other_sensor(target: Target, other: Identity) -> OtherSensor:
    """The error for a sensor in the place of the one that the profile pins.

    Args:
        target: the device.
        other: the sensor that answers.
    """
    name, label = clean(target.device, 64), other.label or "(no serial number)"
    model = f"{other.device_type or other.name}, firmware {other.runs}"
    ways = f"'sicktui restore {name} --backup latest --replace'"
    if other.serial:
        ways += f", or without a backup: 'sicktui devices edit {name} --serial {other.serial}'"
    return OtherSensor(
        f"Other sensor {label} answers at {target.address} ({model}); the profile expects serial number "
        f"{target.serial}.",
        advice=f"If it replaces that one: {ways}. Else check cabling and addresses on site.",
    )


async def read_update_state(sensor: Sensor) -> UpdateState | None:
    """``UpdateState``, or ``None`` where the sensor has no such variable."""
    try:
        return await sensor.read.update_state()
    except NotSupported:
        return None


WHOLE_LOOKS: Final = 3
"""Of a sensor that was well and idle, every this many looks read who it is and how it is; the others only
whether it is updated."""
SERIAL_EVERY: Final = 30.0
"""Seconds between two reads of the serial number of a sensor that has never fallen silent: one of the same
model and version may have taken its place between two looks."""


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
    back after a silence or with another version; later looks read what changes. Of another sensor
    than the one that the profile pins, only the identity is read, and nothing is sent to it.
    """

    def __init__(self, context: Context, target: Target) -> None:
        self._context = context
        self._target = target
        self._https: HttpsState | None = None
        self._sensor = connect(context, target)
        self._identity: Identity | None = None
        """``None`` if it has to be read anew."""
        self._last: Identity | None = None
        """The sensor that the connection is for."""
        self._serial_read = 0.0
        """When its serial number was read last, on the monotonic clock."""
        self._auth: AuthScheme | None = None
        self._health = Health()
        self._whole_in = 0
        """Looks until everything is read again."""

    async def look(self, *, whole: bool = True) -> Observation:
        """Look once more. Never raises for trouble with the device.

        Args:
            whole: read also what changes rarely, even if it was read at one of the last looks.
        """
        self._whole_in = 0 if whole else self._whole_in - 1
        try:
            return await self._look()
        except SensorError as error:
            self._identity, self._whole_in = None, 0
            return Observation(
                device=self._target.device,
                # A sensor that answers with an error is reachable.
                reachable=error.http_status is not None or error.status is not None,
                problem=str(error),
                code=error.code.value if error.code else "",
            )

    async def _look(self) -> Observation:
        identity = self._identity
        if identity is None or self._whole_in <= 0:
            identity = await self._who()
        if not self._target.accepts(identity.serial):
            return self._other_sensor(identity)
        withheld: PasswordWithheld | None = None
        if self._auth is None:
            try:
                self._auth = await self._sensor.access.scheme()
            except PasswordWithheld as error:
                # Who it is is known all the same. The next look tries again.
                withheld = error
        state = await read_update_state(self._sensor)
        health, problem = await self._how(state, identity)
        seen = await self._remember(identity)
        return Observation(
            device=self._target.device,
            reachable=True,
            identity=identity,
            update_state=state,
            health=health,
            auth=self._auth,
            https=self._https,
            problem=str(withheld or problem),
            code=withheld.code.value if withheld else "",
            earlier=seen.earlier if seen else None,
        )

    async def _how(self, state: UpdateState | None, identity: Identity) -> tuple[Health, str]:
        """How it is, and why that is not known; read again where it may have changed."""
        is_idle = state in {UpdateState.INITIAL, None}
        if self._whole_in > 0 and is_idle:
            return self._health, ""
        self._whole_in = 0
        try:
            health = await self._sensor.read.health()
        except (DeviceError, ProtocolError) as error:
            # What it is and runs is known all the same.
            return Health(), str(error)
        if state is UpdateState.STARTED and health.status is DeviceStatus.SERVICE_MODE:
            health = structs.replace(health, note=SERVICE_MODE)
        is_well = health.status is not None and health.status.healthy and not health.note
        if is_well and is_idle and not identity.unreadable:
            self._whole_in = WHOLE_LOOKS
        self._health = health
        return health, ""

    async def _who(self) -> Identity:
        """Who answers, read as far as it may have changed since the last look."""
        known, now = self._identity, self._context.clock.monotonic()
        if known is not None:
            if known.serial and now - self._serial_read >= SERIAL_EVERY:
                self._serial_read = now
                await self._sensor.read.serial_number()
            same = same_serial(self._sensor.read.serial or "", known.serial or "")
            if not same or (known.name, known.version) != await self._sensor.read.ident():
                known = None
            elif known.unreadable:
                known = await self._sensor.read.reread_unreadable(known)
        if known is None:
            known = await self._read_anew()
        self._identity = known
        return known

    async def _read_anew(self) -> Identity:
        found = await self._sensor.read.identity()
        if self._last is not None and not found.is_same_sensor(self._last):
            # Nothing that was found out about the one before holds for this one.
            await self._sensor.aclose()
            self._sensor = connect(self._context, self._target)
            found = await self._sensor.read.identity()
        self._last, self._auth, self._serial_read = found, None, self._context.clock.monotonic()
        if self._target.accepts(found.serial):
            await self._look_at_https()
        return found

    def _other_sensor(self, other: Identity) -> Observation:
        self._whole_in = 0
        # It is read anew at the next look where it reports no serial number, as a sensor does that starts.
        self._identity = other if other.serial else None
        problem = other_sensor(self._target, other)
        return Observation(
            device=self._target.device,
            reachable=True,
            other=other,
            problem=problem.message,
            code=problem.code.value,
            advice=problem.advice,
        )

    async def _remember(self, identity: Identity) -> SeenSensor | None:
        memory = self._context.last_seen
        if memory.is_news(self._target, identity):
            return await asyncio.to_thread(memory.note, self._target, identity)
        return memory.note(self._target, identity)

    async def _look_at_https(self) -> None:
        """Read what HTTPS does there, and remember it for the doctor, who asks no sensor."""
        self._https = await self._sensor.read.https()
        if not self._target.ad_hoc:
            memory = self._context.sensor_memory
            await asyncio.to_thread(memory.note_https_state, self._target.device, self._https)

    def events(self, *, on_event: OnEvent, on_live: OnLive) -> EventWatch | None:
        """A watch of what the sensor pushes, see ``Sensor.events``."""
        return self._sensor.events(on_event=on_event, on_live=on_live)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._sensor.aclose()
