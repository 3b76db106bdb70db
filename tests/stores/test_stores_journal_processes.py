"""The journal between processes: writers that are killed, and several at once."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from sicktui.model.run.plan import RunSpec
from sicktui.stores.journal.journal import Journal
from tests.support.fixtures import Spawn

Spec = Callable[[str], RunSpec]

START = """
import sys
from pathlib import Path
from sicktui.model.run.event import Logged
from sicktui.model.enums import Level
from sicktui.stores.journal.journal import Journal
journal = Journal(Path(sys.argv[1]))
def log(message):
    return Logged(ts="2026-11-21T09:54:27.123Z", level=Level.INFO, message=message)
"""


def read(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_every_durable_append_is_there_after_the_writer_was_killed(
    tmp_path: Path, spec: Spec, spawn: Spawn
) -> None:
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        journal.create_run(spec("r1"), [])
        writer = spawn(
            START
            + """
number = 0
while True:
    number += 1
    journal.append("r1", [log(str(number)), log("more of " + str(number))], durable=True)
    print(number, flush=True)
""",
            str(path),
        )
        told = 0
        while told < 40:
            told = int(read(writer))
        writer.kill()
        rest = writer.communicate()[0].split()
        told = int(rest[-1]) if rest else told
        found = [event.message for _, event in journal.events("r1")]  # type: ignore[union-attr]
    assert len(found) % 2 == 0  # each append whole or not at all
    numbers = [int(text) for text in found[::2]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers[-1] >= told
    with Journal(path) as again:
        assert len(again.events("r1")) == len(found)


def test_several_processes_write_and_read_at_once(tmp_path: Path, spec: Spec, spawn: Spawn) -> None:
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        journal.create_run(spec("r1"), [])
        code = (
            START
            + """
name = sys.argv[2]
for number in range(60):
    journal.append("r1", [log(name + str(number))], durable=number % 10 == 0)
    journal.send("r1", name + str(number))
    journal.events("r1", after=number * 2, limit=20)
print("done", flush=True)
"""
        )
        writers = [spawn(code, str(path), name) for name in "abc"]
        assert [read(writer) for writer in writers] == ["done"] * 3
        seen = [event.message for _, event in journal.events("r1")]  # type: ignore[union-attr]
        commands = [command for _, command in journal.commands("r1")]
    for kept in (seen, commands):
        assert len(kept) == 180
        for name in "abc":
            assert [text for text in kept if text[0] == name] == [f"{name}{n}" for n in range(60)]


def test_several_processes_make_the_journal_at_once(tmp_path: Path, spawn: Spawn) -> None:
    path = tmp_path / "state" / "journal.db"
    code = START.replace(
        "journal = Journal", "print('ready', flush=True); sys.stdin.readline()\njournal = Journal"
    )
    makers = [spawn(code + "print(len(journal.runs()), flush=True)", str(path)) for _ in range(4)]
    assert [read(maker) for maker in makers] == ["ready"] * 4
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("go\n")
        maker.stdin.flush()
    assert [read(maker) for maker in makers] == ["0"] * 4
