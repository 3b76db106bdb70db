"""What a search found, judged: which sensors there are, which of them the list has, and what is odd.

Pure. A sensor is one MAC address, else one serial number. It is confirmed when the REST API at its address
reports one of them at least, and nothing else than its answer to the search.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, structs

from sicktui.model.device import Identity, bare_serial, same_serial
from sicktui.model.network.subnet import Subnet
from sicktui.model.search import words
from sicktui.model.search.records import By, Found, Listed, Problem, RestAnswer, SearchState, Sighting
from sicktui.model.search.words import OPTIONS, Means

_WAYS: Final = (By.BROADCAST, By.SWEEP, By.NEIGHBOUR)
_HTTP: Final = 80
_HTTPS: Final = 443
_NAMELESS: Final = ""
"""Stands for the MAC address and serial number of a sensor whose REST API reports neither."""


class _Subject(Struct, kw_only=True):
    """What belongs to one sensor."""

    sightings: list[Sighting]
    answer: RestAnswer | None = None
    doubted: bool = False
    """Whether the list speaks against it: see ``_Judge._is_doubted``."""

    @property
    def identity(self) -> Identity | None:
        return self.answer.identity if self.answer else None

    @property
    def host(self) -> str:
        return self.answer.host if self.answer else self.sightings[0].host

    @property
    def address(self) -> str:
        return self.answer.address if self.answer else self.host

    @property
    def confirmed(self) -> bool:
        """Whether its REST API reports who it is. No hint that belongs to it contradicts that."""
        return self.identity is not None and self.identity.key is not None and not self.doubted

    @property
    def mac(self) -> str | None:
        own = self.identity.mac if self.identity else None
        return own or self.table_mac or self.claimed_mac

    @property
    def table_mac(self) -> str | None:
        """The MAC address that the neighbour table had last."""
        return next((s.mac for s in reversed(self.sightings) if s.by is By.NEIGHBOUR), None)

    @property
    def claimed_mac(self) -> str | None:
        """The MAC address that its answer to the search names."""
        return next((s.mac for s in self.sightings if s.by is not By.NEIGHBOUR and s.mac), None)

    @property
    def serial(self) -> str | None:
        if self.identity is not None and self.confirmed:
            return self.identity.serial
        return self.claimed_serial

    @property
    def claimed_serial(self) -> str | None:
        """The serial number that its answer to the search names."""
        return next((s.reply.serial for s in self.sightings if s.reply and s.reply.serial), None)

    @property
    def heard(self) -> bool:
        """Whether it has answered the search."""
        return any(sighting.by is By.BROADCAST for sighting in self.sightings)

    @property
    def by(self) -> By:
        ways = [sighting.by for sighting in self.sightings]
        if self.answer is not None:
            ways.append(self.answer.by)
        return next(way for way in _WAYS if way in ways)


def judge(seen: SearchState, listed: Sequence[Listed], means: Means = OPTIONS) -> list[Found]:
    """Every sensor of a search, in the order of its addresses.

    Args:
        seen: what the search has seen so far.
        listed: the device list.
        means: what the advice names.
    """
    # A sensor that answers at two addresses is where the list has it.
    answers = sorted(seen.answers, key=lambda a: not any(_is_at(entry, a.address) for entry in listed))
    subjects = _subjects(answers, seen.sightings)
    judged = _Judge(seen, subjects, listed, means)
    return sorted((judged.found(subject) for subject in subjects), key=_order)


def _order(found: Found) -> tuple[int, int, str]:
    host, _, port = found.address.partition(":")
    return int(ipaddress.IPv4Address(host)), int(port or _HTTP), found.mac or ""


def agrees(identity: Identity, sighting: Sighting) -> bool:
    """Whether a sensor's own answers are those of a hint."""
    told = sighting.reply.serial if sighting.reply else None
    serials = None if None in (told, identity.serial) else same_serial(told or "", identity.serial or "")
    macs = None if None in (sighting.mac, identity.mac) else sighting.mac == identity.mac
    return False not in (serials, macs) and True in (serials, macs)


# Which sensors there are


def _subjects(answers: Sequence[RestAnswer], sightings: Sequence[Sighting]) -> list[_Subject]:
    answering = [_Subject(sightings=[], answer=answer) for answer in _one_each(answers)]
    at: dict[str, list[_Subject]] = {}
    index: dict[tuple[str, str], _Subject] = {}
    for subject in answering:
        at.setdefault(subject.host, []).append(subject)
        if not subject.confirmed:
            index.setdefault((subject.host, _NAMELESS), subject)
        for key in (subject.mac, bare_serial(subject.serial) if subject.serial else None):
            if key:
                index.setdefault((subject.host, key), subject)
    unconfirmed: dict[str, _Subject] = {}
    for sighting in sorted(sightings, key=lambda each: _WAYS.index(each.by)):
        here = at.setdefault(sighting.host, [])
        serial = sighting.reply.serial if sighting.reply else None
        likely = [
            index.get((sighting.host, sighting.mac or "")),
            index.get((sighting.host, bare_serial(serial or ""))),
            index.get((sighting.host, _NAMELESS)),
        ]
        candidates = [each for each in (*likely, *(here if sighting.by is By.NEIGHBOUR else ())) if each]
        owner = next((s for s in candidates if _belongs(s, sighting)), None)
        if owner is None or not owner.confirmed:
            owner = unconfirmed.get(sighting.key) or owner
        if owner is None and sighting.by is By.NEIGHBOUR and here:
            continue  # The table remembers a sensor at an address that another one has now.
        if owner is None:
            owner = unconfirmed[sighting.key] = _Subject(sightings=[])
            here.append(owner)
        owner.sightings.append(sighting)
    return [*answering, *unconfirmed.values()]


