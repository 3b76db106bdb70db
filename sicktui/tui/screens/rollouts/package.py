"""Chooses the package of a rollout: of this PC's shelf, of the PCs' shelves, a file, or a SHA-256."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sicktui.engine.context import Context
from sicktui.fleet.selection import Pc
from sicktui.stores.disk.files import expand_path
from sicktui.stores.packages.zip import PACKAGE_ENDINGS
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.file_picker import FilePicker
from sicktui.tui.drawing.spans import Tone
from sicktui.tui.rows.rollouts.packages import (
    FLEET_PACKAGE_COLUMNS,
    FleetPackage,
    FleetPackageRow,
    package_rows,
)
from sicktui.tui.screens.update.package import read_package

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


class FleetPackagePicker(FilePicker[FleetPackage, FleetPackageRow]):
    """The answer is a package by its SHA-256: no file is sent, each PC uses its own copy.

    Args:
        appearance: how the dashboard looks.
        context: the shelf of this PC.
        pcs: the PCs that the rollout is for.
    """

    title_text = "Which package? Each PC uses its own copy"
    columns = FLEET_PACKAGE_COLUMNS
    empty = "No shelf has a package. Type or drop the path of one below, or its SHA-256."
    path_endings = PACKAGE_ENDINGS
    path_hint = "or the path of a package, or its SHA-256"

    def __init__(self, appearance: Appearance, context: Context, pcs: Sequence[Pc]) -> None:
        super().__init__(appearance, lambda: package_rows(context.shelf.entries(), pcs))
        self._engine_context = context

    def introduce(self) -> None:
        """Say that no file is sent."""
        words = "A PC whose shelf does not have it, approved, refuses its devices."
        self.show_problem(words, tone=Tone.DIM)

    def chosen(self, row: FleetPackageRow) -> None:
        """Answer with the package."""
        self.dismiss(row.package)

    def path_typed(self, path: str) -> None:
        """Take the SHA-256, or that of the file."""
        if _SHA256.fullmatch(path):
            known = {row.package.sha256: row.package for row in self.table.rows}
            self.dismiss(known.get(path.lower()) or FleetPackage(sha256=path.lower()))
        else:
            self.start(self._read_file(expand_path(path)), "reading the package")

    async def _read_file(self, path: Path) -> None:
        package = await read_package(self, self._engine_context, path)
        if package is not None:
            self.dismiss(FleetPackage(sha256=package.sha256, name=package.name, version=package.version))
