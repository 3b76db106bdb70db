"""HTTPS from the command line: a simulated sensor, its status, the doctor, and every refusal in words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sicktui.engine.context import open_context
from sicktui.engine.doctor.https import https_checks
from sicktui.engine.observe import observe
from sicktui.engine.targets import choose
from sicktui.model.device import HttpsState, Profile
from sicktui.simulator import DeviceSpec, Fault, Fleet
from sicktui.stores.config.devices import DeviceList, save_devices

NOW = datetime(2026, 11, 29, tzinfo=UTC)
FAST = ("limits.requests_per_second=1000",)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (HttpsState(enabled=False), "off"),
        (HttpsState(enabled=True), "on"),
        (HttpsState(enabled=True, expires=NOW + timedelta(days=40)), "on, until 2027-01-08"),
        (HttpsState(enabled=True, expires=NOW - timedelta(days=1)), "expired on 2026-11-28"),
        (HttpsState(enabled=False, trouble="KeyTooShort"), "error KeyTooShort"),
    ],
)
def test_the_state_in_words(state: HttpsState, words: str) -> None:
    assert state.words(NOW) == words


def prepared(tmp_path: Path, *profiles: Profile) -> Any:
    context = open_context(home=tmp_path, overrides=FAST, environ={}, use_keyring=False)
    save_devices(context.home.devices_file, DeviceList(profiles={p.name: p for p in profiles}))
    return context


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [(200.0, "ok", "first certificate expires"), (10.0, "warning", "until"), (-2.0, "warning", "expired on")],
)
async def test_status_reads_it_and_the_doctor_knows_it_without_asking(
    tmp_path: Path, days: float, state: str, words: str
) -> None:
    async with Fleet([DeviceSpec(name="gate", https=True, https_days=days, latency=0)]) as fleet:
        device = fleet["gate"]
        assert device.https.bundle is not None
        gate = Profile(
            name="gate",
            address=device.https.address or "",
            scheme="https",
            fingerprint=device.https.bundle.fingerprint,
        )
        context = prepared(tmp_path, gate)
        (target,) = choose(["gate"], context.devices(), context.settings)
        seen = await observe(context, target)
        assert seen.https is not None
        assert seen.https.enabled
        left = seen.https.days_left(datetime.now(UTC))
        assert left is not None
        assert abs(left - days) < 0.1
        asked = len(device.requests)
    (check,) = https_checks(context, context.devices().profiles)
    assert (check.name, check.state) == ("https", state)
    assert words in check.message
    assert len(device.requests) == asked
    context.close()


async def test_https_that_is_on_but_not_used_is_named(tmp_path: Path) -> None:
    async with Fleet([DeviceSpec(name="gate", https=True, latency=0)]) as fleet:
        context = prepared(tmp_path, Profile(name="gate", address=fleet["gate"].address))
        (target,) = choose(["gate"], context.devices(), context.settings)
        assert (await observe(context, target)).https is not None
    (check,) = https_checks(context, context.devices().profiles)
    assert "HTTPS is on but not used at gate" in check.message
    context.close()


async def test_a_sensor_that_reports_nonsense_is_read_all_the_same(tmp_path: Path) -> None:
    for fault in ("wrong_types", "html", "not_json", "http_503"):
        faults = tuple(
            Fault(name=fault, at=name, times="always") for name in ("httpsStatus", "certificateBundleInfo")
        )
        async with Fleet([DeviceSpec(name="gate", https=True, faults=faults, latency=0)]) as fleet:
            context = prepared(tmp_path / fault, Profile(name="gate", address=fleet["gate"].address))
            (target,) = choose(["gate"], context.devices(), context.settings)
            seen = await observe(context, target)
            assert seen.reachable
            assert seen.identity is not None
            assert seen.https is None
            assert not seen.problem
            context.close()


def test_an_authority_that_is_missing_is_a_finding(tmp_path: Path) -> None:
    gate = Profile(name="gate", address="a", scheme="https", ca_file=str(tmp_path / "gone.pem"))
    context = prepared(tmp_path, gate)
    (check,) = https_checks(context, {"gate": gate})
    assert check.state == "failed"
    assert "gone.pem" in check.message
    assert "ca_file" in check.remedy
    context.close()


def test_without_https_the_doctor_keeps_quiet(tmp_path: Path) -> None:
    context = prepared(tmp_path, Profile(name="gate", address="a"))
    assert list(https_checks(context, context.devices().profiles)) == []
    context.close()
