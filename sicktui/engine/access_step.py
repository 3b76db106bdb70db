"""The step that every writing job has: being let in."""

from sicktui.model.enums import AuthScheme
from sicktui.sensor.client import Sensor


async def authenticate(sensor: Sensor) -> str:
    """Get a session token where the sensor has tokens, else prove the password where it can be.

    Returns:
        How the sensor lets this job in, in words.

    Raises:
        AccessDenied: the password is wrong. It is not tried again: sensors lock.
    """
    tokens = await sensor.access.open_session()
    # Asked afterwards, because the session has just found it out.
    scheme = await sensor.access.scheme()
    words = "challenge-response" if scheme is AuthScheme.CHALLENGE else "Basic, in clear text"
    if tokens:
        return f"{words}, session token"
    proven = await sensor.access.check_password()
    return f"{words}, no session tokens here" + ("" if proven else ", password not tested")
