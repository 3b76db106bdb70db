"""Faults of the datagrams with measured data."""

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import DatagramPlan
from sicktui.simulator.faults.base import Behaviour, fault
from sicktui.simulator.network.scan_packets import sender_of
from sicktui.simulator.spec import Fault


class ScanFault(Behaviour):
    """A fault of datagrams; each datagram is one occasion."""

    def on_datagram(self, device: Device, plan: DatagramPlan) -> None:
        """Strike each datagram, as often as wanted."""
        if self.strikes(device):
            self.change(plan)

    def change(self, plan: DatagramPlan) -> None:
        """Change what is sent."""
        raise NotImplementedError


@fault("scan_wrong_crc")
class WrongCrc(ScanFault):
    """Sends measured data with a wrong checksum."""

    def change(self, plan: DatagramPlan) -> None:
        """One bit of it is another one."""
        plan.alter = lambda datagram: datagram[:-1] + bytes([datagram[-1] ^ 1])


@fault("scan_cut")
class Cut(ScanFault):
    """Sends only ``fraction`` of each datagram of measured data (default half)."""

    uses = ("fraction",)

    def change(self, plan: DatagramPlan) -> None:
        """The rest is missing."""
        fraction = 0.5 if self.fault.fraction is None else self.fault.fraction
        plan.alter = lambda datagram: datagram[: int(len(datagram) * fraction)]


@fault("scan_repeated")
class Repeated(ScanFault):
    """Sends each datagram of measured data ``value`` times (default 2)."""

    uses = ("value",)

    def change(self, plan: DatagramPlan) -> None:
        """The same bytes."""
        plan.times = self.fault.value if isinstance(self.fault.value, int) else 2


@fault("scan_other_serial")
class OtherSerial(ScanFault):
    """Sends measured data under the serial number ``value`` (default 99999999), as a forger would."""

    uses = ("value",)

    def change(self, plan: DatagramPlan) -> None:
        """With a good checksum."""
        plan.telegram.sender = sender_of(str(self.fault.value or "99999999"))


@fault("scan_frozen_counter")
class FrozenCounter(ScanFault):
    """Sends measured data whose telegram counter and frame number no longer rise."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self._seen: tuple[int, int] | None = None

    def change(self, plan: DatagramPlan) -> None:
        """Those of the first one that was struck."""
        telegram = plan.telegram
        self._seen = self._seen or (telegram.counter, telegram.frame)
        telegram.counter, telegram.frame = self._seen
