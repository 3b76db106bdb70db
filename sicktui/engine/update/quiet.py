"""What is read of a sensor after the upload, while nothing waits for it: before it each request costs time.

During an upload hardly anything is asked, so the rate limit allows several requests at once after it, and the
old firmware still answers.
"""

from sicktui.engine.job.job import Job
from sicktui.engine.update.observer import read_rest
from sicktui.engine.update.preparation import Preparation
from sicktui.engine.update.reboot_warnings import clock_note
from sicktui.model.enums import Level
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Want
from sicktui.sensor.errors import Unreachable


class Quiet:
    """The first quiet moment of one update.

    Args:
        job: the job.
        preparation: what came before the upload.
    """

    def __init__(self, job: Job, preparation: Preparation) -> None:
        self._job = job
        self._preparation = preparation
        self._used = False

    async def use(self, evidence: Evidence) -> Evidence:
        """Read what was left out before the upload, once. Trouble ends it; the next look finds the same.

        Returns:
            The evidence with what more is known of the sensor before the update.
        """
        if self._used or not evidence.sent.anything or not evidence.is_before:
            return evidence
        self._used = True
        job = self._job
        try:
            if not {Want.HOURS, Want.CHECKSUM} & evidence.offers:
                evidence = evidence.supplemented(await read_rest(job.sensor))
                await self._preparation.survey(evidence.before)
        except Unreachable:
            return evidence
        if note := await clock_note(job.sensor):
            await job.record.log(Level.INFO, note)
        return evidence
