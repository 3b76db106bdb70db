"""What can go wrong with the simulator itself (not with a simulated device)."""


class SimulatorError(Exception):
    """The simulator cannot do what was requested.

    Args:
        message: what is wrong, in one or two sentences.
        advice: what to do next; may be empty.
    """

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """The message, then the advice."""
        return f"{self.message} {self.advice}".strip()


class ScenarioError(SimulatorError):
    """A scenario file, or a device or fault in it, that cannot be used."""


class ApiError(Exception):
    """A simulated device refuses a request with a ``header.status``.

    Args:
        status: the vendor's number, e.g. 4 for Access Denied (OpenAPI, ``ResponseHeader``).
        http_status: the HTTP status, if fixed; otherwise the device's error style decides.
    """

    def __init__(self, status: int, *, http_status: int | None = None) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.http_status = http_status


class ClientGone(Exception):
    """The client hung up before its request was answered."""


class ConnectionDropped(Exception):
    """The device dropped the connection on purpose."""
