"""What the journal keeps of the evidence, and the evidence of a job that an earlier process began."""

from msgspec import structs

from sicktui.engine.job.past import JobHistory
from sicktui.model.device import Identity
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import COUNTERS, Known, Outcome, Reading, Want
from sicktui.model.update.proof import Proof
from sicktui.model.update.sent import Sent


def reading_of(identity: Identity, state: UpdateState, status: DeviceStatus | None) -> Reading:
    """What a sensor was, as one reading."""
    return Reading(
        state=state,
        name=identity.name,
        version=identity.version,
        serial=identity.serial,
        mac=identity.mac,
        status=status,
    )


def new_evidence(before: Reading, expected: str | None, *, counts: bool = False) -> Evidence:
    """The evidence of a job that has sent nothing yet.

    Args:
        before: the sensor right before the first write.
        expected: the version that it must report.
        counts: whether this very sensor has been seen to count software reboots.
    """
    offered = {want for want in (Want.STATUS, *COUNTERS) if getattr(before, want.value) is not None}
    return Evidence(
        before=before,
        latest=before,
        expected=expected,
        offers=frozenset(offered | {Want.FIRMWARE}),
        counts=counts,
        baseline=before.state or UpdateState.INITIAL,
    )


def known_of(evidence: Evidence) -> Known:
    """What the journal keeps of the looks; acts and states have their own events."""
    proof = evidence.proof
    return Known(
        reading=evidence.latest,
        silent=evidence.silent_since is not None,
        silences=evidence.silences - evidence.sent.silences,
        proof=proof.words if proof else "",
        by=proof.by if proof else None,
    )


def resumed_evidence(
    past: JobHistory, before: Reading, expected: str | None, *, counts: bool = False, now: float
) -> Evidence:
    """The evidence of a job that was interrupted.

    All that happened before is dated at this moment, so that every wait begins again. An act without an
    outcome may have had any.

    Args:
        past: what the journal kept.
        before: the sensor right before the first write.
        expected: the version that it must report.
        counts: whether this very sensor has been seen to count software reboots.
        now: this moment.
    """
    triggered = past.trigger != "none" and past.trigger_outcome is not Outcome.ABSENT
    open_put = past.put_outcome in (Outcome.OPEN, Outcome.TAKEN)
    sent = Sent(
        puts=1 if past.wrote else 0,
        put=past.put_outcome,
        # How much of it left is not known, or not whether that was all: it counts as all.
        bytes=past.put_bytes or int(open_put),
        whole=open_put or past.put_bytes > 0,
        triggers=int(triggered),
        trigger=past.trigger_outcome,
        heard=triggered and past.trigger_outcome is Outcome.TAKEN,
        first_trigger=now,
        first_at=now if past.wrote else None,
        at=now,
    )
    known = past.known or Known(reading=before)
    silent_since = now if known.silent else None
    return structs.replace(
        new_evidence(before, expected, counts=counts),
        sent=sent,
        latest=known.reading,
        blind_since=silent_since,
        silent_since=silent_since,
        silences=known.silences,
        proof=Proof(at=now, by=known.by, words=known.proof) if known.proof else None,
        resumed=True,
        damaged=past.damaged,
        started_at=now if past.started else None,
        finished_at=now if past.finished else None,
        changed_at=now,
        gap=now,
    )
