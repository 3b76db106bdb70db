"""The fields of a filter, and what each may be compared with."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from sicktui.model.enums import DeviceStatus, Step, UpdateState, Verdict
from sicktui.model.filter.facts import Facts
from sicktui.model.firmware import version
from sicktui.model.suggest import nearest, quoted

Test = Callable[[Facts], bool]
"""Whether an entry matches."""

NONE: Final = "none"
"""The value that means: not known, or there is none."""

_COMPARED: Final = ("<", "<=", ">", ">=")
_EQUAL: Final = (":", "=")
_ALL: Final = (*_COMPARED, *_EQUAL)

FLEET: Final = ("elsewhere", "silent", "other version", "stale")
"""Of a device that another PC reaches: that it is, and what is wrong with that PC."""
CONTACTS: Final = ("online", "offline", "asking", "other sensor", "moved", "changed", "warning")
PASSWORDS: Final = ("password", "no password", "refused", "locked")
"""What may be wrong with a stored password: anything, or one of these."""
ATTENTION: Final = ("marked", "trouble", "running", "waiting")
BACKUP_MARKS: Final = ("none", "old", "changed", "damaged", "not offered")
STATES: Final = tuple(
    dict.fromkeys(
        [
            *(verdict.value for verdict in Verdict),
            *CONTACTS,
            *FLEET,
            *PASSWORDS,
            *ATTENTION,
            *(state.label.lower() for state in UpdateState),
            *(status.label for status in DeviceStatus if status is not DeviceStatus.UNKNOWN),
            *(step.value for step in Step),
        ]
    )
)
"""Every name of a state: verdicts, contact, the sensor's UpdateState and health, the step of a run."""


class FilterError(ValueError):
    """A filter that cannot be used; the sentence names the part and what to write instead."""


class Field(Struct, frozen=True, kw_only=True):
    """One field: what it is called, what it means, and how it is compared."""

    name: str
    also: tuple[str, ...] = ()
    signs: tuple[str, ...] = _EQUAL
    example: str
    help: str
    values: tuple[str, ...] = ()
    """The fixed values, where only these make sense."""
    test: Callable[[str, str], Test]
    """Makes the test of a sign and a value; raises ``FilterError`` for a value that cannot be."""


def _holding(read: Callable[[Facts], str]) -> Callable[[str, str], Test]:
    """A text: ``:`` looks for a part of it, ``=`` for all of it, both in any case."""

    def made(sign: str, value: str) -> Test:
        folded = value.lower()
        if folded == NONE:
            return lambda facts: read(facts).lower() in ("", folded)
        if sign == "=":
            return lambda facts: read(facts).lower() == folded
        return lambda facts: folded in read(facts).lower()

    return made


def _tag(sign: str, value: str) -> Test:
    folded = value.lower().removeprefix("@")
    if folded == NONE:
        return lambda facts: not facts.tags or folded in _lower(facts.tags)
    if sign == "=":
        return lambda facts: folded in _lower(facts.tags)
    return lambda facts: any(tag.startswith(folded) for tag in _lower(facts.tags))


def _lower(texts: Iterable[str]) -> list[str]:
    return [text.lower() for text in texts]


def _one_of(
    what: str, values: tuple[str, ...], read: Callable[[Facts], Iterable[str]]
) -> Callable[[str, str], Test]:
    """A fixed name, or how it begins."""

    def made(_: str, value: str) -> Test:
        folded = value.lower().replace("-", " ").replace("_", " ")
        meant = frozenset(known for known in values if known.startswith(folded))
        if folded in meant:
            meant = frozenset([folded])
        if not meant:
            raise FilterError(f"{what} {quoted(value)} does not exist{nearest(folded, values)}.")
        return lambda facts: any(found in meant for found in read(facts))

    return made


def _version(sign: str, value: str) -> Test:
    if value.lower() == NONE:
        return lambda facts: not facts.version
    wanted = value.lstrip("vV").removesuffix(".*").removesuffix(".")
    whole = f"{wanted}.0" if wanted.isdecimal() else wanted
    if version.parse(whole) is None:
        raise FilterError(
            f"version{sign} needs a number such as version{sign}2.3; {quoted(value)} is not one."
        )
    match sign:
        case "<":
            return lambda facts: version.is_older(facts.version, whole) is True
        case ">=":
            return lambda facts: version.is_older(facts.version, whole) is False
        case ">":
            return lambda facts: version.is_older(whole, facts.version) is True
        case "<=":
            return lambda facts: version.is_older(whole, facts.version) is False
        case _:
            return lambda facts: _begins(facts.version, wanted)


