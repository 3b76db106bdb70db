"""One finding of the doctor."""

from typing import Literal

from msgspec import Struct

State = Literal["ok", "warning", "failed"]


class DoctorCheck(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    state: State
    message: str
    remedy: str = ""
