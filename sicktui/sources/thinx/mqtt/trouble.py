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


class Trouble:
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
        self._is_reported = False

    def well(self, device: str) -> None:
        """A connection is there."""
        self._wrong.discard(device)
        if self._is_reported and not self._wrong:
            self._is_reported = False
            self._report(Hearing(is_well=True, sentence="The broker answers again."))

    def refused(self, device: str, times: int) -> None:
        """A sensor's credentials were refused, this many times in a row."""
        self._wrong.add(device)
        if times >= REFUSALS:
            self._say(f"The broker refuses {device}. Check the API key, and the sensor on the server.")

    def dropped(self, device: str, times: int) -> None:
        """A connection ended, the last one of this many that ended soon after they began."""
        if times < DROPS:
            self.broke()
            return
        self._wrong.add(device)
        self._say(
            f"The broker ends the connection of {device} again and again. "
            "Check whether another program or PC listens for this sensor."
        )

    def broke(self) -> None:
        """A connection ended."""
        self._failed(f"The connection to {self._broker} broke.")

    def unreachable(self, error: Exception) -> None:
        """None can be made."""
        if isinstance(error, ssl.SSLError):
            self._failed(
                f"The certificate of {self._broker} is not trusted, or it does not speak TLS. "
                "Check 'ca_file' and 'mqtt_url'."
            )
        else:
            self._failed(f"{self._broker.capitalize()} cannot be reached.")

    def _failed(self, sentence: str) -> None:
        if not self._wrong:  # a broker ends a connection that it refuses
            self._say(f"{sentence} Messages are not heard; it is tried again.")

    def _say(self, sentence: str) -> None:
        if not self._is_reported:
            self._is_reported = True
            self._report(Hearing(is_well=False, sentence=sentence))
