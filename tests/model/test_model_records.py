"""The other records: words of the contract, devices, errors, time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.clock import SystemClock, timestamp
from sicktui.model.device import Health, Identity, Profile, resolve
from sicktui.model.enums import (
    STEPS,
    Action,
    AuthScheme,
    Code,
    DeviceStatus,
    Operation,
    RunState,
    Step,
    StepState,
    UpdateState,
    Verdict,
)
from sicktui.model.errors import ConfigError, SicktuiError, UsageError
from sicktui.model.run.plan import Operator, PlanItem, RunSpec
from sicktui.model.settings import DeviceDefaults, Limits, Settings, Timing

CODES = """
unreachable access_denied out_of_connections rate_limited locked not_supported device_error protocol_error
package_unsuitable
package_unreadable already_current pinned downgrade model_mismatch duplicate_device busy backup_failed
backup_unusable wrong_passphrase upload_failed not_started update_error flash_timeout no_return
version_mismatch other_device unhealthy restore_rejected storage_error budget_exhausted not_approved
plan_outdated outside_window line_in_use cancelled interrupted
"""


def test_the_words_are_the_contracts() -> None:
    assert [code.value for code in Code] == CODES.split()
    assert [v.value for v in Verdict] == ["succeeded", "failed", "unknown", "skipped", "cancelled"]
    assert [s.value for s in StepState] == ["started", "done", "failed", "skipped"]
    assert [s.value for s in RunState] == ["running", "finished", "interrupted", "cancelled"]
    assert [a.value for a in Action] == ["update", "skip", "refuse"]
    assert [a.value for a in AuthScheme] == ["challenge", "basic"]


def test_the_steps_of_each_operation() -> None:
    told = {operation.value: " ".join(step.value for step in steps) for operation, steps in STEPS.items()}
    assert told == {
        "update": "preflight backup authenticate upload trigger flash reboot verify",
        "backup": "authenticate create download store",
        "restore": "preflight authenticate upload activate persist verify",
    }
    assert set(Operation) == set(STEPS)
    assert {step for steps in STEPS.values() for step in steps} == set(Step)


def test_update_states_by_the_vendors_names() -> None:
    assert [(s.value, s.label) for s in UpdateState] == [
        (0, "Initial"),
        (1, "Started"),
        (2, "Finished"),
        (3, "Error"),
    ]


def test_which_sensors_are_healthy() -> None:
    assert [status.value for status in DeviceStatus if status.healthy] == [3, 5]
    assert DeviceStatus.SERVICE_RECOMMENDED.label == "service recommended"
    assert Health(status=DeviceStatus.NORMAL).label == "normal"
    assert Health().label == "-"


def test_the_defaults_are_the_contracts() -> None:
    assert msgspec.to_builtins(Timing()) == {
        "poll_interval": 5.0,
        "autostart_wait": 30.0,
        "flash_timeout": 300.0,
        "reconnect_timeout": 600.0,
        "reconnect_interval": 5.0,
        "settle": 5.0,
        "request_timeout": 10.0,
        "stall_timeout": 30.0,
        "backup_timeout": 30.0,
        "restore_wait": 1.0,
    }
    assert msgspec.to_builtins(Limits()) == {
        "jobs": 8,
        "canary": 0,
        "max_failures": 1,
        "wave": 0,
        "soak": 0.0,
        "approve": False,
        "window": "",
        "wait_offline": 0.0,
        "requests_per_second": 2.0,
        "require_approval": False,
        "keep_pins": False,
    }
    assert msgspec.to_builtins(DeviceDefaults()) == {
        "user": "Service",
        "auth": "auto",
        "scheme": "http",
        "description": "",
    }


def test_a_profile_that_says_nothing_gets_the_defaults() -> None:
    target = resolve(Profile(name="a", address="x"), DeviceDefaults(user="u", auth="basic"), Timing(settle=9))
    assert (target.device, target.address, target.user, target.auth, target.scheme) == (
        "a",
        "x",
        "u",
        "basic",
        "http",
    )
    assert target.timing == Timing(settle=9)
    assert not target.ad_hoc


def test_what_a_profile_says_wins() -> None:
    profile = Profile(
        name="a",
        address="x",
        user="U",
        auth="challenge",
        scheme="https",
        serial="1",
        model="m",
        timing={"settle": 1.0},
    )
    target = resolve(
        profile, DeviceDefaults(user="u", auth="basic"), Timing(settle=9, poll_interval=2), ad_hoc=True
    )
    assert (target.user, target.auth, target.scheme, target.serial) == ("U", "challenge", "https", "1")
    assert target.timing == Timing(settle=1, poll_interval=2)
    assert target.ad_hoc
    with pytest.raises(msgspec.ValidationError):
        resolve(Profile(name="a", address="x", timing={"nonsense": 1.0}), DeviceDefaults(), Timing())


def test_what_tells_a_sensor_from_another() -> None:
    identity = Identity(name="picoScan150", version="2.3.0.0R", serial="1", mac="aa:bb:cc:dd:ee:ff")
    assert identity.key == "serial 1"
    assert msgspec.structs.replace(identity, serial=None).key == "MAC aa:bb:cc:dd:ee:ff"
    assert msgspec.structs.replace(identity, serial="", mac=None).key is None


def test_a_runs_specification_survives_the_journal() -> None:
    target = resolve(Profile(name="a", address="x", timing={"settle": 1.0}), DeviceDefaults(), Timing())
    spec = RunSpec(
        run="r",
        operation=Operation.UPDATE,
        created="2026-11-21T09:54:27.123Z",
        settings=Settings(),
        operator=Operator(user="bob", host="pc7"),
        items=(
            PlanItem(
                target=target,
                action=Action.SKIP,
                reason=Code.ALREADY_CURRENT,
                message="m",
                warnings=("w",),
                identity=Identity(name="n", version="v"),
            ),
        ),
    )
    assert msgspec.json.decode(msgspec.json.encode(spec), type=RunSpec) == spec
    assert spec.items[0].device == "a"


def test_errors_carry_what_happened_what_to_do_and_the_code() -> None:
    error = SicktuiError("It broke.", advice="Mend it.", code=Code.BUSY)
    assert (str(error), error.message, error.advice, error.code) == (
        "It broke. Mend it.",
        "It broke.",
        "Mend it.",
        Code.BUSY,
    )
    assert str(SicktuiError("It broke.")) == "It broke."
    assert issubclass(ConfigError, UsageError)
    assert issubclass(UsageError, SicktuiError)


def test_the_time_is_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 21, 10, 54, 27, 123999, tzinfo=timezone(timedelta(hours=1)))
    assert timestamp(moment) == "2026-11-21T09:54:27.123Z"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_any_time_can_be_read_again(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    text = timestamp(moment)
    assert len(text) == len("2026-11-21T09:54:27.123Z")
    assert abs(datetime.fromisoformat(text) - moment) < timedelta(milliseconds=1)


async def test_the_clock_of_the_pc() -> None:
    clock = SystemClock()
    began = clock.monotonic()
    await clock.sleep(-1)
    await asyncio.wait_for(clock.sleep(0.01), 5)
    assert clock.monotonic() >= began + 0.009
    assert abs(clock.now().timestamp() - time.time()) < 5
    assert clock.now().tzinfo is UTC
