"""A fleet of simulated sensors over real HTTP, written from the protocol alone.

::

    async with Fleet(standard_fleet(6), time_scale=20) as fleet:
        print(fleet.devices[0].address)   # "127.0.0.1:40123"

The protocol is that of SICK's two support articles, SICK's OpenAPI files and what SICK's own clients
need; nothing of ``sicktui.sensor`` is used, so that one misreading cannot hide in both.
"""

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.package import make_package
from sicktui.simulator.errors import ScenarioError, SimulatorError
from sicktui.simulator.fleet.fleet import Fleet, serve
from sicktui.simulator.fleet.scenario import load_scenario
from sicktui.simulator.fleet.standard import demo_package, standard_fleet
from sicktui.simulator.server.record import RequestRecord
from sicktui.simulator.spec import DeviceSpec, Fault

__all__ = [
    "Device",
    "DeviceSpec",
    "Fault",
    "Fleet",
    "RequestRecord",
    "ScenarioError",
    "SimulatorError",
    "demo_package",
    "load_scenario",
    "make_package",
    "serve",
    "standard_fleet",
]
