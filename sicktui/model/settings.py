"""The settings of ``config.toml``, with the defaults that the contract fixes."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(ge=0)]
"""A duration in seconds; zero means at once."""
PositiveSeconds = Annotated[float, Meta(gt=0)]
AuthChoice = Literal["auto", "challenge", "basic"]
Scheme = Literal["http", "https"]


class Timing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every deadline and interval, in seconds."""

    poll_interval: PositiveSeconds = 5.0
    autostart_wait: Seconds = 30.0
    flash_timeout: PositiveSeconds = 300.0
    reconnect_timeout: PositiveSeconds = 60.0
    reconnect_interval: PositiveSeconds = 5.0
    settle: Seconds = 5.0
    request_timeout: PositiveSeconds = 10.0
    stall_timeout: PositiveSeconds = 30.0
    backup_timeout: PositiveSeconds = 30.0
    restore_wait: Seconds = 1.0


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a run spreads, when it stops starting, and how politely it asks."""

    jobs: Annotated[int, Meta(ge=1)] = 8
    canary: Annotated[int, Meta(ge=0)] = 0
    max_failures: Annotated[int, Meta(ge=1)] = 1
    requests_per_second: Annotated[float, Meta(gt=0)] = 2.0


class DeviceDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a profile that says nothing gets."""

    user: Annotated[str, Meta(min_length=1)] = "Service"
    auth: AuthChoice = "auto"
    scheme: Scheme = "http"


class Dashboard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the dashboard uses the terminal. ``auto`` looks at what the terminal says of itself."""

    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    colours: Literal["auto", "16", "full"] = "auto"
    mouse: Literal["auto", "on", "off"] = "auto"
    """``auto`` leaves the mouse off over SSH, where it costs traffic and often does not arrive."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of one call."""

    timing: Timing = Timing()
    limits: Limits = Limits()
    device: DeviceDefaults = DeviceDefaults()
    dashboard: Dashboard = Dashboard()
    keys: dict[str, str] = {}
    """The dashboard's keys by command, e.g. ``update = "U"``; the dashboard checks them."""
