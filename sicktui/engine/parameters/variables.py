"""Which variables a snapshot reads, per family and firmware: the settings, and no readings.

From the vendor's OpenAPI files, what GET and POST both have, and a few settings that are read only: LRS4000
1.9.1 and 1.10.0, multiScan100 2.4.2 and 2.4.4, multiScan200 1.1.0, picoScan120 and 150 2.2.1 and 2.3.3.
"""

from typing import Final

from sicktui.model.families import FAMILIES, LRS, MULTI100, MULTI200, PICO120, PICO150, family_of
from sicktui.model.firmware.version import is_older
from sicktui.model.snapshot import Scope

CHECKSUM: Final = "LFTchecksum"
"""Holds ``MD5Parameters``, the sensor's own fingerprint of its parameters."""

NETWORK: Final = frozenset(
    [
        "EtherIPAddress",
        "EtherIPMask",
        "EtherIPGateAddress",
        "EtherAddressingMode",
        "EtherDHCPFallback",
    ]
)
"""How the sensor is reached: belongs to its place in the network, and no backup may move a sensor."""

_SETTINGS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        FAMILIES,
        (
            "LocationName EtherIPAddress EtherIPMask EtherIPGateAddress EtherAddressingMode "
            "EtherDHCPFallback EtherAuxEnabled LEDEnable PortConfiguration TSCRole TSCTCSrvAddr "
            "TSCTCtimezone TSCTCupdatetime"
        ),
    ),
    ((PICO150, PICO120, MULTI100, LRS), "ScanDataFormat"),
    ((PICO150, PICO120, MULTI100), "ScanDataEnable ScanDataEthSettings LFPparticle"),
    ((PICO150, MULTI100, MULTI200, LRS), "ContaminationConfig FREchoFilter"),
    (
        (PICO150, PICO120, MULTI100, MULTI200),
        "AutoStartMeasure SensorPosition EtherCoLaScanMode temperatureAlarmConfiguration",
    ),
    ((PICO150, PICO120, MULTI200, LRS), "ScanConfig"),
    ((PICO150, MULTI200, LRS), "SensitivityMode"),
    ((PICO150, MULTI100, LRS), "LFPradialDistanceRangeFilter EvaluationsToLog"),
    ((PICO150, MULTI100, MULTI200), "LFPintervalFilter"),
    ((PICO150, PICO120, MULTI200), "rosFrameId rosNamespace rosParentFrameId rosDomainId"),
    ((PICO150, MULTI200), "PerformanceProfileNumber treatBlockedSectorsAsErrorSectors"),
    (
        (PICO150, MULTI100),
        (
            "ImuDataEnable ImuDataEthSettings LFPangleRangeFilter LFPcubicareafilter "
            "LFPmovingAveragingFilter MCSenseLevel"
        ),
    ),
    ((PICO150, LRS), "EnableDetectionHistory EvaluationGroupType RotationOffset"),
    (
        (PICO150, PICO120),
        "EtherHostIPPort EtherAuxIPPort EtherSessionTimeout ScanDataConfig compactTelegramType1Content",
    ),
    (
        (PICO150,),
        (
            "EnableLongRangeMode EncSetting EncResolution EncoderDataEnable EncoderDataEthSettings "
            "ActualEncPosition1Enable ActualEncPosition2Enable enableCloningPlug ScanMergerEnabled "
            "ScanMergerSource ScanMergeTrigger EncoderTransformationType EncoderRotation "
            "EncoderTranslation"
        ),
    ),
    ((PICO120,), "operatingMode"),
    (
        (MULTI100,),
        (
            "bInterlacedMode ScanDataPreformatting LFPlayerFilter groundFilterEnable "
            "groundFilterThresholds groundFilterType"
        ),
    ),
    (
        (MULTI200,),
        (
            "dataOutputMode compactTelegramType6Content rosPointCloud2Content enableHighPrecisionMode "
            "horizontalFieldOfViewCenterAngle ambientPixelCountVertical particleFilter bloomingFilter "
            "angleRangeFocusFilter"
        ),
    ),
    (
        (LRS,),
        "DataOutputRange ScanDataScaleFactor LFPmedianfilter MeanFilter ParticleFilter EnableColaScan",
    ),
)
"""What each family has; the order is that of reading."""

