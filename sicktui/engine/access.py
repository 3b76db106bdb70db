"""Tries a password on one sensor, once, without writing anything."""

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.observe import connect
from sicktui.model.device import Target
from sicktui.model.words import AuthScheme


class LoginCheck(Struct, frozen=True, kw_only=True):
    """What a try at a password found."""

    proven: bool
    """``False``: this sensor has no way to test a password without writing; it may still be wrong."""
    scheme: AuthScheme
    """``basic`` sends the password in clear text."""


async def check_login(context: Context, target: Target, password: str) -> LoginCheck:
    """Try a password. One attempt, never a loop: sensors lock after wrong ones.

    Raises:
        SensorError: the sensor does not answer, or (``AccessDenied``) the password is wrong.
    """
    sensor = connect(context, target, password=password)
    try:
        scheme = await sensor.auth_scheme()
        return LoginCheck(proven=await sensor.check_password(), scheme=scheme)
    finally:
        await sensor.aclose()
