"""Adding a device, or changing one."""

from collections.abc import Collection, Mapping
from typing import get_args

from msgspec import structs

from sicktui.model.device import Profile
from sicktui.model.safe_text import clean
from sicktui.model.settings import AuthChoice, Scheme
from sicktui.stores.config.device_rules import NAME_RULE, name_problem, profile_problems
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import FormProblem, FormValues, TextField
from sicktui.tui.dialogs.form import Form
from sicktui.tui.drawing.spans import Tone, cell

_AUTHS = get_args(AuthChoice)
_SCHEMES = get_args(Scheme)


class DeviceForm(Form[Profile]):
    """The fields of a profile. A value that breaks a rule is reported, and the form stays open.

    Args:
        appearance: how the dashboard looks.
        profile: the device to change; ``None``: a new one.
        taken: the names of the other devices in the list.
    """

    def __init__(self, appearance: Appearance, profile: Profile | None, taken: Collection[str]) -> None:
        self._profile = profile
        self._taken = set(taken)
        title = f"Change {clean(profile.name, 40)}" if profile else "Add a device"
        hint = [cell("Empty fields use the defaults from the settings.", Tone.DIM)]
        super().__init__(appearance, title, hint, _fields(profile), submit="save")

    def check(self, values: FormValues) -> FormProblem | str:
        """The first field that breaks a rule."""
        if problem := _word_problem(values):
            return problem
        name = values["name"]
        if name in self._taken:
            text = f"A device called {clean(name, 40)!r} is in the list already."
            return FormProblem(text, "Choose another name.", "name")
        for keys, text, advice in profile_problems(self.answer(values)):
            return FormProblem(f"{text[0].upper()}{text[1:]}.", advice, keys[0])
        return ""

    def answer(self, values: FormValues) -> Profile:
        """The profile."""
        timing = _timing(values["timing"])
        return structs.replace(
            self._profile or Profile(name=values["name"], address="-"),
            name=values["name"],
            address=values["address"],
            user=values["user"] or None,
            auth=next((choice for choice in _AUTHS if choice == values["auth"].lower()), None),
            tags=tuple(values["tags"].replace(",", " ").split()),
            note=values["note"] or None,
            scheme=next((choice for choice in _SCHEMES if choice == values["scheme"].lower()), None),
            serial=values["serial"] or None,
            model=values["model"] or None,
            ca_file=values["ca_file"] or None,
            fingerprint=values["fingerprint"] or None,
            segment=values["segment"] or None,
            pin=values["pin"] or None,
            timing=timing if isinstance(timing, dict) and timing else None,
        )


def _fields(profile: Profile | None) -> list[TextField]:
    old = profile or Profile(name="", address="")
    rows = (
        ("name", "Name", old.name, "for example gate-1"),
        ("address", "Address", old.address, "192.168.0.1 or host:port"),
        ("user", "User", old.user, "default: Service"),
        ("auth", "Login by", old.auth, f"{', '.join(_AUTHS[:-1])} or {_AUTHS[-1]}"),
        ("tags", "Tags", " ".join(old.tags), "separated by blanks, for example hall-3 line-2"),
        ("note", "Note", old.note, "free text"),
        ("scheme", "Scheme", old.scheme, "http or https"),
        ("ca_file", "CA file", old.ca_file, "https: PEM of the only authority to trust"),
        ("fingerprint", "Pinned", old.fingerprint, "https: SHA-256 of the only certificate"),
        ("serial", "Serial", old.serial, "serial number that the sensor must have"),
        ("model", "Model", old.model, "for display only"),
        ("segment", "Segment", old.segment, "line or cell: never two of one updated together"),
        ("pin", "Version pin", old.pin, "version that updates of many must not change"),
        ("timing", "Timing", _timing_text(old.timing), "for example flash_timeout=600 settle=10"),
    )
    return [
        TextField(
            name=name, label=label, value=value or "", hint=hint, required=name == "name" and profile is None
        )
        for name, label, value, hint in rows
    ]


def _word_problem(values: FormValues) -> FormProblem | None:
    """What cannot even be parsed."""
    auth, scheme = values["auth"].lower(), values["scheme"].lower()
    if auth and auth not in _AUTHS:
        text = f"{clean(auth, 20)!r} is not a login method."
        return FormProblem(text, f"Use one of: {', '.join(_AUTHS)}.", "auth")
    if scheme and scheme not in _SCHEMES:
        return FormProblem(f"{clean(scheme, 20)!r} is not a scheme.", "Use http or https.", "scheme")
    if isinstance(timing := _timing(values["timing"]), str):
        return FormProblem(timing, "Use KEY=SECONDS, separated by blanks.", "timing")
    if text := name_problem(values["name"]):
        return FormProblem(text, NAME_RULE, "name")
    return None


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
            return f"{clean(word, 40)!r} is not a timing."
    return timing
