"""The parameters that are known of a backup: what was read while it was made, and what was read after it."""

from msgspec import Struct, structs

from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.model.wording import count, moment
from sicktui.stores.backups.export import Sidecar
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupFacts, BackupRecord, BackupStore


class BackupParameters(Struct, frozen=True, kw_only=True):
    """What a backup is compared by. A restore proves itself with ``proof`` alone."""

    snapshot: Snapshot
    """All that is known."""
    proof: dict[str, object] = {}
    """What was read while the sensor made the file. Treat as read-only."""
    later: str = ""
    """How many were read later, and when, in words; empty if none were."""


def parameters_of(snapshots: SnapshotStore, record: BackupRecord) -> BackupParameters | None:
    """What is known of a stored backup; ``None`` if nothing is. Reads the disk.

    Raises:
        StorageError: the snapshots cannot be read.
    """
    kept = snapshots.list(record.key)
    first = next((snapshot for snapshot in kept if snapshot.id == record.snapshot), None)
    rest = next((snapshot for snapshot in kept if snapshot.backup == record.id), None)
    if record.snapshot is None or first is None:
        return None
    return BackupParameters(snapshot=first, proof=first.values) if rest is None else _completed(first, rest)


def _completed(first: Snapshot, rest: Snapshot) -> BackupParameters:
    """What was read while the file was made counts first: the rest only adds to it."""
    asked = first.values.keys() | first.unreadable.keys()
    added = {name: value for name, value in rest.values.items() if name not in asked}
    missing = {name: why for name, why in rest.unreadable.items() if name not in asked}
    whole = structs.replace(
        first, scope=rest.scope, values=first.values | added, unreadable=first.unreadable | missing
    )
    words = (
        f"{count(len(added), 'parameter')} read at {moment(rest.taken)} with firmware {clean(rest.version)}"
    )
    return BackupParameters(snapshot=whole, proof=first.values, later=words if added else "")


def parameters_in(sidecar: Sidecar) -> BackupParameters | None:
    """What the metadata beside an exported file has; ``None`` if nothing."""
    if not sidecar.values:
        return None
    return BackupParameters(snapshot=_from_facts(sidecar.record, dict(sidecar.values)), proof=sidecar.values)


def _from_facts(facts: BackupFacts, values: dict[str, object]) -> Snapshot:
    return Snapshot(
        device=facts.device,
        serial=facts.serial,
        mac=facts.mac,
        name=facts.name or "",
        model=facts.model,
        version=facts.version or "",
        taken=facts.created,
        operator=facts.operator,
        run=facts.run,
        scope="essential",
        values=values,
        parameters_md5=facts.parameters_md5,
    )


def stored_side(snapshots: SnapshotStore, backups: BackupStore, word: str) -> Snapshot:
    """What is stored under an id: a snapshot, or all that is known of a backup. Reads the disk.

    Args:
        snapshots: the snapshots.
        backups: the backups.
        word: an id, or the beginning of one.

    Raises:
        UsageError: nothing has this id, or nothing was read of the backup.
        StorageError: the disk cannot be read.
    """
    try:
        return snapshots.get(word)
    except UsageError:
        record = next((kept for kept in backups.list() if word and kept.id.startswith(word)), None)
        if record is None:
            raise
    known = parameters_of(snapshots, record)
    if known is None:
        raise UsageError(
            f"Backup {record.id} has no snapshot, so it cannot be compared.",
            advice="Imported backups have none. Use a snapshot: 'sicktui diff DEVICE --list'.",
        )
    return known.snapshot
