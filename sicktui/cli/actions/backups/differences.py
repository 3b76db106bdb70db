"""Prints differences of parameters: of a diff, and those that a write would make."""

from collections.abc import Iterable, Mapping
from typing import Final

from sicktui.cli.context import CliContext
from sicktui.cli.tables import table
from sicktui.engine.parameters.compare import Comparison, Difference, shown
from sicktui.model.lines.base import line_of
from sicktui.model.lines.parameters import DifferenceLine, DiffLine
from sicktui.model.snapshot import NOT_THERE
from sicktui.model.wording import count

_MOST_ALIKE: Final = 8
"""Parameters that are named one by one; more that share a reason are counted."""


def diff_facts(
    cli: CliContext, device: str, drift: Comparison, *, before: str | None, after: str | None
) -> None:
    """A ``difference`` line for each difference, and the ``diff`` line.

    ``before`` and ``after`` are the ids of what was compared; ``None``: the sensor as it is, or a file.
    """
    difference_facts(cli, device, drift.differences)
    number = len(drift.differences)
    line = line_of(DiffLine, cli.now(), drift, device=device, before=before, after=after, different=number)
    cli.out.emit(line)


def difference_facts(cli: CliContext, device: str, differences: Iterable[Difference]) -> None:
    """A ``difference`` line for each."""
    for difference in differences:
        more = {"device": device, "parameter": difference.path, "change": difference.kind}
        cli.out.emit(line_of(DifferenceLine, cli.now(), difference, **more))


def difference_table(
    cli: CliContext, differences: Iterable[Difference], headers: tuple[str, str, str]
) -> None:
    """The differences as a table, if there are any."""
    if rows := [_cells(difference) for difference in differences]:
        cli.out.lines(table(headers, rows, columns=cli.out.wrap, wrapped=True))


def _cells(difference: Difference) -> tuple[str, ...]:
    return (
        difference.path,
        "-" if difference.kind == "new" else shown(difference.before),
        "-" if difference.kind == "gone" else shown(difference.after),
    )


def not_compared(cli: CliContext, drift: Comparison) -> None:
    """What could not be compared, by its reason."""
    unread = {name: why for name, why in drift.not_compared.items() if why != NOT_THERE}
    for why, names in _by_reason(unread).items():
        if len(names) > _MOST_ALIKE:
            cli.out.note(f"Not compared: {len(names)} parameters, each because {why}.")
        else:
            cli.out.note(f"Not compared: {', '.join(names)}: {why}.")
    lacking = len(drift.not_compared) - len(unread)
    if lacking:
        cli.out.note(f"Not compared: {count(lacking, 'parameter')} that this firmware does not have.")


def _by_reason(unread: Mapping[str, str]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for name, why in unread.items():
        reasons.setdefault(why, []).append(name)
    return reasons
