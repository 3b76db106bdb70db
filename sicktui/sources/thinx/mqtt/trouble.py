"""What is wrong with the connections of a source: one sentence for each change, whatever their number."""

import ssl
from collections.abc import Callable
from typing import Final

from sicktui.sources.source import Hearing

REFUSALS: Final = 3
"""Refused connections of a sensor after which it is reported: its credentials may become valid a moment
after the check-in."""
DROPS: Final = 3
"""Connections of a sensor that ended soon, one after the other, after which it is reported."""
_OF_ALL: Final = ("certificate", "unreachable")
"""The kinds of trouble that end when any sensor is connected, be it to be refused."""
_AGAIN: Final = "Messages are not heard; it is tried again."


class ConnectionTrouble:
    """Hears how the connections fare, and reports what changes.

    Args:
        broker: ``host:port``, for the sentences.
        report: called with each change.
    """

    def __init__(self, broker: str, report: Callable[[Hearing], None]) -> None:
        self._broker = f"the broker {broker}"
        self._report = report
        self._wrong: set[str] = set()
        """The sensors whose connections do not last, or are refused."""
        self._reported = ""
        """The kind of what was reported last; empty: all is well."""

    def well(self, device: str) -> None:
        """A connection is there."""
        self._wrong.discard(device)
        if self._reported and not self._wrong:
            self._reported = ""
            self._report(Hearing(is_well=True, sentence="The broker answers again."))

    def refused(self, device: str, times: int) -> None:
        """A sensor's credentials were refused, this many times in a row."""
        self._wrong.add(device)
        if times == REFUSALS or (times > REFUSALS and self._reported in _OF_ALL):
            self._say(
                "refused", f"The broker refuses {device}. Check the API key, and the sensor on the server."
            )

    def dropped(self, device: str, times: int) -> None:
        """A connection ended, the last one of this many that ended soon after they began."""
        if times < DROPS:
            self.broke()
            return
        self._wrong.add(device)
        if times > DROPS and self._reported not in _OF_ALL:
            return
        self._say(
            "dropped",
            f"The broker ends the connection of {device} again and again. "
            "Check whether another program or PC listens for this sensor.",
        )

    def broke(self) -> None:
        """A connection ended. After a refusal, that is how the broker refuses."""
        if not self._reported and not self._wrong:
            self._say("broke", f"The connection to {self._broker} broke. {_AGAIN}")

    def unreachable(self, error: Exception) -> None:
        """None can be made."""
        if isinstance(error, ssl.SSLError):
            self._say(
                "certificate",
                f"The certificate of {self._broker} is not trusted, or it does not speak TLS. "
                f"Check 'ca_file' and 'mqtt_url'. {_AGAIN}",
            )
        else:
            self._say("unreachable", f"{self._broker.capitalize()} cannot be reached. {_AGAIN}")

    def _say(self, kind: str, sentence: str) -> None:
        if kind != self._reported:
            self._reported = kind
            self._report(Hearing(is_well=False, sentence=sentence))
