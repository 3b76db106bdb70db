"""One device in words: the lines below the panel, and the details dialog."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET

from sicktui.model.device import Observation
from sicktui.model.enums import STEPS, UpdateState, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.view import DeviceView
from sicktui.model.safe_text import clean
from sicktui.model.wording import elapsed, size
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, truncate, width_of, wrapped
from sicktui.tui.drawing.verdicts import VERDICT_TONES
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.backups.marks import mark_words, newest_words
from sicktui.tui.rows.devices import DeviceRow, contact_cell, state_cell
from sicktui.tui.rows.health.cells import health_cell
from sicktui.tui.rows.jobs import again_words
from sicktui.tui.rows.rollouts.devices import elsewhere_text
from sicktui.tui.rows.step_time import away_words, step_time
from sicktui.tui.state.dashboard import DashboardState, LastObservation

LONG = 2000


def detail_lines(
    dashboard: DashboardState, device: str | None, glyphs: Glyphs, width: int, count: int
) -> list[Cell]:
    """At most ``count`` lines about a device: its verdict, problem or identity, the most important first.

    What does not fit is cut, and ends with the key that shows all.
    """
    if device is None or width <= 0:
        return []
    text, tone = _most_important(dashboard, device, glyphs)
    name = clean(device)
    lines = wrapped(f"{name}: {text}", width)
    rest = " ".join(lines[max(0, count - 1) :]) if len(lines) > count else ""
    shown = [
        (Span(name, Tone.KEY), Span(text_line[len(name) :], tone))
        if first and text_line.startswith(name)
        else cell(text_line, tone)
        for first, text_line in ((place == 0, text_line) for place, text_line in enumerate(lines[:count]))
    ]
    if rest and shown:
        key = (Span(f" {dashboard.key_of('details')}", Tone.KEY), Span(" all", Tone.DIM))
        shown[-1] = (*truncate(cell(rest, tone), width - width_of(key), glyphs.ellipsis), *key)
    return shown


def _most_important(dashboard: DashboardState, device: str, glyphs: Glyphs) -> tuple[str, Tone]:
    if row := dashboard.elsewhere.row(device):
        return elsewhere_text(row, dashboard.key_of("update")), Tone.WARN if row.pc_trouble else Tone.DIM
    job = dashboard.job_of(device)
    last = dashboard.observations.get(device)
    if job is not None and job.verdict is not None and job.verdict.verdict is not Verdict.SUCCEEDED:
        return _verdict_text(job.verdict), VERDICT_TONES[job.verdict.verdict]
    if job is not None and job.verdict is None and job.step is not None:
        return _progress_text(job, dashboard.now()), Tone.BUSY
    if place := dashboard.moved.get(device):
        return f"{_moved(dashboard, place)} {_address(dashboard, device)}".strip(), Tone.WARN
    if last is not None and last.observation.problem:
        words = f"{last.observation.problem} {_offer(dashboard, last.observation)}".strip()
        return clean(words, LONG), Tone.BAD if last.observation.other else Tone.WARN
    if last is not None and last.observation.change:
        return clean(f"{last.observation.change}.", LONG), Tone.WARN
    if job is not None and job.verdict is not None:
        return _verdict_text(job.verdict), VERDICT_TONES[job.verdict.verdict]
    return _identity_text(dashboard, device, last, glyphs), Tone.DIM


def _moved(dashboard: DashboardState, place: str) -> str:
    """Where the sensor is, and how its profile follows, by the keys of the dashboard."""
    follow = dashboard.key_of("follow")
    key = f" Press {follow} to change the address." if follow else ""
    return f"the sensor answers at {clean(place, 60)} now.{key}"


def _address(dashboard: DashboardState, device: str) -> str:
    target = dashboard.targets.get(device)
    return f"It does not answer at {clean(target.address, 60)}." if target else ""


def _offer(dashboard: DashboardState, seen: Observation) -> str:
    """What to do about another sensor, by the keys of the dashboard."""
    if seen.other is None:
        return ""
    replace = dashboard.key_of("replace")
    key = f" (press {replace})" if replace else ""
    return f"If it replaces that one, use replace{key}; else check cabling and addresses on site."


def _progress_text(job: DeviceView, now: datetime) -> str:
    """The current step, and what must not be done during it."""
    step = job.step.value if job.step is not None else ""
    words = step_time(job, now).words
    away = away_words(job, now)
    facts = [clean(job.detail), words[0] if words and not away else "", again_words(job)]
    told = ", ".join(fact for fact in facts if fact)
    text = f"{step}: {told.rstrip('.')}." if told else f"{step}."
    if away:
        return f"{text} It is {away[0]}. Do not cut its power."
    if job.update_state == UpdateState.STARTED:
        return f"{text} UpdateState {job.update_state_name}: flashing. Do not power-cycle the sensor."
    if job.silent:
        return f"{text} The sensor does not answer at the moment."
    return text


def _verdict_text(verdict: VerdictReached) -> str:
    code = f" ({verdict.code.value})" if verdict.code else ""
    return clean(f"{verdict.verdict.value}{code}. {verdict.message} {verdict.advice}".strip(), LONG)


def _identity_text(
    dashboard: DashboardState, device: str, last: LastObservation | None, glyphs: Glyphs
) -> str:
    target = dashboard.targets.get(device)
    who = dashboard.identity_of(device)
    if who is None:
        return f"no answer from {clean(target.address)} yet." if target else "not in the list."
    seen = dashboard.remembered.get(device)
    early = "no answer yet" if last is None or last.answered is None else None
    early = f"{early}; last seen {_moment(seen.at)}" if early and seen else early
    parts = [early, who.name, who.device_type, who.version]
    parts += [f"serial {who.serial}" if who.serial else "no serial number", who.location]
    problem = dashboard.password_problem(device)
    parts.append(f"password {problem.value}" if problem else None)
    kept = dashboard.backups_of(device)
    parts.append(mark_words(kept, dashboard.old_after) if kept else None)
    parts.append(last.observation.remarks if last else None)
    return clean(f" {glyphs.dot} ".join(part for part in parts if part), LONG)


def details(dashboard: DashboardState, device: str, glyphs: Glyphs) -> list[Cell]:
    """Everything about a device, a paragraph a line."""
    if row := dashboard.elsewhere.row(device):
        return _far_paragraphs(dashboard, row, glyphs)
    job = dashboard.job_of(device)
    paragraphs: list[Cell] = []
    if job is not None:
        paragraphs += _job_paragraphs(job, glyphs)
    paragraphs += _device_paragraphs(dashboard, device, glyphs)
    return paragraphs


def _job_paragraphs(job: DeviceView, glyphs: Glyphs) -> list[Cell]:
    paragraphs: list[Cell] = []
    if (verdict := job.verdict) is not None:
        code = f" ({verdict.code.value})" if verdict.code else ""
        head = f"{glyphs.verdict(verdict.verdict)} {verdict.operation.value} {verdict.verdict.value}{code}"
        paragraphs += [cell(head, VERDICT_TONES[verdict.verdict]), cell(clean(verdict.message, LONG))]
        if verdict.advice:
            paragraphs.append((Span("What to do: ", Tone.KEY), Span(clean(verdict.advice, LONG))))
        paragraphs += [_pair(name, value) for name, value in _facts(verdict)]
    elif job.step is not None:
        paragraphs.append(cell(f"{glyphs.busy} {job.step.value} {clean(job.detail)}".rstrip(), Tone.BUSY))
    if job.steps:
        operation = job.verdict.operation if job.verdict else None
        order = STEPS[operation] if operation else tuple(job.steps)
        steps = ", ".join(f"{step.value} {job.steps[step].value}" for step in order if step in job.steps)
        paragraphs.append(_pair("steps", steps))
    if paragraphs:
        paragraphs.append(())
    return paragraphs


def _facts(verdict: VerdictReached) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    if verdict.from_version is not UNSET and verdict.from_version:
        facts.append(("firmware before", verdict.from_version))
    if verdict.to_version is not UNSET and verdict.to_version:
        # The plan's version: only a success proves that the sensor runs it.
        proven = verdict.verdict is Verdict.SUCCEEDED
        facts.append(("firmware after" if proven else "firmware expected", verdict.to_version))
    if verdict.serial is not UNSET and verdict.serial:
        facts.append(("serial number", verdict.serial))
    facts.append(("took", elapsed(verdict.seconds)))
    if verdict.downtime_seconds is not UNSET and verdict.downtime_seconds:
        facts.append(("away for", elapsed(verdict.downtime_seconds)))
    if verdict.backup is not UNSET and verdict.backup:
        facts.append(("backup", verdict.backup))
    if verdict.bytes is not UNSET and verdict.bytes:
        facts.append(("backup size", size(verdict.bytes)))
    if verdict.package_sha256 is not UNSET and verdict.package_sha256:
        facts.append(("package SHA-256", verdict.package_sha256))
    return [(name, clean(value)) for name, value in facts]


def _device_paragraphs(dashboard: DashboardState, device: str, glyphs: Glyphs) -> list[Cell]:
    row = next((row for row in dashboard.all_device_rows() if row.device == device), None)
    if row is None:
        return [cell("This device is no longer in the list.", Tone.DIM)]
    last = dashboard.observations.get(device)
    paragraphs: list[Cell] = [
        _pair("address", row.address),
        (Span("contact: ", Tone.DIM), *contact_cell(row, glyphs, 40)),
        (Span("UpdateState: ", Tone.DIM), *state_cell(row.state, glyphs)),
        (Span("health: ", Tone.DIM), *health_cell(row.health, glyphs)),
    ]
    pairs = [("model", row.model), ("firmware", row.version), ("serial number", row.serial)]
    https = last.observation.https if last is not None else None
    if row.remembered and (seen := dashboard.remembered.get(device)):
        pairs.append(("last seen", f"{_moment(seen.at)} at {clean(seen.address, 60)}"))
    if (who := dashboard.identity_of(device)) is not None:
        pairs += [("MAC address", clean(who.mac or "")), ("order number", clean(who.order_number or ""))]
    pairs += [
        ("location", row.location),
        ("login", row.auth),
        ("password", row.password.value if row.password else ""),
        ("HTTPS", https.words(dashboard.now()) if https else ""),
        ("tags", " ".join(row.tags)),
        ("note", row.note),
    ]
    if row.backups is not None:
        parts = [mark_words(row.backups, dashboard.old_after), newest_words(row.backups)]
        pairs.append(("backup", "; ".join(part for part in parts if part)))
    paragraphs += [_pair(name, value) for name, value in pairs if value]
    if place := dashboard.moved.get(device):
        words = _moved(dashboard, place)
        paragraphs.append(cell(f"{words[:1].upper()}{words[1:]}", Tone.WARN))
    if last is not None and last.observation.remarks:
        paragraphs.append(cell(clean(last.observation.remarks, LONG), Tone.DIM))
    if last is not None and last.observation.problem:
        code = f" ({last.observation.code})" if last.observation.code else ""
        tone = Tone.BAD if last.observation.other else Tone.WARN
        paragraphs.append(cell(clean(last.observation.problem, LONG) + code, tone))
        if offer := _offer(dashboard, last.observation):
            paragraphs.append((Span("What to do: ", Tone.KEY), Span(offer)))
    return paragraphs


def _far_paragraphs(dashboard: DashboardState, row: DeviceRow, glyphs: Glyphs) -> list[Cell]:
    """What its PC has published of a device that another PC reaches."""
    pairs = (
        ("PC", row.pc),
        ("model", row.model),
        ("firmware", row.version),
        ("tags", " ".join(row.tags)),
    )
    return [
        *(_pair(name, value) for name, value in pairs if value),
        (Span("contact: ", Tone.DIM), *contact_cell(row, glyphs, 40)),
        (),
        cell(elsewhere_text(row, dashboard.key_of("update")), Tone.WARN if row.pc_trouble else Tone.PLAIN),
    ]


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def _pair(name: str, value: str) -> Cell:
    return joined((cell(f"{name}:", Tone.DIM), cell(value)), Span(" "))


def plain(paragraphs: Sequence[Cell]) -> str:
    """The paragraphs as text, for the clipboard."""
    return "\n".join("".join(span.text for span in paragraph) for paragraph in paragraphs)
