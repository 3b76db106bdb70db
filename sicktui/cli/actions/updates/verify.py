"""What ``sicktui runs verify`` does: check the chain of each run's events."""

from collections.abc import Sequence

from sicktui.cli import lines
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import indented
from sicktui.engine.reports.words import proof_words
from sicktui.engine.run.follow import resolve_run
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.runs import Verified
from sicktui.model.wording import count
from sicktui.stores.journal.verify import ChainProof, recorded_runs


def verify(common: Common, words: Sequence[str]) -> int:
    """Check the record of these runs, or of all. Returns 1 if one is not intact."""
    with open_cli(common) as cli:
        journal = cli.context.journal
        known = recorded_runs(journal.path)
        runs = [word if word in known else resolve_run(cli.context, word) for word in words] or known
        proofs = [journal.verify(run) for run in dict.fromkeys(runs)]
        for proof in proofs:
            _print(cli, proof)
        if not words:
            for damage in journal.damages():
                cli.out.note(str(damage), "red")
        bad = sum(proof.intact is False for proof in proofs)
        old = sum(proof.intact is None for proof in proofs)
        unproven = f", {old} from before there were chains" if old else ""
        cli.out.note(f"{count(len(proofs), 'run')} checked, {bad} not intact{unproven}.")
        return ExitCode.FAILED if bad else ExitCode.OK


def _print(cli: CliContext, proof: ChainProof) -> None:
    cli.out.emit(line_of(Verified, cli.now(), proof))
    colour = "red" if proof.intact is False else None
    words = f"{proof.run}  {proof_words(proof)}" + (f", head {proof.head[:16]}..." if proof.head else "")
    for line in indented(words, columns=cli.out.columns, first="", rest="  "):
        cli.out.line(line, colour)
    if proof.intact is False:
        message = f"The record of run {proof.run} is not intact: {proof.trouble}."
        lines.blame(
            SicktuiError(
                message,
                advice="Compare it with a report of that time, and its chain head. Keep the journal.",
                code=Code.STORAGE_ERROR,
            )
        )
