"""The update of one sensor as a machine without I/O: evidence and a moment in, the next act out.

``next_act`` decides and changes nothing; the job carries the act out, adds what came of it to the evidence,
and asks again. A resumed run builds the evidence from the journal and asks the same function.
"""

from typing import Final

from msgspec import Struct

from sicktui.model.enums import UpdateState, Verdict
from sicktui.model.firmware.version import Likeness
from sicktui.model.judgement import Judgement
from sicktui.model.settings import Timing
from sicktui.model.update.act_rule import may_put, may_trigger, needs_session, patience
from sicktui.model.update.evidence import Evidence, confirming
from sicktui.model.update.observations import ACT_WANTS, COUNTERS, Last, Outcome, Want
from sicktui.model.update.verdict_rule import calm, judge

SHORTEST: Final = 0.01
"""Seconds of a wait: none is so short that time stands still."""


class Look(Struct, frozen=True):
    """Read the sensor: UpdateState, DeviceIdent, and what is wanted beside these."""

    wants: frozenset[Want] = frozenset()
    at_two: frozenset[Want] = frozenset()
    """What else, where UpdateState is 2: what a counter counts from then on is the reboot that follows."""


class Glimpse(Struct, frozen=True):
    """Read the health of a sensor that is well, and nothing else: the last look of a settle reads it all."""


class Put(Struct, frozen=True):
    """Send the package."""


class Trigger(Struct, frozen=True):
    """Send RunFirmwareUpdate."""

    path: int
    """Which of the two paths that sensors have: 0 the likely one, 1 the other."""


class Renew(Struct, frozen=True):
    """Get a fresh session token."""


class Wait(Struct, frozen=True):
    """Do nothing."""

    seconds: float


class Finish(Struct, frozen=True):
    """The verdict is reached."""

    judgement: Judgement


NextAct = Look | Glimpse | Put | Trigger | Renew | Wait | Finish


def next_act(evidence: Evidence, now: float, timing: Timing) -> NextAct:
    """What to do next.

    Args:
        evidence: all that was sent and seen.
        now: this moment, of the clock that the evidence is dated by.
        timing: the deadlines of this device.
    """
    judgement = judge(evidence, now, timing)
    if judgement is not None:
        wanted = _last_look(evidence, judgement)
        return Finish(judgement) if wanted <= evidence.wants else Look(wanted)
    if evidence.last in (Last.TIME, Last.ACT):
        if _is_settling(evidence, now, timing):
            return Glimpse()
        flashes = evidence.state is UpdateState.STARTED
        return Look(
            _wants(evidence, now, timing), evidence.offers & {Want.POWER_ON} if flashes else frozenset()
        )
    if evidence.last is Last.LOOK:
        act, counter = _act(evidence, timing), _next_counter(evidence)
        if counter is not None and (act is None or evidence.gap is not None):
            # After a gap before an act: else a reboot in the gap would count as one after the act.
            return Look(ACT_WANTS | {counter})
        if act is not None:
            return act
        wants = _wants(evidence, now, timing)
        if _has_just_proven(evidence) and wants != evidence.wants:
            return Look(wants)
    return Wait(_pause(evidence, now, timing))


def _is_settling(evidence: Evidence, now: float, timing: Timing) -> bool:
    """Whether it was found well after a reboot that it has counted, and settle is not over.

    A second reboot shows in the counter, and another version or state in the look that ends settle. Where
    only a silence proves the reboot, or a Finished may announce another one, each look reads them.
    """
    proof, since = evidence.proof, evidence.well_since
    if proof is None or not proof.counted or since is None or Want.STATUS not in evidence.offers:
        return False
    short = calm(evidence, timing) <= timing.settle and evidence.likeness is Likeness.EQUAL
    return short and now - since < timing.settle


