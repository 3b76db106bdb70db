"""Programs of two versions in one fleet, in both orders: what does not fit is named, and nothing hangs."""

import pytest

from sicktui.fleet import database, machinery, records, selection
from sicktui.fleet.local_server import OWNER
from sicktui.fleet.tables import decisions, deliveries
from tests.fleet.site import PlantPc, Site, wait_until

pytestmark = pytest.mark.starts_afresh
OLD, NEW = "orders-1", "orders-2"


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls in this process are of the newer program."""
    for module in (records, database, decisions, deliveries, machinery, selection):
        monkeypatch.setattr(module, "PROTOCOL", NEW)


def log(pc: PlantPc, what: str) -> str:
    return (pc.program.folder / f"{what}.log").read_text()


def test_a_fleet_that_is_updated_before_a_pc(office: Site, updated: None) -> None:
    pc = office.pcs[0]
    worker = office.start(pc, "worker", OLD)
    coordinator = office.start(pc, "coordinator", OLD)
    wait_until(lambda: office.row("SELECT count(*) FROM fleet.pc") == 1, "the PC")
    wait_until(lambda: "Coordinates" in log(pc, "coordinator"), "the coordinator")

    # Not while a rollout is under way: the older program would never finish it.
    office.postgres.psql("INSERT INTO fleet.rollout (rollout, spec) VALUES ('R', '{}')")
    early = pc.fleet(OWNER, "setup")
    assert early.code == 2
    assert "1 rollout of the older protocol is not over" in early.err
    assert worker.poll() is None
    office.postgres.psql("DELETE FROM fleet.rollout")
    assert pc.fleet(OWNER, "setup").code == 0

    # The older programs end, and say what to do; started again they refuse at once, and are shown.
    for process, what in ((worker, "worker"), (coordinator, "coordinator")):
        assert process.wait(60) == 2
        assert "Update sicktui on this PC" in log(pc, what)
    assert office.start(pc, "worker", OLD).wait(60) == 2
    [line] = office.call("status")
    assert (line["state"], line["protocol"]) == ("other_protocol", OLD)
    inventory = '{"devices": [{"name": "a0"}], "what": "is old"}'
    office.postgres.psql(f"UPDATE fleet.pc SET inventory = '{inventory}'")  # noqa: S608
    refused = pc.fleet("operator", "run", "all", "--package", office.package, "--yes", "--json")
    assert refused.code == 4
    assert "Update sicktui on hall-1" in refused.every_line[-1]["advice"]
    assert office.row("SELECT count(*) FROM fleet.rollout") == 0

    # An update of the PC ends it. A person with the older program is sent back, and does not undo it.
    office.start(pc, "worker", NEW)
    wait_until(lambda: office.call("status")[0]["state"] == "ready", "the updated PC")


def test_a_pc_that_is_updated_before_its_fleet(office: Site) -> None:
    pc = office.pcs[0]
    worker = office.start(pc, "worker", NEW)
    assert worker.wait(60) == 2
    assert "renew its tables with 'sicktui fleet setup'" in log(pc, "worker")
    [line] = office.call("status")
    assert (line["state"], line["protocol"]) == ("other_protocol", NEW)
    office.postgres.psql('UPDATE fleet.pc SET inventory = \'{"devices": [{"name": "a0"}]}\'')
    refused = pc.fleet("operator", "run", "all", "--package", office.package, "--yes", "--json")
    assert "Update sicktui on the other PCs of the fleet" in refused.every_line[-1]["advice"]

    # Nor is a fleet of a newer program set back.
    office.postgres.psql(f"UPDATE fleet.about SET protocol = '{NEW}'")  # noqa: S608
    back = pc.fleet(OWNER, "setup")
    assert back.code == 2
    assert "Update sicktui on this PC" in back.err
    assert office.row("SELECT protocol FROM fleet.about") == NEW
