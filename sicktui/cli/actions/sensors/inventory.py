"""What ``sicktui devices import``, ``export`` and ``overview`` do."""

from pathlib import Path
from typing import Final

from sicktui.cli import files
from sicktui.cli.actions.sensors.devices import device_fact, save_list
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.engine.inventory.changes import ChangeKind, changes, summary
from sicktui.engine.inventory.entries import entries
from sicktui.engine.inventory.overview import FirmwareGroup, totals
from sicktui.engine.inventory.overview import overview as fleet
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.backups import ExportLine
from sicktui.model.lines.sensors import OverviewLine
from sicktui.model.wording import count, names
from sicktui.stores.config.device_files import ImportProblems, ListForm, form_of, import_devices, rendered_as
from sicktui.stores.disk.files import expand_path

OVERVIEW: Final = ("FAMILY", "MODEL", "FIRMWARE", "DEVICES", "STATE", "ON SHELF", "NAMES")
SPARE: Final = ("NAMES", "FAMILY", "ON SHELF")
"""Columns that a narrow terminal leaves out, the first one first."""


def import_file(common: Common, file: str, *, replace: bool, dry_run: bool = False) -> int:
    """Import the devices of a file into the list, after showing what changes."""
    path = files.given_file(file)
    with open_cli(common) as cli:
        before = cli.context.devices()
        try:
            devices, incoming = import_devices(before, path, replace=replace or dry_run)
        except ImportProblems as error:
            for problem in error.problems:
                cli.out.note(problem, "red")
            raise
        found = changes(before, devices, incoming)
        for change in found:
            device_fact(cli, devices.profiles[change.name], change=change.kind.value)
            if change.kind is not ChangeKind.UNCHANGED:
                cli.out.line(f"{change.name}: {change.kind.value}: {change.words}")
        if dry_run:
            cli.out.line(f"{summary(found)}. Nothing was saved.")
            return ExitCode.OK
        replaced = [change.name for change in found if change.kind is ChangeKind.CHANGED]
        if replaced and cli.declined(f"Replace {count(len(replaced), 'device')} ({names(replaced)})?"):
            return ExitCode.INTERRUPTED
        save_list(cli, devices)
        cli.out.line(f"Imported {count(len(incoming), 'device')}: {names(incoming)}.")
        return ExitCode.OK


def overview(common: Common) -> int:
    """Print the fleet by family, model and firmware, with what is behind the shelf."""
    with open_cli(common) as cli:
        groups = fleet(entries(cli.context), cli.context.shelf.entries())
        for group in groups:
            _group_fact(cli, group)
        if groups:
            cli.out.lines(
                table(OVERVIEW, [_group_cells(group) for group in groups], columns=cli.out.wrap, spare=SPARE)
            )
            cli.out.line()
            numbers = [f"{number} {state.words}" for state, number in totals(groups).items()]
            cli.out.line(f"{count(sum(len(g.devices) for g in groups), 'device')}: {', '.join(numbers)}.")
            cli.out.note("As last seen; 'sicktui status' reads the sensors again.")
        else:
            cli.out.note("The device list is empty. Add a device with 'sicktui devices add NAME ADDRESS'.")
        return ExitCode.OK


def _group_fact(cli: CliContext, group: FirmwareGroup) -> None:
    cli.out.emit(
        OverviewLine(
            ts=cli.now(),
            family=group.family or None,
            model=group.model or None,
            version=group.firmware or None,
            devices=list(group.devices),
            state=group.state.value,
            newest=group.newest.version if group.newest else None,
            package=group.newest.name if group.newest else None,
            approved=group.newest.approved if group.newest else None,
        )
    )


def _group_cells(group: FirmwareGroup) -> tuple[str, ...]:
    newest = "-"
    if group.newest is not None:
        newest = (group.newest.version or "-") + ("" if group.newest.approved else " (not approved)")
    known = (group.family, group.model, group.firmware) if group.family else ("not seen yet", "-", "-")
    return (*known, str(len(group.devices)), group.state.words, newest, names(group.devices))


def export(common: Common, file: str, *, form: str | None = None) -> int:
    """Write the device list, and what was seen of the sensors, to a file or to stdout."""
    chosen = (
        ListForm(form) if form else ListForm.TOML if files.is_stdout(common, file) else form_of(Path(file))
    )
    with open_cli(common) as cli:
        devices = cli.context.devices()
        seen = {entry.profile.name: entry.columns() for entry in entries(cli.context)}
        content = rendered_as(chosen, devices, seen)
        written = files.write(cli, file, content, count(len(devices.profiles), "device"))
        if written and file != files.STDOUT:
            cli.out.emit(
                ExportLine(ts=cli.now(), file=str(expand_path(file)), bytes=len(content), format=chosen.value)
            )
        return ExitCode.OK if written else ExitCode.INTERRUPTED
