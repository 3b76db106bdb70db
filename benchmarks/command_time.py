"""How long completions and lists take in a home of 200 devices, runs, backups and packages."""

import hashlib
import statistics
import sys
from collections.abc import Sequence
from typing import Final

import tomli_w
from msgspec import structs

from benchmarks.place import Place, whole_process
from benchmarks.report import Measured
from sicktui.model.enums import Operation
from sicktui.model.run.plan import Operator, RunSpec
from sicktui.model.settings import Settings
from sicktui.simulator import make_package
from sicktui.stores.backups.store import BackupFacts, BackupStore
from sicktui.stores.disk.home import Home, locate
from sicktui.stores.journal.journal import Journal
from sicktui.stores.packages.shelf import Shelf

PART: Final = "commands"
COUNT: Final = 200
COMPLETION_BOUND: Final = 8.0
"""Times ``python -c pass``, which takes 12 ms where a completion may take 100."""
LIST_BOUND: Final = 32.0
"""The same for a list, which may take 0.4 s."""
VERSION_BOUND: Final = 2.4
"""The same for ``--version``, which may take 30 ms."""
ROUNDS: Final = 11
_BARE: Final = "python -c pass"
_LINES: Final = ("status gate-1", "runs show ", "backups show ", "plan all --package pico", "")
_LISTS: Final = (
    "devices list",
    "devices overview",
    f"runs list --limit {COUNT}",
    "backups list",
    "backups history",
    "firmware list",
    "sources list",
)
_WHEN: Final = "2026-11-21T09:54:27.123Z"


def measure() -> list[Measured]:
    """About a minute."""
    with Place() as place:
        _fill(locate(place.home, {}), place)
        calls: dict[str, tuple[list[str], dict[str, str]]] = {_BARE: ([sys.executable, "-c", "pass"], {})}
        for line in _LINES:
            calls[f"completion of '{line}'"] = (
                [sys.executable, "-m", "sicktui"],
                {
                    "SICKTUI_HOME": str(place.home),
                    "COMP_WORDS": f"sicktui {line}",
                    "_SICKTUI_COMPLETE": "bash_complete",
                },
            )
        # fish shows what each command does, for which all of them are imported.
        fish = {"COMP_WORDS": "sicktui ", "COMP_CWORD": "", "_SICKTUI_COMPLETE": "fish_complete"}
        calls["completion of '' in fish"] = ([sys.executable, "-m", "sicktui"], fish)
        calls |= {call: (place.command(*call.split(), "--json", "--quiet"), {}) for call in _LISTS}
        calls["--version"] = ([sys.executable, "-m", "sicktui", "--version"], {})
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for round_number in range(ROUNDS + 1):
            # In turns, so that whatever else slows this PC slows all of them.
            for name, (words, more) in calls.items():
                seconds = whole_process(words, place.environ | more)
                if round_number:  # the first round fills the disk cache
                    taken[name].append(seconds)
    return [each for name, seconds in taken.items() for each in _measured(name, seconds, taken[_BARE])]


def _measured(name: str, seconds: Sequence[float], bare: Sequence[float]) -> list[Measured]:
    median = Measured(part=PART, what=name, value=statistics.median(seconds) * 1000, unit="ms", digits=0)
    if name == _BARE:
        return [median]
    ratio = statistics.median(mine / theirs for mine, theirs in zip(seconds, bare, strict=True))
    bound = COMPLETION_BOUND if name.startswith("completion") else LIST_BOUND
    bound = VERSION_BOUND if name == "--version" else bound
    return [median, Measured(part=PART, what=f"{name}, over Python", value=ratio, bound=bound, digits=1)]


def _fill(home: Home, place: Place) -> None:
    home.create()
    devices = {
        f"gate-{number}": {"address": f"10.0.0.{number}", "tags": [f"hall-{number % 9}"]}
        for number in range(1, COUNT + 1)
    }
    home.devices_file.write_bytes(tomli_w.dumps({"devices": devices}).encode())
    shelf, backups = Shelf(home.shelf), BackupStore(home.backups)
    file = place.folder / "backup"
    facts = BackupFacts(
        device="", serial=None, version="2.3.3.0R", created=_WHEN, operator="somebody", run=None
    )
    with Journal(home.journal_file) as journal:
        for number in range(1, COUNT + 1):
            journal.create_run(_run(f"update-20261121-095427-{number:04x}"), ())
            file.write_bytes(hashlib.sha256(bytes([number])).digest() * 100)
            backups.add(file, structs.replace(facts, device=f"gate-{number}", serial=str(number)))
            version = f"2.4.{number}.0R"
            package = place.folder / f"picoScan100_{version}.spk.signed"
            shelf.add(make_package(package, "picoScan", version, size=20_000))


def _run(run: str) -> RunSpec:
    return RunSpec(
        run=run,
        operation=Operation.UPDATE,
        created=_WHEN,
        settings=Settings(),
        operator=Operator(user="somebody", host="pc"),
        items=(),
    )
