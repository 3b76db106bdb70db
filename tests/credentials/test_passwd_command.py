"""``passwd`` as a call of the program. The vaults cost what real ones do: a third of a second an opening."""

from typing import Any

from sicktui.stores.disk.home import locate
from sicktui.stores.secrets.vault import VARIABLE, Vault
from tests.credentials.kit import MASTER
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.harness import PASSWORD
from tests.support.program import ProgramHarness

VAULT: dict[str, Any] = {VARIABLE: MASTER}


def test_passwords_are_generated_stored_and_kept_out_of_every_output(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    program.here("vault", "create", fast=False, **VAULT)
    result = program.here("passwd", *made.addresses, "--generate", "--yes", "--json", **VAULT)
    assert result.code == 0, result
    assert [(line["kind"], line["verdict"], line["code"]) for line in result.lines] == [
        ("passwd", "succeeded", None)
    ] * 2
    vault = Vault(locate(program.home, {}).vault_file, given=MASTER)
    stored = [vault.get(f"{address}/Service") for address in made.addresses]
    assert len({*stored}) == 2
    for device, password in zip(made.devices, stored, strict=True):
        assert password is not None
        assert device.auth.accepts(password)
        assert password not in result.out + result.err
    plan = program.here("status", *made.addresses, fast=False, password=None, **VAULT)
    assert plan.code == 0
    assert "still hold the old password" in result.err


def test_without_a_terminal_the_new_one_must_be_generated(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("passwd", *made.addresses, "--yes")
    assert result.code == 2
    assert "--generate" in result.err
    declined = program.here("passwd", *made.addresses, "--generate")
    assert declined.code == 2
    assert made.devices[0].auth.accepts(PASSWORD)


def test_nothing_is_sent_without_a_place_to_store_it(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("passwd", *made.addresses, "--generate", "--yes", "--json")
    assert result.code == 4
    assert result.lines[0]["code"] == "storage_error"
    assert made.devices[0].auth.accepts(PASSWORD)
