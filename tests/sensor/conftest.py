"""A scripted sensor, and clients of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from sicktui.sensor.api.login.authentication import SensorNotes
from sicktui.sensor.api.login.logins import OnWait
from sicktui.sensor.api.login.owner import SensorOwner
from sicktui.sensor.api.login.session import Session
from sicktui.sensor.client import Sensor
from sicktui.sensor.turns.queue import RequestQueues
from sicktui.simulator.network.certificates import Bundle
from tests.sensor.scripted import PASSWORD, TOKEN, ScriptedSensor, challenge, if_proven, reply, target
from tests.support.clocks import ManualClock

MakeSensor = Callable[..., Sensor]


@pytest.fixture
def bundle() -> Bundle | None:
    """The certificate of the scripted sensor; ``None``: it speaks plain HTTP."""
    return None


@pytest.fixture
async def device(bundle: Bundle | None) -> AsyncIterator[ScriptedSensor]:
    """A sensor that knows ``DeviceIdent`` and nothing else."""
    scripted = ScriptedSensor()
    await scripted.start(ssl=bundle.context() if bundle else None)
    scripted.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.3.0.0R"}))
    yield scripted
    await scripted.stop()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
async def connect(
    device: ScriptedSensor, clock: ManualClock, bundle: Bundle | None
) -> AsyncIterator[MakeSensor]:
    """Make clients of the scripted sensor (or of another ``address``)."""
    async with AsyncExitStack() as stack:

        def make(
            *,
            password: str | None = PASSWORD,
            requests_per_second: float = 1000.0,
            address: str | None = None,
            on_contact: Callable[[bool], None] | None = None,
            capabilities: Any = None,
            queues: RequestQueues | None = None,
            memory: SensorNotes | None = None,
            owner: SensorOwner | None = None,
            others: Sequence[str] = (),
            on_accepted: Callable[[str], None] | None = None,
            on_wait: OnWait | None = None,
            session: Session | None = None,
            **about: Any,
        ) -> Sensor:
            if bundle is not None:
                about = {"scheme": "https", "fingerprint": bundle.pin, **about}
            sensor = Sensor(
                target(address or device.address, **about),
                password=password,
                queues=queues or RequestQueues(requests_per_second, clock),
                clock=clock,
                memory=memory,
                owner=owner,
                others=others,
                on_accepted=on_accepted,
                on_wait=on_wait,
                on_contact=on_contact,
                capabilities=capabilities,
                session=session,
            )
            stack.push_async_exit(sensor)
            return sensor

        yield make


@pytest.fixture
def challenging(device: ScriptedSensor) -> ScriptedSensor:
    """A sensor with challenge-response and session tokens."""
    device.on("POST getChallenge", challenge())
    device.on("POST CreateSessionToken", if_proven(reply({"token": TOKEN})))
    device.on("POST checkCredentials", if_proven(reply()))
    return device


@pytest.fixture
def basic(device: ScriptedSensor) -> ScriptedSensor:
    """A sensor as the firmware article has it: Basic, and a token."""
    device.on("POST CreateSessionToken", reply({"token": TOKEN}))
    return device
