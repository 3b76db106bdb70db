"""Everything that the report of a rollout shows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.reports.causes import Cause, group_by_cause
from sicktui.engine.reports.words import option_words
from sicktui.fleet.course import GivenOrder, Held, OrderState, Progress, exit_code
from sicktui.fleet.database import Rollout
from sicktui.fleet.records import Act, Ask, Item, RolloutSpec
from sicktui.model.clock import timestamp_of
from sicktui.model.enums import Operation, Verdict, count_verdicts
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.safe_text import clean, clean_or_none
from sicktui.model.spread.pace import pace_words
from sicktui.model.wording import count, duration

_TEXT: Final = 2000


class ActFacts(Struct, frozen=True, kw_only=True):
    """What a person did with the rollout."""

    act: str
    given_by: str
    at: str
    role: str
    """The login that the database saw, and the address below."""
    client: str | None


class OrderFacts(Struct, frozen=True, kw_only=True):
    """One PC's part of a wave, and the record of its run."""

    order: str
    pc: str
    wave: int
    state: OrderState
    devices: tuple[str, ...]
    given: str
    ended: str | None
    run: str | None
    chain_head: str | None
    """``None``: there was no run, or its record was not intact."""


class DeviceFacts(Struct, frozen=True, kw_only=True):
    """One device's part in the rollout. All texts are cleaned."""

    device: str
    """``pc/device``."""
    model: str
    serial: str | None = None
    published_version: str | None = None
    """What its PC had published when the rollout was ordered. It may be old: no sensor was read for it."""
    from_version: str | None = None
    """What its PC has read before the update."""
    to_version: str | None = None
    verdict: Verdict | None = None
    code: str | None = None
    message: str = ""
    advice: str = ""
    at: str | None = None
    """When the coordinator had the verdict."""
    late: bool = False
    """Whether it came after the deadline, and replaced an unknown one."""
    overdue: bool = False
    """Whether it is unknown because its order has no result."""
    seconds: float | None = None
    downtime_seconds: float | None = None
    backup: str | None = None
    backup_sha256: str | None = None
    package_sha256: str | None = None
    order: str | None = None
    run: str | None = None


class RolloutFacts(Struct, frozen=True, kw_only=True):
    """A rollout as its report shows it. All texts are cleaned."""

    rollout: str
    operation: Operation
    state: str
    ordered: str
    finished: str | None
    given_by: str
    package_sha256: str | None
    expect_version: str | None
    options: tuple[str, ...]
    wave: int
    waves: int
    verdicts: dict[Verdict, int]
    exit_code: int | None
    acts: tuple[ActFacts, ...]
    orders: tuple[OrderFacts, ...]
    devices: tuple[DeviceFacts, ...]
    causes: tuple[Cause, ...]

    @property
    def open(self) -> int:
        """The number of devices without a verdict."""
        return sum(device.verdict is None for device in self.devices)


def rollout_facts(found: Rollout, acts: Iterable[Act]) -> RolloutFacts:
    """The facts of a rollout.

    Args:
        found: the rollout, and how far it is.
        acts: what people did with it.
    """
    spec = found.spec
    progress = found.progress or Progress(rollout=spec.rollout, state="ordered", at=0.0)
    held = {each.device: each for each in progress.verdicts}
    orders = {each.order: each for each in progress.orders}
    reached = [held[item.device] for item in spec.items if item.device in held]
    return RolloutFacts(
        rollout=clean(spec.rollout),
        operation=spec.ask.operation,
        state=clean(progress.state),
        ordered=clean(spec.created),
        finished=_finished(progress),
        given_by=clean(str(spec.operator)),
        package_sha256=spec.ask.package,
        expect_version=clean_or_none(spec.ask.expect_version),
        options=tuple(_options(spec)),
        wave=progress.wave,
        waves=progress.waves,
        verdicts=count_verdicts(each.result.verdict for each in reached),
        exit_code=exit_code(spec, progress) if progress.over else None,
        acts=tuple(_act(act) for act in acts),
        orders=tuple(_order(order) for order in progress.orders),
        devices=tuple(_device(item, held.get(item.device), orders) for item in spec.items),
        causes=tuple(group_by_cause(_verdict(spec, each) for each in reached)),
    )


