"""Follows a run to its end and prints it, as JSON lines or for people."""

import asyncio
import contextlib
from typing import Final

from msgspec import UNSET

from sicktui.cli.actions.updates.run_printer import RunPrinter, print_summary
from sicktui.cli.context import CliContext
from sicktui.cli.signals import Interrupts
from sicktui.cli.tables import indented
from sicktui.engine.run.diagnosis import diagnose_runner_loss
from sicktui.engine.run.follow import follow, liveness, request_cancel
from sicktui.engine.run.history import known_spec, waiting_of
from sicktui.model.enums import RunState, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import Acted, Event, RunChanged, Summarised, Waiting
from sicktui.model.run.plan import RunSpec
from sicktui.model.run.view import RunView
from sicktui.stores.journal.rows import RunRow

READS: Final = frozenset({"create_backup"})
"""Acts that change only the sensor's backup file."""


def print_run(cli: CliContext, run: str) -> RunRow:
    """Print the ``run`` line of what holds now. Returns the run with its real state."""
    row = liveness(cli.context, cli.context.journal.row(run))
    journal = cli.context.journal
    cli.out.emit(run_line(row, cli.now(), known_spec(journal, run), waiting_of(journal, row)))
    return row


def run_line(row: RunRow, ts: str, spec: RunSpec | None, waiting: Waiting | None) -> RunChanged:
    """The contract's ``run`` line.

    Args:
        row: the run.
        ts: when the line is printed.
        spec: what it was asked to do, as far as that is known.
        waiting: what it waits for, as a whole.
    """
    return RunChanged(
        ts=ts,
        run=row.run,
        operation=row.operation,
        state=row.state,
        pid=row.pid,
        started=row.started,
        retry_of=(spec and spec.retry_of) or UNSET,
        order=spec.order.key if spec and spec.order else UNSET,
        waits_for=(waiting and waiting.waits_for) or UNSET,
        until=waiting.until if waiting else UNSET,
    )


class Follower:
    """One run, followed on this terminal.

    Args:
        cli: the call.
        run: the run's whole id.
        planned: whether the plan was printed already.
        ctrl_c_cancels: whether the first Ctrl-C cancels the run; otherwise it only stops following.
    """

    def __init__(self, cli: CliContext, run: str, *, planned: bool, ctrl_c_cancels: bool) -> None:
        self._cli = cli
        self._run = run
        devices = [item.device for item in cli.context.journal.spec(run).items]
        self._printer = RunPrinter(cli.out, devices, planned=planned)
        self._ctrl_c_cancels = ctrl_c_cancels
        self._last_run: tuple[RunState, int | None] | None = None
        self._summary: Summarised | None = None
        self._printed: Event | None = None
        self._wrote = False
        self._cancelled = False

    @property
    def view(self) -> RunView:
        """The run as followed up to now."""
        return self._printer.view

    async def follow(self, interrupts: Interrupts) -> int:
        """Print the run until it ends or this process leaves it.

        Returns:
            The exit code.
        """
        self._announce()
        consumer = asyncio.create_task(self._consume())
        try:
            while not consumer.done():
                heard = asyncio.create_task(interrupts.ctrl_c())
                await asyncio.wait({consumer, heard}, return_when=asyncio.FIRST_COMPLETED)
                if heard.done() and not consumer.done() and not await self._continues(ctrl_c=heard.result()):
                    return self._leave()
                heard.cancel()
            await consumer
        except SicktuiError as error:
            self._cli.out.note(f"Lost contact with the run: {error}", "red")
            return self._leave()
        finally:
            consumer.cancel()
            await asyncio.gather(consumer, return_exceptions=True)
        return self._end()

    def _announce(self) -> None:
        """The ``run`` line comes first, with the pid of the runner as it is now."""
        cli = self._cli
        row = print_run(cli, self._run)
        self._last_run = (row.state, row.pid)
        if row.state is RunState.RUNNING:
            text = f"Run {row.run} started. It continues if you close this terminal ('sicktui runs attach')."
            cli.out.lines(indented(text, columns=cli.out.columns, first=""))

    async def _consume(self) -> None:
        async for batch in follow(self._cli.context, self._run):
            for _, event in batch:
                self._print(event)

    def _print(self, event: Event) -> None:
        if isinstance(event, Acted) and event.act not in READS:
            self._wrote = True
        self._printer.show(event)
        if isinstance(event, Summarised):
            self._summary = event
        elif not isinstance(event, RunChanged) or self._is_new(event):
            self._cli.out.emit(event)
            self._printed = event

    def _is_new(self, event: RunChanged) -> bool:
        """Whether a ``run`` event is not printed yet."""
        now = (event.state, event.pid)
        if now == self._last_run or self._last_run is None:
            return False
        if event.state is RunState.RUNNING and (
            event.pid is None or self._last_run[0] is not RunState.RUNNING
        ):
            return False  # The history of a run whose present state was printed.
        self._last_run = now
        return True

    async def _continues(self, *, ctrl_c: bool) -> bool:
        """Handle a signal. Returns whether to continue following."""
        if not ctrl_c or self._cancelled or not self._ctrl_c_cancels:
            return False
        self._cancelled = True
        await asyncio.to_thread(request_cancel, self._cli.context, self._run)
        self._cli.out.note(
            "Cancelling the run. Sensors not yet written to stop now; the others are finished safely. "
            "Press Ctrl-C again to leave the run in the background.",
            "yellow",
        )
        return True

    def _leave(self) -> int:
        """Stop following. The run continues, or is over and only its end was not read."""
        if self._summary is not None:
            return self._summary.exit_code
        with contextlib.suppress(SicktuiError):  # a journal that is lost is reported already
            print_run(self._cli, self._run)
        self._cli.out.note(f"Run {self._run} continues. Reattach: sicktui runs attach {self._run}")
        if self._cancelled and not self._wrote:
            return ExitCode.INTERRUPTED
        return self._undecided()

    def _undecided(self) -> int:
        failed = self.view.counts()[Verdict.FAILED]
        return ExitCode.FAILED if failed else ExitCode.UNKNOWN

    def _end(self) -> int:
        cli = self._cli
        print_summary(cli.out, self.view)
        summary = self._summary
        if summary is None:
            cli.out.note(
                f"The runner of {self._run} stopped before the run finished (log: "
                f"{cli.context.home.log / f'runner-{self._run}.log'}). Check the sensors with "
                f"'sicktui status', then resume with 'sicktui runs resume {self._run}'.",
                "red",
            )
            for why in diagnose_runner_loss(cli.context, self._run):
                cli.out.note(why, "red")
            if not isinstance(self._printed, RunChanged):
                print_run(cli, self._run)
            summary = self._without_end()
        cli.out.emit(summary)
        return summary.exit_code

    def _without_end(self) -> Summarised:
        """The summary of a run that has none, from the verdicts reached so far."""
        row = self._cli.context.journal.row(self._run)
        return Summarised(
            ts=self._cli.now(),
            run=self._run,
            operation=row.operation,
            verdicts={verdict: number for verdict, number in self.view.counts().items() if number},
            exit_code=self._undecided(),
        )


async def follow_run(cli: CliContext, run: str, *, planned: bool, ctrl_c_cancels: bool) -> int:
    """Follow a run from its first event. Returns the exit code."""
    with Interrupts() as interrupts:
        follower = Follower(cli, run, planned=planned, ctrl_c_cancels=ctrl_c_cancels)
        return await follower.follow(interrupts)
