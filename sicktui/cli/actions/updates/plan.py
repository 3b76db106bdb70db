"""What ``sicktui plan`` does, and the plan of an update: the package, the devices, the reasons."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.cli import files, lines
from sicktui.cli.actions.passwords.passphrase import unlock_passphrases
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.files import given_file
from sicktui.cli.options import Common
from sicktui.cli.tables import fitting, hanging, indented, row
from sicktui.cli.waiting import read_counted
from sicktui.engine.run.events import planned_event
from sicktui.engine.run.verdicts import plan_exit_code
from sicktui.engine.targets import ALL
from sicktui.engine.update.document import document_of, plan_again, targets_of, written
from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import Action, Code, Operation
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.package import Package
from sicktui.model.lines.runs import PlanWritten
from sicktui.model.run.document import PlanDocument
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.model.settings import Limits
from sicktui.model.spread.pace import pace_of
from sicktui.model.spread.stages import waves_of
from sicktui.model.wording import count, names
from sicktui.stores.disk.files import exists, expand_path
from sicktui.stores.packages.inspect import PackageError, ZippedPackage, inspect_package

HEADERS: Final = ("DEVICE", "PLAN", "FROM", "TO", "WHY")
MOST_OF_A_WAVE: Final = 8
"""Devices of a wave that are named."""
COLOURS: Final = {Action.UPDATE: "green", Action.SKIP: None, Action.REFUSE: "red"}


class UpdateArguments(Struct, frozen=True, kw_only=True):
    """The devices, package and options of an update, from the command line."""

    devices: tuple[str, ...]
    package: str
    expect_version: str | None = None
    allow_downgrade: bool = False
    force: bool = False
    allow_unapproved: bool = False
    backup: bool = True
    persist: bool = False

    def options(self) -> UpdateOptions:
        """The options, as the engine takes them."""
        return UpdateOptions(
            expect_version=self.expect_version,
            backup=self.backup,
            allow_downgrade=self.allow_downgrade,
            force=self.force,
            allow_unapproved=self.allow_unapproved,
            persist=self.persist,
            bulk=len(self.devices) > 1 or any(word == ALL or word.startswith("@") for word in self.devices),
        )


def plan(common: Common, request: UpdateArguments, *, output: str | None = None) -> int:
    """Show what an update would do, and write it to a file. Returns 4 if not one device may go."""
    with open_cli(common) as cli:
        to_stdout = output is not None and files.is_stdout(common, output)
        package = find_package(cli, request.package)
        items = make_plan(cli, request, package)
        waves = waves_in(cli, items)
        for item in items:
            cli.out.emit(planned_event(item, ts=cli.now(), wave=waves.get(item.device)))
            if item.action is Action.REFUSE:
                message = f"{item.device}: {item.message}"
                lines.blame(SicktuiError(message, advice=item.advice, code=item.reason))
        show_plan(cli, items, to_stderr=common.json or to_stdout)
        if output is not None and not _save(cli, request, items, package, output):
            return ExitCode.INTERRUPTED
        return plan_exit_code(items)


def waves_in(cli: CliContext, items: Sequence[PlanItem], limits: Limits | None = None) -> dict[str, str]:
    """The part of the run in which each device would start; empty if there is only one."""
    return waves_of(items, pace_of(limits or cli.context.settings.limits, Operation.UPDATE))


def _save(
    cli: CliContext,
    request: UpdateArguments,
    items: Sequence[PlanItem],
    package: Package | PackageError,
    output: str,
) -> bool:
    """Write the plan to a file; whether it was written.

    Raises:
        PackageError: there is no package, so it can never be executed.
    """
    if isinstance(package, PackageError):
        raise package
    content = written(document_of(cli.context, items, package, request.options()))
    if not files.write(cli, output, content, "the plan"):
        return False
    if output != files.STDOUT:
        path = str(expand_path(output))
        cli.out.emit(PlanWritten(ts=cli.now(), file=path, bytes=len(content), devices=len(items)))
    return True


def make_plan_again(
    cli: CliContext, document: PlanDocument, package: Package | PackageError
) -> list[PlanItem]:
    """Ask for missing passwords, read every sensor of a saved plan, and compare.

    Args:
        cli: the call.
        document: the plan that was saved.
        package: its package, or why it cannot be used.
    """
    targets = list(targets_of(cli.context, document).values())
    if isinstance(package, Package):
        cli.ask_passwords(targets)
        if document.options.backup:
            unlock_passphrases(cli, targets, warn=False)
        cli.out.note(f"Reading {count(len(targets), 'sensor')}...")
    plan = partial(plan_again, cli.context, document, package)
    return read_counted(cli, len(targets), lambda done: plan(on_item=done))


def make_plan(
    cli: CliContext, request: UpdateArguments, package: Package | PackageError, *, at_once: bool = False
) -> list[PlanItem]:
    """Ask for missing passwords, read every sensor. Returns the plan in the order of the devices.

    Args:
        cli: the call.
        request: the devices and options.
        package: the package, or why it cannot be used.
        at_once: whether the run follows without a question.

    Raises:
        ReaderGone: the reader of stdout is gone; nothing was begun.
    """
    targets = cli.targets(request.devices)
    if isinstance(package, Package):
        cli.ask_passwords(targets)
        if request.backup:
            unlock_passphrases(cli, targets, warn=False)
        cli.out.note(f"Reading {count(len(targets), 'sensor')}...")
    plan = partial(plan_update, cli.context, targets, package, request.options(), at_once=at_once)
    return read_counted(cli, len(targets), lambda done: plan(on_item=done))


def find_package(cli: CliContext, word: str) -> Package | PackageError:
    """The package of a file, or of the shelf by its name or id.

    A package in a zip is unpacked after a confirmation.

    Raises:
        UsageError: there is none.
    """
    path = expand_path(word)
    if not exists(path) and (shelved := _on_shelf(cli, word)) is not None:
        return shelved
    given_file(word, "package", code=Code.PACKAGE_UNREADABLE)
    try:
        return inspect_package(path)
    except ZippedPackage as error:
        return _unpacked(cli, path, error)
    except PackageError as error:
        return error


def _unpacked(cli: CliContext, path: Path, zipped: ZippedPackage) -> Package | PackageError:
    """The package in a zip, unpacked after a confirmation."""
    if not cli.common.yes and not cli.interactive:
        return PackageError(zipped.message, advice=f"{zipped.advice} Or use --yes.")
    if not cli.confirm(f"{zipped.message} Unpack it?"):
        return zipped
    try:
        package = inspect_package(path, unpack_to=cli.context.home.unpacked)
    except PackageError as error:
        return error
    cli.out.note(f"Unpacked {package.name} from {path.name}.")
    return package


def _on_shelf(cli: CliContext, word: str) -> Package | None:
    """The package of the shelf with this name or id; ``None`` if there is none."""
    shelf = cli.context.shelf
    try:
        return shelf.package(shelf.find(word))
    except UsageError:
        return None


def show_plan(
    cli: CliContext, items: Sequence[PlanItem], *, to_stderr: bool = False, limits: Limits | None = None
) -> None:
    """Print the plan for people: one line a device, then the advice for the refused ones, then the waves."""
    out = cli.out
    rows = [_cells(item) for item in items]
    widths = fitting([HEADERS, *rows])
    write = out.note if to_stderr else out.line
    write(row(HEADERS, widths), bold=True)
    for item, cells in zip(items, rows, strict=True):
        for line in hanging(cells, widths, out.wrap):
            write(line, COLOURS[item.action])
    for advice, devices in _advice(items).items():
        for line in indented(f"{names(devices)}: {advice}", columns=out.columns, first="-> ", rest="   "):
            write(line)
    for wave, devices in _by_wave(waves_in(cli, items, limits)).items():
        words = f"{wave[:1].upper()}{wave[1:]}: {names(devices, MOST_OF_A_WAVE)}"
        for line in indented(words, columns=out.columns, first="", rest="  "):
            write(line)
    write(summary(items))


def _by_wave(waves: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for device, wave in waves.items():
        found.setdefault(wave, []).append(device)
    return found


def _cells(item: PlanItem) -> tuple[str, ...]:
    return (item.device, item.action.value, item.from_version or "-", item.to_version or "-", item.message)


def _advice(items: Iterable[PlanItem]) -> dict[str, list[str]]:
    """Each advice once, with its devices."""
    groups: dict[str, list[str]] = {}
    for item in items:
        if item.advice:
            groups.setdefault(item.advice, []).append(item.device)
    return groups


def summary(items: Sequence[PlanItem]) -> str:
    """The plan in numbers: ``4 to update, 1 refused``."""
    number = {action: sum(item.action is action for item in items) for action in Action}
    parts = [
        f"{number[action]} {words}"
        for action, words in (
            (Action.UPDATE, "to update"),
            (Action.SKIP, "skipped"),
            (Action.REFUSE, "refused"),
        )
        if number[action]
    ]
    return ", ".join(parts) + "."
