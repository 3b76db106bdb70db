"""The stages of a run: the canaries, then wave after wave. A stage starts when the one before is done."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from sicktui.model.run.plan import PlanItem
from sicktui.model.settings import CANARY_MODELS
from sicktui.model.spread.pace import Member, Pace, members_of


class Stage(Struct, frozen=True, kw_only=True):
    """Sensors that may start side by side."""

    title: str
    """``the canaries``, ``wave 2``, ``wave 2 (hall-3)``."""
    devices: tuple[str, ...]
    canary: bool = False


def stages_of(pace: Pace, members: Sequence[Member]) -> tuple[Stage, ...]:
    """The stages in their order. Each sensor is in exactly one; none is empty."""
    first = _canaries(pace, members)
    canaries = [member for member in members if member.device in first]
    others = [member for member in members if member.device not in first]
    stages = [_stage("the canaries", canaries, canary=True)] if canaries else []
    waves = list(_waves(pace, others))
    for number, (name, wave) in enumerate(waves, start=1):
        title = f"wave {number}" if len(waves) > 1 else "the others" if canaries else "all"
        stages.append(_stage(f"{title} ({name})" if name else title, wave))
    return tuple(stages)


def waves_of(items: Sequence[PlanItem], pace: Pace) -> dict[str, str]:
    """The title of each device's stage, by device; empty if all may start side by side."""
    stages = stages_of(pace, members_of(items))
    return titles_of(stages) if len(stages) > 1 else {}


def titles_of(stages: Iterable[Stage]) -> dict[str, str]:
    """The title of each device's stage, by device."""
    return {device: stage.title for stage in stages for device in stage.devices}


def _stage(title: str, members: Iterable[Member], *, canary: bool = False) -> Stage:
    return Stage(title=title, devices=tuple(member.device for member in members), canary=canary)


def _canaries(pace: Pace, members: Sequence[Member]) -> frozenset[str]:
    likely = sorted(members, key=lambda member: member.idle)
    if pace.canary == CANARY_MODELS:
        of_kind: dict[str, str] = {}
        for member in likely:
            of_kind.setdefault(member.kind, member.device)
        return frozenset(of_kind.values())
    return frozenset(member.device for member in likely[: int(pace.canary)])


def _waves(pace: Pace, members: Sequence[Member]) -> Iterable[tuple[str, Sequence[Member]]]:
    """The waves, each with the name of what its sensors have in common; those that have none come last."""
    if not members:
        return
    if isinstance(pace.wave, int):
        size = pace.wave or len(members)
        for start in range(0, len(members), size):
            yield "", members[start : start + size]
        return
    by_name: dict[str, list[Member]] = {}
    for member in members:
        tag = member.tags[0] if member.tags else ""
        by_name.setdefault(tag if pace.wave == "tag" else member.segment or "", []).append(member)
    unnamed = by_name.pop("", None)
    yield from by_name.items()
    if unnamed:
        yield f"without a {pace.wave}", unnamed
