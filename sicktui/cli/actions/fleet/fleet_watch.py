"""What ``sicktui fleet attach``, ``status`` and ``list`` do."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final, cast

import msgspec
from msgspec import UNSET

from sicktui.cli.actions.fleet.fleet_shared import chosen_rollout, open_fleet
from sicktui.cli.context import CliContext
from sicktui.cli.options import Common
from sicktui.cli.signals import Interrupts
from sicktui.cli.tables import indented, table
from sicktui.fleet.course import GivenOrder, Held, Progress, exit_code
from sicktui.fleet.records import RolloutSpec
from sicktui.model.clock import timestamp_of
from sicktui.model.enums import Operation, Verdict
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.fleet import (
    ActLine,
    FleetStep,
    FleetSummary,
    FleetUpdateState,
    FleetVerdict,
    OrderLine,
    PcLine,
    RolloutLine,
    RolloutState,
)
from sicktui.model.wording import count, duration, moment

if TYPE_CHECKING:
    from sicktui.fleet.database import Database, Rollout
    from sicktui.fleet.records import Parcel
    from sicktui.fleet.selection import Pc

EVENTS: Final[dict[str, type[FleetStep | FleetUpdateState]]] = {
    "step": FleetStep,
    "update_state": FleetUpdateState,
}
OF_UPDATES: Final = ("from_version", "to_version", "package_sha256", "downtime_seconds")
OF_BACKUPS: Final = ("sha256", "bytes")
"""Keys of a verdict that only one of the operations has."""
AGAIN: Final = 0.5
"""Seconds between two looks at a rollout that is followed."""
PCS: Final = ("PC", "STATE", "SICKTUI", "REPORTED", "DEVICES", "ORDERS")
ROLLOUTS: Final = ("ROLLOUT", "STATE", "WAVE", "DEVICES", "ORDERED", "BY")
VERDICTS: Final = ("PC", "DEVICE", "VERDICT", "CODE", "VERSION", "MESSAGE")


def attach(common: Common, word: str) -> int:
    """Follow a rollout; returns its exit code."""
    with open_fleet(common) as (cli, database):
        return follow(cli, database, chosen_rollout(word, database.rollouts()))


def status(common: Common, word: str | None) -> int:
    """Show the PCs and their state; with a rollout, everything about it."""
    with open_fleet(common) as (cli, database):
        if word is None:
            return _show_pcs(cli, list(database.pcs().values()))
        rollout = chosen_rollout(word, database.rollouts())
        found = database.rollout(rollout)
        spec, progress = found.spec, found.progress
        cli.out.emit(rollout_line(spec, progress, cli.now()))
        cli.out.lines(indented(_headline(spec, progress), columns=cli.out.columns, first="", rest="  "))
        for act in database.acts(rollout):
            at = timestamp_of(act.at)
            cli.out.emit(line_of(ActLine, cli.now(), act, rollout=rollout, at=at))
            where = f" from {act.client}" if act.client else ""
            words = f"{act.act} by {act.given_by}, {moment(at)} (role {act.role}{where})"
            cli.out.lines(indented(words, columns=cli.out.columns, rest="    "))
        if progress is not None:
            for order in progress.orders:
                _show_order(cli, spec, order)
            _show_verdicts(cli, spec, progress)
        return ExitCode.OK


def list_rollouts(common: Common) -> int:
    """List every rollout, the newest first."""
    with open_fleet(common) as (cli, database):
        rows = []
        for rollout, found in database.rollouts().items():
            line = rollout_line(found.spec, found.progress, cli.now())
            cli.out.emit(line)
            wave = f"{line.wave} of {line.waves}"
            rows.append((rollout, line.state, wave, str(line.devices), moment(line.started), line.given_by))
        if rows:
            cli.out.lines(table(ROLLOUTS, rows, columns=cli.out.wrap, spare=("BY",)))
        else:
            cli.out.note("There was no rollout yet.")
        return ExitCode.OK


def follow(cli: CliContext, database: "Database", rollout: str) -> int:
    """Print what happens to a rollout until it is over. Returns its exit code.

    A signal, and a reader of stdout that goes away, leave it, and it goes on: 3, or 1 if a device has failed.
    """
    return asyncio.run(_follow(cli, database, rollout))


async def _follow(cli: CliContext, database: "Database", rollout: str) -> int:
    with Interrupts() as interrupts:
        ended = asyncio.create_task(_to_the_end(cli, database, rollout))
        left = asyncio.create_task(interrupts.ctrl_c())
        await asyncio.wait({ended, left}, return_when=asyncio.FIRST_COMPLETED)
        (left if ended.done() else ended).cancel()
        await asyncio.wait({ended, left})
        return _leave(cli, database, rollout) if ended.cancelled() else ended.result()


async def _to_the_end(cli: CliContext, database: "Database", rollout: str) -> int:
    from sicktui.fleet import desk  # noqa: PLC0415  of the extra

    printed, clock, told = _Printed(cli), cli.context.clock, False
    began = clock.monotonic()
    while True:
        found = database.rollout(rollout)
        if not told and (words := desk.unclaimed(found, clock.monotonic() - began)):
            cli.out.note(words)
            told = True
        spec, progress = found.spec, found.progress
        printed.show_events(spec, progress, database.events(rollout, printed.parcel))
        printed.show(spec, progress)
        if progress is not None and progress.over:
            return _summarise(cli, spec, progress)
        await asyncio.sleep(AGAIN)


def _leave(cli: CliContext, database: "Database", rollout: str) -> int:
    found = print_rollout(cli, database, rollout)
    cli.out.note(f"The rollout goes on. Follow: sicktui fleet attach {rollout}")
    failed = any(each.result.verdict is Verdict.FAILED for each in found.verdicts)
    return ExitCode.FAILED if failed else ExitCode.UNKNOWN


def print_rollout(cli: CliContext, database: "Database", rollout: str) -> "Rollout":
    """Print the line of what holds now of a rollout."""
    found = database.rollout(rollout)
    cli.out.emit(rollout_line(found.spec, found.progress, cli.now()))
    return found


def rollout_line(spec: RolloutSpec, progress: Progress | None, ts: str) -> RolloutLine:
    """The line about a rollout."""
    return RolloutLine(
        ts=ts,
        rollout=spec.rollout,
        state=cast("RolloutState", "ordered" if progress is None else progress.state),
        operation=spec.ask.operation,
        wave=0 if progress is None else progress.wave,
        waves=1 if progress is None else progress.waves,
        waits_for=None if progress is None else progress.waits_for,
        message="" if progress is None else progress.message,
        started=spec.created,
        given_by=str(spec.operator),
        devices=len(spec.items),
    )


class _Printed:
    """What has been printed of a rollout, so that each thing is printed once."""

    def __init__(self, cli: CliContext) -> None:
        self._cli = cli
        self._state: object = None
        self.parcel = 0
        """The number of the last parcel of lines."""
        self._lines: dict[str, int] = {}
        self._orders: dict[str, GivenOrder] = {}
        self._verdicts: dict[str, Held] = {}

    def show_events(self, spec: RolloutSpec, progress: Progress | None, parcels: "list[Parcel]") -> None:
        """Print the lines that its orders have sent, each once: a worker that was killed sends them again."""
        pcs = {order.order: order.pc for order in (progress.orders if progress else ())}
        for parcel in parcels:
            if parcel.order not in pcs:
                return  # the coordinator reports the order in a moment
            self.parcel = parcel.number
            known = self._lines.get(parcel.order, 0)
            for line in parcel.lines[max(0, known - parcel.first) :]:
                self._event(spec, pcs[parcel.order], line)
            self._lines[parcel.order] = max(known, parcel.first + len(parcel.lines))

    def _event(self, spec: RolloutSpec, pc: str, line: dict[str, object]) -> None:
        kind = EVENTS.get(str(line.get("kind")))
        if kind is None:
            return  # verdicts come with the result
        of_fleet = {"v": 1, "rollout": spec.rollout, "pc": pc}
        try:
            event = msgspec.convert({"detail": "", **line, **of_fleet}, kind)
        except msgspec.ValidationError:
            return  # of a newer program
        self._cli.out.emit(event)
        if self._cli.out.verbose and isinstance(event, FleetStep):
            self._cli.out.note(f"  {pc}/{event.device}: {event.step.value} {event.state.value}")

    def show(self, spec: RolloutSpec, progress: Progress | None) -> None:
        """Print what is new."""
        if progress is None:
            return
        state = (progress.state, progress.wave, progress.waits_for)
        if state != self._state:
            self._state = state
            self._cli.out.emit(rollout_line(spec, progress, self._cli.now()))
            self._cli.out.note(_headline(spec, progress))
        for order in progress.orders:
            if self._orders.get(order.order) != order:
                self._orders[order.order] = order
                _show_order(self._cli, spec, order)
        for held in progress.verdicts:
            if self._verdicts.get(held.device) != held:
                self._verdicts[held.device] = held
                self._cli.out.emit(_verdict(spec, progress, held, self._cli.now()))
                _print_verdict(self._cli, held)


def _show_pcs(cli: CliContext, pcs: "list[Pc]") -> int:
    rows = []
    for pc in pcs:
        cli.out.emit(
            PcLine(
                ts=cli.now(),
                pc=pc.name,
                state=pc.state,
                protocol=pc.protocol,
                version=pc.version,
                silence=round(pc.silence, 1),
                devices=len(pc.inventory.devices),
                orders=pc.inventory.orders,
            )
        )
        reported = f"{duration(pc.silence)} ago"
        orders = ", ".join(pc.inventory.orders) or "-"
        rows.append((pc.name, pc.words, pc.version, reported, str(len(pc.inventory.devices)), orders))
    if rows:
        cli.out.lines(table(PCS, rows, columns=cli.out.wrap, spare=("ORDERS",)))
    else:
        cli.out.note("No PC has reported yet. Start 'sicktui fleet worker' on each.")
    return ExitCode.OK


def _headline(spec: RolloutSpec, progress: Progress | None) -> str:
    if progress is None:
        return f"{spec.rollout}: ordered; no coordinator has taken it up yet"
    waits = f": {progress.message}" if progress.message else ""
    return f"{spec.rollout}: {progress.state}, wave {progress.wave} of {progress.waves}{waits}"


def _show_order(cli: CliContext, spec: RolloutSpec, order: GivenOrder) -> None:
    cli.out.emit(line_of(OrderLine, cli.now(), order, rollout=spec.rollout))
    run = f" (run {order.run})" if order.run else ""
    cli.out.note(f"  order {order.order} {order.state}{run}: {', '.join(order.devices)}")


def _show_verdicts(cli: CliContext, spec: RolloutSpec, progress: Progress) -> None:
    rows = []
    for held in progress.verdicts:
        cli.out.emit(_verdict(spec, progress, held, cli.now()))
        result = held.result
        message = f"late: {result.message}" if held.late else result.message
        version = result.to_version or "-"
        rows.append((held.pc, result.device, result.verdict.value, result.code or "-", version, message))
    spare = ("CODE", "VERSION")
    cli.out.lines(table(VERDICTS, rows, columns=cli.out.wrap, spare=spare, wrapped=True))


def _verdict(spec: RolloutSpec, progress: Progress, held: Held, ts: str) -> FleetVerdict:
    left_out = OF_BACKUPS if spec.ask.operation is Operation.UPDATE else OF_UPDATES
    run = next((order.run for order in progress.orders if order.order == held.order), None)
    return line_of(
        FleetVerdict,
        ts,
        held.result,
        **dict.fromkeys(left_out, UNSET),
        run=run,
        rollout=spec.rollout,
        pc=held.pc,
        operation=spec.ask.operation,
        order=held.order,
        late=held.late,
    )


def _print_verdict(cli: CliContext, held: Held) -> None:
    result = held.result
    colour = {Verdict.FAILED: "red", Verdict.UNKNOWN: "yellow", Verdict.SUCCEEDED: "green"}.get(
        result.verdict
    )
    late = " (late)" if held.late else ""
    cli.out.result(f"{held.device}: {result.verdict.value}{late}. {result.message}", result.advice, colour)


def _summarise(cli: CliContext, spec: RolloutSpec, progress: Progress) -> int:
    counted = Counter(held.result.verdict for held in progress.verdicts)
    code = exit_code(spec, progress)
    cli.out.emit(
        FleetSummary(
            ts=cli.now(),
            operation=spec.ask.operation,
            rollout=spec.rollout,
            verdicts=dict(counted),
            exit_code=code,
        )
    )
    words = ", ".join(f"{number} {verdict.value}" for verdict, number in counted.items())
    cli.out.note(f"{spec.rollout}: {count(len(progress.verdicts), 'device')}: {words}")
    return code
