"""Which act of an update may be sent now: a pure rule over the evidence.

An act is sent to a sensor that rests, right after a look that read its state, its version and who it is. None
is repeated while the one before may still take effect.
"""

from typing import Final

from sicktui.model.enums import UpdateState
from sicktui.model.firmware.version import Likeness
from sicktui.model.settings import Timing
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Last, Outcome, Want

MAX_PUTS: Final = 3
"""One, one after a connection that broke, one after a token that was refused."""
MAX_BREAKS: Final = 1
"""PUTs without a reply after which it is sent again."""
MAX_TRIGGERS: Final = 2
"""The firmware article allows one repetition (section 5)."""
PATIENT: Final = 3
"""Times the usual wait after a trigger: the sensor may verify the package first, at UpdateState 0.

As many boots of a sensor may follow one another unseen.
"""
PATHS: Final = 2
"""Paths of RunFirmwareUpdate: the vendor's OpenAPI files have one, the firmware article the other."""


def idle_limit(timing: Timing) -> float:
    """Seconds after which a sensor that rests will not begin any more.

    The article gives an automatic start 30 s of a 300 s flash; whatever else was sent gets as long.
    """
    return max(timing.autostart_wait, timing.flash_timeout / 10, 3 * timing.poll_interval)


def patience(evidence: Evidence, timing: Timing) -> float:
    """Seconds of rest after which nothing that was sent will begin any more.

    Where boots are not known to be counted, one may pass between two looks, and be followed by another one.
    """
    awaits_start = evidence.sent.triggers > 0 and not evidence.begun and evidence.error_at is None
    flashed = evidence.begun or evidence.proof is not None
    return idle_limit(timing) * (PATIENT if awaits_start or (flashed and not evidence.boots_count) else 1)


def could_put(evidence: Evidence) -> bool:
    """Whether the package may be sent, now or after a wait."""
    sent = evidence.sent
    if evidence.begun or evidence.damaged or evidence.proof or sent.denied or sent.puts >= MAX_PUTS:
        return False
    if sent.triggers:
        return _lost_unseen(evidence)
    if sent.puts == 0 or sent.renewed:
        return True
    if sent.put is Outcome.NO_TOKEN:
        return sent.renewals == 0
    return sent.put in (Outcome.OPEN, Outcome.NONE) and sent.broken <= MAX_BREAKS


def may_put(evidence: Evidence, timing: Timing) -> bool:
    """Whether it may be sent now, if this look has read who the sensor is."""
    sent = evidence.sent
    if not (could_put(evidence) and _at_rest(evidence, timing)):
        return False
    if sent.triggers:
        return evidence.looked_at - evidence.changed_at >= patience(evidence, timing)
    # Where all of it has left the sensor may start by itself, whatever it replied.
    return not sent.whole or _awaited(evidence, timing)


def needs_session(evidence: Evidence) -> bool:
    """Whether a fresh session comes before the next PUT: a broken upload may have meant a refused token."""
    return evidence.sent.puts > 0 and not evidence.sent.renewed


def could_trigger(evidence: Evidence) -> bool:
    """Whether the flash may be triggered, now or after a wait."""
    sent = evidence.sent
    if sent.put is not Outcome.TAKEN or evidence.begun or evidence.damaged or evidence.proof or sent.denied:
        return False
    # A trigger of an earlier process: no package has been sent since.
    earlier = evidence.resumed and sent.triggers > 0 and sent.puts <= 1
    unseen = evidence.silences > sent.silences or earlier
    if unseen and Want.POWER_ON not in evidence.offers:
        # It may have restarted and lost the package; nothing counts restarts here.
        return False
    return sent.absent < PATHS and sent.triggers < MAX_TRIGGERS and sent.trigger is not Outcome.REFUSED


def may_trigger(evidence: Evidence, timing: Timing) -> bool:
    """Whether it may be triggered now, if this look has read who the sensor is."""
    sent = evidence.sent
    if not (could_trigger(evidence) and _at_rest(evidence, timing)):
        return False
    if sent.trigger is Outcome.ABSENT:
        return True
    if sent.triggers == 0:
        return _awaited(evidence, timing)
    return evidence.looked_at - sent.at >= patience(evidence, timing)


def is_spent(evidence: Evidence) -> bool:
    """Whether no act may follow any more."""
    return not (could_put(evidence) or could_trigger(evidence))


def finished_unseen(evidence: Evidence, timing: Timing) -> bool:
    """Whether a 2 that was left over may have become a new one while it could not be watched."""
    if evidence.gap is None or evidence.state is not UpdateState.FINISHED or evidence.begun:
        return False
    return evidence.looked_at - evidence.gap < timing.reconnect_timeout


def _awaited(evidence: Evidence, timing: Timing) -> bool:
    """Whether a start by itself has had its time: after a package, and after a boot that nothing counted."""
    unseen = evidence.silences > evidence.sent.silences and not evidence.counts
    if unseen and evidence.looked_at - evidence.changed_at < idle_limit(timing):
        return False
    return evidence.looked_at - evidence.sent.at >= timing.autostart_wait


def _at_rest(evidence: Evidence, timing: Timing) -> bool:
    if evidence.last is not Last.LOOK or evidence.stranger is not None:
        return False
    return evidence.rests and evidence.same_version and not finished_unseen(evidence, timing)


def _lost_unseen(evidence: Evidence) -> bool:
    """Whether the trigger may have met a restart that was not seen and that nothing counts.

    Then the package may be gone. The old version still runs, so nothing was flashed: it is sent again.
    """
    sent = evidence.sent
    return (
        evidence.resumed
        and sent.puts < MAX_PUTS - 1
        and not sent.heard
        and Want.POWER_ON not in evidence.offers
        and evidence.likeness is Likeness.DIFFERENT
    )
