"""The plan of a restore: the backup and every check. Writes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, Final

from msgspec import Struct, structs
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.plan.base import MAX_READS_AT_ONCE
from sicktui.engine.restore.plan import RestorePlan, plan_restore
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.model.device import Target
from sicktui.model.enums import Action, Code
from sicktui.model.errors import SicktuiError
from sicktui.model.run.plan import PlanItem
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.plan import plan_title
from sicktui.tui.rows.restore.checks import advice_of, check_lines
from sicktui.tui.rows.restore.plan import RESTORE_COLUMNS, RestoreRow, backup_words, question, summary
from sicktui.tui.rows.restore.preview import Comparing, change_lines, is_over
from sicktui.tui.screens.backups.comparing import RestoreQuestion, compare_with_backup
from sicktui.tui.screens.backups.version_picker import VersionPicker
from sicktui.tui.screens.passwords.passphrases import NOT_THE_ONE, passphrase_form
from sicktui.tui.screens.update.plan import AskPasswords

_MOST_ROWS: Final = 9
_REPAINT: Final = 0.5
"""Seconds between two pictures of how far the comparisons are."""


class RestoreAnswer(Struct, frozen=True, kw_only=True):
    """Confirmed plans, or the device to log in to first."""

    plans: tuple[RestorePlan, ...] = ()
    words: dict[str, str]
    """The chosen backup of each device."""
    login: str | None = None
    """The device to log in to."""
    backs_up: bool = False
    """Whether the present parameters are backed up before the restore."""


class Retried(Struct, frozen=True, kw_only=True):
    """A run whose restores are planned again."""

    run: str
    plan: Callable[[Target], Awaitable[RestorePlan]]
    """Plans the restore of the same bytes."""


async def plan_one(context: Context, target: Target, word: str, options: RestoreOptions) -> RestorePlan:
    """The plan of one device; an unknown backup is a refusal like any other."""
    try:
        return await plan_restore(context, target, word, options)
    except SicktuiError as error:
        refused = PlanItem(
            target=target,
            action=Action.REFUSE,
            reason=error.code or Code.BACKUP_UNUSABLE,
            message=error.message,
            advice=error.advice,
        )
        return RestorePlan(item=refused)


class RestoreScreen(TableScreen[RestoreAnswer, RestoreRow]):
    """Reads the sensors in a worker and shows each one as soon as it is known.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        targets: the devices.
        words: the backup of each, by device.
        backup_key: what a device's backups are stored under, if that is known.
        ask_passwords: asks for those that were rejected.
        retried: the run that is retried, if one is: its backups and options are kept.
    """

    DEFAULT_CSS = "RestoreScreen Table { height: auto; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "go_on", "continue"),
        Binding("enter", "go_on", "Continue", show=False, priority=True),
        Binding("c", "version", "choose the backup"),
        Binding("p", "passphrase", "passphrase"),
        Binding("f", "force", "other model"),
        Binding("l", "login", "login"),
        Binding("R", "again", "again"),
    ]
    columns = RESTORE_COLUMNS
    table_title = "Plan"
    first_hints = ()
    last_hints = (("q", "back"),)

    def __init__(
        self,
        appearance: Appearance,
        context: Context,
        targets: Sequence[Target],
        words: Mapping[str, str],
        backup_key: Callable[[str], str | None],
        *,
        ask_passwords: AskPasswords,
        retried: Retried | None = None,
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._rows = {t.device: RestoreRow(target=t, word=words[t.device]) for t in targets}
        self._backup_key = backup_key
        self._ask_passwords = ask_passwords
        self._retried = retried
        self._options = RestoreOptions()
        self._gate = asyncio.Semaphore(MAX_READS_AT_ONCE)
        self._question: RestoreQuestion | None = None
        self._compared_more = False
        self._asked = False
        """Whether somebody wanted to go on before all sensors were read."""

    def begin(self) -> None:
        """Read every sensor."""
        self.table.styles.height = min(len(self._rows), _MOST_ROWS) + 2
        self.query_one("#table" if len(self._rows) > 1 else "#text").focus()
        self.action_again()
        self.set_interval(_REPAINT, self._paint_progress)

    def action_again(self) -> None:
        """Read every sensor (again)."""
        for device, row in self._rows.items():
            self._rows[device] = RestoreRow(target=row.target, word=row.word)
        self._asked = False
        self.paint()
        self.start(self._plan_all(), "reading the sensors")

    async def _plan_all(self) -> None:
        async def one(device: str) -> None:
            async with self._gate:
                await self._plan(device)

        await asyncio.gather(*(one(device) for device in self._rows))
        items = [row.plan.item for row in self._rows.values() if row.plan is not None]
        if self.is_active and await self._ask_passwords(items):
            await asyncio.gather(*(one(device) for device in self._rows))
        [only, *more] = self._rows.values()
        if not more and _lacks_passphrase(only.plan):
            await self._ask_passphrase(only.key)

    async def _plan(self, device: str) -> None:
        row = self._rows[device]
        if self._retried is not None:
            plan = await self._retried.plan(row.target)
        else:
            plan = await plan_one(self._engine_context, row.target, row.word, self._options)
        self._rows[device] = RestoreRow(target=row.target, word=row.word, plan=plan)
        self.paint()
        if plan.may_go:
            # Not in the worker of the plan: a password may be asked for meanwhile.
            work, group = self._compare(plan), f"compare {device}"
            self.run_worker(work, group=group, name="comparing", exclusive=True, exit_on_error=False)

    async def _compare(self, plan: RestorePlan) -> None:
        device = plan.item.device

        def show(comparing: Comparing) -> None:
            row = self._rows[device]
            if row.plan is plan:
                self._rows[device] = structs.replace(row, comparing=comparing)
                self._compared_more = True
                if comparing.is_over:
                    self._paint_progress()

        async with self._gate:
            await compare_with_backup(self._engine_context, plan, show)

    def _paint_progress(self) -> None:
        """Show what was compared since the last time: not each parameter of each sensor by itself."""
        if self._compared_more:
            self._compared_more = False
            self.paint()

    async def _plan_anew(self, device: str, word: str | None = None) -> None:
        row = self._rows[device]
        self._rows[device] = RestoreRow(target=row.target, word=word or row.word)
        self.paint()
        await self._plan(device)

    # -- what the operator does ---------------------------------------------------------------

    def action_version(self) -> None:
        """Choose another backup for the selected device."""
        if (row := self.table.selected) is not None:
            self.start(self._choose_version(row.key), "choosing a backup")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """A retry is of the same bytes, with the same options."""
        del parameters
        return self._retried is None or action not in {"version", "force"}

    def keys_now(self) -> list[Hint]:
        """The keys without those that do not hold for a retry."""
        own = () if self._retried is None else ("c", "f")
        return [hint for hint in self.key_hints() if hint[0] not in own]

    async def _choose_version(self, device: str) -> None:
        picker = VersionPicker(self.appearance, self._engine_context, device, self._backup_key(device))
        word = await self.app.push_screen_wait(picker)
        if word is not None:
            await self._plan_anew(device, word)
            if _lacks_passphrase(self._rows[device].plan):
                await self._ask_passphrase(device)

    def action_passphrase(self) -> None:
        """Enter the passphrase of the selected device's backup."""
        if (row := self.table.selected) is not None:
            self.start(self._ask_passphrase(row.key), "asking for the passphrase")

    async def _ask_passphrase(self, device: str) -> None:
        problem = ""
        while True:
            row = self._rows[device]
            form = passphrase_form(self.appearance, device, backup_words(row.plan, row.word), problem)
            typed = await self.app.push_screen_wait(form)
            if typed is None:
                return
            Passphrases(self._engine_context.credentials).try_too(typed["phrase"])
            await self._plan_anew(device)
            if not _lacks_passphrase(self._rows[device].plan):
                return
            problem = NOT_THE_ONE

    def action_force(self) -> None:
        """Allow another model, or not."""
        self._options = RestoreOptions(force=not self._options.force)
        self.action_again()

    def action_login(self) -> None:
        """Enter the password of the selected device, then read again."""
        if (row := self.table.selected) is not None:
            self.dismiss(RestoreAnswer(words=self._words, login=row.key))

    @property
    def _words(self) -> dict[str, str]:
        return {device: row.word for device, row in self._rows.items()}

    def action_go_on(self) -> None:
        """Ask whether to start, if the plan is complete and has a device to restore."""
        plans = [row.plan for row in self._rows.values() if row.plan is not None]
        if len(plans) < len(self._rows):
            self._asked = True
            self.paint()
            return
        if not self._going:
            text = "Nothing can be restored; see the reason in the plan."
            self.notify(text, severity="warning", markup=False)
            return
        glyphs = self.appearance.glyphs
        asked = RestoreQuestion(
            self.appearance,
            lambda backs_up: question(self._going, glyphs, backs_up=backs_up),
            lambda: not all(is_over(row.comparing) for row in self._going),
        )

        def decide(agreed: bool | None) -> None:
            self._question = None
            if agreed:
                answer = RestoreAnswer(plans=tuple(plans), words=self._words, backs_up=asked.backs_up)
                self.dismiss(answer)

        self._question = asked
        self.app.push_screen(asked, decide)

    @property
    def _going(self) -> list[RestoreRow]:
        return [row for row in self._rows.values() if row.plan is not None and row.plan.may_go]

    # -- what is shown ------------------------------------------------------------------------

    def paint(self) -> None:
        """Show what is known now."""
        rows = list(self._rows.values())
        number = count(len(rows), "sensor")
        allowed = "  another model is allowed" if self._options.force else ""
        again = f"Retry run {clean(self._retried.run)}: restore" if self._retried else "Restore"
        self.show_head(
            (Span(f"{again} parameters onto ", Tone.DIM), Span(number, Tone.KEY), Span(allowed, Tone.WARN)),
            cell("Everything is checked first. Nothing is written until you confirm.", Tone.DIM),
        )
        self.table.show(rows)
        waits = self._asked and any(row.plan is None for row in rows)
        self.table.set_title(plan_title(summary(rows), waits=waits))
        self.paint_text()
        if self._question is not None:
            self._question.paint()

    def about(self, row: RestoreRow | None) -> list[Cell]:
        """The plan of a device with all its checks."""
        glyphs = self.appearance.glyphs
        if row is None or row.plan is None:
            return [cell("Reading the backup, then the sensor...", Tone.DIM)]
        plan, name = row.plan, clean(row.target.device, 60)
        lines: list[Cell] = [(Span(name, Tone.KEY), Span(f"  backup of {backup_words(plan, row.word)}"))]
        lines += check_lines(plan, glyphs)
        lines += change_lines(row.comparing, glyphs)
        advice = "" if plan.may_go else advice_of(plan, self._advised)
        if advice:
            lines.append((Span("What to do: ", Tone.KEY), Span(advice)))
        return lines

    @property
    def _advised(self) -> dict[str, str]:
        return {
            "replace": f"{self.appearance.keys.of('replace')} (replace)",
            "version": "c",
            "passphrase": "p",
            "force": "f",
        }


def _lacks_passphrase(plan: RestorePlan | None) -> bool:
    return plan is not None and plan.item.reason is Code.WRONG_PASSPHRASE
