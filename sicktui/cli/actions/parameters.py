"""What ``sicktui get``, ``set`` and ``find-me`` do."""

import asyncio
from collections.abc import Sequence

from sicktui.cli.options import Common
from sicktui.cli.session import Session, open_session
from sicktui.engine.parameters.compare import leaves, shown
from sicktui.engine.parameters.write import WritePlan, plan_write, read_parameter, write_parameter
from sicktui.engine.parameters.write import find_me as let_blink
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.sensor.errors import OutcomeUnknown


def get(common: Common, word: str, name: str) -> int:
    """Print one parameter. Returns 1 if the sensor does not tell it."""
    with open_session(common) as session:
        target = one_target(session, word)
        try:
            value = asyncio.run(read_parameter(session.context, target, name))
        except UsageError:
            raise
        except SicktuiError as error:
            return complain(session, target, error)
        session.out.fact("parameter", session.now(), device=target.device, name=name, value=value)
        if isinstance(value, str):
            session.out.line(value)
        else:
            found = leaves(name, value)
            session.out.lines(
                shown(part) if len(found) == 1 else f"{path} = {shown(part)}" for path, part in found.items()
            )
        return ExitCode.OK


def write(common: Common, word: str, name: str, text: str, *, persist: bool) -> int:
    """Write one parameter. Returns 1 if the sensor did not take it, 3 if nobody knows."""
    with open_session(common) as session:
        target = one_target(session, word)
        session.ask_passwords([target])
        plan = asyncio.run(plan_write(session.context, target, name, text))
        for warning in plan.warnings:
            session.out.note(warning, "yellow")
        if (plan.changes or persist) and not session.confirm(_question(target, plan, persist=persist)):
            session.out.note("Nothing was done.")
            return ExitCode.INTERRUPTED
        try:
            written = asyncio.run(write_parameter(session.context, target, name, plan.new, persist=persist))
        except OutcomeUnknown as error:
            complain(session, target, error)
            return ExitCode.UNKNOWN
        except SicktuiError as error:
            return complain(session, target, error)
        session.out.fact(
            "parameter",
            session.now(),
            device=target.device,
            name=name,
            value=written.new,
            old=written.old,
            changed=written.changed,
            persisted=written.persisted,
        )
        session.out.line(str(written))
        _tell_saved(session, written.persisted, changed=written.changed)
        return ExitCode.OK


def _question(target: Target, plan: WritePlan, *, persist: bool) -> str:
    saved = " and save it" if persist else ""
    return f"Change {plan.name} of {target.device} from {shown(plan.old)} to {shown(plan.new)}{saved}?"


def _tell_saved(session: Session, persisted: bool | None, *, changed: bool) -> None:
    if persisted:
        session.out.note("Saved: it survives a power cycle.")
    elif persisted is False:
        session.out.note(
            "The sensor has no call to save it: it may be lost at the next power cycle.", "yellow"
        )
    elif changed:
        session.out.note("Not saved: it may be lost at the next power cycle (--persist saves it).")


def find_me(common: Common, words: Sequence[str], seconds: int) -> int:
    """Let sensors blink. Returns 1 if one of them does not."""
    with open_session(common) as session:
        targets = session.targets(words)
        return max(asyncio.run(_blink(session, targets, seconds)), default=ExitCode.OK)


async def _blink(session: Session, targets: Sequence[Target], seconds: int) -> list[int]:
    async def one(target: Target) -> int:
        try:
            await let_blink(session.context, target, seconds)
        except SicktuiError as error:
            return complain(session, target, error)
        session.out.fact("find_me", session.now(), device=target.device, seconds=seconds)
        session.out.line(f"{target.device} blinks for {seconds} s.")
        return ExitCode.OK

    return list(await asyncio.gather(*(one(target) for target in targets)))


def one_target(session: Session, word: str) -> Target:
    """The one device that a word means.

    Raises:
        UsageError: it means several.
    """
    targets = session.targets([word])
    if len(targets) != 1:
        raise UsageError(
            f"{word} means {len(targets)} devices, and this is for one.", advice="Name one device."
        )
    return targets[0]


def complain(session: Session, target: Target, error: SicktuiError) -> int:
    """Say what went wrong with a device. Returns 1."""
    session.out.fact(
        "problem",
        session.now(),
        device=target.device,
        code=error.code.value if error.code else None,
        message=error.message,
        advice=error.advice,
    )
    session.out.note(f"{target.device}: {error.message}", "red")
    if error.advice:
        session.out.note(f"  -> {error.advice}")
    return ExitCode.FAILED
