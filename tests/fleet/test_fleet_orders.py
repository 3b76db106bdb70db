"""An order on its PC: begun once, followed, cancelled, or refused with a verdict; without a database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sicktui.engine.context import Context, open_context
from sicktui.fleet.database import DatabaseError
from sicktui.fleet.orders import Children, OrderKeeper, Surroundings, call_words
from sicktui.fleet.records import Ask, OrderResult, OrderSpec
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.exit_codes import ExitCode
from sicktui.simulator.spec import Fault
from tests.fleet.site import PlantPc
from tests.support.fleet_thread import LONG, FleetThread, sensor
from tests.support.harness import PASSWORD
from tests.support.program import FAST

pytestmark = pytest.mark.starts_afresh
NOW = 1000.0


class NoDatabase(Deliveries):
    """Answers as one would."""

    def __init__(self) -> None:
        self.cancelled: Callable[[], bool] = lambda: False
        self.fails = 1
        self.sent: list[tuple[int, list[dict[str, object]]]] = []

    def is_cancelled(self, rollout: str) -> bool:
        assert rollout == "R1"
        return self.cancelled()

    def now(self) -> float:
        return NOW

    def send(self, order: OrderSpec, first: int, lines: Sequence[Mapping[str, object]]) -> None:
        if self.fails:
            self.fails -= 1
            raise DatabaseError("away")
        self.sent.append((first, [dict(line) for line in lines]))


class Hall:
    """A plant PC that carries orders out."""

    def __init__(self, pc: PlantPc, plant: FleetThread) -> None:
        self.pc, self.plant = pc, plant
        self.database = NoDatabase()
        home, settings = pc.program.home, [f"{key}={value}" for key, value in FAST.items()]

        def opened() -> Context:
            return open_context(home=home, overrides=settings, environ={}, use_keyring=False)

        around = Surroundings(
            pc=pc.name,
            database=self.database,
            open_context=opened,
            words=["--home", str(home), *(word for each in settings for word in ("--set", each))],
            environ=pc.program.environment | {"SICKTUI_PASSWORD": PASSWORD},
        )
        self.keeper = OrderKeeper(around, Children())
        context = opened()
        self.package = context.shelf.entries()[0].sha256
        context.close()

    def order(self, key: str = "R1-1-hall-1", **changes: Any) -> OrderSpec:
        ask = {"package": self.package, "backup": False} | changes.pop("ask", {})
        given = {"order": key, "rollout": "R1", "pc": "hall-1", "wave": 1, "devices": ("a", "b")}
        given |= {"ask": Ask(**ask), "max_failures": 2, "given": NOW, "not_after": NOW + 60}
        return OrderSpec(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with FleetThread([sensor("a", flash_seconds=LONG), sensor("b", flash_seconds=LONG)]) as plant:
        pc = PlantPc("hall-1", tmp_path / "hall-1", None)
        pc.equip(plant, pc.program.package())
        yield Hall(pc, plant)


def verdicts(result: OrderResult) -> dict[str, tuple[Verdict, Code | None]]:
    return {each.device: (each.verdict, each.code) for each in result.verdicts}


def test_a_cancelled_rollout_cancels_the_run_which_finishes_what_it_has_begun(hall: Hall) -> None:
    first = hall.plant.devices[0]

    def cancelled() -> bool:
        """From the first flash on, which ends then."""
        if first.update_state == 1:
            hall.plant.end_flash()
            return True
        return first.updater.flashes > 0

    hall.database.cancelled = cancelled
    (hall.pc.program.home / "config" / "config.toml").write_text("[limits]\njobs = 1\n")
    result = hall.keeper.carry_out(hall.order(ask={"jobs": 50}))  # no more at once than the PC allows
    assert verdicts(result) == {
        "a": (Verdict.SUCCEEDED, None),
        "b": (Verdict.CANCELLED, Code.CANCELLED),
    }
    assert [device.updater.flashes for device in hall.plant.devices] == [1, 0]
    assert result.run
    assert result.head
    sent = hall.database.sent
    assert {line["kind"] for _, lines in sent for line in lines} == {"step", "update_state"}
    assert [first for first, _ in sent] == [
        sum(len(lines) for _, lines in sent[:number]) for number in range(len(sent))
    ]

    # Given again, also after its deadline, it is the same run.
    again = hall.keeper.carry_out(hall.order(ask={"jobs": 1}, not_after=NOW - 1))
    assert (again.run, again.head, verdicts(again)) == (result.run, result.head, verdicts(result))


def test_what_is_not_begun_is_refused_with_a_verdict_for_each_device(hall: Hall) -> None:
    requests = hall.plant.requests()
    late = hall.keeper.carry_out(hall.order(not_after=NOW - 1))
    assert set(verdicts(late).values()) == {(Verdict.SKIPPED, Code.OUTSIDE_WINDOW)}
    absent = hall.keeper.carry_out(hall.order(ask={"package": "0" * 64}))
    assert set(verdicts(absent).values()) == {(Verdict.FAILED, Code.PACKAGE_UNREADABLE)}
    astray = hall.keeper.carry_out(hall.order(pc="hall-2"))
    assert set(verdicts(astray).values()) == {(Verdict.FAILED, Code.PROTOCOL_ERROR)}
    hall.database.cancelled = lambda: True
    cancelled = hall.keeper.carry_out(hall.order())
    assert set(verdicts(cancelled).values()) == {(Verdict.CANCELLED, Code.CANCELLED)}
    hall.database.cancelled = lambda: False
    unknown = hall.keeper.carry_out(hall.order(devices=("nobody", "nowhere")))
    assert set(verdicts(unknown).values()) == {(Verdict.FAILED, Code.PROTOCOL_ERROR)}
    assert ["'nobody'" in each.message for each in unknown.verdicts] == [True, False]
    assert [each.exit_code for each in (late, absent, astray, unknown)] == [ExitCode.REFUSED] * 4
    assert [[each.refused for each in result.verdicts] for result in (late, absent, astray, unknown)] == [
        [False] * 2,
        *[[True] * 2] * 3,
    ]
    for result in (late, absent, astray, unknown):
        assert all("othing was written" in each.message for each in result.verdicts), result
        assert not any(address in repr(result) for address in hall.plant.addresses)
    assert hall.plant.requests() == requests


@pytest.mark.parametrize("word", ["address", "all", "@hall", "A", ""])
def test_an_order_is_for_devices_of_the_list_by_their_names_only(hall: Hall, word: str) -> None:
    """An address would be any server, and get the password; a word for many would pass by the waves."""
    requests = hall.plant.requests()
    device = hall.plant.addresses[0] if word == "address" else word
    result = hall.keeper.carry_out(hall.order(devices=(device,)))
    assert verdicts(result) == {device: (Verdict.FAILED, Code.PROTOCOL_ERROR)}
    assert all("othing was written" in each.message for each in result.verdicts)
    assert result.run is None
    assert hall.plant.requests() == requests


def test_a_device_that_left_the_list_holds_up_no_other_of_its_order(hall: Hall) -> None:
    """It was removed or renamed after the rollout was planned."""
    devices = hall.pc.program.home / "config" / "devices.toml"
    order = hall.order(devices=("nobody", "a", "b"), ask={"operation": Operation.BACKUP, "package": None})
    result = hall.keeper.carry_out(order)
    expected = {
        "nobody": (Verdict.FAILED, Code.PROTOCOL_ERROR),
        "a": (Verdict.SUCCEEDED, None),
        "b": (Verdict.SUCCEEDED, None),
    }
    assert verdicts(result) == expected
    assert result.run

    # Given again it is the same run, whatever the list has become.
    requests = hall.plant.requests()
    whole = devices.read_text()
    for listed in (whole + '\n[devices.nobody]\naddress = "127.0.0.1:9"\n', ""):
        devices.write_text(listed)
        again = hall.keeper.carry_out(order)
        assert (again.run, verdicts(again)) == (result.run, expected)
    assert hall.plant.requests() == requests


def test_a_pin_holds_for_the_only_device_of_an_order(hall: Hall) -> None:
    """An order is a part of a rollout: a canary would be named alone, and lose its pin by that."""
    devices = hall.pc.program.home / "config" / "devices.toml"
    devices.write_text(devices.read_text().replace('[devices."a"]', '[devices."a"]\npin = "2.3.0.0R"'))
    canary = hall.keeper.carry_out(hall.order(devices=("a",)))
    assert verdicts(canary) == {"a": (Verdict.SKIPPED, Code.PINNED)}
    assert not hall.plant.writes()
    alone = hall.order(key="R2-1-hall-1", devices=("a",), ask={"bulk": False})
    assert "keep_pins=true" in " ".join(call_words(hall.order(), [], 8))
    assert "keep_pins" not in " ".join(call_words(alone, [], 8))


def test_a_package_that_is_not_approved_is_refused_by_the_plan(hall: Hall) -> None:
    package = hall.pc.program.package("2.5.0.0R")
    added = hall.pc.program.here("firmware", "add", package, "--json", fast=False).of_kind("package")
    result = hall.keeper.carry_out(hall.order(ask={"package": added[0]["sha256"]}))
    assert set(verdicts(result).values()) == {(Verdict.FAILED, Code.NOT_APPROVED)}
    assert all(each.refused for each in result.verdicts)
    assert not hall.plant.writes()
    # What a person can do, and no option that a rollout does not have.
    sha256 = added[0]["sha256"]
    [advice] = {each.advice for each in result.verdicts}
    assert advice.endswith(f"On hall-1: sicktui firmware approve {sha256[:12]}.")
    assert "--" not in advice
    approved = hall.pc.program.here(*advice.removesuffix(".").partition("sicktui ")[2].split(), fast=False)
    assert approved.code == 0


def test_what_its_plan_refused_is_told_from_what_failed_also_when_it_is_given_again(tmp_path: Path) -> None:
    """Only a failure spends the budget of a rollout."""
    with FleetThread([sensor("a"), sensor("b", faults=(Fault(name="backup_false"),))]) as plant:
        pc = PlantPc("hall-1", tmp_path / "hall-1", None)
        pc.equip(plant, pc.program.package())
        devices = pc.program.home / "config" / "devices.toml"
        devices.write_text(devices.read_text().replace('[devices."a"]', '[devices."a"]\nserial = "99999999"'))
        hall = Hall(pc, plant)
        order = hall.order(ask={"backup": True})
        first, again = hall.keeper.carry_out(order), hall.keeper.carry_out(order)
        for result in (first, again):
            assert verdicts(result) == {
                "a": (Verdict.FAILED, Code.OTHER_DEVICE),
                "b": (Verdict.FAILED, Code.BACKUP_FAILED),
            }
            assert {each.device: each.refused for each in result.verdicts} == {"a": True, "b": False}
        assert again.run == first.run


def test_no_folder_of_the_pc_is_in_a_result(hall: Hall) -> None:
    """Neither where its plan refuses, nor where the worker could not even begin."""
    home = hall.pc.program.home
    [package] = [path for path in home.rglob("*.spk*") if hall.package in str(path)]
    package.chmod(0o600)
    package.write_bytes(b"changed")
    changed = hall.keeper.carry_out(hall.order())
    (home / "config" / "devices.toml").write_text("[devices")
    unread = hall.keeper.carry_out(hall.order(key="R2-1-hall-1"))
    for result, name in ((changed, package.name), (unread, "devices.toml")):
        assert all(name in each.message + each.advice for each in result.verdicts), result
        assert str(home) not in repr(result)
        assert str(home.parent) not in repr(result)
