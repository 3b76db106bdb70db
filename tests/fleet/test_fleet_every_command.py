"""Every command of a fleet once, on a real database without workers.

What it says last is compared with the tables, and what people read fits 80 columns.
"""

import json
import signal
from typing import Any, Final

import msgspec
import pytest

from sicktui.cli.output import Printer
from sicktui.cli.tables import width
from sicktui.fleet.course import Held, Progress
from sicktui.fleet.local_server import OWNER
from sicktui.fleet.records import PROTOCOL, DeviceResult, Inventory, PcDevice, PcPackage
from sicktui.model.enums import Code, Verdict
from sicktui.stores.secrets.vault import VAULT
from tests.cli.test_cli_lost_output import ALL
from tests.fleet.site import Site
from tests.support.waiting import LIMIT

PC: Final = "warehouse-north-pc-17"
GATE: Final = "warehouse-north-gate-number-17"
SHA: Final = "ab" * 32
ORDER: Final = ("all", "--package", SHA, "--wave", "1")
WORDS: Final = "The sensor did not come back within 120 s after it was told to restart; nothing is known."
ELSEWHERE: Final = {
    "fleet worker": "until a signal: test_fleet_acceptance",
    "fleet coordinator": "until a signal: test_fleet_acceptance",
    "fleet demo": "until a signal, with a server of its own",
}


class Desk:
    """A fleet with one PC of two devices."""

    def __init__(self, office: Site) -> None:
        self._site = office
        self.program = office.pcs[0].program
        self.environment = self.program.environment
        self.settings = office.pcs[0].settings("operator")
        self.called: set[str] = set()
        known = tuple(PcDevice(name=name, model="picoScan150", version="2.3.0.0R") for name in (GATE, "b"))
        packages = (PcPackage(sha256=SHA, version="2.4.0.0R", approved=True),)
        inventory = _json(Inventory(devices=known, packages=packages, orders=("R1-1-pc",)))
        self.sql(f"INSERT INTO fleet.pc VALUES ('{PC}', '{PROTOCOL}', '0.1.0', '{inventory}')")  # noqa: S608

    def sql(self, statement: str) -> None:
        self._site.postgres.psql(statement)

    def row(self, question: str) -> Any:
        return self._site.row(question)

    def call(self, *words: str, user: str = "operator", code: int = 0, **more: Any) -> dict[str, Any]:
        """The last line of a command that ends with a code."""
        self.called.add(f"fleet {words[0]}")
        settings = self._site.pcs[0].settings(user)
        result = self.program.here("fleet", *words, "--json", *settings, fast=False, **more)
        assert result.code == code, (words, result)
        return result.every_line[-1]

    def shown(self, *words: str) -> list[str]:
        """What people read."""
        fits: dict[str, Any] = {"COLUMNS": "80", "NO_COLOR": "1"}
        result = self.program.here("fleet", *words, *self.settings, fast=False, **fits)
        assert result.code == 0, result
        return [*result.out.splitlines(), *result.err.splitlines()]

    def publish(self, rollout: str, **changes: Any) -> Progress:
        """Publish how far a rollout is, as its coordinator does."""
        progress = Progress(rollout=rollout, at=0.0, **({"wave": 1, "waves": 2} | changes))
        self.sql(
            f"INSERT INTO fleet.progress VALUES ('{rollout}', '{_json(progress)}') "  # noqa: S608
            "ON CONFLICT (rollout) DO UPDATE SET progress = excluded.progress"
        )
        return progress

    def ordered(self) -> str:
        """Order a rollout; its id in the table."""
        line = self.call("run", *ORDER, "--approve", "--yes", "--detach")
        rollout = str(self.row("SELECT rollout FROM fleet.rollout ORDER BY created DESC"))
        assert {key: line[key] for key in ("kind", "rollout", "state", "devices")} == {
            "kind": "rollout",
            "rollout": rollout,
            "state": "ordered",
            "devices": 2,
        }
        return rollout


def _json(record: msgspec.Struct) -> str:
    return msgspec.json.encode(record).decode().replace("'", "''")


@pytest.fixture
def desk(office: Site) -> Desk:
    return Desk(office)


def held(verdict: Verdict, code: Code | None = None) -> Held:
    result = DeviceResult(device=GATE, verdict=verdict, code=code, message=WORDS, advice="Look at it.")
    return Held(device=f"{PC}/{GATE}", result=result, at=0.0)


