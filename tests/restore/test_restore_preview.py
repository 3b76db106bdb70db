"""What a restore would change: shown before it, from the backup's parameters and those of the sensor."""

import pytest
from msgspec import structs

from sicktui.engine.parameters.of_backup import BackupParameters, parameters_of
from sicktui.engine.restore.preview import compared, preview_restore, to_read
from sicktui.model.device import Identity
from sicktui.model.errors import SicktuiError
from sicktui.model.settings import Limits
from sicktui.model.snapshot import NOT_THERE, Snapshot
from sicktui.sensor.errors import OtherSensor
from sicktui.simulator.spec import Fault
from sicktui.tui.drawing.spans import text_of
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.rows.restore.preview import Comparing, change_lines
from sicktui.tui.rows.restore.replacement import ReplacementFacts, guide
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting

NOW = Identity(name="picoScan", version="2.3.3.0R", serial="1")


def known(**values: object) -> BackupParameters:
    snapshot = Snapshot(
        device="gate",
        serial="1",
        name="picoScan",
        version="2.3.0.0R",
        taken="2026-11-21T08:00:00.000Z",
        scope="full",
        values=values,
    )
    return BackupParameters(snapshot=snapshot, proof=values)


def test_only_what_the_restore_can_change_is_a_change() -> None:
    backup = known(
        LocationName="north",
        Eth={"Port": 1, "Key": "x"},
        EtherIPAddress=[10, 0, 0, 1],
        Old=1,
        Hidden="***",
        Silent=1,
        Same=[1, 2],
    )
    read: dict[str, object] = {
        "LocationName": "[red]south",
        "Eth": {"Port": 2, "Key": "x"},
        "EtherIPAddress": [10, 0, 0, 2],
        "Same": [1, 2],
    }
    preview = compared(backup, NOW, read, {"Old": NOT_THERE, "Silent": "no answer"})
    changes = [(d.path, d.kind, d.before, d.after) for d in preview.drift.settings]
    assert changes == [
        ("LocationName", "changed", "[red]south", "north"),
        ("Eth.Port", "changed", 2, 1),
    ]
    assert preview.drift.same == 1
    assert set(preview.drift.not_compared) == {"Old", "Hidden", "Silent"}
    shown = [text_of(line) for line in change_lines(Comparing(whole=4, preview=preview), UNICODE)]
    assert shown[0] == "▲ 2 changes, of 4 parameters compared:"
    assert shown[1] == "  LocationName  '[red]south' → 'north'"
    assert shown[2] == "  Eth.Port      2 → 1"
    assert shown[3].startswith("Network settings of the backup")
    assert shown[4] == "  EtherIPAddress  10.0.0.2 → 10.0.0.1"
    assert "Not compared: 1 parameter, no answer." in shown
    few = [text_of(line) for line in change_lines(Comparing(whole=4, preview=preview), UNICODE, 1)]
    assert few[2] == "  and 1 more"
    same = compared(known(A=1), NOW, {"A": 1.0}, {})
    assert "Nothing changes" in text_of(change_lines(Comparing(whole=1, preview=same), UNICODE)[0])


async def test_a_preview_reads_what_the_backup_has_and_writes_nothing(harness: EngineHarness) -> None:
    device = await harness.sensor(serial="1001")
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.write("EtherIPAddress", [10, 0, 0, 9])
    plan = await harness.plan_restore(device, record.id)
    before, seen = len(device.requests), list[tuple[int, int]]()
    preview = await preview_restore(harness.context, plan, lambda *progress: seen.append(progress))
    assert preview is not None
    assert [(d.path, d.before, d.after) for d in preview.drift.settings] == [("ScanDataFormat", 4, 2)]
    assert [d.path for d in preview.drift.differences if d.network] == ["EtherIPAddress"]
    assert seen[-1] == (len(to_read(plan)), len(to_read(plan)))
    assert {request.method for request in device.requests[before:]} == {"GET"}
    # A replacement shows the same below what happens.
    found = ReplacementFacts(
        target=plan.item.target, plan=plan, comparing=Comparing(whole=9, preview=preview)
    )
    assert "      ScanDataFormat  4 → 2" in [text_of(line) for line in guide(found, UNICODE)]
    other = structs.replace(plan, item=structs.replace(plan.item, identity=structs.replace(NOW, serial="2")))
    with pytest.raises(SicktuiError, match="1001"):
        await preview_restore(harness.context, other)
    unknown = structs.replace(plan, parameters=None)
    assert await preview_restore(harness.context, unknown) is None


async def test_the_changes_of_another_sensor_are_not_shown(harness: EngineHarness) -> None:
    """It has taken the address while the parameters were read."""
    exchanged = Fault(name="other_sensor", at="GET ScanDataFormat", after=1)
    device = await harness.sensor(serial="1001", faults=(exchanged,))
    record = await harness.backed_up(device)
    plan = await harness.plan_restore(device, record.id)
    with pytest.raises(OtherSensor, match="exchanged while it was read"):
        await preview_restore(harness.context, plan)


async def test_what_was_read_after_a_backup_is_shown_and_proves_nothing(harness: EngineHarness) -> None:
    harness.settings(limits=Limits(requests_per_second=2.0))
    device = await harness.sensor(serial="1001")
    record = await harness.backed_up(device)
    store = harness.context.snapshots
    first = parameters_of(store, record)
    assert first is not None
    assert (first.later, first.proof) == ("", first.snapshot.values)
    assert "rosFrameId" not in first.proof, "there is no time for it while the file is made"
    rest = structs.replace(
        first.snapshot,
        scope="full",
        backup=record.id,
        version="2.4.0.0R",
        values={"rosFrameId": "world", "ScanDataFormat": 9},
    )
    store.add(rest)
    whole = parameters_of(store, record)
    assert whole is not None
    assert whole.snapshot.values == first.snapshot.values | {"rosFrameId": "world"}
    assert whole.proof == first.proof
    assert "1 parameter read at" in whole.later
    assert "2.4.0.0R" in whole.later
    plan = await harness.plan_restore(device, record.id)
    assert plan.order is not None
    assert "rosFrameId" not in plan.order.values
    assert "rosFrameId" in to_read(plan)
