"""Guides through the replacement of a sensor: the new sensor, the backup, the checks. Writes nothing."""

import asyncio
from typing import ClassVar

from msgspec import Struct, structs
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.observe import observe
from sicktui.engine.restore.plan import RestorePlan, replaced_key
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.full_screen import FullScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.restore.plan import backup_words, who
from sicktui.tui.rows.restore.preview import Comparing, change_lines, is_over
from sicktui.tui.rows.restore.replacement import ReplacementFacts, consequences, guide
from sicktui.tui.screens.backups.comparing import PreviewQuestion, compare_with_backup
from sicktui.tui.screens.backups.restore import plan_one
from sicktui.tui.screens.backups.version_picker import VersionPicker
from sicktui.tui.screens.passwords.passphrases import NOT_THE_ONE, passphrase_form


class ReplaceAnswer(Struct, frozen=True, kw_only=True):
    """A confirmed plan."""

    plan: RestorePlan
    word: str


class ReplaceScreen(FullScreen[ReplaceAnswer]):
    """Reads the sensor in a worker and shows the result of each step.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        target: the device whose sensor was replaced.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "go_on", "continue"),
        Binding("enter", "go_on", "Continue", show=False, priority=True),
        Binding("c", "version", "choose the backup"),
        Binding("p", "passphrase", "passphrase"),
        Binding("f", "force", "other model"),
        Binding("R", "again", "read again"),
    ]
    last_hints = (("j k", "scroll"), ("q", "back"))

    def __init__(self, appearance: Appearance, context: Context, target: Target) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._found = ReplacementFacts(target=target)
        self._options = RestoreOptions(replace=True)
        self._asked: PreviewQuestion | None = None

    def begin(self) -> None:
        """Read the sensor."""
        self.query_one("#text").focus()
        self.action_again()

    def action_again(self) -> None:
        """Start again with the first step."""
        self._found = structs.replace(self._found, seen=None, old=None, plan=None, comparing=None)
        self.paint()
        self.start(self._look(), "reading the sensor")

    async def _look(self) -> None:
        context, target = self._engine_context, self._found.target
        self.trouble = ""
        seen = await observe(context, target)
        who = seen.identity or seen.other
        old: str | None = None
        if who is not None:
            try:
                old = await asyncio.to_thread(replaced_key, context, target, who)
            except SicktuiError as error:
                self.trouble = str(error)
        self._found = structs.replace(self._found, seen=seen, old=old)
        self.paint()
        await self._plan()

    async def _plan(self) -> None:
        found = self._found = structs.replace(self._found, plan=None)
        self.paint()
        if not found.can_plan:
            return
        plan = await plan_one(self._engine_context, found.target, found.word, self._options)
        self._show_plan(plan)
        if self._lacks_passphrase:
            await self._ask_passphrase()

    def _show_plan(self, plan: RestorePlan) -> None:
        """Show a plan, and compare meanwhile what it would change."""
        self._found = structs.replace(self._found, plan=plan, comparing=None)
        self.paint()

        def show(comparing: Comparing) -> None:
            if self._found.plan is plan:
                self._found = structs.replace(self._found, comparing=comparing)
                self.paint()

        if plan.may_go:
            work = compare_with_backup(self._engine_context, plan, show)
            self.run_worker(work, group="compare", name="comparing", exclusive=True, exit_on_error=False)

    @property
    def _lacks_passphrase(self) -> bool:
        plan = self._found.plan
        return plan is not None and plan.item.reason is Code.WRONG_PASSPHRASE

    def action_version(self) -> None:
        """Choose another backup."""
        self.start(self._choose_version(), "choosing a backup")

    async def _choose_version(self) -> None:
        device = self._found.target.device
        picker = VersionPicker(self.appearance, self._engine_context, device, self._found.old)
        word = await self.app.push_screen_wait(picker)
        if word is not None:
            self._found = structs.replace(self._found, word=word)
            await self._plan()

    def action_passphrase(self) -> None:
        """Enter the passphrase of the backup."""
        if self._found.plan is not None:
            self.start(self._ask_passphrase(), "asking for the passphrase")

    async def _ask_passphrase(self, problem: str = "") -> None:
        device, word = self._found.target.device, self._found.word
        named = backup_words(self._found.plan, word)
        typed = await self.app.push_screen_wait(passphrase_form(self.appearance, device, named, problem))
        if typed is None:
            return
        Passphrases(self._engine_context.credentials).try_too(typed["phrase"])
        self._show_plan(await plan_one(self._engine_context, self._found.target, word, self._options))
        if self._lacks_passphrase:
            await self._ask_passphrase(NOT_THE_ONE)

    def action_force(self) -> None:
        """Allow another model, or not."""
        self._options = structs.replace(self._options, force=not self._options.force)
        self.start(self._plan(), "reading the sensor")

    def action_go_on(self) -> None:
        """Ask whether to start."""
        plan, word = self._found.plan, self._found.word
        if plan is None or not plan.may_go:
            self.notify("Not ready yet; see the steps above.", severity="warning", markup=False)
            return

        def decide(agreed: bool | None) -> None:
            self._asked = None
            if agreed:
                self.dismiss(ReplaceAnswer(plan=plan, word=word))

        self._asked = PreviewQuestion(
            self.appearance,
            "Start the replacement?",
            lambda: self._question(plan),
            lambda: not is_over(self._found.comparing),
            yes="start",
            no="back to the steps",
        )
        self.app.push_screen(self._asked, decide)

    def _question(self, plan: RestorePlan) -> list[Cell]:
        return [
            (Span("The parameters of "), Span(who(plan), Tone.KEY), Span(" will be overwritten")),
            (Span("with the backup of "), Span(backup_words(plan, self._found.word), Tone.KEY), Span(".")),
            (),
            *consequences(plan, self._found.old),
            (),
            *change_lines(self._found.comparing, self.appearance.glyphs),
        ]

    def paint(self) -> None:
        """Show what is known now."""
        name = clean(self._found.target.device, 60)
        allowed = "  another model is allowed" if self._options.force else ""
        self.show_head(
            (
                Span("Replace the sensor of ", Tone.DIM),
                Span(name, Tone.KEY),
                Span(allowed, Tone.WARN),
            ),
            cell("Nothing is written until you confirm at the end.", Tone.DIM),
        )
        self.show_text(guide(self._found, self.appearance.glyphs))
        if self._asked is not None:
            self._asked.paint()