def _finished(progress: Progress) -> str | None:
    """When the last verdict came."""
    moments = [held.at for held in progress.verdicts if held.at]
    return timestamp_of(max(moments)) if progress.over and moments else None


def _options(spec: RolloutSpec) -> Sequence[str]:
    words = option_words(_options_of(spec.ask)) if spec.ask.operation is Operation.UPDATE else []
    words += pace_words(spec.pace)
    if spec.pace.max_failures is not None:
        words.append(f"stop starting at {spec.pace.max_failures} failed or unknown on all PCs")
    words += [f"{spec.ask.jobs} at once on each PC"] if spec.ask.jobs else []
    return [*words, f"orders end after {duration(spec.deadline)}"]


def _options_of(ask: Ask) -> UpdateOptions:
    """What each PC is asked for, without the version, which the report shows by itself."""
    return UpdateOptions(
        backup=ask.backup, allow_downgrade=ask.allow_downgrade, force=ask.force, persist=ask.persist
    )


def _act(act: Act) -> ActFacts:
    return ActFacts(
        act=clean(act.act),
        given_by=clean(act.given_by),
        at=timestamp_of(act.at),
        role=clean(act.role),
        client=clean_or_none(act.client),
    )


def _order(order: GivenOrder) -> OrderFacts:
    return OrderFacts(
        order=clean(order.order),
        pc=clean(order.pc),
        wave=order.wave,
        state=order.state,
        devices=tuple(clean(name) for name in order.devices),
        given=timestamp_of(order.given),
        ended=None if order.ended is None else timestamp_of(order.ended),
        run=clean_or_none(order.run),
        chain_head=clean_or_none(order.head),
    )


def _device(item: Item, held: Held | None, orders: Mapping[str, GivenOrder]) -> DeviceFacts:
    if held is None:
        return DeviceFacts(
            device=clean(item.device), model=clean(item.model), published_version=clean_or_none(item.version)
        )
    result = held.result
    order = orders.get(held.order or "")
    return DeviceFacts(
        device=clean(item.device),
        model=clean(item.model),
        serial=clean_or_none(result.serial),
        published_version=clean_or_none(item.version),
        from_version=clean_or_none(result.from_version),
        to_version=clean_or_none(result.to_version),
        verdict=result.verdict,
        code=result.code.value if result.code else None,
        message=clean(result.message, _TEXT),
        advice=clean(result.advice, _TEXT),
        at=timestamp_of(held.at) if held.at else None,
        late=held.late,
        overdue=held.overdue,
        seconds=result.seconds or None,
        downtime_seconds=result.downtime_seconds,
        backup=clean_or_none(result.backup),
        backup_sha256=clean_or_none(result.backup_sha256 or result.sha256),
        package_sha256=clean_or_none(result.package_sha256),
        order=clean_or_none(held.order),
        run=clean_or_none(order.run) if order else None,
    )


def _verdict(spec: RolloutSpec, held: Held) -> VerdictReached:
    """A verdict as the causes of a run take it."""
    result = held.result
    return VerdictReached(
        ts="",
        run="",
        device=clean(held.device),
        operation=spec.ask.operation,
        verdict=result.verdict,
        code=result.code,
        message=clean(result.message, _TEXT),
        advice=clean(result.advice, _TEXT),
        seconds=result.seconds,
    )


def headline(facts: RolloutFacts) -> str:
    """What the report is about."""
    pcs = {device.device.partition("/")[0] for device in facts.devices}
    what = facts.operation.value.capitalize()
    return f"{what} {facts.rollout} on {count(len(pcs), 'PC')}"
