"""Which variables the health of a sensor is read from, per family.

From the vendor's OpenAPI files, as in ``engine/parameters/variables.py``. A family is not asked for what its
files do not have; an unknown one is asked for all.
"""

from typing import Final

from sicktui.model.families import FAMILIES, LRS, MULTI100, MULTI200, PICO120, PICO150, family_of
from sicktui.model.firmware.version import is_older

_VARIABLES: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (FAMILIES, "DeviceStatus SCdevicestate"),
    ((PICO150, PICO120, MULTI100, MULTI200), "UpdateState"),
    (FAMILIES, "CurrentTempDev"),
    (
        (PICO150, PICO120, MULTI100, MULTI200),
        "temperatureAlarmConfiguration temperatureAlarmStatus LEDState AutoStartMeasure LSPdatetime",
    ),
    ((LRS,), "DateTime"),
    (FAMILIES, "TSCRole OpHours DailyOpHours PowerOnCnt"),
    (
        (PICO150, MULTI100, MULTI200, LRS),
        "ContaminationConfig ContaminationResult ContaminationData ContaminationActiveSectors",
    ),
    ((PICO150, MULTI200), "treatBlockedSectorsAsErrorSectors"),
    ((PICO150, PICO120, MULTI200), "LFTchecksum"),
    ((PICO150, PICO120, MULTI100), "ScanDataEnable ScanDataEthSettings"),
    ((PICO150, PICO120, MULTI100, LRS), "ScanDataFormat"),
    ((MULTI200,), "dataOutputMode"),
    (FAMILIES, "httpsStatus certificateBundleInfo EtherAuxEnabled"),
    ((PICO150, PICO120, MULTI100, MULTI200), "EtherCoLaScanMode"),
    ((LRS,), "EnableColaScan"),
    ((PICO150,), "enableCloningPlug ImuDataEnable EncoderDataEnable"),
)
"""What each family has; the order is that of reading: what matters most comes first."""

_SINCE: Final = {
    (PICO150, PICO120): {
        "LFTchecksum": "2.2.0",
        "temperatureAlarmConfiguration": "2.2.0",
        "temperatureAlarmStatus": "2.2.0",
        "ContaminationActiveSectors": "2.3.1",
        "treatBlockedSectorsAsErrorSectors": "2.3.1",
        "enableCloningPlug": "2.3.1",
        "httpsStatus": "2.1.0",
        "certificateBundleInfo": "2.1.0",
        "EtherCoLaScanMode": "2.1.0",
    },
    (LRS,): {"httpsStatus": "1.10.0", "certificateBundleInfo": "1.10.0"},
}
"""What came later (the release notes of picoScan100; the files of LRS4000)."""

WEB_SERVER: Final = "GetWebserverEnabled"
"""The only method among them: the files have it without a login, and no variable has what it answers."""
_HAVE_WEB_SERVER: Final = (PICO150, PICO120, MULTI100, MULTI200)

LICENSED: Final = {
    "ContaminationConfig": "contamination",
    "ImuDataEnable": "the IMU",
    "EncoderDataEnable": "the encoder",
}
"""Variables of picoScan150 behind a licence (developer guide, licences): the function that is bought."""


def health_variables(family: str, version: str | None = None) -> tuple[str, ...]:
    """What to read of a sensor.

    Args:
        family: ``DeviceIdent.Name``.
        version: its firmware; ``None``: everything that any firmware has.
    """
    known = family_of(family)
    later = _later(known, version)
    return tuple(
        name
        for families, names in _VARIABLES
        for name in names.split()
        if (known is None or known in families) and name not in later
    )


def reports_web_server(family: str) -> bool:
    """Whether a family has ``WEB_SERVER``; one that is not known is not asked, as it is a POST."""
    return family_of(family) in _HAVE_WEB_SERVER


def is_licensed(family: str) -> bool:
    """Whether functions of this family are bought one by one."""
    return family_of(family) == PICO150


def _later(known: str | None, version: str | None) -> frozenset[str]:
    for families, since in _SINCE.items():
        if known in families and version is not None:
            return frozenset(name for name, first in since.items() if is_older(version, first))
    return frozenset()
