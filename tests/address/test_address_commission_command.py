"""``commission`` and ``address --mac`` as calls of the program, on simulated sensors out of the box."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sicktui.simulator.spec import DeviceSpec
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import FleetThread
from tests.support.program import ProgramHarness

PORT = 48_320
Plant = Callable[..., FleetThread]


@pytest.fixture
def plant() -> Iterator[Plant]:
    """Starts sensors that share 192.168.0.1 and were just switched on; all hear searches on one port."""
    with ExitStack() as stack:

        def begin(*serials: str, autoip: int, **changes: object) -> FleetThread:
            defaults = {"port": PORT, "shares_address": True, "powered_seconds": 0.0, "address_seconds": 1}
            specs = [
                DeviceSpec(name=f"s{serial}", serial=serial, **(defaults | changes))  # type: ignore[arg-type]
                for serial in serials
            ]
            return stack.enter_context(FleetThread(specs, time_scale=1.0, autoip=autoip))

        yield begin


def options(autoip: int) -> tuple[str, ...]:
    return ("--target", f"127.0.0.1:{autoip}", "--no-broadcast", "--port", str(PORT), "--wait", "20")


def test_a_list_is_set_up(program: ProgramHarness, plant: Plant) -> None:
    made = plant("3001", "3002", autoip=48_321)
    one, two = made.devices
    table = program.folder / "hall.csv"
    table.write_bytes(
        "\ufeffMAC;Serial number;IP;Name;Tags\r\n"
        f"{one.mac.upper().replace(':', '-')};;127.0.6.11;gate-1;hall-3 new\r\n"
        ";003002;127.0.6.12;gate-2;\r\n;;;;\r\n".encode()
    )
    result = program.here("commission", str(table), "--yes", "--json", *options(48_321))
    assert result.code == 0, result
    assert verdicts(result.lines) == {"gate-1": ("succeeded", None), "gate-2": ("succeeded", None)}
    assert result.lines[-1]["kind"] == "summary"
    assert result.lines[-1]["verdicts"] == {"succeeded": 2}
    listed = {line["device"]: line for line in program.here("devices", "list", "--json").lines}
    assert listed["gate-1"]["address"] == one.address == f"127.0.6.11:{PORT}"
    assert listed["gate-1"]["tags"] == ["hall-3", "new"]
    assert listed["gate-2"]["serial"] == "3002"
    assert [device.parameters.saved["LocationName"] for device in (one, two)] == ["gate-1", "gate-2"]


def test_every_error_of_the_list_is_named_and_nothing_is_sent(program: ProgramHarness, plant: Plant) -> None:
    made = plant("3003", autoip=48_322)
    table = program.folder / "hall.csv"
    table.write_text(
        "mac,serial,address,mask,name\n"
        "00:06:77:zz:00:01,,127.0.6.11,,gate-1\n"
        ",,127.0.6.12,,gate-2\n"
        ",3003,127.0.6.255,,gate-3\n"
        ",3004,127.0.6.14,255.0.255.0,gate-4\n"
        ",2.5E+07,127.0.6.15,,gate-5\n"
        ",3006,127.0.6.16,,all\n"
        ",3007,127.0.6.17,,gate-7\n"
        ",03007,127.0.6.17,,gate-7\n"
    )
    result = program.here("commission", str(table), "--yes", *options(48_322))
    assert result.code == 2
    for words in (
        "row 2: '00:06:77:zz:00:01' is not a MAC address",
        "row 3: neither a MAC address nor a serial number",
        "row 4: The sensor cannot have this address: 127.0.6.255 is the broadcast address",
        "row 5: '255.0.255.0' is not a subnet mask",
        "row 6: the serial number '2.5E+07' was rounded",
        "row 7: The device name 'all' already means something else",
        "row 8: the address 127.0.6.17 is in the list 2 times",
        "row 9: the serial number 3007 is in the list 2 times",
    ):
        assert words in result.err, result
    [device] = made.devices
    assert not [each for each in device.autoip.requests if each.command == "set"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"mac,address\n", "no sensors"),
        (b"mac,name\n00:06:77:01:02:03,x\n", "a column is missing"),
        (b"mac,address,adress\n", "unknown column 'adress'"),
        (b"mac,mac,address\n", "two columns called 'mac'"),
        (b"PK\x03\x04", "workbook"),
        (b'mac,address\n"00:06', "is not CSV"),
    ],
)
def test_a_file_that_is_no_list_is_refused(program: ProgramHarness, content: bytes, why: str) -> None:
    path = program.folder / "hall.csv"
    path.write_bytes(content)
    result = program.here("commission", str(path), "--yes")
    assert result.code == 2
    assert why in result.err, result


def test_without_a_terminal_and_without_yes_nothing_is_sent(program: ProgramHarness, plant: Plant) -> None:
    made = plant("3008", autoip=48_323)
    table = program.folder / "hall.csv"
    table.write_text("serial,address,name\n3008,127.0.6.18,gate-8\n")
    assert program.here("commission", str(table), *options(48_323)).code == 2
    assert program.here("commission", str(Path("nowhere.csv")), "--yes").code == 2
    assert list(made.devices[0].autoip.requests) == []


def test_a_sensor_that_is_not_there_ends_with_what_to_do(program: ProgramHarness) -> None:
    table = program.folder / "hall.csv"
    table.write_text("mac,address,name\n00:06:77:01:02:03,127.0.6.19,gate-9\n")
    words = ("--target", "127.0.0.1:48329", "--no-broadcast", "--wait", "0", "--port", str(PORT))
    result = program.here("commission", str(table), "--yes", "--json", *words)
    assert result.code == 4, result
    assert verdicts(result.lines) == {"gate-9": ("failed", "unreachable")}
    assert "not heard yet" in result.err


def test_one_sensor_is_set_by_its_mac_address(program: ProgramHarness, plant: Plant) -> None:
    made = plant("3009", autoip=48_324)
    [device] = made.devices
    mac = ("address", "--mac", device.mac.upper())
    there = ("--target", "127.0.0.1:48324", "--no-broadcast")
    shown = program.here(*mac, *there, "--json", password=None)
    assert shown.code == 0, shown
    assert (shown.lines[0]["address"], shown.lines[0]["serial"]) == ("192.168.0.1", "3009")
    result = program.here(
        *mac, *there, "--ip", "127.0.6.20", "--yes", "--json", "--port", str(PORT), "--wait", "20"
    )
    assert result.code == 0, result
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 6, 20]
    assert program.here("devices", "list", "--json").lines == []


def test_what_contradicts_itself_is_wrong_use(program: ProgramHarness) -> None:
    assert program.here("address").code == 2
    assert program.here("address", "--mac", "00:06:77:01:02:03", "gate-1").code == 2
    assert program.here("address", "--mac", "00:06:77", "--ip", "10.0.0.1").code == 2
    assert program.here("address", "--mac", "00:06:77:01:02:03", "--mask", "24").code == 2
    assert program.here("address", "--mac", "00:06:77:01:02:03", "--target", "name.example").code == 2
    assert program.here("address", "--mac", "00:06:77:01:02:03", "--no-broadcast").code == 2
    assert program.here("address", "--mac", "00:06:77:01:02:03", "--fallback", "static").code == 2
