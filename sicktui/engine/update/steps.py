"""The steps of an update as people see them, derived from the evidence."""

from typing import Final

from sicktui.engine.job.record import JobRecord
from sicktui.model.enums import STEPS, Operation, Step, StepState, UpdateState
from sicktui.model.settings import Timing
from sicktui.model.update.act_rule import could_trigger, patience
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Outcome

LONG_WAIT: Final = 5.0
"""Seconds from which on a wait is explained."""
_ORDER: Final = STEPS[Operation.UPDATE]


def step_of(evidence: Evidence) -> Step:
    """The step that the evidence belongs to, from the upload on."""
    sent = evidence.sent
    if evidence.proof is not None:
        return Step.VERIFY
    if evidence.silent_since is not None and (evidence.begun or sent.triggers):
        return Step.REBOOT
    if evidence.begun and evidence.state is UpdateState.FINISHED:
        return Step.REBOOT
    if evidence.begun or sent.triggers:
        return Step.FLASH
    return Step.TRIGGER if sent.put is Outcome.TAKEN else Step.UPLOAD


def waiting_words(evidence: Evidence, timing: Timing) -> str:
    """Why the sensor is only watched now, where that takes longer than a glance; else nothing."""
    sent = evidence.sent
    if evidence.begun or evidence.proof is not None or evidence.blind_since is not None or not evidence.rests:
        return ""
    if sent.triggers == 0:
        seconds = timing.autostart_wait if sent.put is Outcome.TAKEN else 0.0
        why = "The sensor may start to flash by itself"
        then = "RunFirmwareUpdate is sent"
    else:
        seconds = 0.0 if sent.trigger is Outcome.ABSENT else patience(evidence, timing)
        why = "RunFirmwareUpdate was sent, and the sensor may check the package first"
        then = "it is sent once more" if could_trigger(evidence) else "this ends"
    return f"{why}: it is watched for {seconds:g} s before {then}." if seconds > LONG_WAIT else ""


class StepLog:
    """Records the beginning and the end of each step as the evidence moves on.

    Args:
        record: where the events go.
    """

    def __init__(self, record: JobRecord) -> None:
        self._record = record
        self._step: Step | None = None

    async def follow(self, evidence: Evidence) -> None:
        """Record what has changed since the last call."""
        step = step_of(evidence)
        if step is self._step:
            return
        if self._step is not None:
            back = _ORDER.index(step) < _ORDER.index(self._step)
            if back:
                await self._end(StepState.SKIPPED, "it was silent for a moment and has not rebooted")
            else:
                await self._end(*_ending(self._step, evidence))
                for passed in _ORDER[_ORDER.index(self._step) + 1 : _ORDER.index(step)]:
                    await self._record.step_changed(passed, *_ending(passed, evidence))
        self._step = step
        await self._record.step_changed(step, StepState.STARTED, "")

    async def end(self, state: StepState, detail: str) -> None:
        """Record the end of the step under way."""
        if self._step is not None:
            await self._end(state, detail)

    async def _end(self, state: StepState, detail: str) -> None:
        if self._step is not None:
            await self._record.step_changed(self._step, state, detail)


def _ending(step: Step, evidence: Evidence) -> tuple[StepState, str]:
    """How a step ended that the sensor has left behind."""
    sent = evidence.sent
    if step is Step.UPLOAD and sent.put is not Outcome.TAKEN:
        return StepState.DONE, "the sensor began to flash by itself"
    if step is Step.TRIGGER and not sent.triggers:
        return StepState.SKIPPED, "the sensor started by itself"
    if step is Step.TRIGGER and not sent.heard:
        return StepState.DONE, "sent, not answered with Ok"
    if step is Step.FLASH:
        finished = evidence.finished_at is not None
        return StepState.DONE, "finished" if finished else "the sensor went away or rebooted"
    if step is Step.REBOOT and evidence.proof is not None:
        return StepState.DONE, evidence.proof.words
    return StepState.DONE, ""
