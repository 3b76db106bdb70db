"""``sicktui status``: rows, lines, and what else may answer on an address."""

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from sicktui.cli.actions.sensors.status import InOrder
from sicktui.model.device import Observation
from sicktui.simulator import Fault
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.ports import closed_port
from tests.support.program import ProgramHarness


def test_a_line_a_device_with_every_key(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("one", serial="25420067", model="picoScan150"),
        sensor("two", generation="firmware-article", update_state=3),
        sensor("three", generation="lrs4000-1.9.1", version="1.9.1.0R", device_status=6),
    )
    result = program.here("status", *made.addresses, "--json")
    assert result.code == 0, result
    by_device = {line["device"]: line for line in result.lines}
    one, two, three = (by_device[address] for address in made.addresses)
    assert one == {
        **one,
        "kind": "status",
        "reachable": True,
        "name": "picoScan",
        "model": "picoScan150",
        "version": "2.3.0.0R",
        "serial": "25420067",
        "update_state": 0,
        "health": "normal",
        "auth": "challenge",
    }
    assert (two["update_state"], two["auth"]) == (3, "basic")
    assert (three["update_state"], three["health"]) == (None, "service required")
    assert made.writes() == []


@pytest.mark.parametrize("command", ["status", "plan", "update"])
@pytest.mark.parametrize(
    "address", ["192.0.2.1:99999", "192.0.2.1:abc", "http://192.0.2.1", "[::1", "host:80:80", "192.0.2.1/x"]
)
def test_an_address_that_is_none_is_wrong_use(program: ProgramHarness, command: str, address: str) -> None:
    package = () if command == "status" else ("--package", program.package())
    result = program.here(command, address, *package, "--json", "--yes", fast=False)
    assert (result.code, result.lines) == (2, []), result
    assert "Invalid address" in result.err
    assert "192.168.0.1:8080" in result.err


def test_rows_for_people(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial="25420067"))
    program.here("devices", "add", "gate-1", made.addresses[0], fast=False)
    result = program.here("status")
    assert result.code == 0
    header, row = result.out.splitlines()
    assert header.split()[:3] == ["DEVICE", "SENSOR", "MODEL"]
    assert row.split()[0] == "gate-1"
    assert "25420067" in row
    assert "0 Initial" in row
    assert "\x1b" not in result.out


def test_a_silent_device_delays_no_other(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("mute", faults=(Fault(name="hang", at="*"),)), *(sensor(f"s{n}") for n in range(3))
    )
    process = program.start("status", *made.addresses, "--json", "--set", "timing.request_timeout=120")
    assert process.stdout is not None
    lines = [json.loads(process.stdout.readline()) for _ in range(3)]
    assert {line["device"] for line in lines} == set(made.addresses[1:])
    assert process.poll() is None


def test_rows_are_in_the_order_of_the_devices(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(*(sensor(f"s{n}") for n in range(3)))
    for order in (made.addresses, made.addresses[::-1]):
        result = program.here("status", *order)
        assert [row.split()[0] for row in result.out.splitlines()[1:]] == list(order)


def test_what_is_known_is_printed_once_those_before_it_are() -> None:
    def seen(device: str) -> Observation:
        return Observation(device=device, reachable=True)

    rows: InOrder[Observation] = InOrder(["a", "b", "c", "d"])
    assert list(rows.known("c", seen("c"))) == []
    assert list(rows.known("a", seen("a"))) == [seen("a")]
    assert list(rows.known("b", None)) == [seen("c")]
    assert list(rows.known("d", seen("d"))) == [seen("d")]


class _Html(http.server.BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = b"<html><body>A printer</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def __getattr__(self, name: str) -> object:
        if name in ("do_GET", "do_POST"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


class _Redirect(_Html):
    def answer(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def web(request: pytest.FixtureRequest) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), request.param)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("web", [_Html, _Redirect], indirect=True)
def test_something_else_on_the_address_is_told(
    program: ProgramHarness, start_fleet: StartFleet, web: str
) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("status", web, *made.addresses, "--json")
    assert result.code == 1
    by_device = {line["device"]: line for line in result.lines}
    assert by_device[made.addresses[0]]["version"] == "2.3.0.0R"
    assert by_device[web]["version"] is None
    assert by_device[web]["message"]
    assert "1 of 2" in result.err
    plan = program.here("plan", web, "--package", program.package(), "--json")
    assert plan.code == 4
    assert [line["reason"] for line in plan.lines] == ["protocol_error"]


def test_a_closed_port_is_not_reachable(program: ProgramHarness) -> None:
    result = program.here("status", f"127.0.0.1:{closed_port()}", "--json")
    assert result.code == 1
    [line] = result.lines
    assert line["reachable"] is False
    human = program.here("status", f"127.0.0.1:{closed_port()}")
    assert "NO ANSWER" in human.out


@pytest.mark.parametrize(
    "fault", ["html", "not_json", "wrong_types", "invalid_utf8", "cut_reply", "http_503"]
)
def test_nonsense_from_a_device_is_a_sentence(
    program: ProgramHarness, start_fleet: StartFleet, fault: str
) -> None:
    made = start_fleet(sensor("one", faults=(Fault(name=fault, at="DeviceIdent"),)))
    result = program.here("status", *made.addresses, "--json")
    assert result.code == 1, result
    [line] = result.lines
    assert line["message"]
    assert line["version"] is None


def test_text_from_a_device_moves_no_cursor(program: ProgramHarness, start_fleet: StartFleet) -> None:
    nasty = "\x1b[2J[red]\u202egnp.exe[/oops]"
    made = start_fleet(sensor("one", version=f"2.3{nasty}", model=nasty))
    result = program.here("status", *made.addresses)
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out
    assert "[red]" in result.out
    [line] = program.here("status", *made.addresses, "--json").lines
    assert "\x1b" not in json.dumps(line, ensure_ascii=False)