_SINCE: Final = {
    (PICO150, PICO120): (
        "2.3.1",
        (
            "rosDomainId treatBlockedSectorsAsErrorSectors EtherHostIPPort EtherAuxIPPort "
            "EtherSessionTimeout ScanDataConfig compactTelegramType1Content enableCloningPlug "
            "ScanMergerEnabled ScanMergerSource ScanMergeTrigger EncoderTransformationType "
            "EncoderRotation EncoderTranslation RotationOffset"
        ),
    ),
    (LRS,): ("1.10.0", "EvaluationGroupType EvaluationsToLog"),
}
"""What came later: an older firmware is not asked for it."""

_ESSENTIAL: Final[dict[str, tuple[str, ...]]] = {
    LRS: ("LocationName", "ScanDataFormat", "ScanDataScaleFactor", "EtherIPAddress"),
    MULTI200: ("LocationName", "dataOutputMode", "EtherIPAddress"),
}
_ESSENTIAL_ELSE: Final = (
    "LocationName",
    "ScanDataEnable",
    "ScanDataFormat",
    "ScanDataEthSettings",
    "EtherIPAddress",
)
"""Five reads, 2.5 s at the default politeness: what is missed first when it is lost."""

_FIRST: Final = (
    "ScanConfig",
    "PerformanceProfileNumber",
    "LFPangleRangeFilter",
    "LFPradialDistanceRangeFilter",
    "FREchoFilter",
    "SensorPosition",
    "PortConfiguration",
    "AutoStartMeasure",
    "MCSenseLevel",
    "ImuDataEthSettings",
    "LFPparticle",
)
"""What is missed next; the rest follows in the order of the lists."""
PATIENCE: Final = 5.0
"""Seconds that a job may spend on one reading of its sensor's parameters."""

NEVER_READABLE: Final = (
    "field contours and evaluation settings that only methods return",
    "passwords and user levels",
    "certificates",
)
"""What no snapshot compares, in words."""


def affordable(family: str, per_second: float, version: str | None = None) -> tuple[str, ...]:
    """What a job reads of a sensor: as many variables as ``PATIENCE`` allows, the most missed first.

    Args:
        family: ``DeviceIdent.Name``.
        per_second: the requests a second that the sensor is asked at most (``limits.requests_per_second``).
        version: its firmware, if known.
    """
    essential, every = variables(family, "essential"), variables(family, "full", version)
    first = [name for name in _FIRST if name in every]
    rest = [name for name in every if name not in NETWORK]
    ordered = tuple(dict.fromkeys([*essential, *first, *rest, *every]))
    return ordered[: max(len(essential), int(per_second * PATIENCE))]


def variables(family: str, scope: Scope, version: str | None = None) -> tuple[str, ...]:
    """What to read of a sensor of that family.

    Of an unknown family everything is asked for that any family has.

    Args:
        family: ``DeviceIdent.Name``.
        scope: the essential few, or all.
        version: its firmware; ``None``: everything that any firmware has.
    """
    known = family_of(family)
    if scope == "essential":
        return _ESSENTIAL.get(known or "", _ESSENTIAL_ELSE)
    later = _later(known, version)
    return tuple(
        name
        for families, names in _SETTINGS
        for name in names.split()
        if (known is None or known in families) and name not in later
    )


def has_checksum(family: str) -> bool:
    """Whether a family is documented to have ``LFTchecksum``: picoScan (from 2.2.0 on) and multiScan200."""
    return family_of(family) in (PICO150, PICO120, MULTI200)


def _later(known: str | None, version: str | None) -> tuple[str, ...]:
    for families, (since, names) in _SINCE.items():
        if known in families and version is not None and is_older(version, since):
            return tuple(names.split())
    return ()
