"""The options of an update beyond devices and package: a record and a form."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, structs

from sicktui.model.firmware.version import is_comparable
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.safe_text import clean
from sicktui.model.settings import Limits
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, FormValues, TextField, whole_number
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined

_CANARIES: Final = (0, 1, 2, 3, 5)
_BUDGETS: Final = (1, 2, 3, 5, 10, 1000)


class UpdateRequest(Struct, frozen=True, kw_only=True):
    """The options the operator chose."""

    options: UpdateOptions = UpdateOptions()
    jobs: int = 8
    canary: int = 0
    max_failures: int = 1

    @classmethod
    def of(cls, limits: Limits) -> "UpdateRequest":
        """The request with the limits of the settings."""
        return cls(jobs=limits.jobs, canary=limits.canary, max_failures=limits.max_failures)

    def limits(self, limits: Limits) -> Limits:
        """The limits of the run."""
        return structs.replace(limits, jobs=self.jobs, canary=self.canary, max_failures=self.max_failures)

    def turned(self, option: str) -> "UpdateRequest":
        """The same with one option turned on or off."""
        changed = structs.replace(self.options, **{option: not getattr(self.options, option)})
        return structs.replace(self, options=changed)

    def next_canary(self) -> "UpdateRequest":
        """The same with the next usual number of canaries."""
        return structs.replace(self, canary=_next(_CANARIES, self.canary))

    def next_budget(self) -> "UpdateRequest":
        """The same with the next usual number of failures."""
        return structs.replace(self, max_failures=_next(_BUDGETS, self.max_failures))

    def lines(self) -> list[Cell]:
        """Each option with its key."""
        options = self.options
        marks = (
            ("b", "backup first", _yes(on=options.backup)),
            ("d", "allow a downgrade", _yes(on=options.allow_downgrade)),
            ("f", "update if current", _yes(on=options.force)),
            ("s", "save parameters first", _yes(on=options.persist)),
            ("c", "canary", f"first {self.canary} alone" if self.canary else "no"),
            ("m", "stop at failures", str(self.max_failures)),
        )
        cells = [
            (Span(f"{key} ", Tone.KEY), Span(f"{what}: ", Tone.DIM), Span(value))
            for key, what, value in marks
        ]
        more: Cell = (Span("o ", Tone.KEY), Span("more: ", Tone.DIM))
        more += (Span(f"{self.jobs} in parallel"),)
        if options.expect_version:
            more += (Span(f", version {clean(options.expect_version, 40)} expected"),)
        gap = Span("   ")
        return [joined(cells[:3], gap), joined(cells[3:], gap), more]


def options_form(appearance: Appearance, request: UpdateRequest) -> ValuesForm:
    """Asks for everything at once; ``request_from`` reads the answer."""
    options = request.options
    fields = (
        TextField(
            name="version",
            label="Version",
            value=options.expect_version or "",
            hint="version expected after the update",
        ),
        TextField(
            name="jobs", label="In parallel", value=str(request.jobs), hint="sensors updated in parallel"
        ),
        TextField(name="canary", label="Canaries", value=str(request.canary), hint="sensors updated first"),
        TextField(
            name="failures",
            label="Max failures",
            value=str(request.max_failures),
            hint="stop starting new ones after this many failures",
        ),
        CheckField(name="backup", label="back up the parameters first", value=options.backup),
        CheckField(name="allow_downgrade", label="allow a downgrade", value=options.allow_downgrade),
        CheckField(name="force", label="update even if the version is current", value=options.force),
        CheckField(
            name="allow_unapproved",
            label="take a package that is not approved",
            value=options.allow_unapproved,
        ),
        CheckField(name="persist", label="save the parameters on the sensor first", value=options.persist),
    )
    lines = [
        cell("Version empty: taken from the package's name, or else from the shelf.", Tone.DIM),
        cell("Canaries are updated first; the others follow only if all of them succeed.", Tone.DIM),
        cell("After the maximum of failures, no other sensor is started.", Tone.DIM),
    ]
    return ValuesForm(appearance, "Update options", lines, fields, check=_problem, submit="apply")


def request_from(values: FormValues, before: UpdateRequest) -> UpdateRequest:
    """The request as it was entered."""
    checks = ("backup", "allow_downgrade", "force", "allow_unapproved", "persist")
    return UpdateRequest(
        options=structs.replace(
            before.options,
            expect_version=values["version"] or None,
            **{name: values.checked(name) for name in checks},
        ),
        jobs=int(values["jobs"]),
        canary=int(values["canary"]),
        max_failures=int(values["failures"]),
    )


def _problem(values: FormValues) -> str:
    if values["version"] and not is_comparable(values["version"]):
        return "Not a valid version. Write it as the sensor reports it, e.g. 2.3.0.0R."
    return (
        whole_number(values["jobs"], "In parallel", least=1)
        or whole_number(values["canary"], "Canaries", least=0)
        or whole_number(values["failures"], "Max failures", least=1)
    )


def _yes(*, on: bool) -> str:
    return "yes" if on else "no"


def _next(choices: Sequence[int], present: int) -> int:
    return next((choice for choice in choices if choice > present), choices[0])
