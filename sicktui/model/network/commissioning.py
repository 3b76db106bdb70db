"""New sensors that get their addresses from a list: what is asked for, and how it ended. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network

from msgspec import Struct

from sicktui.model.device import Identity, bare_serial
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.judgement import Judgement
from sicktui.model.network.address_change import Trouble, Where, back_words
from sicktui.model.network.addressing import Ipv4Config, check_static, outside_words


class Entry(Struct, frozen=True, kw_only=True):
    """One sensor of the list."""

    mac: str | None = None
    """``aa:bb:cc:dd:ee:ff``. It or the serial number is needed."""
    serial: str | None = None
    config: Ipv4Config
    name: str | None = None
    """What it is called in the device list, and its ``LocationName``; ``None``: it is not added."""
    tags: tuple[str, ...] = ()
    line: int = 0
    """Where it is in its file."""

    @property
    def label(self) -> str:
        """The sensor for people."""
        return self.name or (f"MAC {self.mac}" if self.mac else f"serial {self.serial}")

    @property
    def wanted(self) -> Identity:
        """What is known of it."""
        return Identity(name="", version="", serial=self.serial, mac=self.mac)

    def may_be(self, mac: str | None, serial: str | None) -> bool:
        """Whether a hint with these is of the sensor that is meant, by all that both have."""
        if self.mac is not None:
            return self.mac == mac
        return bool(self.serial and serial and bare_serial(self.serial) == bare_serial(serial))

    def is_it(self, found: Identity) -> bool:
        """Whether a sensor is the one that is meant, by all that the list has of it."""
        if self.serial and not (found.serial and bare_serial(found.serial) == bare_serial(self.serial)):
            return False
        return self.mac is None or self.mac == found.mac or (found.mac is None and bool(self.serial))


class CommissioningEvidence(Struct, frozen=True, kw_only=True):
    """What was sent to one sensor, and what was seen of it."""

    label: str
    old: str = ""
    """The address that it reported at first; empty where it was not heard."""
    new: str
    heard: bool = False
    """Whether it has answered a search."""
    silent: bool = False
    """Whether no answer shows yet what became of the last request."""
    requests: int = 0
    """How often it was asked to take the address."""
    accepted: bool = False
    """Whether it has answered that it does, or reports the new address."""
    where: Where | None = None
    """``NEW``: its REST answers at the new address, as itself."""
    other: str = ""
    """Another sensor at the new address."""
    reports: str = ""
    """The address that it reports over AutoIP, after it did not answer at the new one; empty if none."""
    listed: str = ""
    """What became of it in the device list, as a sentence."""
    named: bool | None = None
    """Whether it has its name; ``None``: none was asked for."""
    saved: bool | None = None
    """``None``: not known, or not asked."""
    trouble: Trouble | None = None


def judge_commissioning(evidence: CommissioningEvidence) -> Judgement:
    """The verdict on one sensor. ``succeeded``: it answers at its address, has its name, has saved both."""
    trouble, label = evidence.trouble, evidence.label
    code = (trouble.code if trouble else None) or Code.DEVICE_ERROR
    why = f" {trouble.message}" if trouble else ""
    advice = trouble.advice if trouble else ""
    if evidence.where is Where.NEW:
        return _at_new(evidence, code, why, advice)
    if not evidence.requests and not evidence.accepted:
        if trouble is not None:
            return Judgement(Verdict.FAILED, code, trouble.message, trouble.advice)
        return Judgement(
            Verdict.FAILED,
            Code.UNREACHABLE,
            f"{label} did not answer any search. Nothing was sent to it.",
            "Check its cable and its MAC address or serial number; switch it off and on while this waits. In "
            "EtherCoLaScanMode 2 it answers no search: set its address over REST ('sicktui address').",
        )
    if not evidence.accepted and evidence.silent:
        return Judgement(
            Verdict.UNKNOWN,
            Code.NO_RETURN,
            f"{label} was asked to take {evidence.new}, and whether it does is not known.{why}",
            "It may have the address, or be off. Start again with the same list: what is there is finished.",
        )
    if not evidence.accepted and trouble is not None:
        return Judgement(Verdict.FAILED, code, trouble.message, trouble.advice)
    if not evidence.accepted:
        return Judgement(
            Verdict.FAILED,
            Code.ACCESS_DENIED,
            f"{label} answers at {evidence.old}, but does not take an address.",
            "By default a sensor does so only for 60 s after it was switched on (EtherCoLaScanMode 3): start "
            "again, then switch it off and on. In mode 1 only 'sicktui address' can set it.",
        )
    reports = f" A search finds it at {evidence.reports} now." if evidence.reports else ""
    if evidence.other:
        return Judgement(
            Verdict.UNKNOWN,
            Code.OTHER_DEVICE,
            f"{label} was asked to take {evidence.new}, but another sensor ({evidence.other}) answers there.",
            "Two devices may have this address now: disconnect one of them.",
        )
    return Judgement(
        Verdict.UNKNOWN,
        Code.NO_RETURN,
        f"{label} confirmed {evidence.new}, but its REST API has not answered there.{reports}{why}",
        f"It may be out of reach of this PC, or its web server off. {back_words(evidence.old)}",
    )


def _at_new(evidence: CommissioningEvidence, code: Code, why: str, advice: str) -> Judgement:
    at = f"{evidence.label} answers at {evidence.new}"
    listed = f" {evidence.listed}" if evidence.listed else ""
    if evidence.saved and evidence.named is not False and evidence.trouble is None:
        named = ", has its name" if evidence.named else ""
        return Judgement(Verdict.SUCCEEDED, None, f"{at}{named} and has saved it.{listed}")
    if evidence.trouble is not None and evidence.saved is None and code is not Code.ACCESS_DENIED:
        return Judgement(
            Verdict.UNKNOWN,
            code,
            f"{at}, but it is not known whether it has saved that.{why}{listed}",
            advice,
        )
    return Judgement(
        Verdict.FAILED, code, f"{at}, but has not saved its address and name.{why}{listed}", advice
    )


def problems_of(entries: Sequence[Entry], *, loopback: bool) -> list[str]:
    """Everything that is wrong with a list, each with its line.

    Args:
        entries: the list.
        loopback: whether addresses of this PC itself are allowed, as for simulated sensors.
    """
    found: list[tuple[int, str]] = []
    for entry in entries:
        try:
            check_static(entry.config, loopback=loopback)
        except UsageError as error:
            found.append((entry.line, error.message))
    for what, values in (
        ("address", [(entry.line, entry.config.address) for entry in entries]),
        ("MAC address", [(entry.line, entry.mac) for entry in entries if entry.mac]),
        ("serial number", [(entry.line, bare_serial(entry.serial)) for entry in entries if entry.serial]),
        ("name", [(entry.line, entry.name) for entry in entries if entry.name]),
    ):
        found += _twice(what, values)
    return [f"row {line}: {words.rstrip('.')}" for line, words in sorted(found)]


def _twice(what: str, values: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    known = list(values)
    counts = Counter(value for _, value in known)
    return [
        (line, f"the {what} {value} is in the list {counts[value]} times")
        for line, value in known
        if counts[value] > 1
    ]


def outside_of(entries: Sequence[Entry], reachable: Sequence[IPv4Network]) -> list[str]:
    """Which addresses this PC may not reach, as sentences."""
    words = (outside_words(entry.config, reachable) for entry in entries)
    return [each for each in words if each]
