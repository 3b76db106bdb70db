"""The variables that sicktui reads and not every sensor has, each with what its value means."""

from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

from sicktui.sensor.api import values
from sicktui.sensor.api.replies import Reply

T_co = TypeVar("T_co", covariant=True)


class Variable(NamedTuple, Generic[T_co]):
    """A variable of the REST API."""

    name: str
    parse: Callable[[Reply], T_co]
    """Its value; raises ``ProtocolError`` if a reply has none that can be one."""


SERIAL_NUMBER: Final = Variable("SerialNumber", values.text)
MAC: Final = Variable("EtherMACAddress", values.mac_address)
"""As ``aa:bb:cc:dd:ee:ff``."""
DEVICE_STATUS: Final = Variable("DeviceStatus", values.device_status)
POWER_ON_COUNT: Final = Variable("PowerOnCnt", values.count)
FIRMWARE_VERSION: Final = Variable("FirmwareVersion", values.text)
"""Long enough for every version, unlike ``DeviceIdent``."""
OPERATING_HOURS: Final = Variable("OpHours", values.count)
"""In tenths of an hour."""
DAILY_HOURS: Final = Variable("DailyOpHours", values.hours)
CLOCK: Final = Variable("LSPdatetime", values.clock)
"""The sensor's own clock, in seconds since 1970."""
DIGESTS: Final = Variable("LFTchecksum", values.digests)
"""The digests of firmware and calibration, and their check."""
HTTPS_STATUS: Final = Variable("httpsStatus", values.https_status)
CERTIFICATE_EXPIRY: Final = Variable("certificateBundleInfo", values.certificate_expiry)
