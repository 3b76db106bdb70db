"""What is kept: versions and their marks, verification, export and import, pruning."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sicktui.engine.backup.history import histories, verify
from sicktui.engine.backup.marks import Mark
from sicktui.engine.context import Context
from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.model.clock import timestamp
from sicktui.model.errors import UsageError
from sicktui.stores.backups.export import export, import_file, inspect_file
from sicktui.stores.backups.fingerprint import fingerprint
from sicktui.stores.backups.prune import PruneRule, plan_prune, prune
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupFacts, BackupRecord, BackupStore, BackupUnusable
from sicktui.stores.backups.versions import newest_whole, see_again, sighting_file, version_of
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSPHRASE

pytestmark = pytest.mark.skips_waiting

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def facts(days: float, serial: str = "111", **changes: object) -> BackupFacts:
    given = {
        "device": "gate",
        "serial": serial,
        "version": "2.3.0.0R",
        "created": timestamp(NOW - timedelta(days=days)),
        "operator": "bob on pc7",
        "run": None,
    }
    return BackupFacts(**(given | changes))  # type: ignore[arg-type]


def add(store: BackupStore, given: BackupFacts) -> BackupRecord:
    store.folder.parent.mkdir(parents=True, exist_ok=True)
    file = store.folder.parent / "fetched"
    file.write_bytes(os.urandom(400))
    # Without a number, as those of an earlier sicktui: then the dates of these tests are their order.
    return store.add(file, given, from_elsewhere=True)


def spoil(store: BackupStore, record: BackupRecord) -> None:
    path = store.path(record)
    content = bytearray(path.read_bytes())
    content[7] ^= 4
    path.write_bytes(content)


@pytest.fixture
def store(tmp_path: Path) -> BackupStore:
    return BackupStore(tmp_path / "backups")


# -- marks --------------------------------------------------------------------------------------------


async def test_the_history_marks_what_needs_a_look(harness: EngineHarness) -> None:
    context = harness.context
    fine = await harness.sensor(name="fine")
    changed = await harness.sensor(name="changed", generation="multiscan-2.4.2")
    harness.profile("never", fine, serial="404")
    harness.profile("fine", fine, serial=fine.serial)
    harness.profile("changed", changed)
    old = add(context.backups, facts(31, "333", device="old one"))
    await harness.backed_up("fine")
    await harness.backed_up("changed")
    changed.parameters.write("ScanDataFormat", 4)
    await snapshot_now(context, harness.target("changed"))
    damaged = add(context.backups, facts(0, "444", device="damaged"))
    spoil(context.backups, damaged)
    found = {history.device: history for history in histories(context)}
    assert list(found)[:3] == ["never", "fine", "changed"]
    assert {device: history.marks for device, history in found.items()} == {
        "never": (Mark.NONE,),
        "fine": (),
        "changed": (Mark.CHANGED,),
        "old one": (Mark.OLD,),
        "damaged": (Mark.DAMAGED,),
    }
    assert found["old one"].newest is not None
    assert found["old one"].newest.record == old
    assert found["fine"].key == fine.serial
    assert all(mark.words for mark in Mark)


async def test_a_version_that_was_seen_lately_is_not_old(context: Context) -> None:
    record = add(context.backups, facts(400))
    see_again(
        context.backups, record, when=timestamp(datetime.now(UTC)), how="bytes", operator="bob", run=None
    )
    [history] = histories(context)
    assert history.marks == ()
    assert history.newest is not None
    assert (history.newest.record.created, history.newest.seen is not None) == (record.created, True)


def test_a_torn_mark_of_a_version_harms_nothing(store: BackupStore) -> None:
    record = add(store, facts(1))
    sighting_file(store, record).write_bytes(b"{")
    assert version_of(store, record).last_seen == record.created
    seen = see_again(store, record, when="2026-11-21T12:00:00.000Z", how="checksum", operator="", run="r")
    assert version_of(store, record) == seen
    assert store.get(record.id) == record


# -- verify -------------------------------------------------------------------------------------------


def test_verify_finds_a_single_flipped_bit_and_a_lost_passphrase(context: Context) -> None:
    store = context.backups
    good = add(store, facts(1, passphrase_fingerprint=fingerprint(PASSPHRASE)))
    bad = add(store, facts(2, passphrase_fingerprint=fingerprint("lost")))
    spoil(store, bad)
    found = {item.record.id: item for item in verify(context, store.list(), passphrases=True)}
    assert (found[good.id].problem, found[good.id].opens) == ("", True)
    assert "was changed" in found[bad.id].problem
    assert found[bad.id].opens is False
    assert [item.opens for item in verify(context, [good])] == [None]


# -- export and import --------------------------------------------------------------------------------


def test_an_export_comes_back_on_another_pc(store: BackupStore, tmp_path: Path) -> None:
    record = add(store, facts(3, location="gate 7"))
    away = tmp_path / "usb" / "gate.backup"
    away.parent.mkdir()
    beside = export(store, SnapshotStore(tmp_path / "snapshots"), record, away)
    assert beside.name == "gate.backup.json"
    other = BackupStore(tmp_path / "other" / "backups")
    copied, new = import_file(other, inspect_file(away))
    assert new
    assert (copied.id, copied.location, copied.sha256) == (record.id, "gate 7", record.sha256)
    assert import_file(other, inspect_file(away)) == (copied, False)
    other.verify(copied)


def test_an_import_without_metadata_needs_to_be_told(store: BackupStore, tmp_path: Path) -> None:
    file = tmp_path / "from-sopas.bin"
    file.write_bytes(os.urandom(500))
    with pytest.raises(UsageError, match="its sensor is not known"):
        import_file(store, inspect_file(file))
    record, new = import_file(store, inspect_file(file), facts(0, "555"))
    assert new
    assert record.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert store.list("555") == [record]


def test_a_damaged_backup_is_not_exported(store: BackupStore, tmp_path: Path) -> None:
    record = add(store, facts(3))
    spoil(store, record)
    with pytest.raises(BackupUnusable):
        export(store, SnapshotStore(tmp_path / "snapshots"), record, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# -- prune --------------------------------------------------------------------------------------------


def test_a_plan_deletes_nothing_and_says_what_it_would(store: BackupStore) -> None:
    records = [add(store, facts(days)) for days in (1, 40, 80)]
    plan = plan_prune(store, PruneRule(older_than_days=30), NOW)
    assert [version.record for version in plan.remove] == records[1:]
    assert [version.record for version in plan.keep] == records[:1]
    assert plan.last_good == (records[0].id,)
    assert plan.bytes == 800
    assert store.list() == records


@pytest.mark.parametrize(
    ("rule", "stay"),
    [
        (PruneRule(keep=1), [0]),
        (PruneRule(keep=2), [0, 1]),
        (PruneRule(keep=9), [0, 1, 2, 3]),
        (PruneRule(older_than_days=0), [0]),
        (PruneRule(older_than_days=50), [0, 1]),
        (PruneRule(keep=1, older_than_days=100), [0, 1, 2]),
        (PruneRule(keep=3, older_than_days=0), [0, 1, 2]),
    ],
)
def test_a_rule_keeps_what_it_says(store: BackupStore, rule: PruneRule, stay: list[int]) -> None:
    records = [add(store, facts(days)) for days in (1, 40, 80, 120)]
    gone = list(prune(store, plan_prune(store, rule, NOW)))
    assert store.list() == [records[number] for number in stay]
    assert len(gone) == 4 - len(stay)
    assert {path.suffix for path in store.folder.rglob("*") if path.is_file()} <= {".backup", ".json"}


def test_the_last_good_one_stays_although_it_is_old_and_newer_ones_are_damaged(store: BackupStore) -> None:
    good, bad = add(store, facts(900)), add(store, facts(300))
    spoil(store, bad)
    plan = plan_prune(store, PruneRule(older_than_days=1), NOW)
    assert [version.record for version in plan.remove] == [bad]
    assert list(prune(store, plan)) == [bad]
    assert store.list() == [good]


def test_where_nothing_is_whole_nothing_is_deleted(store: BackupStore) -> None:
    for days in (1, 2):
        spoil(store, add(store, facts(days)))
    assert plan_prune(store, PruneRule(keep=1), NOW).remove == ()


def test_the_last_good_one_is_looked_for_again_right_before(store: BackupStore) -> None:
    new, old = add(store, facts(1)), add(store, facts(2))
    plan = plan_prune(store, PruneRule(keep=1), NOW)
    spoil(store, new)
    assert list(prune(store, plan)) == []
    assert newest_whole(store, "111") == old


def test_marks_and_snapshots_go_with_their_backup(context: Context) -> None:
    store = context.backups
    record = add(store, facts(9))
    add(store, facts(1))
    see_again(store, record, when=record.created, how="bytes", operator="", run=None)
    list(prune(store, plan_prune(store, PruneRule(keep=1), NOW), context.snapshots))
    assert not sighting_file(store, record).exists()


def test_what_a_killed_process_left_goes_after_a_day(store: BackupStore) -> None:
    record = add(store, facts(1))
    place = store.path(record).parent
    old, young, empty, orphan = (
        place / name for name in (".new.a.part", ".new.b.part", "x.backup", "y.backup")
    )
    for path in (old, young, orphan):
        path.write_bytes(b"x")
    empty.touch()
    for path in (old, empty, orphan):
        os.utime(path, (1, 1))
    list(prune(store, plan_prune(store, PruneRule(keep=1), NOW)))
    assert [path.exists() for path in (old, young, empty, orphan)] == [False, True, False, True]
    assert store.list() == [record]


@pytest.mark.parametrize("rule", [PruneRule(), PruneRule(keep=0), PruneRule(older_than_days=-1)])
def test_a_rule_that_cannot_be_meant_is_refused(store: BackupStore, rule: PruneRule) -> None:
    with pytest.raises(UsageError):
        plan_prune(store, rule, NOW)
