"""Checks in again after an update, so that the offer ends, or the source knows that it failed."""

from collections.abc import Collection

from sicktui.engine.context import Context
from sicktui.engine.offers.check import check
from sicktui.engine.offers.fetch import FetchObserver
from sicktui.engine.offers.session import OfferSession
from sicktui.model.firmware.offer import Offer, OfferState


def offered_to(context: Context, devices: Collection[str]) -> dict[str, list[str]]:
    """The sources that have firmware for some of these sensors, as their last checks found, and for which."""
    found: dict[str, list[str]] = {}
    for offer in context.offers.offers():
        is_open = offer.state in (OfferState.OFFERED, OfferState.FETCHED)
        if is_open and offer.device in devices and offer.source in context.settings.sources:
            found.setdefault(offer.source, []).append(offer.device or "")
    return found


async def end_offers(
    context: Context, secret: str | None, devices: Collection[str], watcher: FetchObserver
) -> list[Offer]:
    """Ask the sources that have offered firmware to sensors that were updated: what they have now.

    Args:
        context: stores and settings.
        secret: the key that was given for this call, if any.
        devices: the sensors of the run.
        watcher: hears of each offer.

    Raises:
        UsageError: the only source cannot be used.
    """
    found: list[Offer] = []
    for source, names in offered_to(context, devices).items():
        found += await check(OfferSession(context, secret, [source], names), watcher)
    return found
