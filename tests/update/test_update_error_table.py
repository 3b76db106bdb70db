"""The error table of SICK's firmware article (section 5), row by row."""

from typing import NamedTuple

import pytest

from sicktui.model.enums import Code, Step, StepState, Verdict
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting


class Row(NamedTuple):
    condition: str
    faults: tuple[Fault, ...]
    verdict: Verdict
    code: Code | None
    says: str
    advises: str
    sent: dict[str, int]
    """How often the sensor was sent what."""


TRIGGER, UPLOAD, TOKEN = "POST RunFirmwareUpdate", "PUT update", "POST CreateSessionToken"

ROWS = [
    Row(
        "1a UpdateState stays at 0 after trigger: trigger not received -> re-send RunFirmwareUpdate",
        (Fault(name="trigger_lost"),),
        Verdict.SUCCEEDED,
        None,
        "Runs 2.4.0.0R",
        "",
        {TRIGGER: 2, UPLOAD: 1},
    ),
    Row(
        "1b UpdateState stays at 0 after trigger: package rejected -> check package type",
        (Fault(name="stuck_at_0"),),
        Verdict.FAILED,
        Code.NOT_STARTED,
        "did not start",
        ".spk.signed",
        {TRIGGER: 2, UPLOAD: 1},
    ),
    Row(
        "2 UpdateState = 3 (Error) -> verify the package, do not power-cycle immediately",
        (Fault(name="update_error"),),
        Verdict.FAILED,
        Code.UPDATE_ERROR,
        "UpdateState 3",
        "Do not power-cycle",
        {TRIGGER: 1, UPLOAD: 1},
    ),
    Row(
        "3 Device unreachable during poll -> rebooting: poll DeviceIdent until it responds",
        (Fault(name="finished_never_seen"),),
        Verdict.SUCCEEDED,
        None,
        "Runs 2.4.0.0R",
        "",
        {TRIGGER: 1, UPLOAD: 1},
    ),
    Row(
        "4 Device does not come back after reboot -> check the physical connection",
        (Fault(name="no_return"),),
        Verdict.UNKNOWN,
        Code.NO_RETURN,
        "has not come back",
        "network cable",
        {TRIGGER: 1, UPLOAD: 1},
    ),
    Row(
        "5 PUT /api/update returns 401 -> obtain a new session token and retry",
        (Fault(name="token_refused", at="PUT update", value=401),),
        Verdict.SUCCEEDED,
        None,
        "Runs 2.4.0.0R",
        "",
        {TRIGGER: 1, UPLOAD: 2},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.condition.split(":")[0])
@pytest.mark.parametrize("generation", ["firmware-article", "auth-article", "picoscan-2.3.3"])
async def test_error_table(harness: EngineHarness, row: Row, generation: str) -> None:
    spec = DeviceSpec(name="gate", generation=generation, version="2.3.0.0R", faults=row.faults)  # type: ignore[arg-type]
    [sensor] = await harness.sensors(spec)
    view = await harness.update(harness.package())
    verdict = only_verdict(view)
    assert (verdict.verdict, verdict.code) == (row.verdict, row.code), verdict.message
    assert row.says in verdict.message
    assert row.advises in verdict.advice
    for what, times in row.sent.items():
        method, endpoint = what.split()
        made = [r for r in sensor.requests if r.method == method and r.path.endswith(f"/{endpoint}")]
        assert len(made) == times, what
    if row.verdict is Verdict.SUCCEEDED:
        assert sensor.firmware_version == "2.4.0.0R"
        [device] = view.devices.values()
        assert device.steps[Step.VERIFY] is StepState.DONE
