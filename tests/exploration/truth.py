"""What must be true of the modelled sensor when an act is sent, and when a verdict is reached."""

from sicktui.model.enums import UpdateState, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import ACT_WANTS, Last, Want
from tests.exploration.sensor import Sensor, futures
from tests.exploration.world import World


class Wrong(AssertionError):
    """A path that must not be."""


class Unseen(Wrong):
    """A wrong end that no reply can show: another sensor answers the same, and there the verdict is true.

    Of these there is one sort, a success at UpdateState 2 after a silence. By the contract a silence that
    ends with another version is a reboot, and sensors keep 2 over it. But the silence may have been the
    network's, while the sensor named the version early and never rebooted; or it has hidden that a further
    stage began and finished, whose reboot is yet to come.
    """


def check_act(evidence: Evidence, sensor: Sensor) -> None:
    """An act may be sent now.

    Raises:
        Wrong: it may not.
    """
    if evidence.last is not Last.LOOK or not evidence.wants >= ACT_WANTS:
        raise Wrong("an act without a look at who the sensor is, right before it")
    if sensor.at_work:
        raise Wrong(f"an act while something that was sent may still take effect: {sensor}")
    if sensor.stranger:
        raise Wrong("an act towards another sensor")


def check_end(world: World, evidence: Evidence, sensor: Sensor, judgement: Judgement) -> None:
    """A verdict is true of the sensor, now and for all that it may still become by itself.

    Raises:
        Unseen: it is not, and nothing that the sensor answers shows it.
        Wrong: it is not.
    """
    if judgement.verdict is Verdict.SUCCEEDED:
        try:
            _succeeded(world, sensor, judgement)
        except Wrong as wrong:
            if evidence.state is UpdateState.FINISHED and evidence.silences:
                raise Unseen(*wrong.args) from None
            raise
    elif judgement.verdict is Verdict.FAILED and sensor.felt:
        _failed(world, sensor, judgement)
    elif judgement.verdict is Verdict.SKIPPED and sensor.felt:
        raise Wrong(f"{judgement} of {sensor}")


def _succeeded(world: World, sensor: Sensor, judgement: Judgement) -> None:
    answers = not sensor.down and not sensor.stranger
    well = sensor.status == 3 or Want.STATUS not in world.offers
    if not (answers and world.right[sensor.runs] and sensor.boots and well):
        raise Wrong(f"{judgement} of {sensor}")
    if ("calibration" in judgement.message) is not world.moves:
        raise Wrong(f"{judgement} with a calibration that {'moved' if world.moves else 'is what it was'}")
    if ("MD5SumOK" in judgement.message) is not world.moves:
        raise Wrong(f"{judgement} with a check of its checksums that {'fails' if world.moves else 'is fine'}")
    if any(one.down or not world.right[one.runs] or one.state == 1 for one in futures(world, sensor)):
        raise Wrong(f"{judgement} although more may come of {sensor}")


def _failed(world: World, sensor: Sensor, judgement: Judgement) -> None:
    answers = not sensor.down and not sensor.stranger
    if not answers or world.right[sensor.runs] or "Nothing was written" in judgement.message:
        raise Wrong(f"{judgement} of {sensor}")
    if any(world.right[one.runs] for one in futures(world, sensor)):
        raise Wrong(f"{judgement} although more may come of {sensor}")
