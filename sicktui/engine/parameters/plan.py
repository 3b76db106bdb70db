"""What a write of one parameter would change, and whether that still holds when it is written."""

from typing import Any

from msgspec import Struct

from sicktui.engine.parameters.compare import equal, shown
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.sensor.errors import OtherSensor


class WritePlan(Struct, frozen=True, kw_only=True):
    """A write to be confirmed: the old value and the new one."""

    name: str
    old: Any
    new: Any
    identity: Identity
    warnings: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything needs to be sent."""
        return not equal(self.old, self.new)

    def check(self, target: Target, identity: Identity, present: object) -> None:
        """Return if the write would still do what was confirmed.

        The value may have been changed while the question was open. Without this, the fields of a struct
        that were not to be changed would be written back as they were.

        Args:
            target: the device.
            identity: the sensor that answers now.
            present: the value that it has now.

        Raises:
            OtherSensor: another one was planned for.
            SicktuiError: the value is neither the one that was shown nor the new one.
        """
        if not identity.is_same_sensor(self.identity):
            raise OtherSensor(
                f"Another sensor answers at {target.address} than when {self.name} was shown: "
                f"{identity.key or identity.name} instead of {self.identity.key or self.identity.name}.",
                advice="Nothing was written. Check cabling and addresses on site.",
            )
        if not equal(present, self.old) and not equal(present, self.new):
            raise SicktuiError(
                f"{self.name} of {target.device} was changed meanwhile: it was {shown(self.old)} and is "
                f"{shown(present)} now.",
                advice="Nothing was written. If the new value is still right, set it again.",
                code=Code.BUSY,
            )


def touched(value: object, old: object) -> object:
    """A value without the fields that are as they were: what a form that began with ``old`` is to write."""
    if not isinstance(value, dict) or not isinstance(old, dict):
        return value
    return {
        field: touched(part, old.get(field))
        for field, part in value.items()
        if field not in old or not equal(part, old[field])
    }