def _begins(found: str, wanted: str) -> bool:
    """Whether a version has the numbers that are written: ``2.3`` is 2.3.1.0R too, and 2.30 is not."""
    whole = found.lower().lstrip("v")
    rest = whole.removeprefix(wanted.lower())
    return rest != whole and not rest[:1].isdigit()


_AGE: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([hdwy]?)", re.IGNORECASE)
_DAYS: Final = {"h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0, "y": 365.0}


def _backup(sign: str, value: str) -> Test:
    if sign in _EQUAL:
        return _one_of("The backup mark", BACKUP_MARKS, lambda facts: facts.backup_marks)(sign, value)
    written = _AGE.fullmatch(value)
    if written is None:
        raise FilterError(f"backup{sign} needs an age such as backup{sign}30d (h, d, w or y).")
    days = float(written.group(1)) * _DAYS[written.group(2).lower()]
    return _compared(sign, days, lambda facts: facts.backup_days)


_DEGREES: Final = re.compile(r"(-?[0-9]{1,4}(?:\.[0-9]{1,3})?)(?:°?C)?", re.IGNORECASE)


def _temperature(sign: str, value: str) -> Test:
    if sign in _EQUAL and value.lower() == NONE:
        return lambda facts: facts.health.temperature is None
    written = _DEGREES.fullmatch(value)
    if written is None:
        raise FilterError(f"temp{sign} needs a number of degrees such as temp>60.")
    return _compared(sign, float(written.group(1)), lambda facts: facts.health.temperature)


def _compared(sign: str, wanted: float, read: Callable[[Facts], float | None]) -> Test:
    """A number; an entry without it matches nothing."""

    def test(facts: Facts) -> bool:
        found = read(facts)
        if found is None:
            return False
        match sign:
            case "<":
                return found < wanted
            case "<=":
                return found <= wanted
            case ">":
                return found > wanted
            case ">=":
                return found >= wanted
            case _:
                return round(found) == round(wanted)

    return test


def _text(name: str, *also: str, example: str, help: str, read: Callable[[Facts], str]) -> Field:  # noqa: A002 - the word of Field
    """A field that is looked for as text."""
    return Field(name=name, also=also, example=f"{name}:{example}", help=help, test=_holding(read))


FIELDS: Final = (
    Field(
        name="state",
        also=("status", "verdict", "is"),
        example="state:failed",
        help="verdict, contact, health, UpdateState, step, password, running, waiting, marked, moved",
        values=STATES,
        test=_one_of("The state", STATES, lambda facts: facts.states),
    ),
    Field(name="tag", example="tag:line-2", help="a tag, as @line-2; tag:none for no tag", test=_tag),
    _text("model", "family", example="picoscan", help="the sensor's type", read=lambda facts: facts.model),
    Field(
        name="version",
        also=("firmware", "fw"),
        signs=_ALL,
        example="version<2.3",
        help="the firmware; version:2.3 means 2.3.1 too",
        test=_version,
    ),
    Field(
        name="backup",
        signs=_ALL,
        example="backup>30d",
        help="the age of the newest backup (h, d, w, y), or its mark: backup:none, backup:changed",
        values=BACKUP_MARKS,
        test=_backup,
    ),
    Field(
        name="temp",
        also=("temperature",),
        signs=_ALL,
        example="temp>60",
        help="the sensor's temperature in degrees Celsius",
        test=_temperature,
    ),
    _text(
        "health",
        example="service",
        help="the sensor's own health, in its words",
        read=lambda facts: facts.health.label,
    ),
    _text("name", "device", example="gate", help="the name in the list", read=lambda facts: facts.name),
    _text(
        "address",
        "addr",
        "ip",
        example="10.0.",
        help="the address in the list",
        read=lambda facts: facts.address,
    ),
    _text("pc", example="hall-3", help="the PC of the fleet that reaches it", read=lambda facts: facts.pc),
    _text("serial", example="2347", help="the serial number", read=lambda facts: facts.serial),
    _text("location", example="hall", help="the sensor's own name", read=lambda facts: facts.location),
    _text("note", example="spare", help="the note of the device", read=lambda facts: facts.note),
)
"""Every field, the most used first."""

BY_NAME: Final = {name: field for field in FIELDS for name in (field.name, *field.also)}
