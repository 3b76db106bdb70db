"""Stand-in servers with a clock that moves by hand, as the tests of the stand-in itself use them."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.sources.plain_client import PlainClient
from tests.thinx_server.application import Application
from tests.thinx_server.firmware import Build, Firmware
from tests.thinx_server.generations import Generation
from tests.thinx_server.server import Server, serving_in_thread

FIRMWARE = Firmware.made(70_000, head=b"firmware of the tests")


class Clock:
    """A clock that moves by hand."""

    def __init__(self, now: float = 1_780_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Setting:
    """A running server, its clock and as many devices as a test needs."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.server = server
        self.application = server.application
        self.record = server.record
        self.clock = clock

    def device(self, number: int = 1) -> PlainClient:
        """A device that has not checked in yet."""
        return PlainClient(
            self.server.url, self.application.account, mac=f"AA:BB:CC:00:00:{number:02X}", timeout=20
        )

    def known(self, number: int = 1, version: str = "1.0.0") -> PlainClient:
        """A device that the server has known for two seconds."""
        device = self.device(number)
        while device.udid is None:  # a bare `updated` may come first
            device.check_in(version)
            self.clock.now += 2
        return device


@contextmanager
def setting(generation: Generation, *builds: Build, auto_update: bool = True) -> Iterator[Setting]:
    """A server of a generation with a build that is newer than its devices, unless others are given."""
    clock = Clock()
    application = Application(generation, now=clock)
    application.builds.extend(builds or (Build("1.1.0", FIRMWARE),))
    application.devices.switch_auto_update(on=auto_update)
    with serving_in_thread(application) as server:
        yield Setting(server, clock)
