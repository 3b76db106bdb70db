"""Which variables a snapshot reads, per family (vendor's OpenAPI files: what GET and POST both have).

LRS4000 1.9.1, multiScan100 2.4.2, picoScan120 and picoScan150 2.2.1. A missing one is Not Found.
"""

from typing import Final

from sicktui.model.snapshot import Scope

CHECKSUM: Final = "LFTchecksum"
"""Holds ``MD5Parameters``, the sensor's own fingerprint of its parameters (picoScan)."""

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

_ALL: Final = (
    "LocationName",
    "ScanDataFormat",
    "EtherIPAddress",
    "EtherIPMask",
    "EtherIPGateAddress",
    "EtherAddressingMode",
    "EtherDHCPFallback",
    "EtherAuxEnabled",
    "LEDEnable",
    "PortConfiguration",
    "ContaminationConfig",
    "FREchoFilter",
    "LFPradialDistanceRangeFilter",
    "TSCRole",
    "TSCTCSrvAddr",
    "TSCTCtimezone",
    "TSCTCupdatetime",
)
_SCANS: Final = (
    "ScanDataEnable",
    "ScanDataEthSettings",
    "AutoStartMeasure",
    "SensorPosition",
    "EtherCoLaScanMode",
    "ImuDataEnable",
    "ImuDataEthSettings",
    "LFPangleRangeFilter",
    "LFPcubicareafilter",
    "LFPintervalFilter",
    "LFPmovingAveragingFilter",
    "LFPparticle",
    "MCSenseLevel",
    "EvaluationsToLog",
    "temperatureAlarmConfiguration",
)
_PICOSCAN: Final = (
    "ScanConfig",
    "operatingMode",
    "PerformanceProfileNumber",
    "SensitivityMode",
    "EnableLongRangeMode",
    "rosFrameId",
    "rosNamespace",
    "rosParentFrameId",
    "EnableDetectionHistory",
    "EncSetting",
    "EncResolution",
    "EncoderDataEnable",
    "EncoderDataEthSettings",
    "ActualEncPosition1Enable",
    "ActualEncPosition2Enable",
    "EvaluationGroupType",
)
_MULTISCAN: Final = (
    "bInterlacedMode",
    "ScanDataPreformatting",
    "LFPlayerFilter",
    "groundFilterEnable",
    "groundFilterThresholds",
    "groundFilterType",
)
_LRS: Final = (
    "ScanConfig",
    "DataOutputRange",
    "ScanDataScaleFactor",
    "SensitivityMode",
    "LFPmedianfilter",
    "MeanFilter",
    "ParticleFilter",
    "RotationOffset",
    "EnableColaScan",
    "EnableDetectionHistory",
)
_FULL: Final[dict[str, tuple[str, ...]]] = {
    "picoscan": _ALL + _SCANS + _PICOSCAN,
    "multiscan": _ALL + _SCANS + _MULTISCAN,
    "lrs": _ALL + _LRS,
}
_ESSENTIAL: Final = (
    "LocationName",
    "ScanDataEnable",
    "ScanDataFormat",
    "ScanDataEthSettings",
    "EtherIPAddress",
)
"""Five reads, 2.5 s at the default politeness: what is missed first when it is lost."""
_ESSENTIAL_LRS: Final = ("LocationName", "ScanDataFormat", "ScanDataScaleFactor", "EtherIPAddress")

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


def affordable(family: str, per_second: float) -> tuple[str, ...]:
    """What a job reads of a sensor: as many variables as ``PATIENCE`` allows, the most missed first.

    Args:
        family: ``DeviceIdent.Name``.
        per_second: the requests a second that the sensor is asked at most (``limits.requests_per_second``).
    """
    essential, every = variables(family, "essential"), variables(family, "full")
    first = [name for name in _FIRST if name in every]
    rest = [name for name in every if name not in NETWORK]
    ordered = tuple(dict.fromkeys([*essential, *first, *rest, *every]))
    return ordered[: max(len(essential), int(per_second * PATIENCE))]


def variables(family: str, scope: Scope) -> tuple[str, ...]:
    """What to read of a sensor of that family (``DeviceIdent.Name``).

    Of an unknown family everything is asked for that any family has.
    """
    known = next((name for name in _FULL if family.lower().startswith(name)), None)
    if scope == "essential":
        return _ESSENTIAL_LRS if known == "lrs" else _ESSENTIAL
    if known is not None:
        return _FULL[known]
    return tuple(dict.fromkeys(name for names in _FULL.values() for name in names))
