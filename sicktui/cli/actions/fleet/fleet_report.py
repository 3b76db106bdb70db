"""What ``sicktui fleet report`` does: make the report of a rollout, print it or write it to a file."""

from pathlib import Path

from sicktui.cli.actions.fleet.fleet_shared import chosen_rollout, open_fleet
from sicktui.cli.actions.updates.report import Made, check, hand_over
from sicktui.cli.options import Common
from sicktui.engine.reports.document import ReportForm
from sicktui.model.lines.fleet import FleetReportWritten


def report(common: Common, word: str, *, form: str | None, output: str | None) -> int:
    """Print the report of a rollout, or write it to a file."""
    check(common, form, output)
    with open_fleet(common) as (cli, database):
        from sicktui.fleet.report.facts import rollout_facts  # noqa: PLC0415  of the extra
        from sicktui.fleet.report.forms import render, report_record  # noqa: PLC0415

        rollout = chosen_rollout(word, database.rollouts())
        facts = rollout_facts(database.rollout(rollout), database.acts(rollout))

        def written(form: ReportForm, path: Path, size: int) -> FleetReportWritten:
            return FleetReportWritten(
                ts=cli.now(), rollout=rollout, format=form.value, file=str(path), bytes=size
            )

        made = Made(
            f"the report of rollout {rollout}",
            lambda form: render(facts, form),
            lambda: report_record(facts),
            written,
        )
        return hand_over(cli, common, made, form=form, output=output)
