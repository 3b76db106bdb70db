"""Snapshots and what they show: between two times, two sensors, and before and after an update."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sicktui.engine.parameters.compare import (
    Comparison,
    Difference,
    compare,
    equal,
    leaves,
    named,
    recorded,
    shown,
)
from sicktui.engine.parameters.snapshot import MOST_UNANSWERED, snapshot_now
from sicktui.engine.parameters.variables import NETWORK, affordable, variables
from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import NOT_THERE, Snapshot
from sicktui.sensor.errors import OtherSensor, Unreachable
from sicktui.simulator.spec import Fault
from sicktui.stores.backups.snapshots import SnapshotStore
from tests.support.engine_harness import GENERATIONS, EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def snapshot(values: dict[str, object], md5: str | None = None, **unreadable: str) -> Snapshot:
    return Snapshot(
        device="gate",
        serial="1",
        name="picoScan",
        version="2.3.0.0R",
        taken="2026-11-21T08:00:00.000Z",
        scope="full",
        values=values,
        unreadable=unreadable,
        parameters_md5=md5,
    )


# -- comparing ----------------------------------------------------------------------------------------


def test_a_field_of_a_struct_is_named() -> None:
    drift = compare(
        snapshot({"Eth": {"Port": 1, "IP": [1, 2, 3, 4]}}), snapshot({"Eth": {"Port": 2, "IP": [1, 2, 3, 4]}})
    )
    [difference] = drift.differences
    assert (difference.path, difference.before, difference.after) == ("Eth.Port", 1, 2)
    assert str(difference) == "Eth.Port: 1 is now 2"


def test_what_came_and_what_went_is_named_and_what_is_unknown_is_not() -> None:
    before = snapshot({"A": 1, "B": 2, "C": 3, "Asked": 1}, D=NOT_THERE)
    after = snapshot({"A": 1, "D": 4, "New": 1}, B=NOT_THERE, C="no answer")
    drift = compare(before, after)
    assert [(d.path, d.kind) for d in drift.differences] == [("B", "gone"), ("D", "new")]
    assert drift.not_compared == {
        "Asked": "the later snapshot did not read it",
        "C": "no answer",
        "New": "the earlier snapshot did not read it",
    }
    assert (drift.same, drift.compared) == (1, 3)


@pytest.mark.parametrize(
    ("one", "other", "checksum"), [("a", "a", "same"), ("a", "b", "different"), ("a", None, "unknown")]
)
def test_the_sensors_own_checksum_is_told(one: str, other: str | None, checksum: str) -> None:
    assert compare(snapshot({}, one), snapshot({}, other)).checksum == checksum


def test_the_network_is_set_apart() -> None:
    before = snapshot({"EtherIPAddress": [10, 0, 0, 1], "LEDEnable": True})
    drift = compare(before, snapshot({"EtherIPAddress": [10, 0, 0, 2], "LEDEnable": False}))
    assert [d.path for d in drift.settings] == ["LEDEnable"]
    assert str(drift.differences[0]) == "EtherIPAddress: 10.0.0.1 is now 10.0.0.2"


@given(st.dictionaries(st.text(min_size=1, max_size=5), json_values, max_size=4))
def test_a_snapshot_is_what_it_is(values: dict[str, object]) -> None:
    drift = compare(snapshot(values), snapshot(values))
    assert drift == Comparison(same=len(values))


@given(json_values, json_values)
def test_a_difference_is_found_exactly_if_there_is_one(one: object, other: object) -> None:
    found = compare(snapshot({"X": one}), snapshot({"X": other})).differences
    assert bool(found) == (not equal(one, other) and not both_without_leaves(one, other))
    for difference in found:
        assert clean(str(difference), 1000) == str(difference)


def both_without_leaves(one: object, other: object) -> bool:
    """Values that differ only inside equal leaves: ``[[]]`` and ``[[]]`` are one."""
    mine, theirs = leaves("X", one), leaves("X", other)
    return mine.keys() == theirs.keys() and all(equal(mine[path], theirs[path]) for path in mine)


def test_values_are_shown_harmlessly() -> None:
    assert shown("a\x1b[31m") == "'a·[31m'"
    assert len(shown("x" * 500)) < 70
    assert shown([192, 168, 0, 1]) == "192.168.0.1"
    assert shown({"a": 1}) == '{"a":1}'
    assert named(
        compare(
            snapshot({str(n): 1 for n in range(12)}), snapshot({str(n): 2 for n in range(12)})
        ).differences
    ).endswith("and 4 more")


# -- snapshots of sensors -----------------------------------------------------------------------------


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_family_is_read_whole(harness: EngineHarness, generation: str) -> None:
    device = await harness.sensor(generation=generation, location="gate 7")
    done: list[tuple[int, int]] = []
    taken = await snapshot_now(
        harness.context, harness.target(device), on_read=lambda number, all_: done.append((number, all_))
    )
    names = variables(device.generation.family.name, "full", device.firmware_version)
    assert taken.values.keys() | taken.unreadable.keys() == set(names)
    assert {name: taken.values[name] for name in device.parameters.current if name in names} == {
        name: value for name, value in device.parameters.current.items() if name in names
    }
    assert taken.unreadable == {}
    assert done[-1] == (len(names), len(names))
    assert {entry.method for entry in device.requests} == {"GET"}
    assert harness.context.snapshots.get(taken.id) == taken
    picoscan = device.generation.family.name == "picoScan"
    assert (taken.parameters_md5 is not None) == picoscan
    assert ("GET LFTchecksum" in paths(device)) == picoscan


async def test_what_a_sensor_lacks_is_said(harness: EngineHarness) -> None:
    device = await harness.sensor(hidden=("LEDEnable",))
    taken = await snapshot_now(harness.context, harness.target(device))
    assert taken.unreadable == {"LEDEnable": NOT_THERE}


async def test_an_unknown_family_is_asked_for_everything(harness: EngineHarness) -> None:
    assert set(variables("newScan", "full")) > set(variables("picoScan", "full"))


async def test_drift_between_two_times_and_two_sensors(harness: EngineHarness) -> None:
    device = await harness.sensor()
    before = await snapshot_now(harness.context, harness.target(device))
    device.parameters.write("rosFrameId", "world")
    device.parameters.save()
    after = await snapshot_now(harness.context, harness.target(device))
    drift = compare(before, after)
    assert [str(d) for d in drift.differences] == ["rosFrameId: 'picoScan_' is now 'world'"]
    assert drift.checksum == "different"
    other = await harness.sensor(name="other")
    across = compare(after, await snapshot_now(harness.context, harness.target(other), keep=False))
    assert {d.variable for d in across.differences} == {"rosFrameId", "LocationName"}
    assert len(harness.context.snapshots.list(device.serial)) == 2
    assert harness.context.snapshots.latest(device.serial) == after


async def test_a_sensor_that_goes_away_in_the_middle_leaves_no_snapshot(harness: EngineHarness) -> None:
    device = await harness.sensor(faults=(Fault(name="link_lost", at="GET LEDEnable", seconds=900.0),))
    harness.settings(request_timeout=0.8)
    with pytest.raises(Unreachable):
        await snapshot_now(harness.context, harness.target(device))
    assert harness.context.snapshots.list() == []


@pytest.mark.parametrize("unanswered", [1, 3, 4])
async def test_a_few_variables_may_stay_unanswered(harness: EngineHarness, unanswered: int) -> None:
    names = ("LEDEnable", "TSCRole", "ScanDataEnable", "AutoStartMeasure")[:unanswered]
    faults = tuple(Fault(name="hang", at=f"GET {name}", times="always") for name in names)
    device = await harness.sensor(faults=faults)
    harness.settings(request_timeout=0.8)
    if unanswered > MOST_UNANSWERED:
        with pytest.raises(Unreachable):
            await snapshot_now(harness.context, harness.target(device))
        return
    taken = await snapshot_now(harness.context, harness.target(device))
    assert set(names) <= set(taken.unreadable)
    assert "did not answer" in taken.unreadable["LEDEnable"]


async def test_odd_answers_are_said_and_the_rest_is_read(harness: EngineHarness) -> None:
    device = await harness.sensor(
        faults=(
            Fault(name="status", at="GET LEDEnable", value=3),
            Fault(name="not_json", at="GET ScanDataFormat"),
            Fault(name="status", at="GET rosFrameId", value=4),
        )
    )
    taken = await snapshot_now(harness.context, harness.target(device))
    assert {"LEDEnable", "ScanDataFormat", "rosFrameId"} <= taken.unreadable.keys()
    assert "requires a login" in taken.unreadable["rosFrameId"]
    assert "LocationName" in taken.values


async def test_another_sensor_than_the_profile_pins_is_not_compared(harness: EngineHarness) -> None:
    device = await harness.sensor()
    harness.profile("gate", device, serial="1")
    with pytest.raises(SicktuiError) as caught:
        await snapshot_now(harness.context, harness.target("gate"))
    assert caught.value.code is Code.OTHER_DEVICE


async def test_one_that_is_exchanged_while_it_is_read_leaves_no_snapshot(harness: EngineHarness) -> None:
    exchanged = Fault(name="other_sensor", at="GET rosFrameId")
    device = await harness.sensor(faults=(exchanged,))
    with pytest.raises(OtherSensor, match="exchanged while it was read"):
        await snapshot_now(harness.context, harness.target(device))
    assert harness.context.snapshots.list() == []


async def test_one_that_is_updated_while_it_is_read_leaves_no_snapshot(harness: EngineHarness) -> None:
    device = await harness.sensor()

    def updated(done: int, whole: int) -> None:
        if done == whole // 2:
            device.firmware_version = "2.4.0.0R"

    with pytest.raises(SicktuiError, match="firmware was changed") as caught:
        await snapshot_now(harness.context, harness.target(device), on_read=updated)
    assert caught.value.code is Code.BUSY
    assert harness.context.snapshots.list() == []


def test_snapshots_are_never_overwritten_and_a_torn_one_harms_nothing(harness: EngineHarness) -> None:
    store: SnapshotStore = harness.context.snapshots
    first, second = store.add(snapshot({"A": 1})), store.add(snapshot({"A": 2}))
    assert first.id != second.id
    assert {kept.id for kept in store.list("1")} == {first.id, second.id}
    (store.folder / "1" / "torn.json").write_bytes(b"{")
    (store.folder / "1" / "foreign.json").write_bytes((store.folder / "1" / f"{first.id}.json").read_bytes())
    assert len(store.list()) == 2
    with pytest.raises(UsageError):
        store.get("1-")
    store.remove(first)
    store.remove(first)
    assert store.list() == [second]
    assert store.latest("1", "essential") is None
    harness.fleets.clear()


# -- before and after an update -----------------------------------------------------------------------


@pytest.mark.usefixtures("every_parameter")
async def test_what_an_update_loses_is_named_and_a_restore_offered(harness: EngineHarness) -> None:
    for generation, family, version in (
        ("picoscan-2.3.3", "picoScan", "2.4.0.0R"),
        ("multiscan-2.4.2", "multiScan", "2.4.3.0R"),
    ):
        lost = Fault(name="parameters_lost", value=("LocationName", "ScanDataFormat", "LEDEnable"))
        kept = {"ScanDataFormat": 4, "LEDEnable": False}
        device = await harness.sensor(generation=generation, name=family, parameters=kept, faults=(lost,))
        verdict = only_verdict(await harness.update(harness.package(version, family=family)))
        assert verdict.verdict is Verdict.SUCCEEDED, verdict
        assert f"LocationName: '{family}' is now 'not defined'" in verdict.message
        assert "ScanDataFormat: 4 is now 2" in verdict.message
        assert "LEDEnable: false is now true" in verdict.message
        assert f"sicktui restore {device.address} --backup {verdict.backup}" in verdict.message
        assert device.parameters.current["ScanDataFormat"] == 2
        assert "PUT parameterbackup" not in paths(device)


@pytest.mark.parametrize("family", ["picoScan150", "multiScan100", "LRS4000", "unknown"])
def test_a_job_reads_what_its_time_allows_and_the_most_missed_first(family: str) -> None:
    every = variables(family, "full")
    assert sorted(affordable(family, 1000.0)) == sorted(every)
    assert affordable(family, 0.1) == variables(family, "essential")
    usual = affordable(family, 2.0)
    assert len(usual) == 10
    assert not NETWORK & set(usual) - set(variables(family, "essential"))
    assert set(usual) <= set(every)


async def test_an_update_that_loses_nothing_reads_the_parameters_once_more(harness: EngineHarness) -> None:
    """Also where MD5Parameters is what it was: that covers what is saved only."""
    device = await harness.sensor()
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.message == "Runs 2.4.0.0R, was 2.3.3.0R."
    assert paths(device).count("GET ScanDataFormat") == 2


async def test_without_backup_nothing_is_compared(harness: EngineHarness) -> None:
    device = await harness.sensor(faults=(Fault(name="parameters_lost"),))
    verdict = only_verdict(await harness.update(harness.package(), UpdateOptions(backup=False)))
    assert verdict.verdict is Verdict.SUCCEEDED
    assert "GET ScanDataFormat" not in paths(device)
    assert harness.context.snapshots.list() == []


async def test_a_comparison_that_fails_takes_no_success_away(harness: EngineHarness) -> None:
    hang = Fault(name="hang", at="GET LFTchecksum", after=2)
    await harness.sensor(faults=(hang,))
    harness.settings(request_timeout=0.8)
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED
    assert "could not be compared" in verdict.message


@pytest.mark.usefixtures("every_parameter")
async def test_the_parameters_of_another_sensor_are_not_named_as_lost(harness: EngineHarness) -> None:
    """It has the address by the time that they are compared once more, and other values."""
    exchanged = Fault(name="other_sensor", at="GET LocationName", after=3)
    await harness.sensor(faults=(Fault(name="parameters_lost"), exchanged))
    verdict = only_verdict(await harness.update(harness.package()))
    assert verdict.verdict is Verdict.SUCCEEDED
    assert "could not be compared" in verdict.message
    assert "is now" not in verdict.message


@pytest.mark.parametrize("name", ["NtpServer.Password", "SessionToken", "snmpCommunity", "WifiPassphrase"])
def test_a_value_with_the_name_of_a_secret_is_not_recorded(name: str) -> None:
    changed = Difference(variable=name, path=name, kind="changed", before="abc", after="xyz")
    assert (recorded(changed).before, recorded(changed).after) == ("***", "***")
    assert str(changed) == f"{name}: *** is now ***"
    new = recorded(structs.replace(changed, kind="new", before=None))
    assert (new.before, new.after) == (None, "***")
