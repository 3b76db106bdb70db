"""From the words on a command line (an id, a file, ``latest``) to the bytes to restore."""

import hashlib
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.parameters.of_backup import BackupParameters, parameters_in, parameters_of
from sicktui.model.errors import SicktuiError
from sicktui.model.run.plan import RestoreOrder
from sicktui.model.safe_text import clean
from sicktui.stores.backups.export import inspect_file
from sicktui.stores.backups.store import BackupFacts, BackupRecord, BackupStore, BackupUnusable
from sicktui.stores.backups.versions import newest_whole
from sicktui.stores.disk.files import (
    display_path,
    exists,
    expand_path,
    safe_name,
    storage_errors,
    write_atomic,
)

LATEST: Final = "latest"
"""The newest intact backup of the sensor."""


class BackupSource(Struct, frozen=True, kw_only=True):
    """The backup that was chosen."""

    order: RestoreOrder
    """What the runner must know of it."""
    facts: BackupFacts | None = None
    """Its metadata, where there are any."""
    warnings: tuple[str, ...] = ()
    """What the operator should know about it."""
    parameters: BackupParameters | None = None
    """The parameters that are known of it."""


def choose_source(context: Context, word: str, key: str | None) -> BackupSource:
    """Find the backup that ``word`` means and check that it is intact. Contacts no sensor.

    Args:
        context: the stores.
        word: an id or its beginning, the path of a file, or ``latest``.
        key: for ``latest``: the serial number (or MAC address, or name) of the sensor whose backup it is.

    Raises:
        UsageError: the word means no backup, or more than one.
        BackupUnusable: it is not intact, or there is none.
    """
    if word == LATEST:
        return _latest(context, key)
    if names_file(context, word):
        return _from_file(context, expand_path(word).absolute())
    record = context.backups.get(word)
    context.backups.verify(record)
    return _stored(context, record)


def names_file(context: Context, word: str) -> bool:
    """Whether the word is the path of a file, and neither ``latest`` nor an id."""
    return word != LATEST and word not in {record.id for record in context.backups.list()} and _is_path(word)


def _is_path(word: str) -> bool:
    path = expand_path(word)
    return exists(path) or len(path.parts) > 1 or path.suffix != ""


def _latest(context: Context, key: str | None) -> BackupSource:
    records = [] if key is None else context.backups.list(key)
    hidden = [] if key is None else _hidden(context.backups, key)
    if key is None or not (records or hidden):
        raise BackupUnusable(
            f"There is no backup of this sensor ({clean(key or 'not known')}) on this PC.",
            advice="Name one by its id or its file; 'sicktui backups list' shows those of other sensors.",
        )
    newest = newest_whole(context.backups, key)
    if newest is None:
        number = len(records) + len(hidden)
        raise BackupUnusable(
            f"The only backup of this sensor ({clean(key)}) is damaged."
            if number == 1
            else f"None of the {number} backups of this sensor ({clean(key)}) is intact.",
            advice="'sicktui backups verify' shows what is wrong with each; look for copies elsewhere.",
        )
    source = _stored(context, newest)
    skipped = [record.id for record in records[: [record.id for record in records].index(newest.id)]]
    # An id begins with the sensor and the second, which is all that is known of those.
    second = len(safe_name(key)) + len("-20261121-095427")
    skipped += [id for id in hidden if id[:second] >= newest.id[:second]]  # noqa: A001 - the record's word
    if skipped:
        words = f"Newer backups are damaged and were skipped: {', '.join(skipped)}."
        source = structs.replace(source, warnings=(words,))
    return source


def _hidden(store: BackupStore, key: str) -> list[str]:
    """The ids of a sensor's backups whose metadata cannot be used."""
    return [path.stem for path in store.damaged() if path.parent.name == safe_name(key)]


def _stored(context: Context, record: BackupRecord) -> BackupSource:
    return _described(context, record, str(context.backups.path(record)))


def _described(context: Context, record: BackupRecord, path: str) -> BackupSource:
    known = parameters_of(context.snapshots, record)
    return BackupSource(order=_order(record, path, record.id, known), facts=record, parameters=known)


def _order(
    record: BackupRecord,
    path: str,
    id: str | None,  # noqa: A002 - the record's word
    known: BackupParameters | None,
) -> RestoreOrder:
    return RestoreOrder(
        path=path,
        name=record.id,
        sha256=record.sha256,
        size=record.size,
        backup=id,
        created=record.created,
        device=record.device,
        serial=record.serial,
        version=record.version,
        location=record.location,
        sealed=record.passphrase_fingerprint is not None,
        parameters_md5=record.parameters_md5,
        values=known.proof if known else {},
    )


def _from_file(context: Context, path: Path) -> BackupSource:
    found = inspect_file(path)
    known = next((record for record in context.backups.list() if record.sha256 == found.sha256), None)
    if known is not None:
        return _described(context, known, str(path))
    if found.sidecar is not None:
        record, values = found.sidecar.record, parameters_in(found.sidecar)
        return BackupSource(order=_order(record, str(path), None, values), facts=record, parameters=values)
    name = display_path(path.name)
    unknown = f"{name} has no metadata: model, firmware and passphrase cannot be checked in advance."
    order = RestoreOrder(path=str(path), name=name, sha256=found.sha256, size=found.size)
    return BackupSource(order=order, warnings=tuple(words for words in (found.warning, unknown) if words))


def facts_of(store: BackupStore, order: RestoreOrder) -> BackupFacts | None:
    """What is known of a backup that was planned; ``None`` if nothing is, or nothing any more.

    Read again and not journalled with the order, since a hash of its passphrase is among it.
    """
    if not order.described:
        return None
    try:
        if order.backup is not None:
            return store.get(order.backup)
        sidecar = inspect_file(Path(order.path)).sidecar
    except SicktuiError:
        return None  # Gone since then. The run may have its own copy of the bytes; the sensor decides.
    return sidecar.record if sidecar is not None and sidecar.record.sha256 == order.sha256 else None


def stage(scratch: Path, order: RestoreOrder) -> Path:
    """The run's own copy of a backup: what was hashed is what is sent. An intact earlier copy is kept.

    Raises:
        BackupUnusable: its bytes are not those of the plan any more.
        StorageError: it cannot be copied.
    """
    copy = scratch / "restore.backup"
    with storage_errors("copy the backup to", copy):
        if copy.is_file() and _hash(copy) == order.sha256:
            return copy
        try:
            content = Path(order.path).read_bytes()
        except FileNotFoundError:
            content = b""
        if hashlib.sha256(content).hexdigest() != order.sha256:
            raise BackupUnusable(
                f"The backup {order.name} has changed or was deleted since the plan was made.",
                advice="Check it with 'sicktui backups verify', then plan again. Nothing was sent.",
            )
        write_atomic(copy, content)
    return copy


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
