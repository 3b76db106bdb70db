"""What ``sicktui address`` does."""

import asyncio
from typing import Final

from sicktui.cli.actions.parameters import one_target
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import fitting, row
from sicktui.engine.address.change import AddressChanged, change_address
from sicktui.engine.address.plan import ChangePlan, Request, plan_change, read_address
from sicktui.engine.address.this_pc import ThisPc
from sicktui.model.address_change import Stage, back_words
from sicktui.model.addressing import Ipv4Config, rows_of
from sicktui.model.device import Target
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode

_STYLES: Final = {Verdict.FAILED: "red", Verdict.UNKNOWN: "yellow"}


def address(
    common: Common,
    word: str,
    *,
    ip: str | None,
    mask: str | None,
    gateway: str | None,
    dhcp: bool,
    outside: bool,
) -> int:
    """Show or set the address of one device.

    Returns 1 if the sensor does not show it, or is not at its new address and has saved it, 3 if that is not
    known, 4 if nothing was written.
    """
    request = Request(dhcp=dhcp, address=ip, mask=mask, gateway=gateway)
    with open_cli(common) as cli:
        target = one_target(cli, word)
        if request == Request():
            return _show(cli, target)
        return _set(cli, target, request, outside=outside)


def end_line(cli: CliContext, error: SicktuiError, code: ExitCode) -> ExitCode:
    """Print the contract's ``error`` line, the last one of a command that does not end with 0."""
    cli.out.fact(
        "error",
        cli.now(),
        code=error.code.value if error.code else None,
        message=error.message,
        advice=error.advice,
        exit_code=int(code),
    )
    return code


def _end(cli: CliContext, error: SicktuiError, code: ExitCode) -> ExitCode:
    cli.out.note(error.message, "red")
    if error.advice:
        cli.out.note(f"  -> {error.advice}")
    return end_line(cli, error, code)


def _show(cli: CliContext, target: Target) -> int:
    try:
        found = asyncio.run(read_address(cli.context, target, ThisPc(cli.context)))
    except SicktuiError as error:
        return _end(cli, error, ExitCode.FAILED)
    state = found.state
    cli.out.fact(
        "address",
        cli.now(),
        device=target.device,
        serial=found.identity.serial,
        mac=found.identity.mac,
        place=found.place,
        mode="dhcp" if state.config.dhcp else "static",
        address=state.config.address,
        mask=state.config.mask,
        gateway=state.config.gateway,
        effective=_triple(state.effective),
        fallback=None if state.retries_dhcp is None else "retry" if state.retries_dhcp else "static",
        scan_mode=state.scan_mode,
        scan_enabled=state.scan_enabled,
    )
    identity = found.identity
    cli.out.line(f"{target.device}: {identity.device_type or identity.name} {identity.label}", bold=True)
    rows = rows_of(state, found.place)
    widths = fitting(rows)
    cli.out.lines(f"  {row(cells, widths)}" for cells in rows)
    open_change = cli.context.address_changes.of_device(target.device)
    if open_change is not None:
        cli.out.note(open_change.words, "yellow")
    return ExitCode.OK


def _triple(config: Ipv4Config) -> dict[str, str]:
    return {"address": config.address, "mask": config.mask, "gateway": config.gateway}


def _set(cli: CliContext, target: Target, request: Request, *, outside: bool) -> int:
    lan = ThisPc(cli.context)
    cli.ask_passwords([target])
    try:
        plan = asyncio.run(plan_change(cli.context, target, request, lan))
        if not _confirmed(cli, target, plan, outside=outside):
            return ExitCode.INTERRUPTED
    except UsageError as error:
        end_line(cli, error, ExitCode.USAGE)
        raise
    except SicktuiError as error:
        return _end(cli, error, ExitCode.REFUSED)
    steps = _Steps(cli, target.device)
    try:
        done = asyncio.run(change_address(cli.context, target, plan, lan, on_stage=steps.begun))
    except KeyboardInterrupt:
        return _interrupted(cli, target)
    steps.ended("done" if done.verdict is Verdict.SUCCEEDED else "failed")
    return _print(cli, done)


def _confirmed(cli: CliContext, target: Target, plan: ChangePlan, *, outside: bool) -> bool:
    """Whether the operator has agreed, twice where this PC may not reach the new address.

    Raises:
        UsageError: there is no terminal to ask on.
    """
    for warning in plan.warnings:
        cli.out.note(warning, "yellow")
    if not plan.changes:
        return True
    question = f"Change the address of {target.device} from {plan.state.config.words} to {plan.wanted.words}?"
    if plan.outside and not outside:
        cli.out.note(plan.outside, "yellow")
        if cli.common.yes:
            raise UsageError(
                f"{plan.outside} Nothing was done.",
                advice="Use --outside-subnet as well, if that is meant.",
            )
        return not cli.declined(question, word=plan.wanted.address)
    return not cli.declined(question)


class _Steps:
    """Prints the stages of one device as they begin and end."""

    def __init__(self, cli: CliContext, device: str) -> None:
        self._cli = cli
        self._device = device
        self._stage: Stage | None = None

    def begun(self, stage: Stage, words: str) -> None:
        """A stage begins, so the one before is done."""
        self.ended("done")
        self._stage = stage
        self._print("started", words)
        self._cli.out.note(f"{self._device}: {words}")

    def ended(self, state: str) -> None:
        """The stage ends."""
        if self._stage is not None:
            self._print(state, "")
        self._stage = None

    def _print(self, state: str, detail: str) -> None:
        self._cli.out.fact(
            "step", self._cli.now(), device=self._device, step=self._stage, state=state, detail=detail
        )


def _interrupted(cli: CliContext, target: Target) -> int:
    """After Ctrl-C: what was begun, and what to do."""
    open_change = cli.context.address_changes.of_device(target.device)
    if open_change is None:
        cli.out.note("Interrupted. The sensor has its old address.")
        return ExitCode.INTERRUPTED
    return _end(
        cli,
        SicktuiError(open_change.words, advice=back_words(open_change.old), code=Code.INTERRUPTED),
        ExitCode.UNKNOWN,
    )


def _print(cli: CliContext, done: AddressChanged) -> int:
    cli.out.fact(
        "verdict",
        cli.now(),
        device=done.device,
        operation="address",
        verdict=done.verdict.value,
        code=done.code.value if done.code else None,
        message=done.message,
        advice=done.advice,
        seconds=round(done.seconds, 1),
        address=done.place or None,
    )
    cli.out.line(f"{done.device}: {done.message}", _STYLES.get(done.verdict))
    if done.advice:
        cli.out.line(f"  -> {done.advice}")
    if done.verdict is Verdict.SUCCEEDED:
        return ExitCode.OK
    code = ExitCode.FAILED if done.sent else ExitCode.REFUSED
    if done.verdict is Verdict.UNKNOWN:
        code = ExitCode.UNKNOWN
    return end_line(cli, SicktuiError(done.message, advice=done.advice, code=done.code), code)
