"""Simulated sensors on addresses of this PC (127.x.y.z), and a network around them that a test describes."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network

from sicktui.engine.address.change import AddressChanged, change_address
from sicktui.engine.address.plan import AddressRequest, ChangePlan, plan_change
from sicktui.model.device import Target
from sicktui.model.network.addressing import Ipv4Config
from sicktui.model.search.records import Sighting
from sicktui.simulator.fleet.fleet import Device
from tests.support.engine_harness import EngineHarness


class FakeLan:
    """A network whose subnets, occupants and sensors a test names."""

    def __init__(self) -> None:
        self.subnets: list[IPv4Network] = [IPv4Network("127.0.0.0/8")]
        self.taken: dict[str, str] = {}
        self.where: Callable[[], str | None] = lambda: None
        self.searches: list[tuple[str | None, str | None, str]] = []

    async def networks(self) -> Sequence[IPv4Network]:
        return self.subnets

    async def occupant(self, host: str, port: int, own: str | None = None) -> str:
        return self.taken.get(host, "")

    async def find(self, serial: str | None, mac: str | None, near: str, seconds: float) -> str | None:
        self.searches.append((serial, mac, near))
        return self.where()

    async def search(self, seconds: float) -> Sequence[Sighting]:
        return ()

    async def assign(self, mac: str, config: Ipv4Config, *, binary: bool) -> bool:
        return False


HOME = {"EtherIPAddress": [127, 0, 3, 1], "EtherIPMask": [255, 255, 255, 0]}
"""Where the sensors of these tests are at the start."""


class AddressHarness:
    """One sensor whose address is changed."""

    def __init__(self, harness: EngineHarness) -> None:
        self.harness = harness
        harness.settings(reconnect_timeout=30.0)
        self.lan = FakeLan()
        self.stages: list[str] = []

    async def sensor(self, *, profile: bool = True, pinned: bool = False, **spec: object) -> Device:
        """A sensor at 127.0.3.1, in the list as ``gate``."""
        device = await self.harness.sensor(**({"parameters": HOME} | spec))  # type: ignore[arg-type]
        if profile:
            self.harness.profile("gate", device, **({"serial": device.serial} if pinned else {}))
        return device

    def target(self) -> Target:
        return self.harness.target("gate")

    @property
    def listed(self) -> str:
        """The address that the list has."""
        return self.harness.context.devices().profiles["gate"].address

    async def plan(self, target: Target | None = None, **request: object) -> ChangePlan:
        wanted = AddressRequest(**request)  # type: ignore[arg-type]
        return await plan_change(self.harness.context, target or self.target(), wanted, self.lan)

    async def change(self, target: Target | None = None, **request: object) -> AddressChanged:
        """Plan and carry out."""
        plan = await self.plan(target, **request)
        return await self.carry_out(plan, target)

    async def carry_out(self, plan: ChangePlan, target: Target | None = None) -> AddressChanged:
        return await change_address(
            self.harness.context,
            target or self.target(),
            plan,
            self.lan,
            on_stage=lambda stage, _words: self.stages.append(stage.value),
        )
