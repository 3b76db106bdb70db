"""Adding a device, or changing one."""

from collections.abc import Collection, Mapping
from typing import ClassVar, Final, get_args

from msgspec import structs
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.device import Profile
from sicktui.model.safe_text import clean
from sicktui.model.settings import AuthChoice, Scheme
from sicktui.stores.config.device_rules import NAME_RULE, name_problem, profile_problems
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back, Field
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose

_AUTHS = get_args(AuthChoice)
_SCHEMES = get_args(Scheme)
_HINT: Final[tuple[Cell, ...]] = ((), cell("Empty fields are as the settings say.", Tone.DIM))


def _timing_text(timing: Mapping[str, float] | None) -> str:
    return " ".join(f"{key}={value:g}" for key, value in (timing or {}).items())


def _timing(text: str) -> dict[str, float] | str:
    """The timings that a text means, or what is wrong with it; the keys are checked with the profile."""
    timing: dict[str, float] = {}
    for word in text.replace(",", " ").split():
        key, _, value = word.partition("=")
        try:
            timing[key] = float(value)
        except ValueError:
            return f"{clean(word, 40)!r} is no timing."
    return timing


class DeviceForm(Dialog[Profile]):
    """A profile's fields; what breaks a rule is said under them, and the form stays open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    scrolls = False
    keys_text = "enter save   tab next field   esc back"

    def __init__(self, appearance: Appearance, profile: Profile | None, taken: Collection[str]) -> None:
        super().__init__(appearance)
        self.title_text = f"Change {clean(profile.name, 40)}" if profile else "Add a device"
        self._profile = profile
        self._taken = set(taken) - ({profile.name} if profile else set())

    def body(self) -> list[Widget]:
        """The fields, and a place for what is wrong."""
        old = self._profile or Profile(name="", address="-")
        return [
            Field("Name", "name", old.name, "as people call it, e.g. gate-1"),
            Field("Address", "address", old.address if self._profile else "", "192.168.0.1 or host:port"),
            Field("User", "user", old.user or "", "as in the settings (Service)"),
            Field("Login by", "auth", old.auth or "", "auto, challenge or basic; as in the settings"),
            Field("Tags", "tags", " ".join(old.tags), "words between blanks, e.g. hall-3 line-2"),
            Field("Note", "note", old.note or "", "what people should know"),
            Field("Scheme", "scheme", old.scheme or "", "http or https; as in the settings"),
            Field("Serial", "serial", old.serial or "", "the only serial number that may answer there"),
            Field("Model", "model", old.model or "", "the variant, for people"),
            Field("Timing", "timing", _timing_text(old.timing), "e.g. flash_timeout=600 settle=10"),
            Prose(_HINT, id="problem"),
            Back(),
        ]

    def on_mount(self) -> None:
        """Straight to the first field."""
        self.query_one("#name").focus()

    @on(Input.Changed)
    def _forget_problem(self) -> None:
        self.query_one("#problem", Prose).show(*_HINT)

    @on(Input.Submitted)
    def _save(self) -> None:
        name = self._value("name")
        if not name and self._profile is None:
            self.dismiss(None)
            return
        auth = self._value("auth").lower()
        if auth and auth not in _AUTHS:
            self._refuse(
                "auth", f"{clean(auth, 20)!r} is no way to log in.", f"Write one of: {', '.join(_AUTHS)}."
            )
            return
        scheme = self._value("scheme").lower()
        if scheme and scheme not in _SCHEMES:
            self._refuse("scheme", f"{clean(scheme, 20)!r} is no scheme.", "Write http or https.")
            return
        timing = _timing(self._value("timing"))
        if isinstance(timing, str):
            self._refuse("timing", timing, "Write KEY=SECONDS, with blanks between several.")
            return
        if problem := name_problem(name):
            self._refuse("name", problem, NAME_RULE)
            return
        if name in self._taken:
            self._refuse(
                "name", f"A device called {clean(name, 40)!r} is in the list already.", "Choose another."
            )
            return
        profile = structs.replace(self._entered(name, auth), timing=timing or None)
        for keys, problem, advice in profile_problems(profile):
            self._refuse(keys[0], f"{problem[0].upper()}{problem[1:]}.", advice)
            return
        self.dismiss(profile)

    def _entered(self, name: str, auth: str) -> Profile:
        """The profile as the fields have it, but for its timing."""
        base = self._profile or Profile(name=name, address="-")
        return structs.replace(
            base,
            name=name,
            address=self._value("address"),
            user=self._value("user") or None,
            auth=next((choice for choice in _AUTHS if choice == auth), None),
            tags=tuple(self._value("tags").replace(",", " ").split()),
            note=self._value("note") or None,
            scheme=next((choice for choice in _SCHEMES if choice == self._value("scheme").lower()), None),
            serial=self._value("serial") or None,
            model=self._value("model") or None,
        )

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def _refuse(self, field: str, problem: str, advice: str) -> None:
        lines: list[Cell] = [(), cell(problem, Tone.BAD)]
        if advice:
            lines.append(cell(advice, Tone.DIM))
        self.query_one("#problem", Prose).show(*lines)
        fields = self.query(f"#{field}")
        if fields:
            fields.first().focus()
