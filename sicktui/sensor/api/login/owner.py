"""The one sensor that a password may be sent to, and whether it may be acted on again."""

from msgspec import Struct

from sicktui.model.device import Target, same_serial
from sicktui.model.enums import UpdateState
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.errors import DeviceError, NotSupported, OtherSensor, PasswordWithheld, SensorError


class SensorOwner(Struct, frozen=True, kw_only=True):
    """The sensor that a password is meant for, beside the one that the profile pins."""

    serial: str
    stored: bool
    """``True``: the password was stored for it. ``False``: the plan was made for it."""

    def other(self, address: str, found: str | None) -> SensorError:
        """The error for another serial number in its place."""
        if not self.stored:
            return OtherSensor.at(address, found, self.serial, by="the plan was made for")
        return PasswordWithheld(
            f"The stored password belongs to the sensor with serial number {self.serial}, but {address} has "
            f"serial number {found or '(none)'}. The password was not sent.",
            advice="If the sensor was replaced, log in to the new one. Otherwise check the address.",
        )


async def check_owner(reader: Reader, target: Target, owner: SensorOwner | None) -> None:
    """Refuse a sensor that is not the expected one, before anything about the password is sent to it.

    Args:
        reader: of the sensor that answers.
        target: the device, with the serial number that its profile pins, if any.
        owner: the sensor that the password is meant for, if that is known.

    Raises:
        OtherSensor: the profile pins another one, or the plan was made for another one.
        PasswordWithheld: the password was stored for another one.
        SensorError: its serial number cannot be read.
    """
    if target.serial is None and owner is None:
        return
    found = reader.serial or await _read_serial(reader)
    if target.serial is not None and not (found and same_serial(found, target.serial)):
        raise OtherSensor.at(target.address, found, target.serial)
    if owner is not None and not (found and same_serial(found, owner.serial)):
        raise owner.other(target.address, found)


async def check_unchanged(reader: Reader, target: Target, known: str) -> None:
    """Refuse another sensor than the one that answered before.

    Raises:
        OtherSensor: it is another one.
        SensorError: its serial number cannot be read.
    """
    found = reader.serial or await _read_serial(reader)
    if found is None or not same_serial(found, known):
        raise OtherSensor.at(target.address, found, known, by="before it had")


async def check_rest(reader: Reader, refusal: SensorError) -> None:
    """Return unless the sensor flashes: what it has refused is not sent again into a flash.

    Raises:
        SensorError: the refusal.
    """
    try:
        state = await reader.update_state()
    except NotSupported:
        return  # There is no state to respect.
    if state is UpdateState.STARTED:
        raise refusal


async def _read_serial(reader: Reader) -> str | None:
    try:
        return await reader.serial_number()
    except NotSupported as error:
        # It had one before. For a caller, Not Found would mean that the method is missing.
        raise DeviceError(error.message, advice="It may be starting: try again in a minute.") from error
