"""``python -m tests.exploration.pages``: what docs/reliability.md says of the rule and its exploration."""

import sys
from collections.abc import Iterable, Mapping
from textwrap import fill

from sicktui.model.restore.rule import RULES as RESTORE_RULES
from sicktui.model.update.verdict_rule import RULES
from tests.exploration import restore_model
from tests.exploration.explorer import Count, explore
from tests.exploration.paths import Count as PathCount
from tests.exploration.world import WORLDS

DOES = (
    "start by itself after the PUT, at once, late or never; answer Ok and do nothing",
    "start although it refused the call, or answered 5xx, HTTP 429, a web page or nothing",
    "verify the package for long at UpdateState 0; have either path of RunFirmwareUpdate, or neither",
    "flash for longer than flash_timeout; abort to 0 or 3; finish, and reboot at once, late or never",
    "name the new version (and its checksums) before the reboot, or only some time after it",
    "reboot none to three times, unseen between two looks, slowly, or without coming back; into either slot",
    "roll back, begin another stage, or become unhealthy after a boot; be slow to become healthy",
    "keep UpdateState at 2 or 3 over a boot, or have it left over from before",
    "gain or lose SerialNumber, DeviceStatus, PowerOnCnt and FirmwareVersion over a boot; or never have them",
    "count power cycles only in PowerOnCnt; have DailyOpHours, a clock, LFTchecksum, each or none",
    "report another calibration, and MD5SumOK false, after a boot",
    "spell its version otherwise, cut it off, or bring another than expected",
)
BEFALLS = (
    "lost, late and garbled replies, one or many in a row; a network that is silent at any time",
    "a power cycle, or another sensor at its address, at any time",
    "a kill of this program at any moment, before, in and after an act, and a resume soon or late",
)
BEYOND = (
    "The tests do this in about a minute of one core. Of more surprises at once one sort of wrong end is as "
    "far as one can see: a success at UpdateState 2 after a silence. A silence that ends with another "
    "version is a reboot, and sensors keep 2 over it. But it may have been the network's, while the sensor "
    "named the new version early and then never reboots, where nothing counts; or it has hidden a whole "
    "further stage, whose reboot is yet to come. What is answered is the same. `python -m "
    "tests.exploration.run --depth 3` counts these ends, and stops at any other; it takes half an hour. "
    "One other is known with three: a second boot falls between two looks of settle, and the counter that "
    "proved the first is lost with it, or is one of hours; the success is true then, but more may come."
)
"""What the bound leaves out."""
RESTORE_DOES = (
    "report the end of a restore in its reply, in its result, or not at all; have a checksum or none",
    "apply the backup at once, late or never, whole or in part; report that it failed; reboot to apply it",
    "answer a call with Ok, a refusal, an error, a web page or nothing, and do it at once, later or never",
    "have a result that reads pending before any restore; have no call to save",
    "differ from the backup where it can be read, only where the file shows it, or not at all",
)
RESTORE_BEFALLS = (
    "lost and garbled replies; a network that is silent for a while",
    "a power cycle, which loses what was not saved, or another sensor at its address, at any time",
    "a kill of this program before, in and after an act, and a resume soon or late",
)

Counted = Count | PathCount


def rules_section() -> str:
    """The rule of an update as a table."""
    return _table((rule.when, rule.then) for rule in RULES)


def restore_rules_section() -> str:
    """The rule of a restore as a table."""
    return _table((rule.when, rule.then) for rule in RESTORE_RULES)


def _table(rules: Iterable[tuple[str, str]]) -> str:
    rows = (f"| {number} | {when} | {then} |" for number, (when, then) in enumerate(rules, 1))
    return "\n".join(("| | when | verdict: code |", "|---|---|---|", *rows))


def explored_section(depth: int) -> str:
    """What was explored of updates, and of restores with their rule."""
    return f"{exploration_section(depth)}\n\n{restore_section(depth)}"


def restore_section(depth: int) -> str:
    """The rule of a restore, and what was explored of it.

    Raises:
        Wrong: a path must not be.
    """
    counts = {world.name: restore_model.explore(world, depth) for world in restore_model.WORLDS}
    rule = (
        "The verdict of a restore is decided likewise. `failed` becomes `unknown` where a call whose end "
        "is not reported may still take effect. The code is `sicktui/model/restore/rule.py`."
    )
    which = f"The kinds of sensors, with their paths: {_kinds(counts)}."
    assumed = (
        "The model assumes that nothing more comes of a restore whose end the sensor has reported; whatever "
        "else it has answered, the restore may come at any time. It is in "
        "`tests/exploration/restore_model.py`."
    )
    return "\n\n".join(
        (
            "## The rule of a restore",
            _wrapped(rule),
            restore_rules_section(),
            "## Restores explored",
            _wrapped(f"{_how(counts, depth)} Restores ended at this many moments: {_all_ends(counts)}."),
            *_may(RESTORE_DOES, RESTORE_BEFALLS),
            _wrapped(f"{which} {assumed}"),
        )
    )


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
    which = (
        f"The kinds of sensors, with their paths: {_kinds(counts)}. What the model assumes, such as how late "
        "a thing may begin, is written in `tests/exploration/sensor.py`."
    )
    how = f"{_how(counts, depth)} Updates ended at this many moments: {_all_ends(counts)}."
    return "\n\n".join((_wrapped(how), *_may(DOES, BEFALLS), _wrapped(which), _wrapped(BEYOND)))


def _how(counts: Mapping[str, Counted], depth: int) -> str:
    paths, states = (sum(getattr(count, name) for count in counts.values()) for name in ("paths", "states"))
    return (
        f"Every path with up to {depth} surprises at any moments, through {len(counts)} kinds of sensors: "
        f"{paths:,} paths through {states:,} states, 0 wrong verdicts, 0 acts out of place, none endless."
    )


def _kinds(counts: Mapping[str, Counted]) -> str:
    return "; ".join(f"{name} ({count.paths:,})" for name, count in counts.items())


def _may(does: Iterable[str], befalls: Iterable[str]) -> tuple[str, str, str, str]:
    first, second = ("\n".join(f"- {text}" for text in texts) for texts in (does, befalls))
    return "A modelled sensor may:", first, "And it, or this program, may meet:", second


def _all_ends(counts: Mapping[str, Counted]) -> str:
    return ", ".join(
        f"{_ends(counts, verdict):,} {verdict}" for verdict in ("succeeded", "failed", "unknown")
    )


def _wrapped(text: str) -> str:
    return fill(text, 105, break_on_hyphens=False)


def _ends(counts: Mapping[str, Counted], verdict: str) -> int:
    """At how many moments a verdict was reached."""
    found = [count.ends if isinstance(count, PathCount) else count.verdicts for count in counts.values()]
    return sum(number for ends in found for end, number in ends.items() if end.startswith(f"{verdict}/"))


if __name__ == "__main__":
    sys.stdout.write(f"{rules_section()}\n\n{explored_section(2)}\n")
