"""The state that the sensor reports: DeviceStatus, SCdevicestate, UpdateState, LEDs."""

from collections.abc import Callable
from typing import Final

from sicktui.model.device import COLA_LOGIN, SERVICE_MODE
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.health.facts import BUSY, FAILED, Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule

_YELLOW, _RED, _YELLOW_RED = 1, 2, 6
_OFF, _SIGNALS = 1, 5
_LOOK: Final = "Open the sensor's web page: its messages name the cause."


def _status(status: DeviceStatus, meaning: str) -> Callable[[Facts], str]:
    sentence = f"DeviceStatus is {status.value} ({status.label}): {meaning}."
    return lambda facts: sentence if facts.status is status else ""


def _unknown(facts: Facts) -> str:
    if facts.status is not None:
        number = facts.status.value
        return "" if facts.status.is_known else f"DeviceStatus is {number}: no state that is known."
    if "DeviceStatus" not in facts.readings.values:
        unread = "DeviceStatus" in facts.unreadable  # then it is named with what is unreadable
        return "" if unread else "The sensor does not report DeviceStatus, as every family does."
    return ""


def _starting(facts: Facts) -> bool:
    return facts.status is DeviceStatus.STARTUP


def _updating(facts: Facts) -> bool:
    return facts.update is UpdateState.STARTED


def _busy(facts: Facts) -> str:
    return COLA_LOGIN if facts.ready == BUSY and not _starting(facts) and not _updating(facts) else ""


def _lit(facts: Facts, colours: tuple[int, ...]) -> list[str]:
    """The LEDs that have one of these colours. One that blinks for find-me proves nothing."""
    return [
        name or "one"
        for name, colour, way in facts.leds
        if way not in (_OFF, _SIGNALS) and (_YELLOW_RED if way == _YELLOW_RED else colour) in colours
    ]


def _red(facts: Facts) -> str:
    lit = _lit(facts, (_RED,))
    return f"{', '.join(lit)} of the sensor's LEDs {'is' if len(lit) == 1 else 'are'} red." if lit else ""


def _yellow(facts: Facts) -> str:
    lit = _lit(facts, (_YELLOW, _YELLOW_RED))
    if not lit or _starting(facts) or _updating(facts):
        return ""
    return f"{', '.join(lit)} of the sensor's LEDs {'is' if len(lit) == 1 else 'are'} yellow."


