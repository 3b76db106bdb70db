"""Backup files from elsewhere: what is recorded of one that has no metadata."""

from sicktui.engine.context import Context
from sicktui.model.clock import timestamp
from sicktui.stores.backups.store import BackupFacts
from sicktui.stores.disk.locks import operator


def import_facts(
    context: Context, serial: str, *, device: str | None, model: str | None, firmware: str | None
) -> BackupFacts:
    """The metadata of a file that is imported now, from what the operator knows of it.

    Args:
        context: the clock.
        serial: the serial number of its sensor.
        device: the name of the sensor; its serial number if ``None``.
        model: ``DeviceType``.
        firmware: the firmware that wrote it.
    """
    return BackupFacts(
        device=device or serial,
        serial=serial,
        model=model,
        version=firmware,
        created=timestamp(context.clock.now()),
        operator=str(operator()),
        run=None,
    )
