"""A simulated sensor's password is changed: stored before, confirmed after, found out when it is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sicktui.engine.authentication import check_login
from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.parameters.write import write_parameter
from sicktui.engine.password_change import Changed, change_password
from sicktui.engine.plan.base import lock_of
from sicktui.engine.targets import choose
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Code, Verdict
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.sensor.errors import AccessDenied, SensorError
from sicktui.simulator import Device, DeviceSpec, Fault, Fleet
from sicktui.simulator.generations import GENERATIONS
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.disk.home import locate
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.groups import DeviceGroups
from sicktui.stores.secrets.pending import PendingPasswords
from sicktui.stores.secrets.store import pending_of
from tests.support.clocks import clock_of_the_loop
from tests.support.keyrings import Working, keyring_store

pytestmark = pytest.mark.skips_waiting

OLD = "servicelevel"
NEW = "Sick-Test-2026!"
CHANGE = "POST changePassword"


class Bench:
    """One sensor, in the list as ``gate`` with the tag ``hall``, and a keyring."""

    def __init__(self, folder: Path, device: Device) -> None:
        self.device = device
        self.home = locate(folder / "home", {})
        self.keyring = Working()
        self.home.create()
        save_devices(
            self.home.devices_file,
            DeviceList().add(Profile(name="gate", address=device.address, tags=("hall",))),
        )

    def context(self, *, given: str | None = None, keyring: bool = True) -> Context:
        """As another process opens it."""
        credentials = Credentials(
            given=given,
            keyring=keyring_store(self.keyring) if keyring else None,
            groups=DeviceGroups(self.home.devices_file),
        )
        settings = Settings(timing=Timing(request_timeout=2.0), limits=Limits(requests_per_second=1000.0))
        return Context(self.home, settings, credentials, clock_of_the_loop())

    def target(self, context: Context) -> Target:
        [target] = choose(["gate"], context.devices(), context.settings)
        return target

    async def change(self, new: str = NEW, **how: object) -> Changed:
        context = self.context(**how)  # type: ignore[arg-type]
        return await change_password(context, self.target(context), new)

    def keep(self, account: str, secret: str) -> None:
        self.context().credentials.keep(account, secret)

    def stored(self) -> tuple[str | None, str | None]:
        """The sensor's own password, and the one that is not known to hold."""
        credentials = self.context().credentials
        return credentials.own_password("gate", "Service"), credentials.secret(pending_of("gate/Service"))

    def asked(self, what: str) -> int:
        return sum(
            f"{entry.method} {entry.path.removeprefix('/api/')}" == what for entry in self.device.requests
        )


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Bench]]]:
    async with AsyncExitStack() as stack:

        async def begin(*faults: Fault, **changes: object) -> Bench:
            spec = DeviceSpec(**({"name": "gate", "faults": faults, "latency": 0.0} | changes))  # type: ignore[arg-type]
            fleet = await stack.enter_async_context(Fleet([spec]))
            bench = Bench(tmp_path, fleet.devices[0])
            bench.keep("gate/Service", OLD)
            return bench

        yield begin


Start = Callable[..., Awaitable[Bench]]
CHALLENGED = tuple(name for name, api in GENERATIONS.items() if api.auth == "challenge")


@pytest.mark.parametrize("generation", CHALLENGED)
async def test_it_is_changed_and_stored_on_every_generation(start: Start, generation: str) -> None:
    bench = await start(generation=generation)
    changed = await bench.change()
    assert (changed.verdict, changed.code) == (Verdict.SUCCEEDED, None), changed
    how = "salt" if generation.startswith("lrs") else "login"
    assert how in changed.message
    assert bench.device.auth.accepts(NEW)
    assert bench.stored() == (NEW, None)
    assert changed.stored == "OS keyring (test)"
    assert bench.device.violations == []
    again = await bench.change("Another-Test-2027!")
    assert again.verdict is Verdict.SUCCEEDED
    assert bench.stored() == ("Another-Test-2027!", None)


