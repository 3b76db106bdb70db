"""Fetches the parameter backups of sensors: dialog, run."""

from sicktui.engine.backup_plan import plan_backup
from sicktui.engine.launch import new_spec, start_run
from sicktui.model.errors import SicktuiError
from sicktui.model.words import Operation
from sicktui.tui.flows.login import ensure_passwords, planned
from sicktui.tui.screens.backup import BackupQuestion
from sicktui.tui.stage import Stage


async def back_up(stage: Stage, devices: tuple[str, ...]) -> None:
    """Ask for the passphrase, then start the run and show it."""
    targets = stage.targets(devices)
    if not await ensure_passwords(stage, targets, "A backup needs the password of each sensor."):
        return
    known = stage.context.credentials.passphrase
    passphrase = await stage.ask(BackupQuestion(stage.face, targets, known or ""))
    if passphrase is None:
        return
    stage.context.credentials.passphrase = passphrase or None
    items = await planned(stage, targets, plan_backup)
    try:
        run = await start_run(stage.context, new_spec(stage.context, Operation.BACKUP, items))
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    stage.follow(run)
