"""Programs of two versions in one fleet."""

import pytest

from tests.fleet.site import Site

pytestmark = pytest.mark.starts_afresh


def test_programs_of_another_protocol_are_shown_refused_and_told_to_update(office: Site) -> None:
    one = office.pcs[0]
    assert one.program.here("fleet", "status", *one.settings("operator"), fast=False).code == 0
    # A worker that was not updated, in the database of an updated fleet.
    office.postgres.psql("UPDATE fleet.about SET protocol = 'orders-2'")
    worker = one.program.here("fleet", "worker", *one.settings("worker"), fast=False)
    assert worker.code == 2
    assert "orders-2" in worker.err
    assert "Update" in worker.err
    office.postgres.psql("UPDATE fleet.about SET protocol = 'orders-1'")
    # As the updated fleet sees it.
    inventory = '{"devices": [{"name": "a0"}], "what": "is new"}'
    office.postgres.psql(f"UPDATE fleet.pc SET protocol = 'orders-0', inventory = '{inventory}'")  # noqa: S608
    [line] = office.call("status")
    assert (line["pc"], line["state"]) == ("hall-1", "other_protocol")
    words = ("run", "all", "--package", office.package, "--yes", "--json")
    refused = one.program.here("fleet", *words, *one.settings("operator"), fast=False)
    assert refused.code == 4
    assert "Update sicktui on hall-1" in refused.every_line[-1]["advice"]
    assert office.row("SELECT count(*) FROM fleet.rollout") == 0
