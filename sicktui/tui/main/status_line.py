"""The status line."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sicktui.model.wording import count
from sicktui.stores.secrets.report import CredentialsReport
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VAULT, VaultState
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.devices import Contact, DeviceRow


def status_line(
    rows: Sequence[DeviceRow],
    *,
    live_runs: int,
    offers: int = 0,
    unheard: int = 0,
    elsewhere: int = 0,
    rollouts: int = 0,
    unapproved: int = 0,
    fleet_problem: bool = False,
    unknown_passwords: int = 0,
    settings_problem: bool = False,
    stores: Sequence[str],
    clock: str,
    demo: bool,
    glyphs: Glyphs,
    width: int,
) -> Cell:
    """Counts on the left; the credential store and the time on the right, as far as there is room.

    ``stores`` are labels from long to short; the first that fits is shown. Where there is no
    room, the number of missing passwords is left out first.
    """
    left = [
        cell("sicktui demo" if demo else "sicktui", Tone.KEY),
        cell(count(len(rows), "device")),
        *_contacts(rows, glyphs),
        _count(elsewhere, "", "on other PCs", Tone.DIM),
        cell(f"{glyphs.warning} fleet not read", Tone.WARN) if fleet_problem else (),
        _count(rollouts, glyphs.busy, "rollouts active", Tone.BUSY, one="rollout active"),
        _count(
            unapproved,
            glyphs.warning,
            "rollouts wait for approval",
            Tone.KEY,
            one="rollout waits for approval",
        ),
        cell(f"{glyphs.failed} config.toml invalid", Tone.BAD) if settings_problem else (),
        _count(live_runs, glyphs.busy, "runs active", Tone.BUSY, one="run active"),
        _count(offers, glyphs.warning, "offers wait", Tone.KEY, one="offer waits"),
        cell(f"{glyphs.warning} MQTT not heard", Tone.WARN) if unheard else (),
    ]
    without = _count(unknown_passwords, glyphs.warning, "without password", Tone.WARN)
    return _fitted(left, without, [*((store, clock) for store in stores), (clock,), ()], width)


def _fitted(left: Sequence[Cell], least: Cell, rights: Sequence[Sequence[str]], width: int) -> Cell:
    """The line with the first of ``rights`` that fits; ``least`` is left out before the next one is tried."""
    gap = Span("  ")
    shown = joined(left, gap)
    for right in rights:
        tail = joined((cell(text, Tone.DIM) for text in right), gap)
        for part in (joined((shown, least), gap), shown):
            room = width - width_of(part) - width_of(tail)
            if room >= (len(gap.text) if right else 0):
                return (*part, Span(" " * room), *tail)
    return shown


def _contacts(rows: Sequence[DeviceRow], glyphs: Glyphs) -> list[Cell]:
    """How many sensors answer, or not as they should; one that a run waits for is away, as in a reboot."""
    away = sum(row.in_run and row.contact is Contact.OFFLINE for row in rows)
    numbers = Counter(row.contact for row in rows)
    warnings = sum(row.problem or bool(row.change) for row in rows)
    return [
        _count(numbers[Contact.ONLINE], glyphs.full, "online", Tone.GOOD),
        _count(numbers[Contact.OTHER], glyphs.failed, "other sensors", Tone.BAD, one="other sensor"),
        _count(away, glyphs.busy, "away", Tone.BUSY),
        _count(numbers[Contact.OFFLINE] - away, glyphs.failed, "offline", Tone.BAD),
        _count(numbers[Contact.ASKING], glyphs.hollow, "asking", Tone.DIM),
        _count(warnings, glyphs.warning, "with warnings", Tone.WARN),
        _unwell(rows, glyphs),
    ]


def _unwell(rows: Sequence[DeviceRow], glyphs: Glyphs) -> Cell:
    """How many sensors have findings in their health, with the sign of the worst."""
    found = [row.health for row in rows if row.health.alarm and row.contact is Contact.ONLINE]
    is_grave = any(health.is_grave for health in found)
    sign, tone = (glyphs.failed, Tone.BAD) if is_grave else (glyphs.warning, Tone.WARN)
    return _count(len(found), sign, "with findings", tone)


def _count(number: int, sign: str, words: str, tone: Tone, *, one: str = "") -> Cell:
    """A number with its sign and words, ``one`` in their place for a single thing; nothing for none."""
    shown = one if one and number == 1 else words
    return cell(" ".join(filter(None, (sign, str(number), shown))), tone) if number else ()


_KIND: Final = {VAULT: "vault"}


def store_labels(report: CredentialsReport) -> tuple[str, ...]:
    """Where passwords are stored, and why not in a better place: labels from long to short."""
    if report.given:
        return ("passwords: given for this call", "password given")
    plain = f"passwords: {report.active}"
    short = f"passwords: {report.active.split(',')[0].split(' (')[0]}"
    if not report.problems:
        return (plain, short)
    if report.active == MEMORY and report.vault is VaultState.LOCKED:
        # The operator can unlock it here; for the keyring's own problem there is the doctor.
        return (f"{plain} (the vault is locked)", f"{short} (the vault is locked)", "vault locked")
    problem = report.problems[0]
    return (
        f"{plain} ({problem.name}: {problem.reason})",
        f"{short} ({_KIND.get(problem.name, 'keyring')}: {problem.brief})",
        plain,
        short,
    )