def _one_each(answers: Sequence[RestAnswer]) -> list[RestAnswer]:
    """The first answer of each sensor: one MAC address, else one serial number."""
    kept: list[RestAnswer] = []
    macs: set[str] = set()
    serials: dict[str, bool] = {}
    """Whether a MAC address was reported with it."""
    for answer in answers:
        identity = answer.identity
        if identity is None or identity.mac in macs:
            continue
        serial = bare_serial(identity.serial) if identity.serial else None
        if serial in serials and not (identity.mac and serials[serial]):
            continue
        if identity.mac:
            macs.add(identity.mac)
        if serial:
            serials[serial] = bool(identity.mac)
        kept.append(answer)
    return kept


def _belongs(subject: _Subject, sighting: Sighting) -> bool:
    identity = subject.identity
    if identity is None or subject.host != sighting.host:
        return False
    if _is_loopback(sighting.host):
        return agrees(identity, sighting)
    # The neighbour table is about a host: it has the MAC address that the sensor could not report.
    if sighting.by is By.NEIGHBOUR and identity.mac is None:
        return True
    if not subject.confirmed:  # One answer to the search from there is its own; a second one is a conflict.
        return all(s.by is By.NEIGHBOUR or s.key == sighting.key for s in subject.sightings)
    return agrees(identity, sighting)


def _is_loopback(host: str) -> bool:
    return ipaddress.IPv4Address(host).is_loopback


# What is odd about one


