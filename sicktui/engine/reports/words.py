"""The words that every form of a report shares."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from sicktui.engine.reports.causes import Cause
from sicktui.engine.reports.records import DeviceFacts, RunFacts, StepFacts
from sicktui.model.enums import Operation, RunState, Verdict
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, duration, size
from sicktui.stores.journal.verify import ChainProof

Rows = list[tuple[str, str]]
"""A label and its fact; empty facts are left out."""


def headline(facts: RunFacts) -> str:
    """What the report is about."""
    return f"{facts.operation.value.capitalize()} {facts.run}: {verdict_counts(facts)}"


def verdict_counts(facts: RunFacts) -> str:
    """``4 succeeded, 1 failed``."""
    return counted(facts.verdicts, facts.open)


def counted(verdicts: Mapping[Verdict, int], left: int) -> str:
    """The same, of any devices.

    Args:
        verdicts: how many have which verdict.
        left: how many have none.
    """
    parts = [f"{number} {verdict.value}" for verdict, number in verdicts.items()]
    if left:
        parts.append(f"{left} without a verdict")
    return ", ".join(parts) or "no devices"


def option_words(options: UpdateOptions) -> list[str]:
    """The options of an update: whether it backs up first, and what was chosen beside the defaults."""
    words = ["backup first" if options.backup else "no backup"]
    words += ["downgrade allowed"] if options.allow_downgrade else []
    words += ["again at an equal version"] if options.force else []
    words += ["parameters saved first"] if options.persist else []
    words += ["package need not be approved"] if options.allow_unapproved else []
    words += [f"expected version {clean(options.expect_version)}"] if options.expect_version else []
    return words


def moment_utc(timestamp: str) -> str:
    """A moment that everybody reads alike, whatever the time zone of the PC."""
    return f"{datetime.fromisoformat(timestamp).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def about_run(facts: RunFacts, when: Callable[[str], str] = moment_utc) -> Rows:
    """The facts of the run as a whole.

    Args:
        facts: the run.
        when: writes a moment.
    """
    state = facts.state.value
    if facts.state is RunState.INTERRUPTED:
        state += ": its runner stopped before the end; the run can be resumed"
    package = facts.package or ""
    if facts.package_bytes is not None:
        package += f" ({size(facts.package_bytes)})"
    return known(
        ("State", state),
        ("Started", f"{when(facts.started)} by {facts.user} on {facts.host}"),
        ("From", f"{facts.ssh_client} over SSH" if facts.ssh_client else ""),
        ("Finished", when(facts.finished) if facts.finished else ""),
        ("Took", duration(facts.seconds) if facts.seconds is not None else ""),
        ("Order", facts.order or ""),
        ("Retry of", f"run {facts.retry_of}" if facts.retry_of else ""),
        ("Package", package),
        ("Package SHA-256", facts.package_sha256 or ""),
        ("Options", ", ".join(facts.options)),
        ("Verdicts", verdict_counts(facts)),
        ("Exit code", "" if facts.exit_code is None else str(facts.exit_code)),
        ("Record", proof_words(facts.proof) if facts.proof else ""),
        ("Chain head", (facts.proof.head or "") if facts.proof else ""),
        ("Before it was shortened", (facts.proof.original_head or "") if facts.proof else ""),
    )


def proof_words(proof: ChainProof) -> str:
    """What the chain of the events proves: ``intact, 53 events chained``."""
    if proof.intact:
        shortened = ", shortened to make room" if proof.original_head else ""
        return f"intact, {count(proof.events, 'event')} chained{shortened}"
    return f"{'not proven' if proof.intact is None else 'NOT INTACT'}: {proof.trouble}"


def cause_title(cause: Cause) -> str:
    """``Failed (unreachable): 3 devices``."""
    code = f" ({cause.code.value})" if cause.code else ""
    return f"{cause.verdict.value.capitalize()}{code}: {count(len(cause.events), 'device')}"


def device_rows(device: DeviceFacts) -> Rows:
    """The facts of one device."""
    verdict = device.verdict.value if device.verdict else "none yet"
    code = f" ({device.code})" if device.code else ""
    sizes = f" ({size(device.backup_bytes)})" if device.backup_bytes is not None else ""
    return known(
        ("Verdict", f"{verdict}{code}"),
        ("What happened", device.message),
        ("What to do", device.advice),
        ("Address", device.address),
        ("Model", device.model or ""),
        ("Serial number", device.serial or ""),
        ("MAC address", device.mac or ""),
        ("Order number", device.order_number or ""),
        ("Firmware before", device.before.version or device.from_version or ""),
        ("Firmware wanted", device.to_version or ""),
        ("Firmware now", device.runs or ("not known" if device.verdict else "")),
        ("Took", duration(device.seconds) if device.seconds else ""),
        ("Away", duration(device.downtime_seconds) if device.downtime_seconds else ""),
        ("Sent", f"{device.tries} times" if device.tries > 1 else ""),
        ("Backup", f"{device.backup}{sizes}" if device.backup else ""),
        ("Backup SHA-256", device.backup_sha256 or ""),
        ("Checksum before", device.before.checksum or ""),
        ("Checksum after", device.after.checksum or ""),
        ("Power-on count", _pair(device.before.power_on_count, device.after.power_on_count)),
        ("Measures", " ".join(device.measured)),
        ("Changed", " ".join(device.changed)),
        ("Parameters", parameter_counts(device)),
        ("Plan", device.plan),
    )


def parameter_counts(device: DeviceFacts) -> str:
    """``41 compared, 2 changed``; empty if none was compared."""
    if device.parameters_compared is None:
        return ""
    changed = len(device.parameters) + device.parameters_more
    return f"{device.parameters_compared} compared, {changed or 'none'} changed"


PARAMETER_HEADERS: Final = ("Parameter", "Before", "After")


def parameter_rows(device: DeviceFacts) -> list[tuple[str, str, str]]:
    """The parameters that an update or a restore has changed: name, before, after."""
    rows = [(each.name, each.before or "", each.after or "") for each in device.parameters]
    return rows + ([(f"and {device.parameters_more} more", "", "")] if device.parameters_more else [])


def from_to(device: DeviceFacts, operation: Operation, arrow: str) -> str:
    """The firmware before and now: ``2.3.0 → 2.4.0``; one of them where nothing changed."""
    before = device.before.version or device.from_version or ""
    now = device.runs or ("?" if device.verdict else "")
    if operation is not Operation.UPDATE or not before or before == now or not now:
        return now if now != "?" or before == "" else f"{before} {arrow} ?"
    return f"{before} {arrow} {now}"


def step_words(step: StepFacts) -> tuple[str, str, str, str]:
    """Step, state, how long it took, detail."""
    took = duration(step.seconds) if step.seconds is not None else ""
    return (step.step.value, step.state.value, took, step.detail)


def _pair(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return "" if before is None else str(before)
    return f"{before} before, {after} after"


def known(*rows: tuple[str, str]) -> Rows:
    """Facts without those that are empty."""
    return [row for row in rows if row[1]]
