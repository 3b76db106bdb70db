"""Whether it measures: what ``--measuring`` has found out. The evidence is in ``model/measuring``."""

from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.measuring.evidence import MeasuringEvidence, Worth, other_serials
from sicktui.model.measuring.stream import Heard
from sicktui.model.wording import count, names


def _worth(facts: Facts, worth: Worth) -> MeasuringEvidence | None:
    """The evidence, if it is worth this and no more."""
    found = facts.readings.measuring
    return found if found is not None and facts.measuring_worth is worth else None


def _heard(facts: Facts) -> Heard | None:
    found = facts.readings.measuring
    return found.heard if found is not None else None


def _received(facts: Facts) -> str:
    found = _worth(facts, Worth.RECEIVED)
    return f"It measures: this PC received {found.received}." if found else ""


def _evaluated(facts: Facts) -> str:
    found = _worth(facts, Worth.EVALUATED)
    if found is None:
        return ""
    return f"It evaluates scans: {names(found.moved)} moved between two readings. {found.why}".strip()


def _reported(facts: Facts) -> str:
    found = _worth(facts, Worth.REPORTED)
    if found is None or found.is_silent:
        return ""
    return f"The sensor reports that it measures; nothing else shows it. {found.why}".strip()


def _denied(facts: Facts) -> str:
    if _worth(facts, Worth.DENIED) is None:
        return ""
    ready = "" if facts.ready is None else f"SCdevicestate {facts.ready}"
    status = f"DeviceStatus {facts.status.value} ({facts.status.label})" if facts.status else ""
    return f"The sensor reports that it does not measure ({', '.join(filter(None, (ready, status)))})."


def _unknown(facts: Facts) -> str:
    found = _worth(facts, Worth.NONE)
    if found is None or found.is_silent:
        return ""
    return f"Nothing shows whether it measures. {found.why}".strip()


def _silent(facts: Facts) -> str:
    found, heard = facts.readings.measuring, _heard(facts)
    if found is None or heard is None or not found.is_silent or facts.measuring_worth is Worth.DENIED:
        return ""
    others = f" {count(heard.foreign, 'datagram')} of others came." if heard.foreign else ""
    return (
        f"This PC gets its scan data ({found.way.receiver}), and none came in {heard.seconds:.1f} s.{others}"
    )


def _damaged(facts: Facts) -> str:
    heard = _heard(facts)
    if heard is None or not heard.damaged:
        return ""
    return f"{count(heard.damaged, 'datagram')} from its address had a wrong checksum, or were cut."


def _frozen(facts: Facts) -> str:
    heard = _heard(facts)
    if heard is None or not heard.is_frozen:
        return ""
    return f"Its telegram counter does not rise above {heard.last}, in {heard.repeated + 1} datagrams."


def _slow(facts: Facts) -> str:
    found = facts.readings.measuring
    if found is None or not found.is_slow or found.promise is None or found.heard is None:
        return ""
    promised = found.promise
    return (
        f"It sends {found.heard.rate:.0f} datagrams a second; {promised.hertz:g} Hz with "
        f"{promised.segments} segments promise {promised.rate:.0f}."
    )


def _other_serial(facts: Facts) -> str:
    heard = _heard(facts)
    if heard is None or not heard.others:
        return ""
    number = sum(heard.others.values())
    return f"{count(number, 'datagram')} from its address had another serial number: {other_serials(heard)}."


def _other_address(facts: Facts) -> str:
    heard = _heard(facts)
    if heard is None or not heard.forged:
        return ""
    return (
        f"{count(heard.forged, 'datagram')} with its serial number came from another address; they prove "
        "nothing."
    )


_WEB: Final = "Open the sensor's web page: 'Measurement active' is on its first page."
_PROOF: Final = "For a proof, run this on the PC that gets its scan data."

MEASURING: Final = (
    Rule(
        code="measuring_received",
        level=Weight.NOTE,
        when="two datagrams of this sensor were received: its serial number, from its address, the checksum "
        "right, the telegram counter risen",
        worth="A proof that it measures. Only a forger in the same network, with its address, could fake it.",
        check=_received,
        advice="Nothing needs to be done.",
    ),
    Rule(
        code="measuring_evaluated",
        level=Weight.NOTE,
        when="no datagram was received, and FieldEvaluationResult or perpendicularDistanceResult had another "
        "moment of measuring at a second reading",
        worth="Scans are evaluated (inferred). One that stays proves nothing: it needs configured fields.",
        check=_evaluated,
        advice=_PROOF,
    ),
    Rule(
        code="measuring_reported",
        level=Weight.NOTE,
        when="none of these, and the sensor reports that it is ready and works normally",
        worth="The sensor's own word only. No variable counts scans.",
        check=_reported,
        advice=_PROOF,
    ),
    Rule(
        code="not_measuring",
        level=Weight.WARNING,
        when="no datagram was received, and SCdevicestate is not 1, or DeviceStatus is 1, 2 or 4",
        worth="The sensor's own word.",
        check=_denied,
        advice=_WEB,
    ),
    Rule(
        code="measuring_unknown",
        level=Weight.UNKNOWN,
        when="the sensor does not report its state, and nothing else shows it",
        worth="Nothing.",
        check=_unknown,
        advice=_WEB,
    ),
    Rule(
        code="stream_silent",
        level=Weight.WARNING,
        when="this PC is the receiver (or has joined the multicast group), and no datagram came in four "
        "seconds",
        worth="A firewall of this PC may drop them, or a switch the multicast group. Else nothing is sent.",
        check=_silent,
        advice="Allow the UDP port in this PC's firewall. Then look at the sensor's web page.",
    ),
    Rule(
        code="stream_frozen",
        level=Weight.ERROR,
        when="three datagrams came, or datagrams for a second, and the telegram counter did not rise",
        worth="A repeated datagram, not a measurement.",
        check=_frozen,
        advice="Restart the sensor, and look for a program that repeats its datagrams.",
    ),
    Rule(
        code="stream_damaged",
        level=Weight.WARNING,
        when="a datagram from its address had a wrong checksum, or was cut",
        worth="Damaged on the way, or by the sensor. It proves nothing.",
        check=_damaged,
        advice="Check cables and switches. If it stays, fetch 'sicktui dump' for SICK's support.",
    ),
    Rule(
        code="stream_slow",
        level=Weight.WARNING,
        when="its telegram counter rises by less than four fifths of what frequency, segments and interval "
        "filter promise",
        worth="Datagrams that were lost on the way do not count. Not judged with an angle filter.",
        check=_slow,
        advice=_WEB,
    ),
    Rule(
        code="stream_other_serial",
        level=Weight.WARNING,
        when="datagrams from its address had another serial number",
        worth="Another sensor has, or had, its address; or they are forged.",
        check=_other_serial,
        advice="Look for a second sensor with this address: 'sicktui discover'.",
    ),
    Rule(
        code="stream_other_address",
        level=Weight.WARNING,
        when="datagrams with its serial number came from another address",
        worth="A tunnel or address translation does that, too. They prove nothing.",
        check=_other_address,
        advice="Use the sensor's own address in the device list.",
    ),
)
