"""What an operator may say of an update beyond devices and package: a record, and a form."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, structs

from sicktui.model.plan import UpdateOptions
from sicktui.model.safe_text import clean
from sicktui.model.settings import Limits
from sicktui.model.version import is_comparable
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.form import Entered, TextForm, Tick, Wanted, whole_number
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined

_CANARIES: Final = (0, 1, 2, 3, 5)
_BUDGETS: Final = (1, 2, 3, 5, 10, 1000)


class UpdateRequest(Struct, frozen=True, kw_only=True):
    """What the operator chose beside devices and package."""

    options: UpdateOptions = UpdateOptions()
    jobs: int = 8
    canary: int = 0
    max_failures: int = 1

    @classmethod
    def of(cls, limits: Limits) -> "UpdateRequest":
        """What the settings say."""
        return cls(jobs=limits.jobs, canary=limits.canary, max_failures=limits.max_failures)

    def limits(self, limits: Limits) -> Limits:
        """The limits of a run that is to go so."""
        return structs.replace(limits, jobs=self.jobs, canary=self.canary, max_failures=self.max_failures)

    def turned(self, option: str) -> "UpdateRequest":
        """The same with one option turned on or off."""
        changed = structs.replace(self.options, **{option: not getattr(self.options, option)})
        return structs.replace(self, options=changed)

    def next_canary(self) -> "UpdateRequest":
        """The same with the next usual number of sensors that go alone first."""
        return structs.replace(self, canary=_next(_CANARIES, self.canary))

    def next_budget(self) -> "UpdateRequest":
        """The same with the next usual number of failures."""
        return structs.replace(self, max_failures=_next(_BUDGETS, self.max_failures))

    def lines(self) -> list[Cell]:
        """Each with its key."""
        options = self.options
        marks = (
            ("b", "backup first", _yes(on=options.backup)),
            ("d", "allow a downgrade", _yes(on=options.allow_downgrade)),
            ("f", "again if current", _yes(on=options.force)),
            ("s", "save parameters first", _yes(on=options.persist)),
            ("c", "canary", f"first {self.canary} alone" if self.canary else "no"),
            ("m", "stop at failures", str(self.max_failures)),
        )
        cells = [
            (Span(f"{key} ", Tone.KEY), Span(f"{what}: ", Tone.DIM), Span(value))
            for key, what, value in marks
        ]
        more: Cell = (Span("o ", Tone.KEY), Span("more: ", Tone.DIM))
        more += (Span(f"{self.jobs} at once"),)
        if options.expect_version:
            more += (Span(f", version {clean(options.expect_version, 40)} expected"),)
        gap = Span("   ")
        return [joined(cells[:3], gap), joined(cells[3:], gap), more]


def options_form(appearance: Appearance, request: UpdateRequest) -> TextForm:
    """Asks for everything at once; ``wish_from`` understands the answer."""
    options = request.options
    fields = (
        Wanted(
            name="version",
            label="Version",
            value=options.expect_version or "",
            hint="that the sensors must report then; as the package says",
        ),
        Wanted(name="jobs", label="At once", value=str(request.jobs), hint="sensors updated in parallel"),
        Wanted(name="canary", label="Canary", value=str(request.canary), hint="so many go alone first"),
        Wanted(
            name="failures",
            label="Failures",
            value=str(request.max_failures),
            hint="at which nothing is started",
        ),
    )
    ticks = (
        Tick(name="backup", label="back the parameters up first", value=options.backup),
        Tick(name="allow_downgrade", label="allow a downgrade", value=options.allow_downgrade),
        Tick(name="force", label="again where the version is current", value=options.force),
        Tick(name="persist", label="save the parameters on the sensor first", value=options.persist),
    )
    lines = [cell("Version empty: the one in the package's name, else the one the shelf records.", Tone.DIM)]
    return TextForm(
        appearance, "Options of the update", lines, fields, ticks=ticks, check=_problem, does="take them"
    )


def request_from(entered: Entered, before: UpdateRequest) -> UpdateRequest:
    """What was entered."""
    texts, ticks = entered.texts, entered.ticks
    options = structs.replace(before.options, expect_version=texts["version"].strip() or None, **ticks)
    return UpdateRequest(
        options=options,
        jobs=int(texts["jobs"]),
        canary=int(texts["canary"]),
        max_failures=int(texts["failures"]),
    )


def _problem(entered: Entered) -> str:
    texts = entered.texts
    if texts["version"] and not is_comparable(texts["version"]):
        return "Version: it is none. Write it as the sensor tells it, e.g. 2.3.0.0R."
    return (
        whole_number(texts["jobs"], "At once", least=1)
        or whole_number(texts["canary"], "Canary", least=0)
        or whole_number(texts["failures"], "Failures", least=1)
    )


def _yes(*, on: bool) -> str:
    return "yes" if on else "no"


def _next(choices: Sequence[int], present: int) -> int:
    return next((choice for choice in choices if choice > present), choices[0])
