"""The options of a rollout beyond devices and package: a record and a form."""

from typing import Final

from msgspec import Struct, structs

from sicktui.fleet.drafts import DEADLINE, Wish
from sicktui.fleet.records import Ask
from sicktui.model.enums import Operation
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Limits
from sicktui.model.spread.pace import wave_words
from sicktui.model.wording import duration
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import FormValues, TextField, whole_number
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.rows.rollouts.packages import FleetPackage
from sicktui.tui.screens.update.plan_options import (
    UpdateRequest,
    more_line,
    option_fields,
    option_problem,
    request_from,
)

CHECKS: Final = ("backup", "allow_downgrade", "force", "persist")


class RolloutRequest(Struct, frozen=True, kw_only=True):
    """The options that the operator chose."""

    update: UpdateRequest
    """Those that an update on one PC has as well."""
    jobs: int | None = None
    """Sensors at once on each PC; ``None``: as its settings say."""
    deadline: float = DEADLINE
    """Seconds that a PC has for an order."""

    @classmethod
    def of(cls, limits: Limits) -> "RolloutRequest":
        """The request with the limits of the settings."""
        return cls(update=UpdateRequest.of(limits))

    def turned(self, option: str) -> "RolloutRequest":
        """The same with one option turned on or off."""
        return structs.replace(self, update=self.update.turned(option))

    def next_canary(self) -> "RolloutRequest":
        """The same with the next usual number of canaries."""
        return structs.replace(self, update=self.update.next_canary())

    def next_budget(self) -> "RolloutRequest":
        """The same with the next usual number of failures."""
        return structs.replace(self, update=self.update.next_budget())

    def wish(
        self, devices: tuple[str, ...], operation: Operation, package: FleetPackage | None, limits: Limits
    ) -> Wish:
        """What is wished of the fleet.

        Args:
            devices: ``pc/device`` of each.
            operation: update or backup.
            package: for an update.
            limits: those of the settings.
        """
        options = self.update.options
        ask = Ask(
            operation=operation,
            package=package.sha256 if package else None,
            expect_version=options.expect_version or (package.version if package else None),
            jobs=self.jobs,
            **{name: getattr(options, name) for name in CHECKS},
        )
        spread = self.update.limits(limits)
        return Wish(devices=devices, ask=ask, limits=spread, deadline=self.deadline)

    def lines(self, operation: Operation) -> list[Cell]:
        """Each option with its key."""
        words = [f"{self.jobs} at once on each PC" if self.jobs else "as many at once as each PC has set"]
        words += [f"{duration(self.deadline)} for an order"]
        if operation is Operation.BACKUP:
            return [more_line(words, UpdateOptions())]
        spread = structs.replace(self.update, window="", wait_offline=0.0)  # each PC has its own
        words += wave_words(spread.limits(Limits()))
        return [*self.update.keyed_lines(), more_line(words, self.update.options)]


_LEFT_OUT: Final = ("jobs", "window", "wait_offline", "allow_unapproved")
"""Fields of an update on one PC: a limit of each PC, and what no order may allow."""
_NOTES: Final = (
    cell("Canaries, waves and failures count over all PCs. 'models': one canary per model.", Tone.DIM),
    cell("Wave: a number, 'tag' or 'segment'. Soak and deadline are in seconds.", Tone.DIM),
)


def rollout_form(appearance: Appearance, request: RolloutRequest, operation: Operation) -> ValuesForm:
    """Asks for everything at once; ``rollout_request_from`` reads the answer."""
    own = (
        TextField(
            name="each",
            label="On each PC",
            value=str(request.jobs or ""),
            hint="sensors at once; empty: what the PC has set",
        ),
        TextField(
            name="deadline",
            label="Deadline",
            value=f"{request.deadline:g}",
            hint="seconds for an order; then its devices are unknown",
        ),
    )
    if operation is Operation.BACKUP:
        return ValuesForm(appearance, "Rollout options", (), own, check=_own_problem, submit="apply")
    fields = [field for field in option_fields(request.update) if field.name not in _LEFT_OUT]
    return ValuesForm(appearance, "Rollout options", _NOTES, (*fields, *own), check=_problem, submit="apply")


def rollout_request_from(values: FormValues, before: RolloutRequest) -> RolloutRequest:
    """The request as it was entered."""
    return RolloutRequest(
        update=request_from(values, before.update) if "version" in values else before.update,
        jobs=int(values["each"]) if values["each"] else None,
        deadline=float(values["deadline"]),
    )


def _problem(values: FormValues) -> str:
    if problem := option_problem(values) or _own_problem(values):
        return problem
    if values.checked("approve") and values["canary"] == values["wave"] == "0":
        return "An approval is waited for after the first wave: choose canaries or a wave, too."
    return ""


def _own_problem(values: FormValues) -> str:
    if values["each"] and (problem := whole_number(values["each"], "On each PC", least=1)):
        return problem
    return whole_number(values["deadline"], "Deadline", least=1)