CONDITION: Final = (
    Rule(
        code="fatal_error",
        level=Weight.ERROR,
        when="DeviceStatus is 8",
        worth="The sensor's own word for a defect (guide, telegram listing).",
        check=_status(DeviceStatus.FATAL_ERROR, "the sensor reports a defect that it cannot recover from"),
        advice=f"{_LOOK} After an update: repeat the update. Else fetch 'sicktui dump' for SICK's support "
        "and replace the sensor.",
    ),
    Rule(
        code="recoverable_error",
        level=Weight.ERROR,
        when="DeviceStatus is 7",
        worth="The sensor's own word; it may go away by itself (guide, telegram listing).",
        check=_status(DeviceStatus.RECOVERABLE_ERROR, "the sensor reports an error"),
        advice=f"{_LOOK} Restart the sensor if it stays.",
    ),
    Rule(
        code="service_required",
        level=Weight.ERROR,
        when="DeviceStatus is 6",
        worth="The sensor's own word; it may still measure (guide, telegram listing).",
        check=_status(DeviceStatus.SERVICE_REQUIRED, "the sensor asks for service"),
        advice=f"{_LOOK} Clean its front first; plan a replacement.",
    ),
    Rule(
        code="service_recommended",
        level=Weight.WARNING,
        when="DeviceStatus is 5",
        worth="The sensor's own word. It works: a verdict on an update counts it as healthy.",
        check=_status(DeviceStatus.SERVICE_RECOMMENDED, "the sensor works and recommends service"),
        advice=f"{_LOOK} Clean its front first.",
    ),
    Rule(
        code="suspended",
        level=Weight.WARNING,
        when="DeviceStatus is 4",
        worth="The sensor does not measure, perhaps as intended (guide, telegram listing).",
        check=_status(DeviceStatus.SUSPENDED, "the sensor is in standby and does not measure"),
        advice="Start measuring on its web page. AutoStartMeasure false leaves it idle after each start.",
    ),
    Rule(
        code="service_mode",
        level=Weight.WARNING,
        when="DeviceStatus is 2, and UpdateState is not 1",
        worth="Normal in a large parameter exchange (support article KA-09911); a fault only if it lasts.",
        check=lambda facts: (
            SERVICE_MODE if facts.status is DeviceStatus.SERVICE_MODE and not _updating(facts) else ""
        ),
        advice="Read it again in some minutes; restart the sensor if it stays.",
    ),
    Rule(
        code="starting",
        level=Weight.WARNING,
        when="DeviceStatus is 1",
        worth="Normal for 2 to 5 minutes after a restart (guide, firmware update); a fault only if it lasts.",
        check=_status(DeviceStatus.STARTUP, "the sensor starts"),
        advice="Read it again in five minutes.",
    ),
    Rule(
        code="status_unknown",
        level=Weight.UNKNOWN,
        when="DeviceStatus is 0, a number that no file names, or Not Found",
        worth="Nothing.",
        check=_unknown,
        advice=_LOOK,
    ),
    Rule(
        code="not_ready",
        level=Weight.ERROR,
        when="SCdevicestate is 2",
        worth="The general state of the device, not of a safety function (telegram listing, KA-09911).",
        check=lambda facts: (
            "SCdevicestate is 2 (Error): the sensor is not ready." if facts.ready == FAILED else ""
        ),
        advice=f"{_LOOK} After a restore: more than 20 active fields stop the detection.",
    ),
    Rule(
        code="busy",
        level=Weight.WARNING,
        when="SCdevicestate is 0, while it neither starts nor is updated",
        worth="Either the sensor starts, or somebody is logged in over CoLa: then it sends no LMDscandata.",
        check=_busy,
        advice="Log out in SOPAS ET and stop drivers that use CoLa.",
    ),
    Rule(
        code="updating",
        level=Weight.NOTE,
        when="UpdateState is 1",
        worth="A firmware update is at work: that it is busy, or in service mode, is expected then.",
        check=lambda facts: (
            "UpdateState is 1 (Started): the sensor writes its firmware." if _updating(facts) else ""
        ),
        advice="Do not cut its power.",
    ),
    Rule(
        code="update_finished",
        level=Weight.NOTE,
        when="UpdateState is 2",
        worth="The firmware is written; the sensor restarts by itself (guide, firmware update). What it runs "
        "may be the old one.",
        check=lambda facts: (
            "UpdateState is 2 (Finished): an update is written, and the sensor is yet to restart."
            if facts.update is UpdateState.FINISHED
            else ""
        ),
        advice="Wait for its restart. If it does not come, restart the sensor and read its version.",
    ),
    Rule(
        code="update_error",
        level=Weight.ERROR,
        when="UpdateState is 3",
        worth="The last update since power-on failed; the sensor may run its old firmware well.",
        check=lambda facts: (
            "UpdateState is 3 (Error): the last firmware update failed."
            if facts.update is UpdateState.ERROR
            else ""
        ),
        advice="Do not power-cycle it at once. Check that the package is for this variant and signed, and "
        "update again.",
    ),
    Rule(
        code="led_red",
        level=Weight.ERROR,
        when="an LED is red, not off and not signalling",
        worth="What a person in front of it sees. `LEDEnable` false darkens it: then it proves nothing.",
        check=_red,
        advice=_LOOK,
    ),
    Rule(
        code="led_yellow",
        level=Weight.WARNING,
        when="an LED is yellow or yellow-red, while it neither starts nor is updated",
        worth="As above. A steady green LED for ten minutes is SICK's own criterion after an update.",
        check=_yellow,
        advice=_LOOK,
    ),
)
