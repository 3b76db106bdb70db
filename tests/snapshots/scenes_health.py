"""The health of a sensor, as it was read: a clock and a temperature of a real reading are never the same."""

from datetime import timedelta
from typing import Final
from unittest.mock import patch

from sicktui.engine.context import Context
from sicktui.engine.health.read import OnRead
from sicktui.model.device import Target
from sicktui.model.health.judgement import judge
from sicktui.model.health.records import DeviceHealth
from sicktui.tui.screens.sensors import health as health_screen
from sicktui.tui.screens.sensors.health import HealthScreen
from tests.health.sensors import readings
from tests.snapshots.stage import Scene, Stage

DIRTY: Final = {
    "ContaminationData": [1, 1, 2, 3, 0, 1, 1],
    "CurrentTempDev": 52.0,
    "OpHours": "many",
    "EtherAuxEnabled": True,
}


async def _read(context: Context, target: Target, on_read: OnRead | None = None, **_: object) -> DeviceHealth:
    found = readings(DIRTY)
    now = context.clock.now()
    for hour, degrees in enumerate((38.0, 38.5, 39.0, 45.0, 52.0, 51.0)):
        warm = judge(readings({"CurrentTempDev": degrees}))
        context.health_history.note(found.identity.key, now - timedelta(hours=6 - hour), warm, "2.3.3.0R")
    return DeviceHealth(device=target.device, at=now, identity=found.identity, report=judge(found))


async def _health(stage: Stage) -> None:
    [target] = stage.harness.targets(["gate-1"])
    with patch.object(health_screen, "read_health", _read):
        await stage.push(HealthScreen(stage.appearance, stage.context, target, lambda _: None))
        await stage.shown("heavily")


SCENES: Final[dict[str, Scene]] = {"health": _health}
"""The scene of this file."""
