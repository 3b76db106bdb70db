"""The options of how a run spreads over its sensors, the same for ``plan`` and ``update``."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec

import click

from sicktui.cli.options import Common, SpanType

_P = ParamSpec("_P")
_WHOLE = 100


def _number_or(least: int, *words: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """A check for a whole number, or one of some words; ``P%`` stands for a percentage."""

    def check(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
        text = (value or "").strip()
        part = text.removesuffix("%")
        is_part = "P%" in words and text.endswith("%") and part.isdecimal() and 1 <= int(part) <= _WHOLE
        if value is None or text in words or is_part or (text.isdecimal() and int(text) >= least):
            return None if value is None else text
        known = ", or ".join([f"a whole number, {least} or more", *words])
        raise click.BadParameter(f"{value!r} is not {known}.")

    return check


def _window(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A window of the day."""
    from sicktui.model.settings import WINDOW  # noqa: PLC0415  what it imports takes 30 ms

    text = None if value is None else value.replace(" ", "")
    if text is not None and not re.search(WINDOW, text):
        raise click.BadParameter(f"{value!r} is not a window of two different times, e.g. 22:00-05:00.")
    return text


def spread_options(function: Callable[_P, int]) -> Callable[_P, int]:
    """The options of a run's places, canaries, waves and budget."""
    options = (
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="At most N sensors not ready at the same time (limits.jobs).",
        ),
        click.option(
            "--canary",
            callback=_number_or(0, "models"),
            metavar="N|models",
            help="Update the first N alone, or one per model and variant; continue only if they succeed "
            "(limits.canary).",
        ),
        click.option(
            "--wave",
            callback=_number_or(0, "tag", "segment"),
            metavar="N|tag|segment",
            help="Then go in waves of N, or by the first tag or the segment of the devices (limits.wave).",
        ),
        click.option(
            "--soak",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            help="Wait after the last verdict of the canaries, and of each wave (limits.soak).",
        ),
        click.option(
            "--approve",
            is_flag=True,
            default=None,
            help="Wait for 'sicktui runs continue' after the canaries, or the first wave (limits.approve).",
        ),
        click.option(
            "--max-failures",
            callback=_number_or(1, "P%"),
            metavar="N|P%",
            help="Start no more sensors after N, or P percent, failed or unknown (limits.max_failures).",
        ),
        click.option(
            "--window",
            callback=_window,
            metavar="HH:MM-HH:MM",
            help="Start sensors only between these local times; skip what has not started at the end "
            "(limits.window).",
        ),
        click.option(
            "--wait-offline",
            type=SpanType(),
            metavar="DURATION",
            help="Try sensors that do not answer again for this time, e.g. 30m or 8h (limits.wait_offline).",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def spreading(common: Common, limits: dict[str, object]) -> Common:
    """The call with the limits that were given as options."""
    given = {key: _as_setting(value) for key, value in limits.items()}
    return common.overriding(**{f"limits__{key}": value for key, value in given.items()})


def _as_setting(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return "true" if value is True else value
