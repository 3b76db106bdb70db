"""``sicktui runs``."""

import click

from sicktui.cli import actions
from sicktui.cli.commands.updates.report_options import form_option, output_option
from sicktui.cli.options import CommandGroup, Common, completes, with_common
from sicktui.model.enums import Operation, RunState

run_argument = click.argument("run", metavar="RUN", shell_complete=completes("runs"))


@click.group(name="runs", cls=CommandGroup)
def group() -> None:
    r"""List, follow, continue, cancel, resume, retry, report and prune runs.

    RUN is the id of a run, its beginning, or 'latest': the newest running run for attach, continue and
    cancel, the newest interrupted run for resume, else the newest run.

    \b
    Examples:
      sicktui runs list
      sicktui runs attach latest
    """


@group.command("list")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most N runs."
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in RunState]),
    help="Only runs in this state. Repeatable.",
)
@click.option(
    "--operation",
    "operations",
    multiple=True,
    type=click.Choice([operation.value for operation in Operation]),
    help="Only runs that do this. Repeatable.",
)
@with_common
def list_runs(common: Common, limit: int, states: tuple[str, ...], operations: tuple[str, ...]) -> int:
    r"""List the runs, newest first.

    \b
    Examples:
      sicktui runs list
      sicktui runs list --state interrupted --operation update
    """
    return actions.runs.list_runs(common, limit, states, operations)


@group.command("show")
@run_argument
@with_common
def show(common: Common, run: str) -> int:
    r"""Show a run: its plan, its steps, its verdicts.

    \b
    Example:
      sicktui runs show latest
    """
    return actions.runs.show(common, run)


@group.command("attach")
@run_argument
@with_common
def attach(common: Common, run: str) -> int:
    r"""Follow a run to its end; the exit code is the run's.

    Ctrl-C stops following; the run continues.

    \b
    Example:
      sicktui runs attach latest
    """
    return actions.runs.attach(common, run)


@group.command("cancel")
@run_argument
@with_common
def cancel(common: Common, run: str) -> int:
    r"""Cancel a run safely.

    Sensors not yet written to stop; the others are finished, because a sensor must not be left in the
    middle of an update. Shows which sensors are waited for, and at which step.

    \b
    Example:
      sicktui runs cancel latest
    """
    return actions.runs.cancel(common, run)


@group.command("continue")
@run_argument
@with_common
def continue_run(common: Common, run: str) -> int:
    r"""Continue a run that waits for approval after its first wave (--approve).

    Look at the sensors of the first wave before: the firmware of these sensors cannot be rolled back. The
    record of the run keeps who continued it, and when.

    \b
    Example:
      sicktui runs continue latest
    """
    return actions.approval.continue_run(common, run)


@group.command("resume")
@click.argument("run", metavar="[RUN]", required=False, shell_complete=completes("runs"))
@with_common
def resume(common: Common, run: str | None) -> int:
    r"""Resume a run whose process is gone.

    Checks every sensor first, and uploads or starts nothing again unless that is needed. Without RUN,
    resumes the only interrupted run.

    \b
    Example:
      sicktui runs resume
    """
    return actions.resume.resume(common, run)


@group.command("retry")
@run_argument
@click.option("--detach", is_flag=True, help="Start the run in the background and print its id.")
@with_common
def retry(common: Common, run: str, *, detach: bool) -> int:
    r"""Start a new run for the failed and unknown devices of a finished run.

    It has the operation, package or backup (the same bytes, or it is refused) and options of RUN. The plan is
    made anew, with the device list as it is now, for the sensors of RUN: another one that answers in the
    place of one is refused (other_device). Without such devices, nothing is done; without the package, no run
    is started.

    \b
    Example:
      sicktui runs retry latest
    """
    return actions.retry.retry(common, run, detach=detach)


@group.command("verify")
@click.argument("runs", metavar="[RUN...]", nargs=-1, shell_complete=completes("runs"))
@with_common
def verify(common: Common, runs: tuple[str, ...]) -> int:
    r"""Check that the record of runs is what was written.

    Finds events that were changed, removed, added or moved, a cut end, and a record that was made anew.
    Without RUN, checks all runs. Exit code 1 if one is not intact. A run from before the journal chained its
    events cannot be proven, and does not count as damaged.

    \b
    Examples:
      sicktui runs verify
      sicktui runs verify latest
    """
    return actions.verify.verify(common, runs)


@group.command("report")
@run_argument
@form_option
@output_option
@with_common
def report(common: Common, run: str, *, form: str | None, output: str | None) -> int:
    r"""Make the report of a run: what each sensor ran before and runs now, with proof.

    As one HTML page, as Markdown, as a table for a spreadsheet program (CSV), or as JSON. It holds who did
    it, when and from where, the SHA-256 of package and backups, the time of each step, downtime, verdict and
    advice, and a timeline. It has no passwords or passphrases in it. The folder of FILE must exist.

    \b
    Examples:
      sicktui runs report latest
      sicktui runs report latest --output hall-3.html
    """
    return actions.report.report(common, run, form=form, output=output)


@group.command("prune")
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="Leave the newest N runs as they are.")
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Shorten only runs that ended more than DAYS ago.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted.")
@with_common
def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    r"""Delete the details of old runs, after showing them and asking, to make room.

    What proves a run stays: who did what and when, the package's SHA-256, the verdict of each device, the
    order, the exit code, and the head of the chain, which earlier reports have too. Steps, log lines and the
    runner's log file go, so write reports before. A run that is not over is left as it is; so is one whose
    record is not intact, with exit code 1.

    \b
    Examples:
      sicktui runs prune --older-than 365
      sicktui runs prune --keep 50 --older-than 90 --yes
    """
    return actions.prune.prune(common, keep, older_than, dry_run=dry_run)
