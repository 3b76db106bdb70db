"""What was interrupted on a sensor and may still take effect: a restore, or a change of its address."""

from datetime import datetime, timedelta

from sicktui.engine.context import Context
from sicktui.engine.job.past import rebuild
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code, Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import Acted
from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.locks import run_lock


def refuse_interrupted(context: Context, identity: Identity) -> None:
    """Return unless an interrupted restore may still be at work on this sensor.

    After the time that a restore and its reboot may take, it is left to ``runs resume``. A journal that
    cannot be read keeps no restore from being run: nothing that writes to it starts.

    Raises:
        SicktuiError: one may be (``busy``).
    """
    if not context.home.journal_file.exists():
        return
    try:
        unfinished = context.journal.unfinished()
    except StorageError:
        return
    for row in unfinished:
        if row.operation is not Operation.RESTORE or run_lock(context.home, row.run).is_held():
            continue
        for item in context.journal.spec(row.run).items:
            if item.identity is None or not item.identity.is_same_sensor(identity):
                continue
            timing = item.target.timing
            within = timedelta(seconds=timing.backup_timeout + timing.reconnect_timeout)
            if _sent_since(context, row.run, item.device, context.clock.now() - within):
                raise SicktuiError(
                    f"The restore of run {row.run} was interrupted; this sensor may still be at work on it.",
                    advice=f"Resume it with 'sicktui runs resume {row.run}': it finds out and ends it.",
                    code=Code.BUSY,
                )


def refuse_open_address(context: Context, target: Target, identity: Identity) -> None:
    """Return unless a change of this sensor's address is open: a save or a reboot could make it last.

    Where it already answers at its new address, saving is what finishes the change. SICK's LiDAR Developer
    Guide: an address that is not saved is undone by a power cycle, and ``RebootDevice`` saves.

    Raises:
        SicktuiError: one is open (``busy``).
        StorageError: it cannot be read whether one is.
    """
    for change in context.address_changes.every():
        if change.is_of(identity) and change.new != target.address:
            raise SicktuiError(
                f"{change.what} Saving it, or a reboot, could make the new address last.",
                advice=f"'sicktui address {change.device}' shows what is left: finish or undo it first.",
                code=Code.BUSY,
            )


def _sent_since(context: Context, run: str, device: str, moment: datetime) -> bool:
    """Whether a restore was sent to a device after this moment, and has no verdict yet."""
    events = [event for _, event in context.journal.events(run)]
    if rebuild(events, [device])[device].verdict is not None:
        return False
    sent = (event for event in events if isinstance(event, Acted) and event.act == "restore")
    return any(event.device == device and datetime.fromisoformat(event.ts) > moment for event in sent)
