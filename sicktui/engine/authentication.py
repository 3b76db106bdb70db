"""Authentication: trying a password on one sensor, once and without a write, and the step of a job."""

import asyncio
import contextlib

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.observe import check_pinned, connect
from sicktui.model.device import Target, bare_serial
from sicktui.model.enums import AuthScheme
from sicktui.model.passwords.login import RefusedLogins
from sicktui.model.safe_text import clean
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, DeviceError, NotSupported, ProtocolError
from sicktui.stores.secrets.pending import PendingPasswords


class LoginCheck(Struct, frozen=True, kw_only=True):
    """The result of trying a password."""

    proven: bool
    """``False``: a password cannot be tested on this sensor without writing; it may still be wrong."""
    scheme: AuthScheme
    """``basic`` sends the password itself: in clear text, unless over HTTPS."""


async def check_login(context: Context, target: Target, password: str) -> LoginCheck:
    """Try a password. One attempt, never a loop: sensors lock after wrong ones.

    Raises:
        OtherSensor: the profile pins another sensor; the password was not sent.
        PasswordWithheld: it could only be sent in clear text, which is not allowed here.
        SensorError: the sensor does not answer, or (``AccessDenied``) the password is wrong.
    """
    credentials = context.credentials
    sensor = connect(context, target, password=password)
    try:
        await check_pinned(target, sensor)
        if target.serial is None:
            # What is remembered of this sensor is found by its serial number, where it has a readable one.
            with contextlib.suppress(NotSupported, DeviceError, ProtocolError):
                await sensor.read.serial_number()
        scheme = await sensor.access.scheme()
        proven = await sensor.access.check_password()
    except AccessDenied:
        credentials.refused(target.device, target.user, password)
        raise
    finally:
        await sensor.aclose()
    await asyncio.to_thread(credentials.accepted, target.device, target.user, sensor.read.serial)
    if proven:
        # A change of the password was cut off: now it is known which one holds.
        await asyncio.to_thread(PendingPasswords(credentials).settle, target.device, target.user, password)
    return LoginCheck(proven=proven, scheme=scheme)


def refused_in_a_row(context: Context, target: Target) -> RefusedLogins:
    """The logins that a sensor has refused since the last one that it accepted. Reads the disk."""
    return context.sensor_memory.of(target).refused_logins(target.serial)


async def check_known(
    context: Context, target: Target, sensor: Sensor, password: str, *, opens: bool = False
) -> bool:
    """Try the stored password for a plan: once, and not again with every later plan.

    Args:
        context: the credentials.
        target: the device.
        sensor: its connection.
        password: the password that is known for it.
        opens: whether a session is opened, for the run that follows at once (``Context.sessions``).

    Returns:
        ``False``: it cannot be tested here without writing.

    Raises:
        AccessDenied: it is wrong, or the sensor has rejected it since this process began.
        SensorError: the sensor cannot be asked.
    """
    # The sensor counts wrong passwords, whatever it is called here and at how many addresses it answers.
    serial = sensor.read.serial
    names = (target.device,) if serial is None else (target.device, f"serial {bare_serial(serial)}")
    async with context.login_turn(names[-1]):
        return await _check_once(context, target, sensor, password, names, opens=opens)


async def _check_once(
    context: Context,
    target: Target,
    sensor: Sensor,
    password: str,
    names: tuple[str, ...],
    *,
    opens: bool,
) -> bool:
    credentials, pending = context.credentials, PendingPasswords(context.credentials)
    tried = await asyncio.to_thread(pending.candidates, target.device, target.user) or (password,)
    if all(any(credentials.was_refused(name, target.user, each) for name in names) for each in tried):
        raise AccessDenied(
            f"The sensor rejected the known password of {clean(target.user, 40)}. It is not tried again: "
            "sensors lock after wrong passwords.",
            advice="Log in with the right password; with the same one if others had locked the sensor.",
        )
    try:
        # Where two may hold, any login that has no side effects will do to find out which.
        proven = opens and await sensor.access.open_session()
        if not proven:
            proven = await (sensor.access.prove() if len(tried) > 1 else sensor.access.check_password())
    except AccessDenied:
        for name in names:
            for each in tried:
                credentials.refused(name, target.user, each)
        raise
    if proven:
        await asyncio.to_thread(credentials.accepted, target.device, target.user, sensor.read.serial)
        if opens and sensor.access.session is not None:
            context.sessions[target.device] = sensor.access.session
    return proven


async def authenticate(sensor: Sensor) -> str:
    """The authenticate step of a job: get a session token, or prove the password where there are none.

    A session that the plan has opened for a run that follows at once is used.

    Returns:
        How the sensor authenticates this job, in words.

    Raises:
        AccessDenied: the password is wrong. It is not tried again: sensors lock.
    """
    session = sensor.access.handed_over
    tokens = await sensor.access.open_session() if session is None else session.token is not None
    # Asked afterwards, because the session has just found it out.
    scheme = await sensor.access.scheme()
    words = "challenge-response" if scheme is AuthScheme.CHALLENGE else "Basic"
    if scheme is AuthScheme.BASIC and not sensor.encrypted:
        words += ", in clear text"
    if tokens:
        return f"{words}, session token"
    proven = await sensor.access.check_password()
    return f"{words}, no session tokens here" + ("" if proven else ", password not tested")