def test_the_last_line_of_every_command_is_true(desk: Desk) -> None:
    made = desk.call("setup", user=OWNER)
    assert (made["kind"], made["protocol"]) == ("fleet_tables", desk.row("SELECT protocol FROM fleet.about"))
    status = desk.call("status")
    assert (status["pc"], status["state"]) == (desk.row("SELECT name FROM fleet.pc"), "ready")
    planned = desk.call("plan", *ORDER)
    assert (planned["device"], planned["action"]) == ("b", "update")
    for command in ("plan", "run"):
        refused = desk.call(command, *ORDER, "--deadline", "1e9", code=2)
        assert "deadline" in refused["message"]
    assert desk.row("SELECT count(*) FROM fleet.rollout") == 0
    rollout = desk.ordered()
    act = desk.call("status", "latest")
    assert (act["act"], act["role"]) == ("run", desk.row("SELECT role FROM fleet.act"))
    desk.publish(rollout, state="waiting", waits_for="approval", message="Waits for approval.")
    for call in (("list",), ("approve", "latest", "--yes"), ("cancel", "latest")):
        line = desk.call(*call)
        assert (line["rollout"], line["state"], line["waits_for"]) == (rollout, "waiting", "approval"), call
    assert desk.row("SELECT string_agg(act, ' ' ORDER BY id) FROM fleet.act") == "run approve cancel"
    desk.publish(rollout, state="cancelled", verdicts=(held(Verdict.UNKNOWN, Code.NO_RETURN),))
    summary = desk.call("attach", rollout, code=3)
    assert (summary["kind"], summary["verdicts"], summary["exit_code"]) == ("summary", {"unknown": 1}, 3)
    assert desk.call("list")["state"] == desk.row("SELECT progress ->> 'state' FROM fleet.progress")
    report = desk.call("report", "latest")
    assert (report["rollout"], report["state"]) == (rollout, "cancelled")
    desk.environment |= {"SICKTUI_VAULT_PASSWORD": "a long enough master password"}
    assert desk.program.here("vault", "create", fast=False).code == 0
    stored = desk.call("login", "--password-stdin", stdin=b"the database's\n")
    assert (stored["kind"], stored["stored"]) == ("login", VAULT)
    assert stored["account"] in (desk.program.home / "data" / "passwords.vault").read_text()
    refused = desk.call("setup", "--roles", code=2)
    assert refused["message"] == "A script is not JSON lines."
    assert desk.called | set(ELSEWHERE) == {command for command in ALL if command.startswith("fleet ")}


def test_a_rollout_that_is_left_goes_on_and_is_shown_as_it_is(desk: Desk) -> None:
    rollout = desk.ordered()
    desk.publish(rollout, state="running", verdicts=(held(Verdict.SUCCEEDED),))
    words = ("fleet", "attach", "latest", "--json", *desk.settings)
    process = desk.program.start(*words, fast=False)
    assert process.stdout is not None
    assert [json.loads(process.stdout.readline())["kind"] for _ in range(2)] == ["rollout", "verdict"]
    process.send_signal(signal.SIGINT)
    result = desk.program.wait(process)
    now, error = result.every_line[-2:]
    assert (now["rollout"], now["state"], error["kind"]) == (rollout, "running", "error")
    assert (result.code, error["exit_code"]) == (3, 3)
    assert f"Follow: sicktui fleet attach {rollout}" in result.err

    desk.publish(rollout, state="running", verdicts=(held(Verdict.FAILED, Code.UPDATE_ERROR),))
    read = desk.program.start(*words, fast=False)
    assert read.stdout is not None
    read.stdout.readline()
    read.stdout.close()  # as head does
    read.stdout = None
    assert read.wait(LIMIT) == 1


def test_what_people_read_fits_80_columns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Printer, "_shapes", lambda *_: True)
    rollout = desk.ordered()
    verdicts = (held(Verdict.UNKNOWN, Code.NO_RETURN),)
    desk.publish(rollout, state="waiting", waits_for="approval", message=WORDS, verdicts=verdicts)
    wide = {
        words: [line for line in desk.shown(*words) if width(line) > 80]
        for words in (("status",), ("list",), ("status", "latest"), ("plan", *ORDER))
    }
    assert not any(wide.values()), wide
    assert " ".join(WORDS.split()[-3:]) in " ".join(" ".join(desk.shown("status", "latest")).split())
