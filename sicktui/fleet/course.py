"""A rollout as far as it has come: pure, so that a coordinator that was killed comes to the same answers.

Who may start is answered by the rule of every run (``sicktui.model.spread``); this module turns its answer
into orders, and results into what the rule asks for. Moments are seconds of the database's clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct, structs

from sicktui.engine.run.verdicts import exit_code_for
from sicktui.fleet.bounds import Moment
from sicktui.fleet.records import Ask, DeviceResult, Item, OrderResult, OrderSpec, RolloutSpec
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.version import matches
from sicktui.model.spread.pace import Member
from sicktui.model.spread.rule import Ended, Hold, SoFar, StartDecision, decide, spent
from sicktui.model.spread.stages import stages_of

LONGEST_WAIT: Final = 60.0
"""Seconds until a rollout looks again, whatever it waits for: a message that wakes it may be lost."""
_SHORTEST_WAIT: Final = 0.2


OrderState = Literal["given", "ended", "overdue"]


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict that a device has in the rollout."""

    device: str
    """``pc/device``."""
    result: DeviceResult
    at: Moment
    order: str | None = None
    overdue: bool = False
    """It is unknown because its order has no result and its deadline is over."""
    late: bool = False
    """It came after the deadline, and replaced the unknown one."""

    @property
    def pc(self) -> str:
        """The PC that reaches it."""
        return self.device.partition("/")[0]


class GivenOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that was given, and what became of it."""

    order: str
    pc: str
    wave: int
    devices: tuple[str, ...]
    given: Moment
    ended: Moment | None = None
    overdue: bool = False
    run: str | None = None
    head: str | None = None
    exit_code: int | None = None

    @property
    def state(self) -> OrderState:
        """Whether it has its result, or is past its deadline without one."""
        return "ended" if self.ended is not None else "overdue" if self.overdue else "given"

    def with_result(self, result: OrderResult, at: float) -> "GivenOrder":
        """The same once its result has come."""
        return structs.replace(self, ended=at, run=result.run, head=result.head, exit_code=result.exit_code)


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the coordinator publishes of a rollout."""

    rollout: str
    state: str
    """``running``, ``waiting``, ``finished`` or ``cancelled``."""
    at: Moment
    wave: int = 0
    waves: int = 1
    waits_for: str | None = None
    message: str = ""
    until: Moment | None = None
    orders: tuple[GivenOrder, ...] = ()
    verdicts: tuple[Held, ...] = ()

    @property
    def over(self) -> bool:
        """Whether every device has its verdict."""
        return self.state in ("finished", "cancelled")


