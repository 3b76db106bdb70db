"""What ``sicktui address`` does."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec import structs

from sicktui.cli.actions.network import commission
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.steps import Steps
from sicktui.cli.tables import fitting, row
from sicktui.engine.address.change import AddressChanged, change_address
from sicktui.engine.address.commission import SEARCH
from sicktui.engine.address.plan import AddressRequest, ChangePlan, plan_change
from sicktui.engine.address.read import read_address
from sicktui.engine.address.this_pc import ThisPc
from sicktui.model.device import Target
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode, exit_code_of
from sicktui.model.lines.base import line_of
from sicktui.model.lines.network import AddressLine, NetworkVerdict
from sicktui.model.network.addressing import NO_GATEWAY, Ipv4Config, check_static, completed, rows_of
from sicktui.model.network.commissioning import Entry
from sicktui.model.safe_text import clean
from sicktui.model.search.records import Sighting, plain_mac

STATIC: Final = "static"
RETRY: Final = "retry"
"""What a sensor does without a DHCP server: takes its static address, or asks again for ever."""
_MASK: Final = "255.255.255.0"
_STYLES: Final = {Verdict.FAILED: "red", Verdict.UNKNOWN: "yellow"}


class Wanted(NamedTuple):
    """What the options ask for."""

    ip: str | None
    mask: str | None
    gateway: str | None
    dhcp: bool
    fallback: str | None
    """``static`` or ``retry``."""
    outside: bool
    """The second yes to an address that this PC may not reach."""

    @property
    def request(self) -> AddressRequest:
        """The address that is asked for."""
        retries = None if self.fallback is None else self.fallback == RETRY
        return AddressRequest(
            dhcp=self.dhcp, address=self.ip, mask=self.mask, gateway=self.gateway, retries_dhcp=retries
        )


class AutoIpQuestion(NamedTuple):
    """How a sensor is asked by AutoIP."""

    wait: float
    port: int
    """TCP, of its REST API."""
    targets: tuple[str, ...]
    broadcast: bool


def address(common: Common, word: str | None, wanted: Wanted) -> int:
    """Show or set the address of one device.

    Returns 1 if the sensor does not show it, or is not at its new address and has saved it, 3 if that is not
    known, 4 if nothing was written.
    """
    if word is None:
        raise UsageError("No device was named.", advice="Name a DEVICE, or give --mac.")
    with open_cli(common) as cli:
        target = cli.target(word)
        if wanted.request == AddressRequest():
            return _show(cli, target)
        return _set(cli, target, wanted.request, outside=wanted.outside)


def by_mac(common: Common, text: str, word: str | None, wanted: Wanted, asked: AutoIpQuestion) -> int:
    """Show or set the address of the sensor with a MAC address, by AutoIP. Returns codes as ``address``."""
    mac = plain_mac(text)
    if mac is None:
        raise UsageError(
            f"'{clean(text, 40)}' is not a MAC address.", advice="Write it as 00:06:77:22:48:83."
        )
    if word is not None:
        raise UsageError("Both DEVICE and --mac were given.", advice="Use one of them.")
    if wanted.fallback is not None:
        raise UsageError("--fallback cannot be set by AutoIP.", advice="Use it with DEVICE.")
    wanted.request.check()
    with open_cli(common) as cli:
        lan = ThisPc(cli.context, targets=asked.targets, broadcast=asked.broadcast)
        if wanted.request == AddressRequest():
            return _show_heard(cli, mac, cli.read(lan.search(SEARCH)))
        if not (wanted.ip or wanted.dhcp):
            raise UsageError("No address was given.", advice="Use --ip or --dhcp.")
        before = Ipv4Config(dhcp=False, address=NO_GATEWAY, mask=_MASK)
        config = completed(before, address=wanted.ip, mask=wanted.mask, gateway=wanted.gateway)
        if wanted.dhcp:
            config = structs.replace(config, dhcp=True)
        else:
            check_static(config, loopback=lan.simulated)
        entries = [Entry(mac=mac, config=config)]
        question = f"Set the address of the sensor with the MAC address {mac} to {config.words}?"
        if not commission.agreed(cli, entries, lan, question, outside=wanted.outside):
            return ExitCode.INTERRUPTED
        return commission.run(cli, entries, lan, wait=asked.wait, port=asked.port)


def _show_heard(cli: CliContext, mac: str, heard: Sequence[Sighting]) -> int:
    """Print what a sensor reports of its address over AutoIP."""
    reply = next((each.reply for each in heard if each.mac == mac and each.reply), None)
    if reply is None:
        trouble = SicktuiError(
            f"No sensor with the MAC address {mac} answers a search.",
            advice="Check its cable, and that it is switched on. In EtherCoLaScanMode 2 it does not answer.",
            code=Code.UNREACHABLE,
        )
        return _end(cli, trouble, ExitCode.FAILED)
    cli.out.emit(
        AddressLine(
            ts=cli.now(),
            device=None,
            serial=reply.serial,
            mac=mac,
            place=reply.host,
            mode=None if reply.dhcp is None else "dhcp" if reply.dhcp else "static",
            address=reply.host,
            mask=reply.mask,
            gateway=reply.gateway,
            effective={"address": reply.host, "mask": reply.mask, "gateway": reply.gateway},
            fallback=None,
            scan_mode=None,
            scan_enabled=None,
            interrupted=None,
        )
    )
    cli.out.line(f"{reply.model or 'Sensor'} {reply.serial or mac}", bold=True)
    mode = "-" if reply.dhcp is None else "DHCP" if reply.dhcp else "static"
    rows = [
        ("mode", mode),
        ("address", reply.host or "-"),
        ("mask", reply.mask or "-"),
        ("gateway", reply.gateway or "-"),
    ]
    cli.out.lines(f"  {row(cells, fitting(rows))}" for cells in rows)
    return ExitCode.OK


def _end(cli: CliContext, error: SicktuiError, code: ExitCode) -> ExitCode:
    cli.out.warn(error.message, error.advice)
    return cli.end(error, code)


def _show(cli: CliContext, target: Target) -> int:
    try:
        found = cli.read(read_address(cli.context, target, ThisPc(cli.context)))
    except SicktuiError as error:
        return _end(cli, error, ExitCode.FAILED)
    state, retries = found.state, found.state.config.retries_dhcp
    cli.out.emit(
        AddressLine(
            ts=cli.now(),
            device=target.device,
            serial=found.identity.serial,
            mac=found.identity.mac,
            place=found.place,
            mode="dhcp" if state.config.dhcp else "static",
            address=state.config.address,
            mask=state.config.mask,
            gateway=state.config.gateway,
            effective=_triple(state.effective),
            fallback=None if retries is None else RETRY if retries else STATIC,
            scan_mode=state.scan_mode,
            scan_enabled=state.scan_enabled,
            interrupted=found.interrupted or None,
        )
    )
    identity = found.identity
    cli.out.line(f"{target.device}: {identity.device_type or identity.name} {identity.label}", bold=True)
    rows = rows_of(state, found.place)
    widths = fitting(rows)
    cli.out.lines(f"  {row(cells, widths)}" for cells in rows)
    if found.interrupted:
        cli.out.note(found.interrupted, "yellow")
    return ExitCode.OK


def _triple(config: Ipv4Config) -> dict[str, str | None]:
    return {"address": config.address, "mask": config.mask, "gateway": config.gateway}


def _set(cli: CliContext, target: Target, request: AddressRequest, *, outside: bool) -> int:
    lan = ThisPc(cli.context)
    cli.ask_passwords([target])
    try:
        plan = cli.read(plan_change(cli.context, target, request, lan))
        if not _confirmed(cli, target, plan, outside=outside):
            return ExitCode.INTERRUPTED
    except UsageError:
        raise
    except SicktuiError as error:
        return _end(cli, error, exit_code_of(error))
    steps = Steps(cli, target.device)
    try:
        done = asyncio.run(
            change_address(
                cli.context, target, plan, lan, on_stage=lambda stage, words: steps.begun(stage, words, words)
            )
        )
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
        question = f"{target.device} has this address already. Save all its present parameters?"
        return not cli.declined(question)
    old, new = plan.state.config.words_beside(plan.wanted), plan.wanted.words_beside(plan.state.config)
    question = f"Change the address of {target.device} from {old} to {new}?"
    if plan.outside and not outside:
        cli.out.note(plan.outside, "yellow")
        if cli.common.yes:
            raise UsageError(
                f"{plan.outside} Nothing was done.",
                advice="Use --outside-subnet as well, if that is meant.",
            )
        return not cli.declined(question, word=plan.wanted.address)
    return not cli.declined(question)


def _interrupted(cli: CliContext, target: Target) -> int:
    """After Ctrl-C: what was begun, and what to do."""
    open_change = cli.context.address_changes.of_device(target.device)
    if open_change is None:
        cli.out.note("Interrupted. The sensor has its old address.")
        return ExitCode.INTERRUPTED
    return _end(
        cli,
        SicktuiError(open_change.what, advice=open_change.advice, code=Code.INTERRUPTED),
        ExitCode.UNKNOWN,
    )


def _print(cli: CliContext, done: AddressChanged) -> int:
    cli.out.emit(
        line_of(
            NetworkVerdict,
            cli.now(),
            done,
            operation="address",
            seconds=round(done.seconds, 1),
            address=done.place or None,
        )
    )
    cli.out.result(f"{done.device}: {done.message}", done.advice, _STYLES.get(done.verdict))
    if done.verdict is Verdict.SUCCEEDED:
        return ExitCode.OK
    code = ExitCode.FAILED if done.sent else ExitCode.REFUSED
    if done.verdict is Verdict.UNKNOWN:
        code = ExitCode.UNKNOWN
    return cli.end(SicktuiError(done.message, advice=done.advice, code=done.code), code)
