"""A fleet of simulated sensors over real HTTP, written from the protocol alone.

::

    async with Fleet(standard_fleet(6), time_scale=20) as fleet:
        print(fleet.devices[0].address)   # "127.0.0.1:40123"

The protocol comes from SICK's two support articles, SICK's OpenAPI files and what SICK's own clients need.
Nothing of ``sicktui.sensor`` is used, so that one misreading cannot hide in both.

- ``fleet/``: several devices, scenario files, the fleet of the demo
- ``server/``: the endpoints under ``/api/``; ``faults/``: what a device can do wrong
- ``device/``: state, power, update, backups, authentication of one device
- ``families/``: the variables and methods of each family and version, their types and limits
- ``network/``: HTTP/1.1 on a socket, and the port
- ``generations``, ``spec``, ``status``, ``clock``, ``changes``, ``errors``: what all of them share
"""

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.files.package import make_package
from sicktui.simulator.device.record import RequestRecord
from sicktui.simulator.errors import ScenarioError, SimulatorError
from sicktui.simulator.fleet.fleet import Fleet, serve
from sicktui.simulator.fleet.scenario import load_scenario
from sicktui.simulator.fleet.standard import demo_package, standard_fleet
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
