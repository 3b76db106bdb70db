"""``sicktui passwd``: generated for each sensor, or asked twice on a terminal, one sensor after the other."""

from typing import Any, Final

from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.harness import PASSWORD
from tests.support.program import ProgramHarness
from tests.support.terminal import ProgramTerminal

NEW: Final = "Another-long-1"
VAULT: Final[dict[str, Any]] = {"SICKTUI_VAULT_PASSWORD": "of the vault"}


def changes(made: FleetThread) -> list[int]:
    """How often each sensor was asked to change its password."""
    return [sum("changePassword" in one.path for one in device.requests) for device in made.devices]


def test_another_one_is_generated_for_each_and_stored(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    assert program.here("vault", "create", **VAULT).code == 0
    result = program.here("passwd", *made.addresses, "--generate", "--yes", "--json", **VAULT)
    assert result.code == 0, result
    assert [line["device"] for line in result.lines if line["kind"] == "passwd"] == made.addresses
    assert changes(made) == [1, 1]
    for address in made.addresses:
        words = ("set", address, "LocationName")
        assert program.here(*words, "8", "--yes", password=None, **VAULT).code == 0, "the stored one"
        assert program.here(*words, "9", "--yes", password=PASSWORD).code == 1, "the old one"


def test_without_a_terminal_and_without_generate_nothing_is_sent(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("passwd", *made.addresses, "--yes")
    assert result.code == 2
    assert "--generate" in result.err
    assert changes(made) == [0]


def test_it_is_asked_for_twice(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    assert program.here("vault", "create", **VAULT).code == 0
    for again, code in (("another typo", 2), (NEW, 0)):
        asked = ProgramTerminal(program, "passwd", *made.addresses, "--yes", **VAULT)
        asked.answer("New password of", NEW)
        asked.answer("Once more:", again)
        assert asked.end()[0] == code, asked.shown
        assert NEW not in asked.shown
        assert changes(made) == [int(code == 0)]
    assert program.here("set", *made.addresses, "LocationName", "gate 8", "--yes", password=NEW).code == 0
