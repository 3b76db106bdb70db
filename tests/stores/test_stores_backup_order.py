"""Which backup was taken last, whatever the PC's clock was."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.stores.backups.prune import PruneRule, plan_prune
from sicktui.stores.backups.store import BackupFacts, BackupStore
from sicktui.stores.backups.versions import newest_whole

FACTS = BackupFacts(device="gate", serial="42", version="2.3.3.0R", created="", operator="me", run=None)
RIGHT = "2026-11-29T10:00:00.000Z"
LATER = "2026-11-30T10:00:00.000Z"


@pytest.mark.parametrize("wrong", ["2027-11-29T10:00:00.000Z", "2010-11-29T10:00:00.000Z"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_wrong_clock_does_not_change_which_is_the_latest(tmp_path: Path, wrong: str, which: int) -> None:
    store = BackupStore(tmp_path / "backups")
    moments = [RIGHT, RIGHT, LATER]
    moments[which] = wrong
    records = []
    for number, moment in enumerate(moments):
        file = tmp_path / f"{number}"
        file.write_bytes(bytes([number]) * 10_000)
        records.append(store.add(file, structs.replace(FACTS, created=moment)))
    assert store.list() == list(reversed(records))
    assert newest_whole(store, "42") == records[2]
    plan = plan_prune(store, PruneRule(keep=1), datetime(2026, 12, 1, tzinfo=UTC))
    assert [version.record for version in plan.keep] == [records[2]]


def test_the_counter_survives_the_deletion_of_the_newest(tmp_path: Path) -> None:
    store = BackupStore(tmp_path / "backups")
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1000)
    first = store.add(file, structs.replace(FACTS, created=LATER))
    store.path(first).with_suffix(".json").unlink()
    second = store.add(file, structs.replace(FACTS, created=RIGHT))
    assert (first.sequence, second.sequence) == (1, 2)


def test_what_comes_from_elsewhere_is_placed_by_the_hours_of_the_sensor(tmp_path: Path) -> None:
    store = BackupStore(tmp_path / "backups")

    def add(name: str, hours: int | None, moment: str, *, elsewhere: bool = False) -> str:
        file = tmp_path / name
        file.write_bytes(name.encode() * 1000)
        facts = structs.replace(FACTS, created=moment, hours=hours, operator=name)
        return store.add(file, facts, from_elsewhere=elsewhere).operator

    add("first", 100, RIGHT)
    add("second", 200, LATER)
    add("between", 150, "2030-01-01T00:00:00.000Z", elsewhere=True)
    add("newer", 300, "2001-01-01T00:00:00.000Z", elsewhere=True)
    add("unknown", None, "2030-01-01T00:00:00.000Z", elsewhere=True)
    assert [record.operator for record in store.list()] == ["newer", "second", "between", "first", "unknown"]
    add("third", 400, RIGHT)
    assert store.list()[0].operator == "third"


def test_leading_zeros_of_a_serial_number_are_spelling(tmp_path: Path) -> None:
    store = BackupStore(tmp_path / "backups")
    for number, serial in enumerate(("0042", "42")):
        file = tmp_path / f"{number}"
        file.write_bytes(bytes([number]) * 1000)
        store.add(file, structs.replace(FACTS, serial=serial, created=RIGHT))
    assert [record.serial for record in store.list("42")] == ["42", "0042"]
    assert store.list("00042") == store.list("42")
    assert store.list("420") == []