def _has_just_proven(evidence: Evidence) -> bool:
    """Whether the last look proved a reboot: what it read may be from before it, so settle begins anew."""
    return (
        evidence.proof is not None and evidence.well_since is None and evidence.proof.at >= evidence.looked_at
    )


def _act(evidence: Evidence, timing: Timing) -> NextAct | None:
    """The act that may be sent now; a look first, unless this very look has read who the sensor is."""
    if may_put(evidence, timing):
        if not evidence.wants >= ACT_WANTS:
            return Look(ACT_WANTS)
        return Renew() if needs_session(evidence) else Put()
    if may_trigger(evidence, timing):
        return Trigger(evidence.sent.absent) if evidence.wants >= ACT_WANTS else Look(ACT_WANTS)
    return None


def _last_look(evidence: Evidence, judgement: Judgement) -> frozenset[Want]:
    """What must just have been read before a verdict that names what the sensor runs."""
    if judgement.verdict is not Verdict.FAILED or not evidence.sent.anything:
        return frozenset()
    proven_by = evidence.proof.by if evidence.proof is not None else None
    return ACT_WANTS | ({Want.FIRMWARE, proven_by or Want.POWER_ON} & evidence.offers)


def _wants(evidence: Evidence, now: float, timing: Timing) -> frozenset[Want]:
    """What the next look reads; each more costs the sensor a request."""
    if not evidence.sent.anything and not evidence.resumed:
        # After a silence the counters are those of another boot, which is none of this update's.
        return ACT_WANTS | ({*COUNTERS} & evidence.offers if evidence.silences else frozenset())
    counts = frozenset({Want.POWER_ON} & evidence.offers)
    if evidence.silent_since is not None or evidence.stranger is not None or evidence.blind_since is not None:
        return ACT_WANTS | counts
    if evidence.proof is not None:
        since = evidence.well_since
        if since is not None and now - since >= calm(evidence, timing):
            return confirming(evidence)
        # DeviceIdent.Version may be cut off: then FirmwareVersion decides.
        unclear = {Want.FIRMWARE} if evidence.likeness is not Likeness.EQUAL else set()
        return frozenset(({Want.STATUS} | unclear) & evidence.offers)
    if evidence.state is UpdateState.STARTED:
        return frozenset()
    return counts


def _next_counter(evidence: Evidence) -> Want | None:
    """The next variable that may prove a reboot, where there may have been one."""
    proof = evidence.proof
    if proof is not None and proof.by is not None:
        return None
    unseen = evidence.silences > 0 or evidence.resumed
    moved = unseen or not evidence.same_version or (evidence.begun and evidence.rests)
    if not moved or evidence.state is UpdateState.STARTED:
        return None
    unread = (want for want in COUNTERS if want in evidence.offers and want not in evidence.asked)
    return next(unread, None)


def _pause(evidence: Evidence, now: float, timing: Timing) -> float:
    """Seconds until the next look."""
    pause = timing.poll_interval
    if evidence.blind_since is not None:
        since = evidence.silent_since if evidence.sent.anything else None
        pause = timing.reconnect_interval if since is None else timing.until_try(now - since)
    elif evidence.proof is not None:
        pause = min(pause, timing.settle / 3 or timing.reconnect_interval)
        if evidence.well_since is not None:
            # A wait that ended a hair too early must not cost another interval.
            pause = min(pause, max(SHORTEST, evidence.well_since + calm(evidence, timing) - now))
    elif evidence.finished_at is not None:
        pause = min(pause, timing.reconnect_interval)
    elif evidence.sent.put is Outcome.TAKEN and evidence.sent.triggers == 0:
        # The wait for an automatic start ends when it is over, not a poll later.
        pause = min(pause, evidence.sent.at + timing.autostart_wait - now)
    else:
        pause = min(
            pause, evidence.changed_at + patience(evidence, timing) - now if evidence.rests else pause
        )
    return max(pause, SHORTEST) if pause > 0 else min(timing.poll_interval, timing.reconnect_interval)
