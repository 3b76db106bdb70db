"""What goes wrong on the PC: its wall clock jumps, its disk is full, its backups cannot be kept."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from sicktui.model.enums import Code, Level, Step, Verdict
from sicktui.model.run.event import Acted, Event, Logged, StepChanged, UpdateStateRead, VerdictReached
from sicktui.simulator.spec import GenerationName
from sicktui.stores.journal.journal import Journal
from tests.reliability.case import GENERATIONS, SUCCEEDED, Case, Outcome, failed


class FullDisk(Journal):
    """A journal whose disk has no room from an event on, as SQLite itself then says it (SQLITE_FULL)."""

    def __init__(self, path: Path, *, full_at: Callable[[Event], bool], room_at_the_end: bool) -> None:
        super().__init__(path)
        self._full_at = full_at
        self._room_at_the_end = room_at_the_end
        self._over = False
        self.full = False

    def append(self, run: str, events: Sequence[Event], *, durable: bool) -> None:
        if not self._over and any(self._full_at(event) for event in events):
            self.full = True
        if self._room_at_the_end and any(isinstance(event, VerdictReached) for event in events):
            self.make_room()
        if not self.full:
            super().append(run, events, durable=durable)
            return
        pages = self._database.execute("PRAGMA page_count").fetchone()[0]
        self._database.execute(f"PRAGMA max_page_count = {pages}")
        # There may be some bytes left in the last page: a line that does not fit takes them first.
        line = Logged(ts=events[0].ts, run=run, level=Level.DEBUG, message="x" * 20_000)
        super().append(run, [*events, line], durable=durable)

    def make_room(self) -> None:
        self.full, self._over = False, True
        self._database.execute("PRAGMA max_page_count = 1000000")


def began(step: Step) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StepChanged) and event.step is step


def acted(act: str, phase: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Acted) and (event.act, event.phase) == (act, phase)


def flashing(event: Event) -> bool:
    return isinstance(event, UpdateStateRead) and event.value == 1


FULL: Final = {
    "before anything": (began(Step.PREFLIGHT), Verdict.FAILED, 0, 0),
    "at the backup": (acted("create_backup", "intended"), Verdict.FAILED, 0, 0),
    "at the upload": (acted("put_update", "intended"), Verdict.FAILED, 0, 0),
    "after the upload": (acted("put_update", "done"), Verdict.FAILED, 1, 0),
    "at the trigger": (acted("run_firmware_update", "intended"), Verdict.FAILED, 1, 0),
    "after the trigger": (acted("run_firmware_update", "done"), Verdict.SUCCEEDED, 1, 1),
    "in the flash": (flashing, Verdict.SUCCEEDED, 1, 1),
    "at the reboot": (began(Step.REBOOT), Verdict.SUCCEEDED, 1, 1),
    "at the proof": (began(Step.VERIFY), Verdict.SUCCEEDED, 1, 1),
}
"""When the disk becomes full: the event, the right verdict, the uploads and the triggers."""

CLOCK_JUMPS: Final = "the wall clock jumps"
NO_FOLDER: Final = "no backup can be stored"


def full_disk(moment: str) -> str:
    """The row of a disk that becomes full."""
    return f"disk full while journalling, {moment}"


def pc_cases() -> Iterator[Case]:
    """Every fault of the PC on every generation."""
    for generation in GENERATIONS:
        yield _case(CLOCK_JUMPS, generation, SUCCEEDED)
        yield _case(NO_FOLDER, generation, failed(Code.STORAGE_ERROR))
        for moment, (_, verdict, _, _) in FULL.items():
            right = SUCCEEDED if verdict is Verdict.SUCCEEDED else failed(Code.STORAGE_ERROR)
            yield _case(full_disk(moment), generation, right)


def _case(row: str, generation: GenerationName, expected: Outcome) -> Case:
    return Case(row=row, column="pc", generation=generation, planted=(), expected=(expected,), pc=row)


def spoil_backups(folder: Path) -> None:
    """Let a file stand where the folder of the backups should be."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rmdir()
    folder.write_text("a file stands where the folder should be")


def spoiled_journal(path: Path, row: str) -> Journal | None:
    """The journal of a disk that becomes full, where a row is about one."""
    for moment, (full_at, _, _, _) in FULL.items():
        if row == full_disk(moment):
            return FullDisk(path, full_at=full_at, room_at_the_end=True)
    return None
