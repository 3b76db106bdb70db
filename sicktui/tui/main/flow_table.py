"""Which flow each command runs.

It imports every flow, and with them what they work with: the dashboard imports it after its first picture.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from sicktui.model.enums import Operation
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.flows.backups.backup import back_up
from sicktui.tui.flows.backups.backups import browse_backups
from sicktui.tui.flows.backups.history import browse_history
from sicktui.tui.flows.backups.replace import replace
from sicktui.tui.flows.backups.restore import restore
from sicktui.tui.flows.demo import try_demo
from sicktui.tui.flows.log import save_log
from sicktui.tui.flows.offers import browse_offers
from sicktui.tui.flows.passwords.change import change_passwords
from sicktui.tui.flows.passwords.login import log_in, log_out
from sicktui.tui.flows.passwords.passphrases import manage_passphrases
from sicktui.tui.flows.passwords.vault import manage
from sicktui.tui.flows.runs import browse_runs, show_timeline, show_verdicts
from sicktui.tui.flows.sensors.address import set_address
from sicktui.tui.flows.sensors.commission import commission_list
from sicktui.tui.flows.sensors.device_files import export_list, import_list
from sicktui.tui.flows.sensors.devices import add_device, edit_device, remove_devices
from sicktui.tui.flows.sensors.diff import diff
from sicktui.tui.flows.sensors.dump import dump
from sicktui.tui.flows.sensors.find_me import find_me, find_me_for
from sicktui.tui.flows.sensors.follow import follow_sensor
from sicktui.tui.flows.sensors.health import show_health
from sicktui.tui.flows.sensors.parameters import parameters, save_parameters
from sicktui.tui.flows.sensors.rename import rename
from sicktui.tui.flows.sensors.search import search_sensors
from sicktui.tui.flows.sensors.tags import manage_tags
from sicktui.tui.flows.services import Services
from sicktui.tui.flows.settings import change_settings, choose_theme
from sicktui.tui.flows.update import execute_plan, update
from sicktui.tui.screens.doctor import DoctorScreen
from sicktui.tui.screens.sensors.overview import OverviewScreen
from sicktui.tui.screens.update.shelf import ShelfScreen

Work = Coroutine[Any, Any, object]

WITH_CHOSEN: Final[Mapping[str, Callable[[Services, tuple[str, ...]], Work]]] = {
    "backup": back_up,
    "diff": diff,
    "dump": dump,
    "find_me": find_me,
    "find_me_for": find_me_for,
    "login": log_in,
    "logout": log_out,
    "parameters": parameters,
    "passphrases": manage_passphrases,
    "passwd": change_passwords,
    "remove": remove_devices,
    "restore": restore,
    "save": save_parameters,
    "tags": manage_tags,
    "update": update,
}
"""Flows for the marked devices, or for the selected one if none is marked."""

WITH_SELECTED: Final[Mapping[str, Callable[[Services, str], Work]]] = {
    "address": set_address,
    "edit": edit_device,
    "follow": follow_sensor,
    "health": show_health,
    "history": browse_history,
    "rename": rename,
    "replace": replace,
}
"""Flows for the selected device; marks do not count."""

WITH_NONE: Final[Mapping[str, Callable[[Services], Work]]] = {
    "add": add_device,
    "commission": commission_list,
    "demo": try_demo,
    "doctor": lambda services: services.ask(DoctorScreen(services.appearance, services.context)),
    "execute_plan": execute_plan,
    "export_list": export_list,
    "import_list": import_list,
    "kept": browse_backups,
    "log_save": save_log,
    "offers": browse_offers,
    "overview": lambda services: services.ask(OverviewScreen(services.appearance, services.context)),
    "runs": browse_runs,
    "search": search_sensors,
    "shelf": lambda services: services.ask(ShelfScreen(services.appearance, services.context)),
    "settings": change_settings,
    "theme": choose_theme,
    "vault": manage,
}
"""Flows without a device."""

WITH_RUN: Final[Mapping[str, Callable[[Services, str], Work]]] = {
    "timeline": show_timeline,
    "verdicts": show_verdicts,
}
"""Flows for the run that is shown."""

KNOWN: Final = frozenset([*WITH_CHOSEN, *WITH_SELECTED, *WITH_NONE, *WITH_RUN])
"""The ids of all commands that are flows."""


WITH_FLEET: Final[Mapping[str, Operation]] = {"update": Operation.UPDATE, "backup": Operation.BACKUP}
"""What a rollout does where devices of other PCs are chosen."""


def work_of(command: str, services: Services, now: CommandContext) -> Work:
    """The flow of a command, for the devices chosen when it was given."""
    if command in WITH_FLEET and now.chosen_far:
        from sicktui.tui.flows.rollouts.order import order_rollout  # noqa: PLC0415 - only in a fleet

        return order_rollout(services, WITH_FLEET[command], now.chosen_in_fleet)
    if command in WITH_CHOSEN:
        return WITH_CHOSEN[command](services, now.chosen)
    if command in WITH_SELECTED:
        return WITH_SELECTED[command](services, now.selected or "")
    if command in WITH_RUN:
        return WITH_RUN[command](services, now.shown_run or "")
    return WITH_NONE[command](services)


def work_after(run: str, services: Services, denied: tuple[str, ...]) -> Work:
    """What follows a run by itself: a login where passwords were denied, else how it has ended."""
    if denied:
        return log_in(services, denied, "The sensor denied access in the run.")
    return show_verdicts(services, run)
