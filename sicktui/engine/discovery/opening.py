"""Clients for a search: they read, and know no password."""

from collections.abc import Mapping

from msgspec import structs

from sicktui.discovery.asking import CONNECT_TIMEOUT, REPLY_TIMEOUT, OpenSensor
from sicktui.engine.context import Context
from sicktui.model.device import Profile, resolve
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address import parse_address
from sicktui.sensor.client import Sensor


def opener(context: Context, profiles: Mapping[str, Profile] | None = None) -> OpenSensor:
    """Makes clients for addresses; one that the list has is spoken to as its profile wants it (HTTPS).

    Args:
        context: the settings, and the request queues that every client of this process shares.
        profiles: the list; ``None``: read it. A list that cannot be read counts as empty here.
    """
    if profiles is None:
        try:
            profiles = context.devices().profiles
        except SicktuiError:
            profiles = {}
    known = {_place(profile.address, profile): profile for profile in profiles.values()}
    settings = context.settings
    timing = structs.replace(
        settings.timing, request_timeout=min(settings.timing.request_timeout, REPLY_TIMEOUT)
    )

    def open_sensor(address: str) -> Sensor:
        usual = Profile(name=address, address=address)
        profile = known.get(_place(address, usual), usual)
        target = resolve(
            structs.replace(profile, name=address, timing=None, serial=None),
            settings.device,
            timing,
            ad_hoc=True,
        )
        return Sensor(
            target,
            password=None,
            queues=context.queues,
            clock=context.clock,
            memory=None,
            connect_timeout=min(CONNECT_TIMEOUT, timing.request_timeout),
        )

    return open_sensor


def _place(address: str, profile: Profile) -> str:
    return parse_address(address, profile.scheme or "http").place
