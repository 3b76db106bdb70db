"""What a broken request says to people. Knows words and addresses, no HTTP library."""

from typing import Final

from sicktui.sensor.errors import (
    OutcomeUnknown,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
)
from sicktui.sensor.reasons import why_not_connected
from sicktui.sensor.transport.file_streams import FileBody

_ELSEWHERE: Final = "Check the address and the port: something else seems to answer there."


class Failures:
    """Makes the errors of one address.

    Args:
        label: the address as people wrote it.
    """

    def __init__(self, label: str) -> None:
        self._label = label

    def not_connected(self, error: Exception, *, after: float | None, connected: bool) -> Unreachable:
        """No connection, or none that is encrypted as wanted. ``after``: the seconds, if time ran out."""
        if after is None:
            reason, advice = why_not_connected(error)
        elif connected:
            reason = f"it accepts the connection, but does not speak HTTPS within {after:g} s"
            advice = "Set scheme = 'http' for this device, or check the port."
        else:
            reason = f"no answer within {after:g} s"
            advice = "Check power, cable and address of the sensor, and firewalls on the way."
        return Unreachable(f"The sensor at {self._label} cannot be reached: {reason}.", advice=advice)

    def not_answered(self, what: str, *, after: float | None, begun: bool, acting: bool) -> SensorError:
        """A request that went out and has no whole reply. ``after``: the seconds, if time ran out."""
        if after is not None:
            how = f"accepted the connection, but did not answer {what} within {after:g} s"
        elif begun:
            how = f"broke off its reply to {what}"
        else:
            how = f"closed the connection without answering {what}"
        if acting:
            return OutcomeUnknown(
                f"The sensor at {self._label} {how}: whether it took effect is unknown.",
                advice="Read the sensor's state before trying again.",
            )
        return Unreachable(
            f"The sensor at {self._label} {how}.",
            advice="It may be starting, busy, or overloaded by other clients: try again in a minute.",
        )

    def not_http(self) -> ProtocolError:
        """Something came back, but in another protocol."""
        return ProtocolError(f"What answers at {self._label} does not speak HTTP.", advice=_ELSEWHERE)

    def too_large(self, limit: int, http_status: int) -> ProtocolError:
        """More came than anybody wants."""
        return ProtocolError(
            f"The reply from {self._label} is larger than {limit} bytes and was cut off.",
            advice=_ELSEWHERE,
            http_status=http_status,
        )

    def compressed(self, http_status: int) -> ProtocolError:
        """The reply is compressed although that was not asked for; it could unpack to any size."""
        return ProtocolError(
            f"What answers at {self._label} sends compressed replies, which no sensor does.",
            advice=_ELSEWHERE,
            http_status=http_status,
        )

    def cut_off(self, path: str, size: int, *, after: float | None) -> ProtocolError:
        """A download that ended early. ``after``: the seconds without a byte, if time ran out."""
        why = "the connection broke" if after is None else f"nothing more came for {after:g} s"
        return ProtocolError(
            f"The download of {path} from {self._label} ended after {size} bytes: {why}.",
            advice="Try again; if it stays so, check the network to the sensor.",
        )

    def upload_broken(self, path: str, body: FileBody, *, after: float | None) -> UploadInterrupted:
        """An upload that ended without a reply. ``after``: the seconds, if time ran out."""
        if after is None:
            how = "the connection was lost"
        elif body.complete:
            how = f"no reply came within {after:g} s"
        else:
            how = f"no byte moved for {after:g} s"
        return UploadInterrupted(
            f"The upload to {self._label} ({path}) broke off after {body.sent} of {body.total} bytes: {how}.",
            sent=body.sent,
            total=body.total,
            advice="What the sensor made of it is unknown: read its state and version before trying again.",
        )
