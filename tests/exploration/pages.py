"""``python -m tests.exploration.pages``: what docs/reliability.md says of the rule and its exploration."""

import sys
from collections.abc import Mapping
from textwrap import fill

from sicktui.model.update.verdict_rule import RULES
from tests.exploration.explorer import Count, explore
from tests.exploration.world import WORLDS

DOES = (
    "start by itself after the PUT, at once, late or never; answer Ok and do nothing",
    "start although it refused the call, or answered 5xx, a web page or nothing",
    "verify the package for long at UpdateState 0; have either path of RunFirmwareUpdate, or neither",
    "flash for longer than flash_timeout; abort to 0 or 3; finish, and reboot at once, late or never",
    "name the new version (and its checksums) before the reboot, or only some time after it",
    "reboot none to three times, unseen between two looks, slowly, or without coming back; into either slot",
    "roll back, begin another stage, or become unhealthy after a boot; be slow to become healthy",
    "keep UpdateState at 2 or 3 over a boot, or have it left over from before",
    "gain or lose SerialNumber, DeviceStatus, PowerOnCnt and FirmwareVersion over a boot; or never have them",
    "count power cycles only in PowerOnCnt; have DailyOpHours, a clock, LFTchecksum, each or none",
    "report another calibration after a boot",
    "spell its version otherwise, cut it off, or bring another than expected",
)
BEFALLS = (
    "lost, late and garbled replies, one or many in a row; a network that is silent at any time",
    "a power cycle, or another sensor at its address, at any time",
    "a kill of this program at any moment, before, in and after an act, and a resume soon or late",
)


def rules_section() -> str:
    """The rule as a table."""
    rows = (f"| {number} | {rule.when} | {rule.then} |" for number, rule in enumerate(RULES, 1))
    return "\n".join(("| | when | verdict: code |", "|---|---|---|", *rows))


def exploration_section(depth: int) -> str:
    """What was explored.

    Args:
        depth: surprises in one path.

    Raises:
        Wrong: a path must not be.
    """
    return explored({world.name: explore(world, depth) for world in WORLDS}, depth)


def explored(counts: Mapping[str, Count], depth: int) -> str:
    """The words about these kinds of sensors, each explored with this many surprises."""
    paths, states = (sum(getattr(count, name) for count in counts.values()) for name in ("paths", "states"))
    ends = ", ".join(
        f"{_ends(counts, verdict):,} {verdict}" for verdict in ("succeeded", "failed", "unknown")
    )
    kinds = "; ".join(f"{name} ({count.paths:,})" for name, count in counts.items())
    how = (
        f"Every path with up to {depth} surprises at any moments, through {len(counts)} kinds of sensors: "
        f"{paths:,} paths through {states:,} states, 0 wrong verdicts, 0 acts out of place, none endless. "
        f"Updates ended at this many moments: {ends}."
    )
    which = (
        f"The kinds of sensors, with their paths: {kinds}. What the model assumes, such as how late a thing "
        "may begin, is written in `tests/exploration/sensor.py`."
    )
    does, befalls = ("\n".join(f"- {text}" for text in texts) for texts in (DOES, BEFALLS))
    return "\n\n".join(
        (
            _wrapped(how),
            "A modelled sensor may:",
            does,
            "And it, or this program, may meet:",
            befalls,
            _wrapped(which),
        )
    )


def _wrapped(text: str) -> str:
    return fill(text, 105, break_on_hyphens=False)


def _ends(counts: Mapping[str, Count], verdict: str) -> int:
    return sum(
        number
        for count in counts.values()
        for end, number in count.verdicts.items()
        if end.startswith(f"{verdict}/")
    )


if __name__ == "__main__":
    sys.stdout.write(f"{rules_section()}\n\n{exploration_section(2)}\n")
