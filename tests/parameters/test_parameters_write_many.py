"""One parameter of several sensors: the plan of each, then the writes."""

import pytest

from sicktui.engine.parameters.write_many import SetResult, plan_set, write_each
from sicktui.model.enums import Action, Code
from sicktui.model.errors import UsageError
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.tui.drawing.spans import text_of
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.rows.parameters.set_many import SetRow, about, question, state_cell, summary
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


async def test_each_sensor_is_planned_and_written_by_itself(harness: EngineHarness) -> None:
    refuses = Fault(name="http_503", at="POST ScanDataFormat", value=403)
    made = await harness.sensors(
        DeviceSpec(name="one", serial="1"),
        DeviceSpec(name="equal", serial="2", parameters={"ScanDataFormat": 4}),
        DeviceSpec(name="unknown", serial="3", hidden=("ScanDataFormat",)),
        DeviceSpec(name="busy", serial="4"),
        DeviceSpec(name="fails", serial="5", faults=(refuses,)),
        DeviceSpec(name="gone", serial="6"),
    )
    one, _equal, _unknown, busy, _fails, gone = made
    busy.updater.state = 1
    await gone.stop()
    targets = harness.targets([device.address for device in made])
    plans = await plan_set(harness.context, targets, "ScanDataFormat", "4")
    expected = [
        (Action.UPDATE, None),
        (Action.SKIP, Code.ALREADY_CURRENT),
        (Action.REFUSE, Code.NOT_SUPPORTED),
        (Action.REFUSE, Code.BUSY),
        (Action.UPDATE, None),
        (Action.REFUSE, Code.UNREACHABLE),
    ]
    assert [(plan.item.action, plan.item.reason) for plan in plans] == expected
    rows = [SetRow(plan=plan) for plan in plans]
    assert summary(rows) == "set 2, equal 1, refuse 3"
    assert "  ScanDataFormat  2 → 4" in [text_of(line) for line in about(rows[0], UNICODE)]
    asked = [text_of(line) for line in question(rows, UNICODE, name="ScanDataFormat", save=False)]
    assert asked[0] == "ScanDataFormat of 2 sensors:"
    assert "Not written: 4 sensors; the plan has the reasons." in asked
    assert any("NOT saved" in line for line in asked)
    assert not any("POST ScanDataFormat" in paths(device) for device in made)
    ended: dict[str, SetResult] = {}
    await write_each(
        harness.context, plans, persist=True, on_end=lambda device, result: ended.update({device: result})
    )
    assert set(ended) == {one.address, made[4].address}
    assert ended[one.address].error is None
    assert one.parameters.saved["ScanDataFormat"] == 4
    failed = SetRow(plan=plans[4], result=ended[made[4].address])
    assert "failed" in text_of(state_cell(failed, UNICODE))


async def test_a_value_that_fits_no_sensor_is_refused_for_each(harness: EngineHarness) -> None:
    device = await harness.sensor(serial="1")
    target = harness.target(device)
    [plan] = await plan_set(harness.context, [target], "ScanDataFormat", "four")
    assert (plan.item.action, plan.may_go) == (Action.REFUSE, False)
    assert "is a text" in plan.item.message
    with pytest.raises(UsageError, match="read-only"):
        await plan_set(harness.context, [target], "SerialNumber", "1")
