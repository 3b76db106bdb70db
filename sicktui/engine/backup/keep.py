"""Keeps a backup file that was fetched: as a new version, or as the last one seen again."""

from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.backup.fetch import Fetched
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import Code
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.stores.backups.content import inspect, too_small
from sicktui.stores.backups.fingerprint import fingerprint
from sicktui.stores.backups.store import BackupFacts, BackupRecord
from sicktui.stores.backups.versions import How, opens_with, same_version, see_again

UNCHANGED_WORDS: Final[dict[How, str]] = {
    "checksum": "its parameters are the same (MD5Parameters)",
    "bytes": "the file is the same byte by byte",
    "content": "the parameters in the file are the same",
    "readable": "the file is the same, and so are the parameters that can be compared",
}
"""How it was found out that the last backup still holds."""


class Kept(Struct, frozen=True, kw_only=True):
    """What became of a fetched backup."""

    record: BackupRecord
    unchanged: How | None = None
    """How it was found out that the last backup still holds; ``None`` for a new one."""
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The backup in a few words."""
        record = self.record
        if self.unchanged is None:
            return f"backup {record.id}, {record.size} bytes"
        return f"backup {record.id} of {record.created[:10]} still holds: {UNCHANGED_WORDS[self.unchanged]}"


class Keeper:
    """Keeps the backups of one job.

    Args:
        job: the job.
        identity: who the sensor is.
        partial: where the fetched file lies; it is removed once it is kept.
    """

    def __init__(self, job: Job, identity: Identity, partial: Path) -> None:
        self._job = job
        self._identity = identity
        self._partial = partial

    def keep(
        self, fetched: Fetched, snapshot: Snapshot | None, checksum: str | None, *, always_snapshot: bool
    ) -> Kept:
        """Keep the file. Not for the event loop: recognising a passphrase is slow on purpose.

        Args:
            fetched: the file.
            snapshot: what the sensor let be read while it made it.
            checksum: its ``MD5Parameters``.
            always_snapshot: whether the snapshot is kept although no new backup is.

        Raises:
            JobEnded: the file cannot be whole.
            SicktuiError: it cannot be written to this PC.
        """
        job = self._job
        facts = self._facts(fetched, snapshot, checksum)
        warnings = self._compare_with_last(facts, fetched)
        same = (
            (fetched.same_as, fetched.how) if fetched.same_as and fetched.how else self._same(facts, fetched)
        )
        if snapshot is not None and (always_snapshot or same is None):
            facts = structs.replace(facts, snapshot=job.snapshots.add(snapshot).id)
        if same is None:
            record = job.backups.add(self._partial, facts, sha256=fetched.file.sha256)
        else:
            record, how = same
            see_again(
                job.backups, record, when=facts.created, how=how, operator=facts.operator, run=facts.run
            )
        self._partial.unlink()
        return Kept(record=record, unchanged=same[1] if same else None, warnings=warnings)

    def _facts(self, fetched: Fetched, snapshot: Snapshot | None, checksum: str | None) -> BackupFacts:
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
        )

    def _same(self, facts: BackupFacts, fetched: Fetched) -> tuple[BackupRecord, How] | None:
        job = self._job
        return same_version(job.backups, facts, job.passphrase, self._partial, fetched.file.sha256)

    def _compare_with_last(self, facts: BackupFacts, fetched: Fetched) -> tuple[str, ...]:
        """Refuse what cannot be whole beside the last backup; say what else is odd beside it."""
        last = next(iter(self._job.backups.list(facts.key)), None)
        if last is None:
            return ()
        warnings = []
        shrunk = inspect(self._partial).kind == "binary" and too_small(fetched.file.size, last.size)
        if shrunk and last.version == facts.version:
            sizes = f"{fetched.file.size} bytes, where the last one ({last.id}) has {last.size}"
            if facts.parameters_md5 and facts.parameters_md5 == last.parameters_md5:
                raise JobEnded.failed(
                    Code.BACKUP_FAILED,
                    f"The backup is not whole: it has {sizes}, and no parameter has changed since.",
                    "Restart the sensor, then try again. Nothing was written to it.",
                )
            warnings.append(f"The backup is much smaller than before: {sizes}. The earlier one is kept too.")
        if not opens_with(last, self._job.passphrase):
            now = (
                "has another passphrase than" if facts.passphrase_fingerprint else "has no passphrase, unlike"
            )
            warnings.append(
                f"This backup {now} the last one ({last.id}): both passphrases are needed from now on."
            )
        return tuple(warnings)
