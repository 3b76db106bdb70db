"""The offers of sources: rows, columns, and what one would change among the sensors of the list."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from sicktui.model.device import Identity
from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.model.firmware.product import product_in, product_of
from sicktui.model.firmware.version import is_older, matches
from sicktui.model.safe_text import clean
from sicktui.model.wording import moment, names
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

_SWITCH: Final = {True: "on", False: "off", None: ""}
_ORDER: Final = tuple(OfferState)
_WORDS: Final = {
    OfferState.OFFERED: ("new", Tone.KEY),
    OfferState.FETCHED: ("on the shelf", Tone.GOOD),
    OfferState.CURRENT: ("current", Tone.DIM),
    OfferState.UNAVAILABLE: ("not available", Tone.WARN),
    OfferState.REFUSED: ("refused", Tone.BAD),
}


class OfferRow(Struct, frozen=True, kw_only=True):
    """What a source has for one sensor or for several: the same version in the same state."""

    offers: tuple[Offer, ...]

    @property
    def first(self) -> Offer:
        """One of them, for what they have in common."""
        return self.offers[0]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the offers of a row have in common."""
        return _key(self.first)

    @property
    def devices(self) -> tuple[str, ...]:
        """The sensors that it is for; empty where the source does not know sensors."""
        return tuple(offer.device for offer in self.offers if offer.device)


class ListedSensor(Struct, frozen=True, kw_only=True):
    """A sensor of the list, as far as it has been read."""

    device: str
    identity: Identity


def offer_rows(offers: Sequence[Offer]) -> list[OfferRow]:
    """The rows: what is new first."""
    grouped: dict[tuple[str, str, str, str], list[Offer]] = {}
    for offer in offers:
        grouped.setdefault(_key(offer), []).append(offer)
    rows = [OfferRow(offers=tuple(same)) for same in grouped.values()]
    return sorted(rows, key=lambda row: (_rank(row.first.state), row.first.source, row.key))


def waiting(offers: Sequence[Offer], approved: Collection[str]) -> int:
    """How many packages wait for a person: to be fetched, or to be approved.

    Args:
        offers: of the last checks.
        approved: the SHA-256 of the packages that are approved.
    """
    return len(
        {
            (offer.source, offer.package or offer.version or offer.key)
            for offer in offers
            if offer.state is OfferState.OFFERED
            or (offer.state is OfferState.FETCHED and offer.package not in approved)
        }
    )


def _rank(state: OfferState) -> int:
    return {OfferState.OFFERED: 0, OfferState.FETCHED: 1}.get(state, 2 + _ORDER.index(state))


def _key(offer: Offer) -> tuple[str, str, str, str]:
    what = offer.version or ""
    if offer.device is None or offer.state in (OfferState.UNAVAILABLE, OfferState.REFUSED):
        # For all sensors that share the reason; a folder has one for each file.
        what = f"{what} {offer.key or offer.message}"
    return (offer.source, offer.state.value, what, offer.package or "")


def _state_cell(row: OfferRow, _glyphs: Glyphs, _width: int) -> Cell:
    return cell(*_WORDS[row.first.state])


OFFER_COLUMNS: Final[tuple[Column[OfferRow], ...]] = (
    Column(id="source", title="Source", least=8, most=20, cell=lambda r, _g, _w: cell(clean(r.first.source))),
    Column(
        id="version",
        title="Version",
        least=8,
        most=14,
        cell=lambda r, _g, _w: cell(clean(r.first.version or "?")),
    ),
    Column(id="state", title="State", least=13, most=13, cell=_state_cell),
    Column(
        id="for",
        title="For",
        least=16,
        ample=30,
        most=60,
        cell=lambda r, _g, _w: cell(clean(names(r.devices, 4) or r.first.name or "")),
    ),
)
"""Every column of the offers, from left to right."""


def about_offer(row: OfferRow, fleet: Sequence[ListedSensor]) -> list[Cell]:
    """Everything about an offer, a paragraph a line."""
    offer = row.first
    facts = [
        ("source", offer.source),
        ("version", offer.version or "not known"),
        ("package", offer.name or ""),
        ("for", names(row.devices, 40)),
        ("SHA-256", offer.package or ""),
        ("server's auto_update", _SWITCH[offer.auto_update]),
        ("checked", moment(offer.checked) if offer.checked else ""),
    ]
    lines: list[Cell] = [
        (Span(f"{name}: ", Tone.DIM), Span(clean(value, 600))) for name, value in facts if value
    ]
    bad = offer.state in (OfferState.UNAVAILABLE, OfferState.REFUSED)
    lines += [cell(clean(offer.message, 600), Tone.BAD if bad else Tone.PLAIN)] if offer.message else []
    lines += [cell(clean(offer.advice, 400), Tone.KEY)] if offer.advice else []
    lines += [cell(text) for text in fleet_effect(row, fleet)]
    return lines


def fleet_effect(row: OfferRow, fleet: Sequence[ListedSensor]) -> list[str]:
    """What the offer would change: ``4 of 6 picoScan150 would go 2.3.1.0R -> 2.3.3``."""
    version = row.first.version
    if version is None or row.first.state not in (OfferState.OFFERED, OfferState.FETCHED):
        return []
    products = Counter(_product(sensor) for sensor in fleet)
    moves = Counter(
        (_product(sensor), sensor.identity.version)
        for sensor in fleet
        if _is_for(row, sensor) and not matches(sensor.identity.version, version)
    )
    return [
        f"{number} of {products[product]} {clean(product)} would go {clean(before)} -> {clean(version)}"
        for (product, before), number in sorted(moves.items())
    ]


def _is_for(row: OfferRow, sensor: ListedSensor) -> bool:
    if row.devices:
        return sensor.device in row.devices
    theirs, ours = product_in(row.first.name or ""), product_of(sensor.identity)
    fits = theirs is not None and ours is not None and not theirs.excludes(ours)
    return fits and bool(is_older(sensor.identity.version, row.first.version or ""))


def _product(sensor: ListedSensor) -> str:
    identity = sensor.identity
    return str(product_of(identity) or identity.device_type or identity.name)
