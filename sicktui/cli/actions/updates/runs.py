"""What ``sicktui runs`` does: readers of the journal, and commands to a run."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from sicktui.cli.actions.updates.follow import follow_run, print_run, run_line
from sicktui.cli.actions.updates.run_printer import RunPrinter, counts, print_summary, waiting_words
from sicktui.cli.actions.updates.running import AGAIN, REACTION, running
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.engine.run.diagnosis import diagnose_empty_journal
from sicktui.engine.run.follow import liveness, request_cancel, resolve_run
from sicktui.engine.run.history import every_event, known_spec, waiting_of
from sicktui.model.clock import seconds_between
from sicktui.model.enums import RunState
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import Event, Summarised
from sicktui.model.run.plan import RunSpec
from sicktui.model.run.view import RunView, reduce
from sicktui.model.wording import count, duration, moment, names
from sicktui.stores.journal.database import JournalDamaged
from sicktui.stores.journal.rows import RunRow

HEADERS: Final = ("RUN", "OPERATION", "STATE", "STARTED", "TOOK", "PID", "ORDER")
SPARE: Final = ("PID", "TOOK")
"""Columns that a narrow terminal leaves out, the first one first."""


def list_runs(common: Common, limit: int, states: Sequence[str] = (), operations: Sequence[str] = ()) -> int:
    """Print one line a run, newest first, with its real state; all of them, or those that are meant."""
    with open_cli(common) as cli:
        context = cli.context
        every = context.journal.runs(-1 if states or operations else limit)
        wanted = (row for row in every if not operations or row.operation in operations)
        rows = [
            row for row in (liveness(context, row) for row in wanted) if not states or row.state in states
        ]
        rows = rows[:limit]
        specs = [known_spec(context.journal, row.run) for row in rows]
        waits = {row.run: waiting for row in rows if (waiting := waiting_of(context.journal, row))}
        for row, spec in zip(rows, specs, strict=True):
            cli.out.emit(run_line(row, cli.now(), spec, waits.get(row.run)))
        if rows:
            cells = [_cells(row, spec) for row, spec in zip(rows, specs, strict=True)]
            # A column for orders only where somebody gives orders.
            width = len(HEADERS) - (not any(line[-1] for line in cells))
            lines = [line[:width] for line in cells]
            cli.out.lines(table(HEADERS[:width], lines, columns=cli.out.wrap, spare=SPARE, wrapped=True))
        else:
            lost_journal = diagnose_empty_journal(context)
            none = "No run is of that kind." if states or operations else "There has been no run yet."
            cli.out.note(lost_journal or none, "yellow" if lost_journal else None)
        _print_damages(cli)
        for run, waiting in waits.items():
            cli.out.note(f"Run {run}: {waiting_words(waiting)}", "yellow")
        lost = [row.run for row in rows if row.state is RunState.INTERRUPTED]
        if lost:
            what = f"{count(len(lost), 'run')} interrupted: {names(lost)}."
            cli.out.note(f"{what} Resume with 'sicktui runs resume RUN'.", "yellow")
        return ExitCode.OK


def _print_damages(cli: CliContext, run: str | None = None) -> None:
    """Print what cannot be read of the journal, or of one run."""
    for damage in cli.context.journal.damages(of=run):
        cli.out.note(str(damage), "red")


def _cells(row: RunRow, spec: RunSpec | None) -> tuple[str, ...]:
    took = duration(seconds_between(row.started, row.finished)) if row.finished else "-"
    order = spec.order.key if spec and spec.order else ""
    pid = "-" if row.pid is None else str(row.pid)
    return (row.run, row.operation.value, row.state.value, moment(row.started), took, pid, order)


def show(common: Common, word: str) -> int:
    """Print a run from the journal; of a damaged one, what is readable."""
    with open_cli(common) as cli:
        run = cli.context.journal.resolve(word)
        try:
            devices = _headline(cli, run)
        except JournalDamaged:
            _history(cli, run, [])
            raise
        last = _history(cli, run, devices)
        _print_damages(cli, run)
        if isinstance(last, Summarised):
            return ExitCode.OK
        row = print_run(cli, run)
        if waiting := waiting_of(cli.context.journal, row):
            cli.out.note(waiting_words(waiting), "yellow")
        if row.state is RunState.INTERRUPTED:
            cli.out.note(f"Its runner is gone. Resume: sicktui runs resume {run}", "red")
        return ExitCode.OK


def _headline(cli: CliContext, run: str) -> list[str]:
    """Print what the run is. Returns its devices."""
    context = cli.context
    row = liveness(context, context.journal.row(run))
    spec = context.journal.spec(run)
    cli.out.line(f"Run {run}: {row.operation.value}, {row.state.value}", bold=True)
    cli.out.line(
        f"Started {moment(row.started)} by {spec.operator.user} on {spec.operator.host}"
        + (f" over SSH from {spec.operator.ssh_client}" if spec.operator.ssh_client else "")
    )
    if spec.retry_of is not None:
        cli.out.line(f"Retry of run {spec.retry_of}: its failed and unknown devices")
    if spec.order is not None:
        cli.out.line(f"Order {spec.order.key}")
    if spec.package is not None:
        cli.out.line(f"Package {spec.package.name}, SHA-256 {spec.package.sha256}")
    cli.out.line()
    return [item.device for item in spec.items]


def _history(cli: CliContext, run: str, devices: list[str]) -> Event | None:
    """Print the events of the run. Returns the last one; that of a run which is over is its summary."""
    last: Event | None = None
    printer = RunPrinter(cli.out, devices, planned=False)
    for event in every_event(cli.context.journal, run):
        cli.out.emit(event)
        printer.show(event)
        last = event
    print_summary(cli.out, printer.view)
    return last


def attach(common: Common, word: str) -> int:
    """Follow a run; returns its exit code."""
    with open_cli(common) as cli:
        run = resolve_run(cli.context, word, states=(RunState.RUNNING,))
        return asyncio.run(follow_run(cli, run, planned=False, ctrl_c_cancels=False))


def cancel(common: Common, word: str) -> int:
    """Ask a run to stop safely."""
    with open_cli(common) as cli:
        context = cli.context
        run = running(
            cli, word, otherwise="; there is nothing to cancel", resumed="Finish its sensors with {}."
        )
        request_cancel(context, run)
        after = _after_cancel(cli, run)
        print_run(cli, run)
        cli.out.note(after)
        return ExitCode.OK


def _after_cancel(cli: CliContext, run: str) -> str:
    """The state of the cancelled run: what it still waits for, once its runner has read the command."""
    come_back = f"Follow: sicktui runs attach {run}"
    deadline, heard = time.monotonic() + REACTION, False
    while time.monotonic() < deadline:
        view = RunView()
        for event in every_event(cli.context.journal, run):
            view = reduce(view, event)
        if view.finished:
            return f"Run {run} is {view.state.value}: {counts(view)}"
        # Once more after the command was read: what it interrupts gets its verdict a moment later.
        if heard and (waits := view.waited_for()):
            waiting = names([f"{device} ({step.value})" for device, step in waits.items()])
            return f"Run {run}: cancelling, waiting for {waiting}. {come_back}"
        heard = view.cancelling
        time.sleep(AGAIN)
    return f"Cancelling run {run}. Sensors that were written to are finished first. {come_back}"
