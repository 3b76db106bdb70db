"""Methods that start and stop measuring, and the one that sets the clock."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sicktui.simulator.device.device import Device
from sicktui.simulator.spec import Measuring

Method = Callable[[dict[str, object]], Awaitable[dict[str, object] | None]]
"""Takes the ``data`` of a POST, returns that of the answer."""
_DONE, _FAILED = {"ErrorCode": 0}, {"ErrorCode": 1}


def measuring_methods(device: Device) -> dict[str, Method]:
    """Those methods of a device; it has the ones that its family has."""

    def becomes(measuring: Measuring) -> Method:
        async def act(_: dict[str, object]) -> dict[str, object]:
            device.health.measuring = measuring
            return dict(_DONE)

        return act

    async def set_clock(data: dict[str, object]) -> dict[str, object]:
        """It works without a time server only (SICK's telegram listing)."""
        seconds = _seconds(data.get("DateTime"))
        if seconds is None or device.parameters.current.get("TSCRole", 0) != 0:
            return dict(_FAILED)
        device.health.clock.become(seconds)
        return dict(_DONE)

    return {
        "mStartMeasure": becomes("running"),
        "mStopMeasure": becomes("stopped"),
        "mStandby": becomes("standby"),
        "LSPsetdatetime": set_clock,
        "mSetDateTime": set_clock,
    }


def _seconds(given: Any) -> float | None:  # noqa: ANN401  any JSON
    """Unix time of a ``DateTime_t``; ``None`` if there is no such day."""
    if not isinstance(given, dict):
        return None
    year, month, day = (given.get(name, 1) for name in ("uiYear", "usiMonth", "usiDay"))
    hour, minute, second = (given.get(name, 0) for name in ("usiHour", "usiMinute", "usiSec"))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
