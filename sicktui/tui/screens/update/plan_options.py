"""The options of an update beyond devices and package: a record and a form."""

from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec import Struct, convert, structs

from sicktui.model.firmware.version import is_comparable
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.safe_text import clean
from sicktui.model.settings import (
    CANARY_MODELS,
    SPREAD,
    CanaryChoice,
    FailureLimit,
    Limits,
    WaveChoice,
)
from sicktui.model.spread.pace import wave_words
from sicktui.stores.config.schema import describe_type, flatten, is_valid
from sicktui.stores.config.settings import toml_value
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, FormValues, TextField, whole_number
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined

_CANARIES: Final[tuple[CanaryChoice, ...]] = (0, 1, 2, 3, 5, CANARY_MODELS)
_BUDGETS: Final[tuple[FailureLimit, ...]] = (1, 2, 3, 5, 10, "10%", 1000)
_KINDS: Final = {
    keys[-1]: kind
    for keys, kind in flatten(Limits).items()
    if keys[-1] in ("jobs", "canary", "max_failures", "wave", "soak", "window", "wait_offline")
}
"""The limits that are typed, with their types."""


Choice = TypeVar("Choice", bound=int | str)


class UpdateRequest(Struct, frozen=True, kw_only=True):
    """The options the operator chose."""

    options: UpdateOptions = UpdateOptions()
    jobs: int = 8
    canary: CanaryChoice = 0
    max_failures: FailureLimit = 1
    wave: WaveChoice = 0
    soak: float = 0.0
    approve: bool = False
    window: str = ""
    wait_offline: float = 0.0

    @classmethod
    def of(cls, limits: Limits, options: UpdateOptions | None = None) -> "UpdateRequest":
        """The request with the limits of the settings, or of an earlier run."""
        return cls(options=options or UpdateOptions(), **{name: getattr(limits, name) for name in SPREAD})

    def limits(self, limits: Limits) -> Limits:
        """The limits of the run."""
        return structs.replace(limits, **{name: getattr(self, name) for name in SPREAD})

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
        words = [f"{self.jobs} in parallel", *wave_words(self.limits(Limits()))]
        return [*self.keyed_lines(), more_line(words, self.options)]

    def keyed_lines(self) -> list[Cell]:
        """The options with a separate key."""
        options = self.options
        marks = (
            ("b", "backup first", _yes(on=options.backup)),
            ("d", "allow a downgrade", _yes(on=options.allow_downgrade)),
            ("f", "update if current", _yes(on=options.force)),
            ("s", "save parameters first", _yes(on=options.persist)),
            ("c", "canary", self._canary_words()),
            ("m", "stop at failures", str(self.max_failures)),
        )
        cells = [
            (Span(f"{key} ", Tone.KEY), Span(f"{what}: ", Tone.DIM), Span(value))
            for key, what, value in marks
        ]
        gap = Span("   ")
        return [joined(cells[:3], gap), joined(cells[3:], gap)]

    def _canary_words(self) -> str:
        if self.canary == CANARY_MODELS:
            return "one per model"
        return f"first {self.canary} alone" if self.canary else "no"


def more_line(words: Sequence[str], options: UpdateOptions) -> Cell:
    """The options that are entered in the form."""
    told = [
        *words,
        *([f"version {clean(options.expect_version, 40)} expected"] if options.expect_version else []),
    ]
    return (Span("o ", Tone.KEY), Span("more: ", Tone.DIM), Span(", ".join(told)))


def options_form(appearance: Appearance, request: UpdateRequest) -> ValuesForm:
    """Asks for everything at once; ``request_from`` reads the answer."""
    return ValuesForm(
        appearance, "Update options", _NOTES, option_fields(request), check=option_problem, submit="apply"
    )


_NOTES: Final = (
    cell("Version empty: taken from the package's name, or else from the shelf.", Tone.DIM),
    cell("Canaries are updated first; the others follow only if all of them succeed.", Tone.DIM),
    cell("'models' as canaries: one per model and variant. Wave: a number, 'tag' or 'segment'.", Tone.DIM),
    cell("After the maximum of failures, no other sensor is started.", Tone.DIM),
    cell("Soak (between two waves) and wait offline are in seconds.", Tone.DIM),
)


