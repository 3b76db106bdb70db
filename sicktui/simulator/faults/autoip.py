"""Faults of what a sensor answers over AutoIP, to a search and to a new address."""

from ipaddress import IPv4Address
from typing import ClassVar, Final

from msgspec import structs

from sicktui.simulator.device.addressing import mac_of
from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import FoundPlan, SetPlan
from sicktui.simulator.errors import ScenarioError
from sicktui.simulator.faults.base import Behaviour, fault
from sicktui.simulator.network.autoip_packets import Facts, found_binary, xml_of
from sicktui.simulator.spec import Fault

_HEADER: Final = 16
_MAC_BYTES: Final = 6
_MOST_BYTES: Final = 60_000
"""Of one reply: a datagram holds 65507."""
_OTHER_SERIAL: Final = "99999999"
_HOSTILE_NAME: Final = "gate\x1b[2J\x1b]0;x\x07\r\n\x00\x9b31m\x7f [bold]\t"
_BOMB: Final = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">' for n in range(ord("a"), ord("i")))
    + "]>"
)


class AutoIpFault(Behaviour):
    """A fault of what is answered over AutoIP; no request to the REST API meets it."""


class FoundFault(AutoIpFault):
    """A fault of the reply to a search."""

    def on_found(self, device: Device, plan: FoundPlan) -> None:
        """Change the reply."""
        if self.strikes(device):
            self.change(device, plan)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """What becomes of it."""
        raise NotImplementedError

    def number(self, default: int) -> int:
        """``value`` as a number."""
        return self.fault.value if isinstance(self.fault.value, int) else default

    def texts(self) -> tuple[str, ...]:
        """``value`` as texts."""
        value = self.fault.value
        return tuple(map(str, value if isinstance(value, tuple) else () if value is None else (value,)))


@fault("autoip_garbage")
class Garbage(FoundFault):
    """Answers a search with a good header, and random bytes after it."""

    def change(self, device: Device, plan: FoundPlan) -> None:
        """As many as an answer has."""
        plan.bodies = [device.rng.randbytes(180)]


