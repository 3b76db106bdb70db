"""No sequence of backups, prunes, kills and losses of power loses the last good backup of a sensor."""

import hashlib
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sicktui.model.clock import timestamp
from sicktui.stores.backups.prune import PrunePlan, PruneRule, plan_prune, prune
from sicktui.stores.backups.store import BackupFacts, BackupRecord, BackupStore
from sicktui.stores.backups.versions import is_whole, newest_whole, same_version, see_again, versions

pytestmark = pytest.mark.skips_waiting

SENSORS = ("25420001", "25420002")
sensors = st.sampled_from(SENSORS)
START = datetime(2026, 11, 21, 8, tzinfo=UTC)
rules = st.builds(
    PruneRule,
    keep=st.one_of(st.none(), st.integers(1, 3)),
    older_than_days=st.one_of(st.none(), st.floats(0, 5)),
).filter(lambda wish: wish.keep is not None or wish.older_than_days is not None)


class KeptBackups(RuleBasedStateMachine):
    """Backups of two sensors on one disk, and everything that may happen to it."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="never-lost-"))
        self.now = START
        self.number = 0
        self.good: dict[str, list[BackupRecord]] = {serial: [] for serial in SENSORS}

    @property
    def store(self) -> BackupStore:
        """A fresh one each time, as another process has it."""
        return BackupStore(self.folder / "backups")

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def fetched(self, serial: str, *, changed: bool) -> tuple[Path, BackupFacts]:
        """A file as a sensor gives it. The bytes differ each time; the checksum only with the parameters."""
        self.now += timedelta(hours=7)
        self.number += changed
        file = self.folder / "fetched"
        file.write_bytes(os.urandom(300))
        facts = BackupFacts(
            device=f"gate {serial[-1]}",
            serial=serial,
            version="2.3.0.0R",
            created=timestamp(self.now),
            operator="somebody",
            run=None,
            parameters_md5=hashlib.sha256(str(self.number).encode()).hexdigest()[:32],
        )
        return file, facts

    @rule(serial=sensors, changed=st.booleans())
    def backup(self, serial: str, *, changed: bool) -> None:
        file, facts = self.fetched(serial, changed=changed)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        same = same_version(self.store, facts, "", file, sha256)
        if same is None:
            self.good[serial].append(self.store.add(file, facts, sha256=sha256))
        else:
            assert same[0] == self.good[serial][-1]
            see_again(self.store, same[0], when=facts.created, how=same[1], operator="", run=None)

    @rule(serial=sensors, stage=st.integers(0, 4))
    def killed_while_storing(self, serial: str, stage: int) -> None:
        """What ``BackupStore.add`` leaves behind when it ends in the middle, step by step."""
        file, _ = self.fetched(serial, changed=True)
        place = self.store.folder / serial
        place.mkdir(parents=True, exist_ok=True)
        name = f"{serial}-{self.now:%Y%m%d-%H%M%S}-abcdef"
        content = file.read_bytes()
        (place / ".new.half.part").write_bytes(content[: 100 if stage == 0 else 300])
        if stage >= 1:
            (place / f"{name}.backup").write_bytes(b"")
        if stage >= 2:
            (place / f"{name}.backup").write_bytes(content)
            (place / ".new.half.part").unlink()
        if stage >= 3:
            (place / ".new.meta.part").write_bytes(b'{"device": "ga')
        if stage == 4:
            (place / f"{name}.json").write_bytes(b"")

    @rule(wish=rules, steps=st.one_of(st.none(), st.integers(0, 3)), later=st.integers(0, 9))
    def prune(self, wish: PruneRule, steps: int | None, later: int) -> None:
        """To its end, or killed after so many deletions."""
        self.now += timedelta(days=later)
        self.carry_out(plan_prune(self.store, wish, self.now), steps)

    def carry_out(self, plan: PrunePlan, steps: int | None = None) -> None:
        for number, gone in enumerate(prune(self.store, plan), start=1):
            kept = self.good[str(gone.serial)]
            if gone in kept:
                assert kept[-1] != gone, "the last good one of its sensor is gone"
                kept.remove(gone)
            if number == steps:
                break

    @rule(wish=rules, serial=sensors)
    def prune_while_another_backs_up(self, wish: PruneRule, serial: str) -> None:
        plan = plan_prune(self.store, wish, self.now)
        self.backup(serial, changed=True)
        self.carry_out(plan)

    @rule(wish=rules)
    def prune_what_another_prune_has_planned(self, wish: PruneRule) -> None:
        first, second = (plan_prune(self.store, wish, self.now) for _ in range(2))
        self.carry_out(first)
        self.carry_out(second)

    @precondition(lambda self: any(self.good.values()))
    @rule(data=st.data())
    def a_bit_flips(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from([r for kept in self.good.values() for r in kept]))
        path = self.store.path(record)
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)
        self.good[str(record.serial)].remove(record)

    @precondition(lambda self: any(self.good.values()))
    @rule(data=st.data())
    def a_bit_flips_between_plan_and_prune(self, data: st.DataObject) -> None:
        plan = plan_prune(self.store, PruneRule(keep=1), self.now)
        self.a_bit_flips(data)
        self.carry_out(plan)

    @rule()
    def the_power_goes(self) -> None:
        """What was never forced to the disk is empty or torn afterwards."""
        for path in self.folder.rglob("*.part"):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    @rule()
    def a_day_passes(self) -> None:
        self.now += timedelta(days=1)
        for path in self.folder.rglob("*"):
            entry = path.stat()
            os.utime(path, (entry.st_atime - 90_000, entry.st_mtime - 90_000))

    @invariant()
    def the_last_good_one_is_there(self) -> None:
        for serial, kept in self.good.items():
            newest = newest_whole(self.store, serial)
            assert newest == (kept[-1] if kept else None)
            for record in kept:
                assert is_whole(self.store, record)

    @invariant()
    def no_list_fails(self) -> None:
        listed = {version.record.id for version in versions(self.store)}
        assert listed >= {record.id for kept in self.good.values() for record in kept}


KeptBackups.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestNeverLost = KeptBackups.TestCase