class Course:
    """One rollout. Feed it what was seen, and ask what comes next.

    Args:
        spec: the rollout.
    """

    def __init__(self, spec: RolloutSpec) -> None:
        self.spec = spec
        going = [item for item in spec.items if not item.refused]
        self.members = [_member(item, spec.ask) for item in going]
        # How many sensors work at once is a limit of each PC.
        self.pace = structs.replace(spec.pace, jobs=max(1, len(going)))
        self.stages = stages_of(self.pace, self.members)
        self._stage = {device: n for n, stage in enumerate(self.stages, start=1) for device in stage.devices}
        self.orders: dict[str, GivenOrder] = {}
        self.held: dict[str, Held] = {}
        self.absent: Mapping[str, str] = {}
        """The PCs that take no orders now, and why."""
        self._asked: float | None = None
        self._cancelled = False
        self._decision = StartDecision()
        for item in spec.items:
            if item.refused:
                self.held[item.device] = Held(device=item.device, result=_refused(item), at=0.0)

    @property
    def open_orders(self) -> list[GivenOrder]:
        """The orders without a result; also those past their deadline."""
        return [order for order in self.orders.values() if order.ended is None]

    def hear(self, results: Iterable[OrderResult], now: float) -> None:
        """Take in results. One that was heard before changes nothing."""
        for result in results:
            order = self.orders.get(result.order)
            if order is None or order.ended is not None:
                continue
            self.orders[order.order] = order.with_result(result, now)
            self.held |= {held.device: held for held in _verdicts(order, result, now)}

    def expire(self, now: float) -> None:
        """Give the devices of orders that are past their deadline the verdict unknown."""
        for order in self.open_orders:
            if order.overdue or now < order.given + self.spec.deadline:
                continue
            self.orders[order.order] = structs.replace(order, overdue=True)
            for name in order.devices:
                device = f"{order.pc}/{name}"
                self.held[device] = Held(
                    device=device, result=_overdue(order, name), at=now, order=order.order, overdue=True
                )

    def step(
        self, now: float, *, approvals: Sequence[float] = (), cancelled: bool = False
    ) -> list[OrderSpec]:
        """What is ordered now. Devices that do not start any more get their verdict.

        Args:
            now: the time.
            approvals: when the rollout was approved. One from before it was asked for has no effect.
            cancelled: whether it was cancelled.
        """
        self._cancelled = cancelled
        approved = self._asked is not None and any(at > self._asked for at in approvals)
        self._decision = decision = decide(self.pace, self.members, self._so_far(now, approved=approved))
        for device, end in decision.ends.items():
            result = DeviceResult(
                device=device.partition("/")[2],
                verdict=end.verdict,
                code=end.code,
                message=end.message,
                advice=end.advice,
            )
            self.held[device] = Held(device=device, result=result, at=now)
        pause = decision.pause
        if self._asked is None and pause is not None and pause.hold is Hold.APPROVAL and not self._working():
            self._asked = now
        return [self._give(pc, wave, devices, now) for (pc, wave), devices in self._parts().items()]

    def patience(self, now: float) -> float:
        """Seconds until the answer may be another, if nothing happens before."""
        moments = [order.given + self.spec.deadline for order in self.open_orders if not order.overdue]
        if self._decision.until is not None:
            moments.append(self._decision.until)
        return min(LONGEST_WAIT, max(_SHORTEST_WAIT, min(moments, default=now + LONGEST_WAIT) - now))

    def progress(self, now: float) -> Progress:
        """What is published."""
        over = len(self.held) == len(self.spec.items)
        pause = None if over or self._working() else self._decision.pause
        state = "running" if pause is None else "waiting"
        return Progress(
            rollout=self.spec.rollout,
            state=("cancelled" if self._cancelled else "finished") if over else state,
            at=now,
            wave=max((order.wave for order in self.orders.values()), default=0),
            waves=max(1, len(self.stages)),
            waits_for=pause.hold.value if pause else None,
            message=pause.words if pause else self._missed(),
            until=pause.until if pause else None,
            orders=tuple(self.orders.values()),
            verdicts=tuple(self.held[item.device] for item in self.spec.items if item.device in self.held),
        )

    def _missed(self) -> str:
        """The PCs that do not take their orders, in words."""
        waits = {order.pc for order in self.open_orders if not order.overdue} & self.absent.keys()
        return "; ".join(f"{pc} {self.absent[pc]}, its order waits" for pc in sorted(waits))

    def _so_far(self, now: float, *, approved: bool) -> SoFar:
        return SoFar(
            now=now,
            working=frozenset(self._working()),
            ended=self._ended(),
            approved=approved,
            cancelled=self._cancelled,
        )

    def _ended(self) -> dict[str, Ended]:
        """The members that have their verdict. What the plan of its PC refused was not begun."""
        return {
            device: Ended(
                verdict=held.result.verdict,
                code=held.result.code,
                at=held.at,
                refused=held.result.refused and held.result.verdict is Verdict.FAILED,
            )
            for device, held in self.held.items()
            if device in self._stage
        }

    def _working(self) -> set[str]:
        """Devices that are ordered and have no verdict."""
        ordered = {f"{order.pc}/{name}" for order in self.open_orders for name in order.devices}
        return ordered - self.held.keys()

    def _parts(self) -> dict[tuple[str, int], list[str]]:
        """What the decision starts, by PC and wave.

        A device that waits only for another of its segment goes with that one: the PC's own run, by the same
        rule, lets them be away one after the other.
        """
        segment = {member.device: member.segment for member in self.members}
        starting = {segment[device] for device in self._decision.start} - {None}
        following = {
            device
            for device, wait in self._decision.waits.items()
            if wait.hold is Hold.SEGMENT and segment[device] in starting
        }
        parts: dict[tuple[str, int], list[str]] = defaultdict(list)
        for member in self.members:
            if member.device in following or member.device in self._decision.start:
                parts[member.device.partition("/")[0], self._stage[member.device]].append(member.device)
        return parts

    def _give(self, pc: str, wave: int, devices: list[str], now: float) -> OrderSpec:
        key = f"{self.spec.rollout}-{wave}-{pc}"
        part = sum(order.pc == pc and order.wave == wave for order in self.orders.values())
        order = GivenOrder(
            order=f"{key}.{part + 1}" if part else key,
            pc=pc,
            wave=wave,
            devices=tuple(device.partition("/")[2] for device in devices),
            given=now,
        )
        self.orders[order.order] = order
        return OrderSpec(
            order=order.order,
            rollout=self.spec.rollout,
            pc=pc,
            wave=wave,
            devices=order.devices,
            ask=self.spec.ask,
            max_failures=self._budget_left(),
            given=now,
            not_after=now + self.spec.deadline,
        )

    def _budget_left(self) -> int | None:
        failures, budget = spent(self.pace, len(self.members), self._ended().values())
        return None if budget is None else max(1, budget - failures)


