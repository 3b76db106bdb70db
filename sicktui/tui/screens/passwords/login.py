"""The password dialog. What is typed goes to the credential store, and nowhere else."""

from collections.abc import Sequence

from msgspec import Struct

from sicktui.model.device import Target
from sicktui.model.passwords.login import LOCK_AFTER, LOCK_SECONDS
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, FormValues, SecretField, TextField
from sicktui.tui.dialogs.form import Form
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell


class Password(Struct, frozen=True):
    """The answer: a password, and which devices it is for."""

    password: str
    for_all: bool
    """All devices that were asked for, not only the first."""
    shared: bool = False
    """Store it once for their group, not once for each of them."""
    test: bool = True
    """Try it on the sensors before it is stored."""
    risk: bool = False
    """Try it also where a wrong one locks the sensor."""

    def __repr__(self) -> str:
        """Never the password."""
        return f"Password(for_all={self.for_all}, shared={self.shared})"


def is_last_try(refused: int) -> bool:
    """Whether one more refused login locks the sensor."""
    return refused == LOCK_AFTER - 1


def lock_warning(device: str, refused: int) -> str:
    """How near the lock of a sensor is; empty if it has refused nothing."""
    if not refused:
        return ""
    if refused == 1:
        return f"{device} has refused 1 login; {LOCK_AFTER} in a row lock it for {LOCK_SECONDS:.0f} s."
    words = f"{device} has refused {count(refused, 'login')} in a row"
    if refused >= LOCK_AFTER:
        return f"{words}: it accepts none for {LOCK_SECONDS:.0f} s."
    after = "one more locks it" if is_last_try(refused) else f"{LOCK_AFTER} lock it"
    return f"{words}; {after} for {LOCK_SECONDS:.0f} s."


class Login(Form[Password]):
    """Asks for one device's password, and offers to use it for all.

    Args:
        appearance: how the dashboard looks.
        targets: the devices, at least one.
        why: why it asks.
        group: the group that these devices form, if they form one.
        problem: what was wrong with the password that was entered before.
        refused: the logins in a row that the first sensor has refused.
    """

    def __init__(
        self,
        appearance: Appearance,
        targets: Sequence[Target],
        *,
        why: str = "",
        group: str | None = None,
        problem: str = "",
        refused: int = 0,
    ) -> None:
        first, several = targets[0], len(targets) > 1
        lines: list[Cell] = [cell(why, Tone.DIM)] if why else []
        lines.append(
            (
                Span("Password of "),
                Span(clean(first.user, 40), Tone.KEY),
                Span(" on "),
                Span(clean(first.device, 60), Tone.KEY),
                Span(f"  {clean(first.address, 60)}", Tone.DIM),
            )
        )
        fields: list[TextField | CheckField] = [SecretField(name="password", label="Password", required=True)]
        if several:
            fields.append(CheckField(name="all", label=f"use it for all {len(targets)} devices", value=True))
        if several and group is not None:
            label = f"store it once for {clean(group, 40)}, including devices added later"
            fields.append(CheckField(name="shared", label=label))
        fields.append(
            CheckField(name="test", label="try it once on the sensor before storing it", value=True)
        )
        self._warning = ""
        if is_last_try(refused):
            self._warning = lock_warning(clean(first.device, 40), refused)
            lines.append(cell(self._warning, Tone.WARN))
            fields.append(CheckField(name="risk", label="try it although a wrong one locks the sensor"))
        super().__init__(appearance, "Login", lines, fields, problem=problem, submit="log in")

    def check(self, values: FormValues) -> str:
        """Any password may be right; the last try before a lock is made on purpose."""
        if self._warning and values.checked("test") and not values.checked("risk"):
            return "Not tried: a wrong password would lock the sensor. Tick the last box to try it."
        return ""

    def answer(self, values: FormValues) -> Password:
        """The password and which devices it is for."""
        for_all = values.checked("all", default=True)
        shared = for_all and values.checked("shared", default=False)
        return Password(
            values["password"],
            for_all,
            shared=shared,
            test=values.checked("test"),
            risk=values.checked("risk"),
        )
