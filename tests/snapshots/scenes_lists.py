"""Scenes that a command opens: on the selected sensor, or on what is on this PC."""

from typing import Final

from sicktui.engine.parameters.write_many import plan_set
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.rows.restore.preview import Comparing, change_lines
from sicktui.tui.screens.backups.comparing import PreviewQuestion, RestoreQuestion
from sicktui.tui.screens.backups.restore import RestoreScreen
from sicktui.tui.screens.sensors.set_many import SetScreen
from sicktui.tui.screens.update.plan import PlanScreen
from tests.snapshots.stage import Scene, Stage


def by(command: str, *keys: str, words: str = "", hangs: bool = False) -> Scene:
    """A scene that one command opens; it has its words at the end, and may go on reading for ever."""

    async def show(stage: Stage) -> None:
        stage.hangs = hangs
        await stage.command(command)
        if words:
            await stage.shown(words)
        await stage.pilot.press(*keys)

    return show


async def plan(stage: Stage) -> None:
    stage.main.action_command("mark_all")
    await stage.command("update")
    await stage.shown("2.4.0.0R")
    await stage.pilot.press("enter")
    await stage.on(PlanScreen)
    await stage.shown("Plan update 2, refuse 2")
    stage.main.action_command("unmark")


async def plan_options(stage: Stage) -> None:
    await plan(stage)
    await stage.pilot.press("o")
    await stage.on(ValuesForm)


async def plan_question(stage: Stage) -> None:
    await plan(stage)
    await stage.pilot.press("u")
    await stage.on(Confirm)


async def restore(stage: Stage) -> None:
    await stage.command("restore")
    await stage.shown("86.2 kB")
    await stage.pilot.press("enter")
    await stage.on(RestoreScreen)
    await stage.shown("Plan restore 1")
    await stage.shown(" none  ")  # what would change, which is read last


async def restore_question(stage: Stage) -> None:
    await restore(stage)
    await stage.pilot.press("r")
    await stage.on(RestoreQuestion)
    await stage.shown("Nothing changes")


async def preview_question(stage: Stage) -> None:
    """While what would change is still read, ``y`` answers only once that is skipped."""
    reading = change_lines(Comparing(done=1, whole=62), stage.appearance.glyphs)
    title, no = "Start the replacement?", "back to the steps"
    await stage.push(
        PreviewQuestion(stage.appearance, title, lambda: reading, lambda: True, yes="start", no=no)
    )


async def set_many(stage: Stage) -> None:
    targets = stage.harness.targets(["gate-1", "gate-2", "hall-1"])
    plans = await plan_set(stage.context, targets, "ScanDataFormat", "4")
    await stage.push(SetScreen(stage.appearance, stage.context, "ScanDataFormat", plans, save=True))


SCENES: Final[dict[str, Scene]] = {
    "details": by("details"),
    "package": by("update", words="2.4.0.0R"),
    "plan": plan,
    "plan options": plan_options,
    "plan question": plan_question,
    "backup": by("backup"),
    "restore version": by("restore", words="86.2 kB"),
    "restore": restore,
    "restore question": restore_question,
    "set many": set_many,
    "history": by("history", words="made: "),
    "all backups": by("kept", words="made: "),
    "shelf": by("shelf", words="2.4.0.0R"),
    "offers": by("offers"),
    "preview question": preview_question,
    "replace": by("replace", words="4 What happens"),
    "snapshots": by("diff"),
    "rename": by("rename"),
    "parameters": by("parameters", words="62 read"),
    "address": by("address"),
    "login": by("login"),
    "passphrases": by("passphrases"),
    "vault": by("vault"),
    "runs": by("runs", words="backup", hangs=True),
    "edit": by("edit"),
    "add": by("add"),
    "tags": by("tags"),
    "columns": by("columns"),
    "theme": by("theme"),
    "settings": by("settings", words="meaning:"),
    "help": by("help"),
    "help all": by("help", "?"),
    "overview": by("overview"),
    "import": by("import_list"),
    "export": by("export_list"),
    "commission": by("commission"),
    "palette": by("palette"),
    "blink": by("find_me_for"),
    "remove": by("remove"),
}
