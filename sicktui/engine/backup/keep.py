"""Stores a fetched backup file: as a new version, or as one more confirmation of the last one."""

from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.backup.freshness import Unchanged
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.parameters.compare import compare
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import Code
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.sensor.api.transfers import Downloaded
from sicktui.stores.backups.content import inspect, too_small
from sicktui.stores.backups.fingerprint import fingerprint
from sicktui.stores.backups.store import Age, BackupFacts, BackupRecord
from sicktui.stores.backups.versions import How, opens_with, same_version, see_again

UNCHANGED_WORDS: Final[dict[How, str]] = {
    "checksum": "its saved parameters (MD5Parameters) and those that can be compared are the same",
    "bytes": "the file is the same byte by byte",
    "content": "the parameters in the file are the same",
    "readable": "the file is the same, and so are the parameters that can be compared",
}
"""How it is known that the last backup is still current."""


class Whole(Struct, frozen=True, kw_only=True):
    """A backup file that is complete and current."""

    file: Downloaded
    unchanged: Unchanged | None = None
    """The stored backup that it is, where the parameters have not changed since."""
    age: Age = "written"
    """How sure it is that the file is of this moment."""


class StoredBackup(Struct, frozen=True, kw_only=True):
    """What became of a fetched backup."""

    record: BackupRecord
    unchanged: How | None = None
    """How it is known that the last backup is still current; ``None`` for a new one."""
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The backup in a few words."""
        record = self.record
        if self.unchanged is None:
            return f"backup {record.id}, {record.size} bytes"
        return f"backup {record.id} of {record.created[:10]} still holds: {UNCHANGED_WORDS[self.unchanged]}"


class BackupKeeper:
    """Stores the backups of one job.

    Args:
        job: the job.
        identity: who the sensor is.
        partial: the fetched file; it is removed once it is stored.
    """

    def __init__(self, job: Job, identity: Identity, partial: Path) -> None:
        self._job = job
        self._identity = identity
        self._partial = partial

    def store(
        self,
        fetched: Whole,
        snapshot: Snapshot | None,
        checksum: str | None,
        *,
        hours: int | None,
        always_snapshot: bool,
    ) -> StoredBackup:
        """Store the file. Not for the event loop: recognising a passphrase is slow on purpose.

        Args:
            fetched: the file.
            snapshot: what was read of the sensor while it made the file.
            checksum: its ``MD5Parameters``.
            hours: its ``OpHours``.
            always_snapshot: whether the snapshot is stored even if no new backup is.

        Raises:
            JobEnded: the file cannot be complete.
            SicktuiError: it cannot be written to this PC.
        """
        job = self._job
        facts = structs.replace(self._facts(fetched, snapshot, checksum), hours=hours)
        facts, of_before = self._opened_as_before(facts, fetched)
        warnings = (*of_before, *self._compare_with_last(facts, fetched, snapshot))
        unchanged = fetched.unchanged or self._same_as_last(facts, fetched, snapshot)
        if snapshot is not None and (always_snapshot or unchanged is None):
            facts = structs.replace(facts, snapshot=job.snapshots.add(snapshot).id)
        if unchanged is None:
            record = job.backups.add(self._partial, facts, sha256=fetched.file.sha256)
        else:
            record = unchanged.record
            see_again(
                job.backups,
                record,
                when=facts.created,
                how=unchanged.how,
                # Other bytes were written, and only what can be compared shows that they hold the same.
                age="compared" if unchanged.how == "checksum" else fetched.age,
                operator=facts.operator,
                run=facts.run,
            )
        self._partial.unlink()
        return StoredBackup(record=record, unchanged=unchanged.how if unchanged else None, warnings=warnings)

    def _facts(self, fetched: Whole, snapshot: Snapshot | None, checksum: str | None) -> BackupFacts:
        job, identity = self._job, self._identity
        # Read just now; the identity may be that of the plan.
        location = snapshot.values.get("LocationName") if snapshot else None
        return BackupFacts(
            device=job.target.device,
            serial=identity.serial,
            mac=identity.mac,
            name=identity.name,
            model=identity.device_type,
            order_number=identity.order_number,
            version=identity.version,
            created=timestamp(job.clock.now()),
            operator=str(job.spec.operator),
            run=job.spec.run,
            content_type=fetched.file.content_type,
            api=job.sensor.capabilities.summary,
            passphrase_fingerprint=fingerprint(job.passphrase) if job.passphrase else None,
            location=clean(location) if isinstance(location, str) else identity.location,
            parameters_md5=checksum,
            age=fetched.age,
        )

    def _opened_as_before(self, facts: BackupFacts, fetched: Whole) -> tuple[BackupFacts, tuple[str, ...]]:
        """The passphrase that a file opens with which may be the one from before, and a warning of it.

        Encrypted bytes that were stored under another passphrase were not made with the present one.
        """
        if fetched.age == "written" or inspect(self._partial).kind != "binary":
            return facts, ()
        kept = self._job.backups.list(facts.key)
        earlier = next((record for record in kept if record.sha256 == fetched.file.sha256), None)
        if earlier is None or opens_with(earlier, self._job.passphrase):
            return facts, ()
        warning = (
            f"The sensor offers the bytes of backup {earlier.id}: they open with the passphrase of that "
            "backup, not with the present one."
        )
        return structs.replace(facts, passphrase_fingerprint=earlier.passphrase_fingerprint), (warning,)

    def _same_as_last(
        self, facts: BackupFacts, fetched: Whole, snapshot: Snapshot | None
    ) -> Unchanged | None:
        job = self._job
        found = same_version(job.backups, facts, job.passphrase, self._partial, fetched.file.sha256)
        if found is None:
            return None
        record, how = found
        if how == "checksum" and not self._reads_the_same(record, snapshot):
            return None
        return Unchanged(record=record, how=how)

    def _reads_the_same(self, record: BackupRecord, now: Snapshot | None) -> bool:
        """Whether something could be compared with a stored backup, and nothing differs.

        A checksum alone shows nothing: it covers what is saved, and a backup holds what is active.
        """
        kept = self._job.snapshots.list(record.key)
        then = next((snapshot for snapshot in kept if snapshot.id == record.snapshot), None)
        if then is None or now is None:
            return False
        found = compare(then, now)
        return found.same > 0 and not found.settings

    def _compare_with_last(
        self, facts: BackupFacts, fetched: Whole, snapshot: Snapshot | None
    ) -> tuple[str, ...]:
        """Refuse what cannot be complete beside the last backup; warn of what else is odd beside it."""
        last = next(iter(self._job.backups.list(facts.key)), None)
        if last is None:
            return ()
        warnings = []
        shrunk = inspect(self._partial).kind == "binary" and too_small(fetched.file.size, last.size)
        if shrunk and last.version == facts.version:
            sizes = f"{fetched.file.size} bytes, where the last one ({last.id}) has {last.size}"
            same = facts.parameters_md5 and facts.parameters_md5 == last.parameters_md5
            if same and self._reads_the_same(last, snapshot):
                raise JobEnded.failed(
                    Code.BACKUP_FAILED,
                    f"The backup is not complete: it has {sizes}, and nothing comparable has changed.",
                    "Restart the sensor, then try again. Nothing was written to it.",
                )
            warnings.append(f"The backup is much smaller than before: {sizes}. The earlier one is kept too.")
        one = facts.passphrase_fingerprint == last.passphrase_fingerprint
        if not (one or opens_with(last, self._job.passphrase)):
            now = (
                "has another passphrase than" if facts.passphrase_fingerprint else "has no passphrase, unlike"
            )
            warnings.append(
                f"This backup {now} the last one ({last.id}): both passphrases are needed from now on."
            )
        return tuple(warnings)
