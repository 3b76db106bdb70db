"""The doctor's look at changes of addresses that were begun and have not ended."""

from collections.abc import Iterator

from sicktui.engine.context import Context
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean


def address_checks(context: Context) -> Iterator[DoctorCheck]:
    """A warning for each of them; nothing where there are none. No sensor is asked."""
    try:
        every = context.address_changes.every()
    except SicktuiError as error:
        yield DoctorCheck(name="address", state="failed", message=error.message, remedy=error.advice)
        return
    for change in every:
        yield DoctorCheck(
            name="address",
            state="warning",
            message=f"{clean(change.device)}: {change.what}",
            remedy=change.advice,
        )