def exit_code(spec: RolloutSpec, progress: Progress) -> int:
    """The exit code of a rollout, by the rules of a run: 4 if every order, too, was refused by its PC."""
    refused = all(order.exit_code == ExitCode.REFUSED for order in progress.orders)
    if refused and all(held.result.verdict is Verdict.FAILED for held in progress.verdicts):
        return ExitCode.REFUSED
    return exit_code_for([(held.result.verdict, held.result.code) for held in progress.verdicts])


def with_late(
    spec: RolloutSpec, progress: Progress, results: Iterable[tuple[OrderResult, float]]
) -> Progress:
    """The progress with results that came after the rollout was over, each marked as late.

    Args:
        spec: the rollout.
        progress: as its coordinator published it last.
        results: what the PCs have delivered, each with its moment.
    """
    orders = {order.order: order for order in progress.orders}
    held = {each.device: each for each in progress.verdicts}
    for result, at in results:
        order = orders.get(result.order)
        if order is None or order.ended is not None:
            continue
        orders[order.order] = order.with_result(result, at)
        held |= {each.device: each for each in _verdicts(order, result, at)}
    return structs.replace(
        progress,
        orders=tuple(orders.values()),
        verdicts=tuple(held[item.device] for item in spec.items if item.device in held),
    )


def _verdicts(order: GivenOrder, result: OrderResult, now: float) -> list[Held]:
    """One verdict for each device of the order, whatever its PC sent."""
    found = {each.device: each for each in result.verdicts}
    return [
        Held(
            device=f"{order.pc}/{name}",
            result=found.get(name) or _missing(order, name),
            at=now,
            order=order.order,
            late=order.overdue,
        )
        for name in order.devices
    ]


def _member(item: Item, ask: Ask) -> Member:
    return Member(
        device=item.device,
        kind=item.model,
        tags=item.tags,
        segment=f"{item.pc}/{item.segment}" if item.segment else None,
        idle=is_pinned(item, ask) or is_current(item, ask),
    )


def is_current(item: Item, ask: Ask) -> bool:
    """Whether the PC skips it because it runs the package already, by what was published."""
    expected = ask.expect_version if ask.operation is Operation.UPDATE and not ask.force else None
    return bool(expected and item.version and matches(item.version, expected))


def is_pinned(item: Item, ask: Ask) -> bool:
    """Whether the PC skips it because its profile pins another version, by what was published."""
    if ask.operation is not Operation.UPDATE or not ask.bulk or item.pin is None:
        return False
    return not (ask.expect_version and matches(ask.expect_version, item.pin))


def _refused(item: Item) -> DeviceResult:
    return DeviceResult(
        device=item.name, verdict=Verdict.FAILED, code=item.code, message=item.refused, advice=item.advice
    )


def _overdue(order: GivenOrder, name: str) -> DeviceResult:
    return DeviceResult(
        device=name,
        verdict=Verdict.UNKNOWN,
        code=Code.UNREACHABLE,
        message=f"{order.pc} has not reported the order {order.order} before its deadline.",
        advice=f"Check whether 'sicktui fleet worker' runs on {order.pc}. Its result is taken when it comes.",
    )


def _missing(order: GivenOrder, name: str) -> DeviceResult:
    return DeviceResult(
        device=name,
        verdict=Verdict.UNKNOWN,
        code=Code.PROTOCOL_ERROR,
        message=f"The result of the order {order.order} has no verdict for this device.",
        advice=f"Check 'sicktui runs list' on {order.pc}.",
    )
