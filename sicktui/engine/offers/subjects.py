"""The sensors that a source is asked for: each is read first, for what it is and runs."""

import asyncio
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.observe import check_pinned, connect
from sicktui.engine.offers.outcomes import last_outcomes
from sicktui.engine.plan.base import MAX_READS_AT_ONCE
from sicktui.engine.update.rules import SIGNED_SINCE
from sicktui.model.device import Identity, Target
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.model.firmware.package import PackageType
from sicktui.model.firmware.product import MULTISCAN_200, is_picoscan, product_of
from sicktui.model.firmware.version import is_older
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, NotSupported, SensorError
from sicktui.stores.sources.offers import OfferStore

MAC: Final = "EtherMACAddress"
MORE_READS: Final = 2
PAUSE: Final = 1.0
"""Seconds between two reads of a MAC address."""
_ADVICE: Final = "The source is asked for this sensor again at the next check."


class Subjects(Struct, frozen=True, kw_only=True):
    """The sensors that were read, and an offer in place of each that could not be."""

    read: tuple[Subject, ...]
    trouble: tuple[Offer, ...]
    outcomes: dict[str, str] = {}
    """The moments of the outcomes that the subjects carry, by device."""


async def read_subjects(
    context: Context, store: OfferStore, source: str, targets: Sequence[Target]
) -> Subjects:
    """Read each sensor once. One that cannot be read is not asked for: what it runs is not known."""
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

    async def one(target: Target) -> Identity | SicktuiError:
        async with gate:
            return await _identity(context, target)

    found = await asyncio.gather(*(one(target) for target in targets))
    last = await asyncio.to_thread(last_outcomes, context, {target.device for target in targets})
    new = {
        device: outcome
        for device, outcome in last.items()
        if outcome.moment != store.reported(source, device)
    }
    read: list[Subject] = []
    trouble: list[Offer] = []
    for target, identity in zip(targets, found, strict=True):
        if isinstance(identity, SicktuiError):
            trouble.append(_unread(source, target, identity))
        else:
            outcome = new.get(target.device)
            read.append(_subject(target, identity, outcome.status if outcome else ""))
    moments = {device: outcome.moment for device, outcome in new.items()}
    return Subjects(read=tuple(read), trouble=tuple(trouble), outcomes=moments)


async def _identity(context: Context, target: Target) -> Identity | SicktuiError:
    sensor = connect(context, target)
    try:
        await check_pinned(target, sensor)
        return await _with_mac(context, sensor, await sensor.read.identity())
    except SicktuiError as error:
        return error
    finally:
        await sensor.aclose()


async def _with_mac(context: Context, sensor: Sensor, identity: Identity) -> Identity:
    """An identity whose MAC address was read several times before it counts as missing.

    A server knows a sensor by it: one read that fails would make a second device of the sensor.
    """
    trouble = identity.unreadable.get(MAC)
    for _ in range(MORE_READS if identity.mac is None else 0):
        await context.clock.sleep(PAUSE)
        try:
            mac = await sensor.read.mac_again()
        except (NotSupported, AccessDenied):
            continue
        except SensorError as error:
            trouble = error.message
        else:
            return structs.replace(identity, mac=mac, unreadable={})
    return structs.replace(identity, unreadable={MAC: trouble} if trouble else {})


def _unread(source: str, target: Target, error: SicktuiError) -> Offer:
    return Offer(
        source=source,
        state=OfferState.UNAVAILABLE,
        device=target.device,
        message=f"Not asked for: {error.message}",
        advice=error.advice or _ADVICE,
    )


def _subject(target: Target, identity: Identity, status: str) -> Subject:
    return Subject(
        device=target.device,
        model=str(product_of(identity) or identity.device_type or identity.name),
        version=identity.runs,
        mac=identity.mac,
        mac_trouble=identity.unreadable.get(MAC, ""),
        serial=identity.serial,
        suffix=_suffix(identity),
        status=status,
    )


def _suffix(identity: Identity) -> str:
    """The kind of package that the sensor takes, by the version it runs; the sensor checks it again."""
    product = product_of(identity)
    if product is not None and product.family == MULTISCAN_200:
        return PackageType.MULTISCAN_200.value
    signed = is_picoscan(identity) and is_older(identity.runs, SIGNED_SINCE) is False
    return (PackageType.SIGNED if signed else PackageType.UNSIGNED).value
