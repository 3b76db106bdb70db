"""What ``sicktui firmware`` does: the shelf of packages."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET

from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.files import given_file
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.packages import PackageLine
from sicktui.model.wording import names, size
from sicktui.stores.packages.inspect import ZippedPackage
from sicktui.stores.packages.shelf import ShelfEntry, same_version

HEADERS: Final = ("ID", "NAME", "VERSION", "SIZE", "APPROVED", "SOURCE", "ADDED BY")
SPARE: Final = ("ADDED BY", "SOURCE", "SIZE", "VERSION")
"""Columns that a narrow terminal leaves out, the first one first."""


def list_packages(common: Common) -> int:
    """List the packages on the shelf."""
    with open_cli(common) as cli:
        entries = cli.context.shelf.entries()
        for entry in entries:
            package_fact(cli, entry)
        if entries:
            cli.out.lines(
                table(HEADERS, [_cells(entry) for entry in entries], columns=cli.out.wrap, spare=SPARE)
            )
        else:
            cli.out.note("The shelf is empty. Add a package with 'sicktui firmware add FILE'.")
        return ExitCode.OK


def _cells(entry: ShelfEntry) -> tuple[str, ...]:
    approved = f"by {entry.approved_by}" if entry.approved else "no"
    approved += f" for {', '.join(entry.models)}" if entry.approved and entry.models else ""
    source = entry.source or "-"
    return (entry.id, entry.name, entry.version or "-", size(entry.size), approved, source, entry.added_by)


def package_fact(cli: CliContext, entry: ShelfEntry, *, removed: bool = False) -> None:
    """The contract's ``package`` line, and what should be known of the package."""
    shelf = cli.context.shelf
    twins = [] if removed else same_version(entry, shelf.entries())
    trouble = "" if removed else shelf.trouble(entry)
    cli.out.emit(
        line_of(
            PackageLine,
            cli.now(),
            entry,
            bytes=entry.size,
            removed=True if removed else UNSET,
            same_version=[other.sha256 for other in twins] or UNSET,
            trouble=trouble or UNSET,
        )
    )
    if twins:
        others = names([f"{other.name} ({other.id})" for other in twins])
        cli.out.note(
            f"{entry.name} ({entry.id}) has the same version as {others}, but different bytes. Compare their "
            "SHA-256 with the vendor's, and approve each for its models (--for), or remove one.",
            "yellow",
        )
    if trouble:
        cli.out.note(f"{entry.name} ({entry.id}): {trouble}. Remove it, then add it again.", "red")


def add(common: Common, file: str, version: str | None) -> int:
    """Copy a package to the shelf; one in a zip after a confirmation."""
    with open_cli(common) as cli:
        path = given_file(file, "package", code=Code.PACKAGE_UNREADABLE)
        before = {entry.sha256 for entry in cli.context.shelf.entries()}
        try:
            entry = cli.context.shelf.add(path, version=version)
        except ZippedPackage as zipped:
            if not cli.confirm(f"{zipped.message} Unpack it?"):
                raise
            entry = cli.context.shelf.add(path, version=version, unpack=True)
        package_fact(cli, entry)
        known = f"version {entry.version}" if entry.version else "unknown version (set it with --version)"
        done = "Already on the shelf" if entry.sha256 in before else "Added"
        cli.out.line(f"{done}: {entry.id}  {entry.name}, {size(entry.size)}, {known}.")
        return ExitCode.OK


def approve(common: Common, word: str, models: Sequence[str] = (), *, note: str | None = None) -> int:
    """Approve a package, perhaps for some models only."""
    empty = next((model for model in models if not model.strip()), None)
    if empty is not None:
        raise UsageError("--for needs a model.", advice="Name one, such as picoScan150.")
    with open_cli(common) as cli:
        if common.json and not common.yes and not cli.interactive:
            raise UsageError(
                "An approval by a script needs --yes. Nothing was approved.",
                advice="Compare the SHA-256 with the vendor's first.",
            )
        entry = cli.context.shelf.approve(word, models or None, note=note)
        package_fact(cli, entry)
        only = f" for {', '.join(entry.models)}" if entry.models else ""
        cli.out.line(f"Approved: {entry.id}  {entry.name}{only}.")
        return ExitCode.OK


def remove(common: Common, word: str) -> int:
    """Remove a package from the shelf."""
    with open_cli(common) as cli:
        entry = cli.context.shelf.find(word)
        if cli.declined(f"Remove {entry.name} ({entry.id}) from the shelf?"):
            return ExitCode.INTERRUPTED
        cli.context.shelf.remove(entry.sha256)
        package_fact(cli, entry, removed=True)
        cli.out.line(f"Removed: {entry.id}  {entry.name}.")
        return ExitCode.OK
