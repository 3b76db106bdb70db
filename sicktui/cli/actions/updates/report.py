"""What ``sicktui runs report`` does: make the report of a run, print it or write it to a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from sicktui.cli import files
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.reports.as_json import report_record
from sicktui.engine.reports.document import ReportForm, form_of, read_facts, render
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import Line
from sicktui.model.lines.runs import ReportWritten
from sicktui.stores.disk.files import display_path, expand_path


class Made(Struct, frozen=True):
    """A report in all its forms."""

    what: str
    """``the report of run ...``."""
    render: Callable[[ReportForm], bytes]
    record: Callable[[], dict[str, Any]]
    """The object that ``--json`` prints."""
    written: Callable[[ReportForm, Path, int], Line]
    """The line about its file, of that size."""


def report(common: Common, word: str, *, form: str | None, output: str | None) -> int:
    """Print the report of a run, or write it to a file."""
    check(common, form, output)
    with open_cli(common) as cli:
        run = cli.context.journal.resolve(word)
        facts = read_facts(cli.context, run)

        def written(form: ReportForm, path: Path, size: int) -> Line:
            return ReportWritten(ts=cli.now(), run=run, format=form.value, file=str(path), bytes=size)

        made = Made(
            f"the report of run {run}",
            lambda form: render(facts, form),
            lambda: report_record(facts),
            written,
        )
        return hand_over(cli, common, made, form=form, output=output)


def check(common: Common, form: str | None, output: str | None) -> None:
    """Refuse a form that cannot go where it is wanted, before anything is read.

    Raises:
        UsageError: stdout is for JSON, or the form is not known.
    """
    if not _to_stdout(output):
        _form(form, output)
    elif common.json and form not in (None, ReportForm.JSON):
        raise UsageError(
            f"With --json only JSON goes to stdout, and the report is wanted as {form}.",
            advice="Write it to a file with --output FILE, or leave out --json.",
        )


def hand_over(cli: CliContext, common: Common, made: Made, *, form: str | None, output: str | None) -> int:
    """Print a report, or write it to a file."""
    if output is None or _to_stdout(output):
        if common.json:
            cli.out.record({"ts": cli.now(), **made.record()})
        else:
            cli.out.document(made.render(ReportForm(form) if form else ReportForm.MARKDOWN))
        return ExitCode.OK
    path, chosen = expand_path(output), _form(form, output)
    content = made.render(chosen)
    if not files.write(cli, output, content, made.what):
        return ExitCode.INTERRUPTED
    cli.out.emit(made.written(chosen, path, len(content)))
    return ExitCode.OK


def _to_stdout(output: str | None) -> bool:
    return output in (None, files.STDOUT)


def _form(form: str | None, output: str | None) -> ReportForm:
    path = expand_path(output or "")
    chosen = ReportForm(form) if form else form_of(path)
    if chosen is None:
        raise UsageError(
            f"The name {display_path(path.name)} does not show which form the report should have.",
            advice=f"Use --format, or a name that ends in {', '.join(f'.{known}' for known in ReportForm)}.",
        )
    return chosen
