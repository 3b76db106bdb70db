"""A sensor that replies to ``RestoreParameterBackup`` before it has done its work."""

import asyncio

from sicktui.simulator.device.plans import RestorePlan
from sicktui.simulator.fleet.fleet import Device


def applies_later(device: Device, seconds: float) -> None:
    """Let ``RestoreParameterBackup`` reply with ``Result`` true at once, and do its work afterwards."""
    finish, tasks = device.backups.finish_restore, []

    async def later(plan: RestorePlan) -> None:
        await asyncio.sleep(seconds)
        await finish(plan)

    async def reply_first(plan: RestorePlan) -> None:
        tasks.append(asyncio.create_task(later(plan)))

    device.backups.finish_restore = reply_first  # type: ignore[method-assign]
