"""The steps of a replacement in words. Pure."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.parameters.compare import shown
from sicktui.engine.restore.plan import RestorePlan
from sicktui.engine.restore.replacement import NOT_CARRIED, wanted_location
from sicktui.engine.restore.source import LATEST
from sicktui.model.device import Identity, Observation, Target, same_serial
from sicktui.model.safe_text import clean
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.restore.checks import advice_of, check_lines
from sicktui.tui.rows.restore.plan import backup_words
from sicktui.tui.rows.restore.preview import Comparing, change_lines

_LONG: Final = 600
_INDENT: Final = Span("    ")

KEYS: Final = {"version": "c", "passphrase": "p", "force": "f"}


class ReplacementFacts(Struct, frozen=True, kw_only=True):
    """What is known about a replacement so far."""

    target: Target
    seen: Observation | None = None
    """The sensor that answers; ``None`` while it is being read."""
    old: str | None = None
    """The key of the sensor before it in the backup store; ``None`` if not known."""
    word: str = LATEST
    plan: RestorePlan | None = None
    """``None`` during planning, or if nothing can be planned."""
    comparing: Comparing | None = None
    """What would change on the new sensor; ``None`` unless it may go."""

    @property
    def identity(self) -> Identity | None:
        """The identity of the sensor that answers."""
        return (self.seen.identity or self.seen.other) if self.seen else None

    @property
    def is_same(self) -> bool:
        """Whether it is the sensor already in the profile: nothing was replaced."""
        who = self.identity
        pinned = self.target.serial
        return bool(who is not None and who.serial and pinned and same_serial(who.serial, pinned))

    @property
    def can_plan(self) -> bool:
        """Whether there is a new sensor and a backup."""
        return self.identity is not None and not self.is_same and (bool(self.old) or self.word != LATEST)

    @property
    def may_go(self) -> bool:
        """Whether the replacement can start."""
        return self.plan is not None and self.plan.may_go


def guide(found: ReplacementFacts, glyphs: Glyphs) -> list[Cell]:
    """The steps, each with its findings."""
    parts = (
        ("The sensor", *_sensor(found, glyphs)),
        ("The backup", *_backup(found, glyphs)),
        ("The checks", *_checks(found, glyphs)),
        ("What happens", *_consequences(found, glyphs)),
    )
    lines: list[Cell] = []
    for number, (title, tone, sign, words) in enumerate(parts, start=1):
        lines.append((Span(f"{sign} {number} {title}", tone if words else Tone.DIM),))
        lines += [(_INDENT, *line) for line in words]
    return lines


_Part = tuple[Tone, str, list[Cell]]


def _sensor(found: ReplacementFacts, glyphs: Glyphs) -> _Part:
    seen, who, address = found.seen, found.identity, clean(found.target.address, 60)
    if seen is None:
        return Tone.BUSY, glyphs.busy, [cell(f"Reading the sensor at {address}...")]
    if who is None:
        return (
            Tone.BAD,
            glyphs.failed,
            [
                cell(clean(seen.problem, _LONG), Tone.BAD),
                _advice(f"Mount the new sensor, give it the address {address}, and press R."),
            ],
        )
    serial = who.label or "not reported"
    model = who.device_type or who.name
    told: list[Cell] = [cell(f"{address}: {model}, serial number {serial}, firmware {who.version}.")]
    if found.is_same:
        told += [
            cell("This is the sensor already in the profile; nothing has been replaced.", Tone.WARN),
            _advice("To restore its own backup, go back and use restore."),
        ]
        return Tone.WARN, glyphs.warning, told
    if found.old is None:
        told += [
            cell(
                "No other sensor is known under this name: neither the profile nor a backup names one.",
                Tone.WARN,
            ),
            _advice("If a sensor was replaced, press c and choose its backup."),
        ]
        return Tone.WARN, glyphs.warning, told
    by = "the profile names" if found.target.serial else "the backups of this name belong to"
    told.append(cell(f"It replaces {clean(found.old)}, which {by}."))
    return Tone.GOOD, glyphs.done, told


def _backup(found: ReplacementFacts, glyphs: Glyphs) -> _Part:
    if not found.can_plan:
        return Tone.DIM, glyphs.waiting, []
    plan = found.plan
    if plan is None:
        return Tone.BUSY, glyphs.busy, [cell("Looking for the newest intact backup...")]
    if plan.order is None and plan.facts is None:
        return Tone.BAD, glyphs.failed, []
    told: list[Cell] = [(Span("of "), Span(backup_words(plan, found.word), Tone.KEY))]
    if plan.order is not None:
        facts = f"{plan.order.name}, of {plan.order.serial or plan.order.device or 'an unknown sensor'}"
        told.append(cell(clean(facts, 200), Tone.DIM))
    return Tone.GOOD, glyphs.done, told


def _checks(found: ReplacementFacts, glyphs: Glyphs) -> _Part:
    plan = found.plan
    if plan is None:
        return Tone.DIM, glyphs.waiting, []
    told = check_lines(plan, glyphs)
    if plan.may_go:
        return Tone.GOOD, glyphs.done, told
    if advice := advice_of(plan, KEYS):
        told.append(_advice(advice))
    return Tone.BAD, glyphs.failed, told


def _consequences(found: ReplacementFacts, glyphs: Glyphs) -> _Part:
    plan = found.plan
    if plan is None or not plan.may_go:
        return Tone.DIM, glyphs.waiting, []
    told = [*consequences(plan, found.old), *change_lines(found.comparing, glyphs)]
    return Tone.BUSY, glyphs.waiting, told


def consequences(plan: RestorePlan, old: str | None) -> list[Cell]:
    """What is restored, kept, changed and not restored."""
    who, order = plan.item.identity, plan.order
    location = wanted_location(order, who) if order is not None and who is not None else None
    brought = "every parameter in the backup" + (f", LocationName {shown(location)}" if location else "")
    target = plan.item.target
    before = target.serial or old or "none"
    after = (who.serial if who else None) or "none"
    stays = f"{clean(target.device, 40)} keeps its name and its address {clean(target.address, 60)}"
    rows: Sequence[tuple[str, str, Tone]] = (
        ("restored", brought, Tone.PLAIN),
        ("kept", stays, Tone.PLAIN),
        ("changed", f"the list names serial number {after} instead of {clean(before)}", Tone.PLAIN),
        ("not restored", NOT_CARRIED, Tone.WARN),
    )
    if target.ad_hoc:
        rows = [row for row in rows if row[0] != "changed"]
    return [(Span(f"{name:<14}", Tone.DIM), Span(words, tone)) for name, words, tone in rows]


def _advice(words: str) -> Cell:
    return (Span("What to do: ", Tone.KEY), Span(words))
