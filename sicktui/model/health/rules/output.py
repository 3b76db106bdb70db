"""Whether the sensor is set to send scan data. Whether it does, only its stream shows."""

from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.health.variables import LICENSED, is_licensed
from sicktui.model.wording import names


def _missing_licences(facts: Facts) -> str:
    """Of picoScan150 only: there a Not Found may be a missing licence, and nothing reports licences."""
    readings = facts.readings
    if not is_licensed(readings.identity.name):
        return ""
    missing = [function for name, function in LICENSED.items() if name in readings.absent]
    if not missing:
        return ""
    return f"A guess: a licence may be missing for {names(missing)}, as the sensor has no such variables."


OUTPUT: Final = (
    Rule(
        code="output_off",
        level=Weight.NOTE,
        when="ScanDataEnable is false (multiScan200: dataOutputMode 0; LRS4000: ScanDataFormat 0)",
        worth="No scan data is sent, which is the factory's setting and right for a sensor with switching "
        "outputs only.",
        check=lambda facts: "The scan data output is off." if facts.output.enabled is False else "",
        advice="Switch it on (ScanDataEnable) if a program expects scan data.",
    ),
    Rule(
        code="autostart_off",
        level=Weight.NOTE,
        when="AutoStartMeasure is false",
        worth="After each restart the sensor idles with its laser off, until something starts it.",
        check=lambda facts: (
            "AutoStartMeasure is false: the sensor does not measure after a restart."
            if facts.autostart is False
            else ""
        ),
        advice="Set AutoStartMeasure to true, unless a program starts the measuring.",
    ),
    Rule(
        code="licence_guess",
        level=Weight.NOTE,
        when="picoScan150: ContaminationConfig, ImuDataEnable or EncoderDataEnable is Not Found",
        worth="A guess: no variable reports licences. Another firmware may lack them as well.",
        check=_missing_licences,
        advice="Look at the licences on the sensor's web page if you need the function.",
    ),
)
