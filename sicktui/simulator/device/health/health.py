"""The state of one sensor: temperature, contamination, clock, and whether it measures."""

import random
from collections.abc import Callable
from typing import Final

from sicktui.simulator.device.health.contamination import Contamination
from sicktui.simulator.device.health.temperature import Temperature
from sicktui.simulator.device.health.wall_clock import WallClock
from sicktui.simulator.device.parameters import ParameterStore
from sicktui.simulator.families.kinds import Items
from sicktui.simulator.generations import Generation
from sicktui.simulator.spec import DeviceSpec, Measuring

NORMAL: Final = 3
SUSPENDED: Final = 4
STARTUP: Final = 1
_FAULTY: Final = (7, 8)
_BUSY, _READY, _ERROR = 0, 1, 2
_SECTORS: Final = 7
"""Sectors of a picoScan150 (developer guide, telegram listing)."""


class Health:
    """What a sensor reports about itself.

    Args:
        spec: how it is at the start.
        generation: its API.
        parameters: its parameters.
        rng: its chance.
        now: seconds.
        uptime: seconds since power-on.
        changed: called when something of it is set.
    """

    def __init__(
        self,
        spec: DeviceSpec,
        generation: Generation,
        parameters: ParameterStore,
        *,
        rng: random.Random,
        now: Callable[[], float],
        uptime: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._parameters = parameters
        self._changed = changed
        self._measuring: Measuring = spec.measuring
        self._cola_login = spec.cola_login
        self._time_server = spec.time_server
        drawn = round(
            rng.uniform(28.0, 46.0), 1
        )  # drawn in any case: what follows in this chance stays the same
        self.temperature = Temperature(
            drawn if spec.temperature is None else spec.temperature,
            swing=spec.temperature_swing,
            parameters=lambda: parameters.current,
            now=now,
            changed=changed,
        )
        variable = generation.api.variables.get("ContaminationData")
        fixed = variable.kind.low if variable is not None and isinstance(variable.kind, Items) else 0
        self.contamination = Contamination(
            generation.family.name,
            fixed or _SECTORS,
            spec.contamination,
            parameters=lambda: parameters.current,
            measures=lambda: self.measuring == "running",
            now=now,
            changed=changed,
        )
        self.clock = WallClock(offset=spec.clock_offset, lost=spec.clock_lost, uptime=uptime)

    @property
    def measuring(self) -> Measuring:
        """Whether it measures."""
        return self._measuring

    @measuring.setter
    def measuring(self, measuring: Measuring) -> None:
        self._measuring = measuring
        self._changed()

    @property
    def cola_login(self) -> bool:
        """Whether somebody is logged in by CoLa."""
        return self._cola_login

    @cola_login.setter
    def cola_login(self, there: bool) -> None:
        self._cola_login = there
        self._changed()

    def booted(self) -> None:
        """It has booted: it measures if ``AutoStartMeasure`` was saved, and no CoLa login is left."""
        current = self._parameters.current
        self.measuring = "running" if current.get("AutoStartMeasure", True) else "stopped"
        self.cola_login = False
        self.clock.booted(synchronised=self._time_server and current.get("TSCRole", 0) != 0)

    def status(self, own: int) -> int:
        """``DeviceStatus`` of a sensor whose ``own`` one may be overruled by not measuring."""
        return SUSPENDED if own == NORMAL and self.measuring != "running" else own

    def readiness(self, status: int) -> int:
        """``SCdevicestate``."""
        if status in _FAULTY:
            return _ERROR
        idle = status == STARTUP or self.cola_login or self.measuring != "running"
        return _BUSY if idle else _READY