@fault("autoip_truncated")
class Truncated(FoundFault):
    """Sends only ``fraction`` of its reply to a search (default half); the header announces all of it."""

    uses = ("fraction",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Cut the datagram."""
        part = 0.5 if self.fault.fraction is None else self.fault.fraction
        plan.alter = lambda datagram: datagram[: int(len(datagram) * part)]


@fault("autoip_oversized")
class Oversized(FoundFault):
    """Answers a search with ``value`` bytes (default 60000), most of them its name."""

    uses = ("value",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Make the name as long."""
        plan.facts = structs.replace(plan.facts, location="x" * self.number(_MOST_BYTES))


@fault("autoip_wrong_lengths")
class WrongLengths(FoundFault):
    """Answers a search with lengths that do not fit: in the header, or (``value``: inside) of its texts."""

    uses = ("value",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """The name is the first text, at byte 18 of a binary reply."""
        if self.fault.value != "inside":
            plan.length = 0xFFFF
            return
        at = _HEADER + 2
        plan.alter = lambda datagram: datagram[:at] + b"\xff\xff" + datagram[at + 2 :]


@fault("autoip_claims")
class Claims(FoundFault):
    """Reports that it is another sensor: serial number ``value``, or a list: serial number, address, MAC."""

    uses = ("value",)

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self._serial, self._address, self._mac, *_ = (*self.texts(), "", "", "")
        try:
            IPv4Address(self._address or "127.0.0.1")
            found = bytes.fromhex(self._mac.replace(":", ""))
        except ValueError as error:
            raise ScenarioError(f"The fault {fault.name!r}: {error}.") from error
        if found and len(found) != _MAC_BYTES:
            raise ScenarioError(f"The fault {fault.name!r}: {self._mac!r} is not a MAC address.")

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Claim what is named, and be honest in the rest."""
        address = self._address
        facts = plan.facts
        plan.facts = structs.replace(
            facts,
            serial=self._serial or _OTHER_SERIAL,
            ipv4=structs.replace(facts.ipv4, address=address) if address else facts.ipv4,
            mac=self._mac.lower() or facts.mac,
        )


@fault("autoip_duplicated")
class Duplicated(FoundFault):
    """Sends its reply to a search ``value`` times (default 3)."""

    uses = ("value",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """The same bytes."""
        plan.times = self.number(3)


@fault("autoip_late")
class Late(FoundFault):
    """Answers a search only after ``seconds`` (default 30)."""

    uses = ("seconds",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Wait."""
        plan.after = 30.0 if self.fault.seconds is None else self.fault.seconds


@fault("autoip_lost")
class Lost(FoundFault):
    """Does not answer the first search (the first ``times``): a datagram was lost."""

    default_times = 1

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Send nothing."""
        plan.times = 0


@fault("autoip_wrong_id")
class WrongId(FoundFault):
    """Answers a search under another id than that of the search."""

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Turn every bit."""
        plan.id = bytes(byte ^ 0xFF for byte in plan.id)


@fault("autoip_entities")
class Entities(FoundFault):
    """Answers a search with XML whose name is an entity that expands to a gigabyte."""

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Nine levels of ten."""
        plan.xml = True
        name = '<Item key="LocationName" value="&i;" readonly="TRUE"></Item>'
        plan.bodies = [xml_of(plan.facts.mac, name, before=_BOMB)]


@fault("autoip_many_items")
class ManyItems(FoundFault):
    """Answers a search with 8000 XML items; with ``value`` binary, announces 65535 tags and sends 5000."""

    uses = ("value",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Empty items are the shortest."""
        if self.fault.value == "binary":
            plan.xml = False
            end = found_binary(plan.facts).index(b"AutV") - 2
            plan.bodies = [found_binary(plan.facts)[:end] + b"\xff\xff" + b"AbcD\x00\x00" * 5_000]
            return
        plan.xml = True
        plan.bodies = [xml_of(plan.facts.mac, "<Item/>" * (_MOST_BYTES // len("<Item/>")))]


@fault("autoip_control_characters")
class ControlCharacters(FoundFault):
    """Reports a name (``value``) with control characters, escape sequences and markup."""

    uses = ("value",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """In XML they are as invalid as they would be there."""
        name = self.fault.value if isinstance(self.fault.value, str) else _HOSTILE_NAME
        plan.facts = structs.replace(plan.facts, location=name)


class _Twin(FoundFault):
    """A second reply beside the true one."""

    uses = ("value",)

    def change(self, device: Device, plan: FoundPlan) -> None:
        """Both under the same id."""
        serial = next(iter(self.texts()), _OTHER_SERIAL)
        plan.bodies = [plan.facts, self.twin(plan.facts, serial)]

    def twin(self, facts: Facts, serial: str) -> Facts:
        """The other one."""
        raise NotImplementedError


@fault("autoip_same_mac")
class SameMac(_Twin):
    """Answers twice: the second time with serial number ``value`` (default 99999999) and another address."""

    def twin(self, facts: Facts, serial: str) -> Facts:
        """The next address of the network."""
        front, _, last = facts.ipv4.address.rpartition(".")
        other = f"{front}.{int(last) % 250 + 1}"
        return structs.replace(facts, serial=serial, ipv4=structs.replace(facts.ipv4, address=other))


@fault("autoip_same_address")
class SameAddress(_Twin):
    """Answers twice: the second time with serial number ``value`` (default 99999999) and another MAC."""

    def twin(self, facts: Facts, serial: str) -> Facts:
        """Another MAC."""
        return structs.replace(facts, serial=serial, mac=mac_of(serial))


class SetFault(AutoIpFault):
    """A fault of setting an address."""

    default_times = 1
    sets: ClassVar[tuple[str, object]]
    """A field of the plan, and what it becomes."""

    def on_address_set(self, device: Device, plan: SetPlan) -> None:
        """Change what will happen."""
        if self.strikes(device):
            setattr(plan, *self.sets)


@fault("autoip_set_ignored")
class SetIgnored(SetFault):
    """Confirms a new address, and keeps the old one."""

    sets = ("applies", False)


@fault("autoip_set_unanswered")
class SetUnanswered(SetFault):
    """Takes a new address, and its answer is lost."""

    sets = ("answers", False)


@fault("autoip_set_other")
class SetOther(AutoIpFault):
    """Confirms a new address, and takes another one (``value``, default 127.0.0.99)."""

    uses = ("value",)
    default_times = 1

    def on_address_set(self, device: Device, plan: SetPlan) -> None:
        """Change it."""
        if self.strikes(device):
            plan.address = self.fault.value if isinstance(self.fault.value, str) else "127.0.0.99"
