"""What ``sicktui runs report`` does: make the report of a run, print it or write it to a file."""

from sicktui.cli import files
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.reports.as_json import report_record
from sicktui.engine.reports.document import Form, form_of, read_facts, render
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.runs import ReportWritten
from sicktui.stores.disk.files import display_path, expand_path


def report(common: Common, word: str, *, form: str | None, output: str | None) -> int:
    """Print the report of a run, or write it to a file."""
    chosen = Form(form) if form else None
    to_stdout = output in (None, files.STDOUT)
    if common.json and to_stdout and chosen not in (None, Form.JSON):
        raise UsageError(
            f"With --json only JSON goes to stdout, and the report is wanted as {chosen}.",
            advice="Write it to a file with --output FILE, or leave out --json.",
        )
    with open_cli(common) as cli:
        run = cli.context.journal.resolve(word)
        if output is not None and not to_stdout:
            return _write(cli, run, chosen, output)
        facts = read_facts(cli.context, run)
        if common.json:
            cli.out.record({"ts": cli.now(), **report_record(facts)})
        else:
            cli.out.document(render(facts, chosen or Form.MARKDOWN))
        return ExitCode.OK


def _write(cli: CliContext, run: str, chosen: Form | None, output: str) -> int:
    path = expand_path(output)
    form = chosen or form_of(path)
    if form is None:
        raise UsageError(
            f"The name {display_path(path.name)} does not show which form the report should have.",
            advice=f"Use --format, or a name that ends in {', '.join(f'.{known}' for known in Form)}.",
        )
    content = render(read_facts(cli.context, run), form)
    if not files.write(cli, output, content, f"the report of run {run}"):
        return ExitCode.INTERRUPTED
    cli.out.emit(ReportWritten(ts=cli.now(), run=run, format=form.value, file=str(path), bytes=len(content)))
    return ExitCode.OK