async def test_it_is_stored_before_it_is_sent(start: Start) -> None:
    bench = await start()
    seen: list[tuple[str | None, str | None]] = []
    change = bench.device.auth.change_password

    def look(caller: str, level: str, message: bytes) -> int:
        seen.append(bench.stored())
        return change(caller, level, message)

    bench.device.auth.change_password = look  # type: ignore[method-assign]
    await bench.change()
    assert seen == [(OLD, NEW)]


LOST = ("cut_reply", "hang", "not_json", "html", "http_503", "wrong_types")


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_reply_after_the_act_is_found_out(start: Start, fault: str) -> None:
    bench = await start(Fault(name=fault, at=CHANGE, acts=True, times=1))
    changed = await bench.change()
    assert changed.verdict is Verdict.SUCCEEDED, changed
    assert bench.stored() == (NEW, None)
    assert bench.device.violations == []


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_reply_without_the_act_leaves_both_until_the_next_login(
    start: Start, fault: str
) -> None:
    bench = await start(Fault(name=fault, at=CHANGE, acts=False, times=1))
    changed = await bench.change()
    assert changed.verdict is Verdict.FAILED, changed
    assert "old password still holds" in changed.message
    assert bench.stored() == (OLD, NEW)
    context = bench.context()
    await write_parameter(context, bench.target(context), "LocationName", "x")
    assert bench.stored() == (OLD, None)


@pytest.mark.parametrize("late", [12.0, None])
async def test_a_change_that_follows_the_reply_is_waited_for(start: Start, late: float | None) -> None:
    bench = await start()
    apply = bench.device.auth.change_password

    def later(caller: str, level: str, message: bytes) -> int:
        if late is not None:
            asyncio.get_running_loop().call_later(late, apply, caller, level, message)
        return 0

    bench.device.auth.change_password = later  # type: ignore[method-assign]
    changed = await bench.change()
    if late is None:
        assert changed.verdict is Verdict.UNKNOWN, changed
        assert bench.stored() == (OLD, NEW)
    else:
        assert changed.verdict is Verdict.SUCCEEDED, changed
        assert bench.stored() == (NEW, None)


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("after", ["set", "plan", "login", "passwd"])
async def test_a_sensor_that_is_gone_after_the_act_is_settled_by_the_next_command(
    start: Start, after: str, acts: bool
) -> None:
    bench = await start(Fault(name="link_lost", at=CHANGE, acts=acts, seconds=300))
    changed = await bench.change()
    assert (changed.verdict, changed.code) == (Verdict.UNKNOWN, Code.UNREACHABLE)
    assert "Both passwords are stored" in changed.advice
    assert bench.stored() == (OLD, NEW)
    context = bench.context()
    await context.clock.sleep(400)
    target = bench.target(context)
    holds = NEW if acts else OLD
    if after == "set":
        await write_parameter(context, target, "LocationName", "x")
    elif after == "plan":
        [item] = await plan_backup(context, [target])
        assert item.may_go
    elif after == "login":
        await check_login(context, target, holds)
    else:
        assert (await change_password(context, target, "Third-Test-2028!")).verdict is Verdict.SUCCEEDED
        holds = "Third-Test-2028!"
    assert bench.stored() == (holds, None)
    assert bench.device.auth.accepts(holds)


@pytest.mark.parametrize(
    ("result", "code"), [(2, Code.DEVICE_ERROR), (4, Code.NOT_SUPPORTED), (5, Code.LOCKED)]
)
async def test_a_refused_change_leaves_the_store_as_it_was(start: Start, result: int, code: Code) -> None:
    bench = await start(change_password_result=result)
    changed = await bench.change()
    assert (changed.verdict, changed.code) == (Verdict.FAILED, code)
    assert bench.stored() == (OLD, None)


