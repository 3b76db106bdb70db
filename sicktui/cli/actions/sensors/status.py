"""What ``sicktui status`` does: reads each sensor once.

JSON lines come as the sensors answer; rows come in the order of the devices, each as soon as those before it
are printed. A sensor that is looked for at other addresses comes last.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

from msgspec import UNSET, UnsetType, structs

from sicktui.cli import lines
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common, all_if_none
from sicktui.cli.tables import RowByRow, hanging, width
from sicktui.cli.waiting import ReadCounter
from sicktui.engine.discovery.lost import find_moved, wanted
from sicktui.engine.metrics.publish import Fresh, publish
from sicktui.engine.observe import observe
from sicktui.engine.plan.base import MAX_READS_AT_ONCE
from sicktui.engine.run.follow import running
from sicktui.model.clock import timestamp
from sicktui.model.device import SOON_EXPIRED, Observation, Target
from sicktui.model.enums import Code, DeviceStatus
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.run.event import StatusRead
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names

_T = TypeVar("_T")

HEADERS: Final = ("DEVICE", "SENSOR", "MODEL", "VERSION", "SERIAL", "UPDATE STATE", "HEALTH", "HTTPS")
IN_LINES: Final = (
    "Name a command instead: 'sicktui update', 'backup' and 'restore' print their run line by line, "
    "'sicktui runs attach' one that is at work; 'sicktui --help' lists all."
)
"""What to use where there is no dashboard."""
_WIDTHS: Final = (0, 12, 14, 10, 10, 13, 8, 3)
"""The least widths: rows are printed before all of them are known."""
_SPARE: Final = ("HTTPS", "SENSOR", "MODEL")
"""Columns that a narrow terminal leaves out, the first one first."""
_ALARMING: Final = (DeviceStatus.FATAL_ERROR, DeviceStatus.RECOVERABLE_ERROR, DeviceStatus.SERVICE_REQUIRED)


def status(common: Common, words: Sequence[str]) -> int:
    """Read and print devices. Returns 1 if one of them could not be read."""
    with open_cli(common) as cli:
        return _status(cli, words)


def instead_of_dashboard(common: Common, why: str) -> int:
    """Print the devices where the dashboard cannot be shown. Returns what ``status`` does.

    Raises:
        UsageError: the dashboard was expected, as ``--plain`` was not given. The devices are printed first.
    """
    with open_cli(common) as cli:
        if common.plain or cli.context.devices().profiles:
            code = _status(cli, ())
        for each in running(cli.context):
            cli.out.note(f"Run {each.run} is at work. Follow it: sicktui runs attach {each.run}")
    if not common.plain:
        raise UsageError(why, advice=IN_LINES)
    cli.out.note(IN_LINES)
    return code


def _status(cli: CliContext, words: Sequence[str]) -> int:
    targets = cli.targets(all_if_none(words))
    try:
        seen = cli.read(_look(cli, targets))
    finally:
        cli.out.overwrite("")
    publish(cli.context, Fresh(observations=tuple(seen)))
    lost = [observation.device for observation in seen if observation.problem or not observation.reachable]
    others = [observation.device for observation in seen if observation.other]
    if others:
        cli.out.note(f"Another sensor than the profile's answers for {names(others)}.")
    if unread := len(lost) - len(others):
        cli.out.note(f"{unread} of {count(len(seen), 'device')} could not be read.")
    return ExitCode.FAILED if lost else ExitCode.OK


async def _look(cli: CliContext, targets: Sequence[Target]) -> list[Observation]:
    longest = max((width(target.device) for target in targets), default=0)
    table = RowByRow(HEADERS, (longest, *_WIDTHS[1:]), columns=cli.out.wrap, spare=_SPARE)
    cli.out.line(table.head, bold=True)
    reading = ReadCounter(cli.out, len(targets))
    reading.show()
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

    rows: InOrder[Observation] = InOrder([target.device for target in targets])

    def show(observation: Observation) -> None:
        line = status_line(observation, cli.now())
        if observation.problem or not observation.reachable:
            code = Code(line.code) if isinstance(line.code, str) else None
            lines.blame(SicktuiError(f"{observation.device}: {line.message}", code=code))
        cli.out.emit(line)

    async def one(target: Target) -> Observation:
        async with gate:
            observation = await observe(cli.context, target)
        elsewhere = _may_be_elsewhere(cli, observation, target)
        if not elsewhere:
            show(observation)
        reading.clear()
        for row in rows.known(target.device, None if elsewhere else observation):
            _print(cli, row, table, longest)
        reading.done()
        return observation

    seen = list(await asyncio.gather(*(one(target) for target in targets)))
    lost = [
        target
        for target, observation in zip(targets, seen, strict=True)
        if _may_be_elsewhere(cli, observation, target)
    ]
    if lost:
        cli.out.note(f"Looking for {names([target.device for target in lost])} at other addresses...")
        moved = await find_moved(cli.context, lost)
        gone = {target.device for target in lost}
        seen = [structs.replace(each, moved_to=moved.get(each.device, "")) for each in seen]
        for observation in seen:
            if observation.device in gone:
                show(observation)
                _print(cli, observation, table, longest)
    return seen


class InOrder(Generic[_T]):
    """Puts what becomes known in the order of the devices.

    Args:
        devices: their names, in that order.
    """

    def __init__(self, devices: Sequence[str]) -> None:
        self._devices = devices
        self._next = 0
        self._known: dict[str, _T | None] = {}

    def known(self, device: str, observation: _T | None) -> Iterator[_T]:
        """A device is known. Yields what can be printed now; ``None``: nothing of this device."""
        self._known[device] = observation
        while self._next < len(self._devices) and self._devices[self._next] in self._known:
            following = self._known.pop(self._devices[self._next])
            self._next += 1
            if following is not None:
                yield following


def _may_be_elsewhere(cli: CliContext, observation: Observation, target: Target) -> bool:
    """Whether the sensor may have left its address, and can be looked for."""
    away = observation.other is not None or not observation.reachable
    return away and bool(wanted(cli.context, [target]))


def status_line(observation: Observation, ts: str) -> StatusRead:
    """The contract's ``status`` line."""
    identity = observation.identity or observation.other
    health, https = observation.health.status, observation.https
    return StatusRead(
        ts=ts,
        device=observation.device,
        reachable=observation.reachable,
        name=identity.name if identity else None,
        model=identity.device_type if identity else None,
        version=identity.version if identity else None,
        serial=identity.serial if identity else None,
        update_state=None if observation.update_state is None else observation.update_state.value,
        health=health.label if health is not None else None,
        auth=observation.auth.value if observation.auth else None,
        https=https.enabled if https and (https.enabled or https.trouble) else UNSET,
        certificate_expires=timestamp(https.expires) if https and https.expires else UNSET,
        message=_words(observation),
        code=observation.code or UNSET,
        problem=_problem(observation),
        moved_to=observation.moved_to or UNSET,
    )