class _Judge:
    """Knows all that the judgement of one sensor needs."""

    def __init__(
        self, seen: SearchState, subjects: list[_Subject], listed: Sequence[Listed], means: Means
    ) -> None:
        self._seen = seen
        self._means = means
        self._subjects = subjects
        self._by_serial: dict[str, list[Listed]] = {}
        self._by_host: dict[str, list[Listed]] = {}
        for entry in listed:
            self._by_host.setdefault(entry.host, []).append(entry)
            if entry.serial:
                self._by_serial.setdefault(bare_serial(entry.serial), []).append(entry)
        self._at: dict[str, list[_Subject]] = {}
        """The sensors that are alive at each address."""
        for subject in subjects:
            subject.doubted = self._is_doubted(subject)
            for host in {subject.host, *(s.host for s in subject.sightings if s.by is By.BROADCAST)}:
                self._at.setdefault(host, []).append(subject)
        self._own_place = {
            bare_serial(s.serial)
            for s in subjects
            if s.confirmed and s.serial and any(_is_at(entry, s.address) for entry in self._with(s))
        }
        """Serial numbers that answer where the list has them."""

    def found(self, subject: _Subject) -> Found:
        """The line about one sensor."""
        device = self._device(subject)
        there = self._there(subject)
        instead = next((e for e in there if _is_other(e, subject)), None) if subject.serial else None
        found = structs.replace(
            _described(subject),
            device=device.name if device else None,
            instead_of=instead.name if instead else None,
        )
        problem, message, advice = self._problem(subject, found, device, instead)
        message = " ".join(text for text in (message, *_only_claimed(subject)) if text)
        return structs.replace(found, problem=problem, message=message, advice=advice)

    def _is_doubted(self, subject: _Subject) -> bool:
        """Whether it may be another sensor than listed, by a serial number that only its reply names.

        Its REST API reports a MAC address alone, so it can neither be added as a new sensor nor followed.
        """
        claimed = subject.claimed_serial
        if not subject.confirmed or subject.serial or not claimed:
            return False
        pinned = self._by_serial.get(bare_serial(claimed), [])
        there = [entry for entry in self._there(subject) if entry.serial]
        return (pinned or there) != [] and not any(entry in there for entry in pinned)

    def _with(self, subject: _Subject) -> list[Listed]:
        return self._by_serial.get(bare_serial(subject.serial), []) if subject.serial else []

    def _there(self, subject: _Subject) -> list[Listed]:
        return [e for e in self._by_host.get(subject.host, ()) if _is_at(e, subject.address)]

    def _device(self, subject: _Subject) -> Listed | None:
        """The profile that a sensor is: by its serial number, else by an address that pins none."""
        pinned = self._with(subject)
        here = [entry for entry in pinned if _is_at(entry, subject.address)]
        if here or pinned:
            return (here or pinned)[0]
        unpinned = (e for e in self._there(subject) if e.serial is None or subject.serial is None)
        return next(unpinned, None)

    def _problem(
        self, subject: _Subject, found: Found, device: Listed | None, instead: Listed | None
    ) -> tuple[Problem | None, str, str]:
        rivals = self._rivals(subject)
        if rivals:
            return Problem.ADDRESS_CONFLICT, *words.conflict(found, rivals, self._means)
        away = self._other_subnet(subject)
        if away is not None:
            return Problem.OTHER_SUBNET, *words.other_subnet(found, away, self._means)
        if device is not None and device.serial and not _is_at(device, subject.address):
            if found.confirmed or bare_serial(device.serial) not in self._own_place:
                return Problem.MOVED, *words.moved(found, device, self._means)
            return None, *words.forged(found, f"Sensor {found.serial} answers at {device.address}")
        if instead is not None:
            return Problem.OTHER_SENSOR, *words.other_sensor(found, instead)
        if found.confirmed:
            return None, *(words.HIDDEN if found.hidden else ("", ""))
        return self._unconfirmed(subject, found)

    def _unconfirmed(self, subject: _Subject, found: Found) -> tuple[Problem | None, str, str]:
        if subject.answer is not None:
            return None, *words.nameless(self._means)
        refusal = self._seen.refusals.get(subject.host)
        here = next((s for s in self._at.get(subject.host, ()) if s.answer is not None), None)
        if here is not None and not _is_loopback(subject.host):
            known = here.identity.label if here.identity else ""
            who = f"Sensor {known}" if known else "A sensor that does not report who it is"
            return None, *words.forged(found, f"{who} answers at {here.address}")
        if refusal is None or refusal.refusal is None:
            return None, "It has not been asked over REST.", ""
        return Problem.NO_REST_API, *words.no_rest_api(refusal, self._means, heard=subject.heard)

    def _rivals(self, subject: _Subject) -> list[str]:
        """The MAC addresses of other sensors that are alive at the same address, in the same network."""
        mac = subject.mac
        if mac is None or _is_loopback(subject.host):
            return []
        return sorted(
            {
                other.mac
                for other in self._at.get(subject.host, ())
                if other.mac not in (None, mac) and self._share_a_wire(subject, other)
            }
        )

    def _share_a_wire(self, one: _Subject, other: _Subject) -> bool:
        wires = [self._wires(subject) for subject in (one, other)]
        return not wires[0] or not wires[1] or bool(wires[0] & wires[1])

    def _wires(self, subject: _Subject) -> set[str]:
        """The interfaces of this PC that heard a sensor; empty if only REST has reached it."""
        own = {subnet.host: subnet.name or subnet.host for subnet in self._seen.subnets}
        return {own.get(s.interface, s.interface) for s in subject.sightings if s.by is By.BROADCAST}

    def _other_subnet(self, subject: _Subject) -> Subnet | None:
        """The subnet that heard a sensor, if its address is in none of that interface."""
        if subject.answer is not None:
            return None
        own = {subnet.host: subnet for subnet in self._seen.subnets}
        heard = [own[s.interface] for s in subject.sightings if s.interface in own]
        for subnet in heard:
            same_wire = [other for other in own.values() if other.name == subnet.name] or [subnet]
            if any(other.has_host(subject.host) for other in same_wire):
                return None
        return heard[0] if heard else None


def _described(subject: _Subject) -> Found:
    reply = next((s.reply for s in subject.sightings if s.reply is not None), None)
    identity = subject.identity
    if identity is None:
        return Found(
            address=subject.address,
            by=subject.by,
            mac=subject.mac,
            serial=subject.serial,
            model=reply.model if reply else None,
            version=reply.version if reply else None,
            name=reply.name if reply else None,
            order_number=reply.order_number if reply else None,
        )
    return Found(
        address=subject.address,
        by=subject.by,
        mac=subject.mac,
        serial=subject.serial,
        model=identity.device_type or identity.name,
        version=identity.runs,
        name=identity.location or (reply.name if reply else None),
        order_number=identity.order_number or (reply.order_number if reply else None),
        confirmed=subject.confirmed,
        identity=identity if subject.confirmed else None,
        hidden=bool(subject.answer and subject.answer.hidden) and not subject.heard,
    )


def _only_claimed(subject: _Subject) -> list[str]:
    """What the answer to the search names, and the REST API that answers there does not."""
    identity = subject.identity
    if identity is None:
        return []
    told = []
    if subject.claimed_serial and identity.serial is None:
        told.append(words.only_claimed(f"serial number {subject.claimed_serial}"))
    mac, table = subject.claimed_mac, subject.table_mac
    if mac and identity.mac is None and mac != table:
        told.append(words.only_claimed(f"MAC address {mac}", table))
    return told


def _is_at(entry: Listed, address: str) -> bool:
    """Whether the list has this address for an entry. 80 and 443 are one place: a sensor answers on both."""
    host, _, port = address.partition(":")
    ports = {_HTTP if number == _HTTPS else number for number in (entry.port, int(port or _HTTP))}
    return entry.host == host and len(ports) == 1


def _is_other(entry: Listed, subject: _Subject) -> bool:
    return bool(entry.serial and subject.serial) and not same_serial(entry.serial or "", subject.serial or "")
