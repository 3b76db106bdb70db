"""Before and after an update: the health of the sensor, and whether it measures. No verdict rests on it.

What the update itself has read costs nothing and is always compared. ``update.check_measuring`` reads the
whole health after it, and listens for the sensor's scan data: before it beside the work, so that no flash
waits for it.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from sicktui.engine.health.measuring import check_measuring
from sicktui.engine.job.job import Job
from sicktui.engine.measuring.listening import listen_for
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.engine.update.checks.again import snapshot_of_run
from sicktui.model.device import Identity
from sicktui.model.enums import Level
from sicktui.model.errors import SicktuiError
from sicktui.model.health.comparison import compare_health, readings_of
from sicktui.model.health.facts import facts_of
from sicktui.model.health.records import Finding, Readings, Weight, read_at
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.health.variables import health_variables
from sicktui.model.measuring.evidence import MeasuringEvidence, Worth
from sicktui.model.measuring.receiving import SETTINGS
from sicktui.model.snapshot import NOT_THERE
from sicktui.model.update.evidence import Evidence

_LEVELS: Final = {Weight.ERROR: Level.ERROR, Weight.WARNING: Level.WARNING, Weight.UNKNOWN: Level.WARNING}
_TRIES: Final = 3
_BETWEEN: Final = 10.0
"""Seconds between two tries: a sensor may need 20 s after its boot until it works fully (release notes)."""
_log = logging.getLogger(__name__)


class HealthCheck:
    """What one sensor was before its update, and what has become of it.

    Args:
        job: its job.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._listening: asyncio.Task[MeasuringEvidence] | None = None
        self.is_wanted = job.spec.settings.update.check_measuring
        """Whether it listens, and reads the whole health afterwards."""

    async def begin(self, identity: Identity) -> None:
        """Begin to listen for the sensor's scan data, beside the work, where that is wanted.

        Its settings are those that were read with the backup; only what is missing is read.

        Args:
            identity: the sensor.
        """
        if not self.is_wanted:
            return
        job = self._job
        try:
            taken = await snapshot_of_run(job, identity)
            known = taken.values if taken else {}
            has = health_variables(identity.name, identity.runs)
            missing = tuple(name for name in SETTINGS if name in has and name not in known)
            settings = {**known, **(await read_variables(job.sensor, missing, tolerant=True))[0]}
        except SicktuiError as error:
            _log.warning("%s: not listened before the update: %s", job.target.device, error)
            return
        self._listening = asyncio.create_task(
            listen_for(job.receivers, settings, job.target.address, identity.serial)
        )

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def end(
        self, identity: Identity, evidence: Evidence, then: Mapping[str, Any], now: Mapping[str, Any]
    ) -> None:
        """Compare, and record what is found. Trouble is only logged: the update is proven, and stays so.

        Args:
            identity: the sensor before the update.
            evidence: what the update rests on.
            then: parameters before it.
            now: the same variables after it.
        """
        job = self._job
        try:
            base = Readings(identity=identity, at=job.clock.now(), values={})
            before = readings_of(evidence.before, then, base)
            after = readings_of(evidence.latest, now, base)
            if self.is_wanted and not job.control.cancelled.is_set():
                after = await self._read(after, evidence)
            found = compare_health(before, after)
            await self._record(found, after)
        except SicktuiError as error:
            await job.record.log(
                Level.WARNING,
                f"Its health could not be compared with that before the update: {error.message}",
            )
        except Exception:  # noqa: BLE001  a bug here must not take a proven update its verdict
            _log.exception("health of %s", job.target.device)

    async def _read(self, known: Readings, evidence: Evidence) -> Readings:
        """The whole health of the sensor now, and whether it measures."""
        job, identity = self._job, known.identity
        runs = evidence.latest.firmware or evidence.latest.version
        names = tuple(name for name in health_variables(identity.name, runs) if name not in known.values)
        # Read anew, since a sensor that has just booted is still changing.
        names += tuple(name for name in ("LSPdatetime", "DeviceStatus") if name in known.values)
        values, missing = await read_variables(job.sensor, names, tolerant=True)
        now = job.clock.now()
        read = read_at(now, values)
        whole = structs.replace(
            known,
            at=now,
            values={**known.values, **read},
            unreadable={name: why for name, why in missing.items() if why != NOT_THERE},
            absent=[name for name, why in missing.items() if why == NOT_THERE],
        )
        for again in range(_TRIES):
            whole = structs.replace(whole, measuring=await self._measuring(whole))
            if facts_of(whole).measuring_worth not in (Worth.DENIED, Worth.NONE) and not _silent(whole):
                break
            if again < _TRIES - 1:
                await job.clock.sleep(_BETWEEN)
                whole = await self._state_of(whole)
        return whole

    async def _state_of(self, whole: Readings) -> Readings:
        """The same with its state read anew."""
        values, _ = await read_variables(self._job.sensor, ("DeviceStatus", "SCdevicestate"), tolerant=True)
        read = read_at(self._job.clock.now(), values)
        return structs.replace(whole, values={**whole.values, **read})

    async def _measuring(self, whole: Readings) -> MeasuringEvidence:
        job = self._job
        place = job.refinder.moved.place if job.refinder.moved else None
        return await check_measuring(
            job.sensor,
            whole.identity,
            job.clock,
            job.receivers,
            address=place or job.target.address,
            settings={name: whole.values[name].value for name in SETTINGS if name in whole.values},
        )

    async def _record(self, found: list[Finding], after: Readings) -> None:
        job, facts = self._job, facts_of(after)
        shown = [finding for rule in MEASURING if (finding := rule.apply(facts)) is not None]
        before = await self._before(after.measuring)
        for finding in [*shown, *found]:
            await job.record.log(
                _LEVELS.get(finding.level, Level.INFO), f"{finding.message} {finding.advice}".strip()
            )
        for sentence in before:
            await job.record.log(Level.INFO, sentence)
        if after.measuring is not None or found:
            worth = facts.measuring_worth
            await job.record.checked(
                measuring=worth.value if worth else "",
                measured=[*(finding.message for finding in shown), *before],
                found=found,
            )

    async def _before(self, after: MeasuringEvidence | None) -> list[str]:
        """What was received before the update, in sentences."""
        if self._listening is None:
            return []
        evidence = await self._listening
        then, now = evidence.heard, after.heard if after else None
        if then is None or not then.is_proven:
            return ["Before the update nothing was received of it."] if then else []
        sentences = [f"Before the update this PC received {evidence.received}."]
        if now and now.first and then.last and now.first < then.last:
            sentences.append(
                f"Its telegram counter began anew: {now.first} after {then.last} before. It has restarted."
            )
        return sentences


def _silent(whole: Readings) -> bool:
    return whole.measuring is not None and whole.measuring.is_silent