def _words(observation: Observation) -> str:
    if observation.moved_to:
        name, place = clean(observation.device, 64), clean(observation.moved_to)
        return (
            f"{observation.problem} The sensor answers at {place} now. Change its profile: "
            f"'sicktui devices edit {name} --address {place}'."
        ).strip()
    return f"{observation.problem} {observation.advice}".strip() or observation.remarks


def _problem(observation: Observation) -> str | UnsetType:
    if observation.other is not None:
        return "other_sensor"
    if observation.moved_to:
        return "moved"
    return "changed_sensor" if observation.earlier is not None else UNSET


def _print(cli: CliContext, observation: Observation, table: RowByRow, longest: int) -> None:
    if observation.identity is None:
        word = "NO ANSWER" if not observation.reachable else "NOT READ"
        words = _words(observation)
        # The sentence about another sensor begins with that.
        trouble = (observation.device, words if observation.other else f"{word}: {words}")
        for line in hanging(trouble, (max(longest, len(HEADERS[0])), 0), cli.out.wrap):
            cli.out.line(line, "red")
        return
    identity, state, https = observation.identity, observation.update_state, observation.https
    now = cli.context.clock.now()
    cells = (
        observation.device,
        identity.name,
        identity.device_type or "-",
        identity.version,
        identity.serial or "-",
        "-" if state is None else f"{state.value} {state.label}",
        observation.health.label,
        "-" if https is None else https.words(now),
    )
    left = None if https is None else https.days_left(now)
    alarming = (
        observation.earlier is not None
        or observation.health.status in _ALARMING
        or (left is not None and left < SOON_EXPIRED)
    )
    for line in table.rows(cells, _words(observation)):
        cli.out.line(line, "yellow" if alarming else None)