async def test_a_sensor_of_a_group_gets_its_own_entry(start: Start) -> None:
    bench = await start()
    bench.context().credentials.forget("gate", "Service")
    bench.keep("@hall/Service", OLD)
    assert (await bench.change()).verdict is Verdict.SUCCEEDED
    assert bench.stored() == (NEW, None)
    assert bench.context().credentials.own_password("@hall", "Service") == OLD


async def test_a_refusal_gives_a_sensor_of_a_group_no_entry(start: Start) -> None:
    bench = await start(change_password_result=2)
    bench.context().credentials.forget("gate", "Service")
    bench.keep("@hall/Service", OLD)
    assert (await bench.change()).verdict is Verdict.FAILED
    assert bench.stored() == (None, None)


async def test_without_a_store_nothing_is_sent(start: Start) -> None:
    bench = await start()
    changed = await bench.change(given=OLD, keyring=False)
    assert (changed.verdict, changed.code, changed.sent) == (Verdict.FAILED, Code.STORAGE_ERROR, False)
    assert "vault" in changed.advice
    assert bench.asked(CHANGE) == 0


async def test_a_flashing_sensor_is_left_alone(start: Start) -> None:
    bench = await start(update_state=1, flash_seconds=9000)
    assert (await bench.change()).code is Code.BUSY
    assert bench.asked(CHANGE) == 0


async def test_a_sensor_in_use_is_left_alone(start: Start) -> None:
    bench = await start()
    context = bench.context()
    with lock_of(bench.home, bench.target(context), None, purpose="a test"):
        assert (await bench.change()).code is Code.BUSY
    assert bench.asked(CHANGE) == 0


async def test_a_wrong_old_password_is_tried_once_and_changes_nothing(start: Start) -> None:
    bench = await start()
    bench.keep("gate/Service", "not-the-one")
    changed = await bench.change()
    assert (changed.code, changed.sent) == (Code.ACCESS_DENIED, False)
    assert bench.asked("POST checkCredentials") == 1
    assert bench.stored() == ("not-the-one", None)


async def test_basic_alone_is_refused(start: Start) -> None:
    bench = await start(generation="firmware-article")
    assert (await bench.change()).code is Code.NOT_SUPPORTED


async def test_the_candidates_of_a_given_password_come_after_it(start: Start) -> None:
    bench = await start()
    bench.keep(pending_of("gate/Service"), NEW)
    given = PendingPasswords(bench.context(given="given").credentials)
    assert given.candidates("gate", "Service") == ("given", NEW, OLD)
    stored = PendingPasswords(bench.context().credentials)
    assert stored.candidates("gate", "Service") == (NEW, OLD)


async def test_two_candidates_that_are_both_wrong_are_tried_once_each_and_stay(start: Start) -> None:
    bench = await start(password="something-else")
    bench.keep(pending_of("gate/Service"), NEW)
    context = bench.context()
    for _ in range(2):
        with pytest.raises((AccessDenied, SensorError)):
            await write_parameter(context, bench.target(context), "LocationName", "x")
        [item] = await plan_backup(context, [bench.target(context)])
        assert item.reason is Code.ACCESS_DENIED
    assert bench.stored() == (OLD, NEW)


async def test_logging_out_forgets_both(start: Start) -> None:
    bench = await start()
    bench.keep(pending_of("gate/Service"), NEW)
    assert bench.context().credentials.forget("gate", "Service")
    assert bench.stored() == (None, None)


async def test_no_secret_is_in_any_file_or_result(start: Start) -> None:
    bench = await start(Fault(name="html", at=CHANGE, times=1))
    changed = await bench.change()
    assert NEW not in repr(changed)
    assert OLD not in repr(changed)
    for path in bench.home.config.parent.rglob("*"):
        if path.is_file():
            assert NEW.encode() not in path.read_bytes()
            assert OLD.encode() not in path.read_bytes()