def option_fields(request: UpdateRequest) -> tuple[TextField | CheckField, ...]:
    """A field for each option."""
    options = request.options
    return (
        TextField(
            name="version",
            label="Version",
            value=options.expect_version or "",
            hint="version expected after the update",
        ),
        TextField(
            name="jobs", label="In parallel", value=str(request.jobs), hint="sensors updated in parallel"
        ),
        TextField(
            name="canary",
            label="Canaries",
            value=str(request.canary),
            hint="sensors updated first, or models",
        ),
        TextField(
            name="max_failures",
            label="Max failures",
            value=str(request.max_failures),
            hint="stop starting new ones after this many failures, or e.g. 10%",
        ),
        TextField(name="wave", label="Wave", value=str(request.wave), hint="sensors, tag or segment; 0: all"),
        TextField(name="soak", label="Soak", value=f"{request.soak:g}", hint="seconds between two waves"),
        TextField(
            name="window", label="Window", value=request.window, hint="e.g. 22:00-05:00; empty: start now"
        ),
        TextField(
            name="wait_offline",
            label="Wait offline",
            value=f"{request.wait_offline:g}",
            hint="seconds to try silent sensors again; 0: no",
        ),
        CheckField(name="backup", label="back up the parameters first", value=options.backup),
        CheckField(name="allow_downgrade", label="allow a downgrade", value=options.allow_downgrade),
        CheckField(name="force", label="update even if the version is current", value=options.force),
        CheckField(
            name="allow_unapproved",
            label="take a package that is not approved",
            value=options.allow_unapproved,
        ),
        CheckField(name="approve", label="wait for approval after the first wave", value=request.approve),
        CheckField(name="persist", label="save the parameters on the sensor first", value=options.persist),
    )


def request_from(values: FormValues, before: UpdateRequest) -> UpdateRequest:
    """The request as it was entered; an option without a field stays as it was."""
    checks = ("backup", "allow_downgrade", "force", "allow_unapproved", "persist")
    options = structs.replace(
        before.options,
        expect_version=values["version"] or None,
        **{name: values.checked(name, default=getattr(before.options, name)) for name in checks},
    )
    limits = {name: toml_value(values[name], kind) for name, kind in _KINDS.items() if name in values}
    if "window" in values:
        limits["window"] = values["window"]
    limits = {name: getattr(before, name) for name in SPREAD} | limits
    return UpdateRequest.of(convert({**limits, "approve": values.checked("approve")}, Limits), options)


def option_problem(values: FormValues) -> str:
    """What is wrong with the options that were entered; empty if nothing is."""
    if values["version"] and not is_comparable(values["version"]):
        return "Not a valid version. Write it as the sensor reports it, e.g. 2.3.0.0R."
    if problem := whole_number(values.get("jobs", "1"), "In parallel", least=1):
        return problem
    for name, label in (
        ("canary", "Canaries"),
        ("max_failures", "Max failures"),
        ("wave", "Wave"),
        ("soak", "Soak"),
        ("wait_offline", "Wait offline"),
    ):
        if name in values and not is_valid(toml_value(values[name], _KINDS[name]), _KINDS[name]):
            return f"{label}: enter {describe_type(_KINDS[name])}."
    if not is_valid(values.get("window", ""), _KINDS["window"]):
        return "Window: enter two different times, e.g. 22:00-05:00, or nothing."
    return ""


def _yes(*, on: bool) -> str:
    return "yes" if on else "no"


def _next(choices: Sequence[Choice], present: Choice) -> Choice:
    """The choice behind the present one, or behind the greatest number below it."""
    numbers = [c for c in choices if isinstance(c, int) and isinstance(present, int) and c <= present]
    at = choices.index(present) if present in choices else choices.index(numbers[-1]) if numbers else -1
    return choices[(at + 1) % len(choices)]
