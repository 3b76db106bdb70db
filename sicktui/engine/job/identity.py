"""The end of a job when another sensor answers than the one it began with."""

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.model.device import Identity
from sicktui.model.enums import Code


def other_device(job: Job, before: Identity, now: Identity) -> JobEnded:
    """The end of a job whose address another sensor has taken since."""
    return JobEnded.unknown(
        Code.OTHER_DEVICE,
        f"Another sensor answers at {job.target.address} now: {now.key or now.name} "
        f"instead of {before.key or before.name}.",
        "Look for the sensor on site; its address may have changed (DHCP).",
    )
