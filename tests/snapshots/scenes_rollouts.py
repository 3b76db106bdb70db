"""Scenes of a fleet: devices of other PCs in the list, rollouts beside runs, one of them."""

from typing import Final

from sicktui.tui.screens.run.rollout import RolloutScreen
from tests.snapshots.stage import Scene, Stage
from tests.support.fleet_desk import ROLLOUT, FakeDesk


def connected(stage: Stage) -> None:
    """The database was read."""
    desk, elsewhere = FakeDesk(), stage.main.dashboard.elsewhere
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


SCENES: Final[dict[str, Scene]] = {"rollout": _rollout, "runs fleet": _runs, "main fleet": _main}
"""They change what the others show: ``main running`` begins without them."""
