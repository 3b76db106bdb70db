"""Scenes of a fleet: devices of other PCs in the list, a rollout before and after it is ordered."""

from typing import Final

from sicktui.fleet.records import Inventory, PcDevice, PcPackage
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.rollouts.plan import RolloutPlanScreen
from sicktui.tui.screens.run.rollout import RolloutScreen
from tests.snapshots.stage import Scene, Stage
from tests.support.fleet_desk import ROLLOUT, FakeDesk, pc

SHA: Final = "5ad0" * 16


def connected(stage: Stage, desk: FakeDesk | None = None) -> None:
    """The database was read."""
    desk, elsewhere = desk or FakeDesk(), stage.main.dashboard.elsewhere
    elsewhere.desk = desk
    elsewhere.take(desk.overview())


async def _rollout(stage: Stage) -> None:
    connected(stage)
    elsewhere = stage.main.dashboard.elsewhere
    stage.hangs = True  # it reads as long as it is shown
    await stage.push(RolloutScreen(stage.appearance, stage.context, elsewhere, ROLLOUT))
    await stage.shown("wave 1 of 3")


async def _runs(stage: Stage) -> None:
    connected(stage)
    stage.hangs = True
    await stage.command("runs")
    await stage.shown(ROLLOUT)


async def _main(stage: Stage) -> None:
    connected(stage)
    stage.main.renderer.render()
    await stage.shown("hall-2/belt")


async def _package(stage: Stage) -> None:
    """Three PCs: one has the package approved, one not, and one has another sicktui."""
    desk = FakeDesk()
    belts = tuple(PcDevice(name=f"belt-{n}", model="picoScan150", version=f"2.{n}.0.0R") for n in (3, 4))
    package = PcPackage(sha256=SHA, version="2.4.0.0R", approved=True)
    desk.pcs = [
        pc("hall-2", inventory=Inventory(devices=belts, packages=(package,))),
        pc("hall-3", "arm", silence=300.0),
        pc("hall-4", "dock", protocol="orders-0"),
    ]
    connected(stage, desk)
    dashboard = stage.main.dashboard
    dashboard.marking.only([row.device for row in dashboard.elsewhere.rows])
    await stage.command("update")
    await stage.shown("not on this PC")
    dashboard.marking.clear()


async def _plan(stage: Stage) -> None:
    await _package(stage)
    stage.hangs = True  # it reads as long as it is shown
    await stage.pilot.press("G", "enter")
    await stage.on(RolloutPlanScreen)
    await stage.pilot.press("c")
    await stage.shown("first 1 alone")
    await stage.shown("Plan update 3")


async def _options(stage: Stage) -> None:
    await _plan(stage)
    await stage.pilot.press("o")
    await stage.on(ValuesForm)


async def _question(stage: Stage) -> None:
    await _plan(stage)
    await stage.pilot.press("u")
    await stage.on(Confirm)


SCENES: Final[dict[str, Scene]] = {
    "rollout": _rollout,
    "runs fleet": _runs,
    "main fleet": _main,
    "rollout package": _package,
    "rollout plan": _plan,
    "rollout options": _options,
    "rollout question": _question,
}
"""They change what the others show: ``main running`` begins without them."""
