"""The request sequences of SICK's own clients: the examples of the SDK 2.0 and the Python client.

Played as the SDK does it: every POST after a challenge of its own, each variable read as ``data.<Name>``,
each reply of a method read field by field, no second try.
"""

import http.client
import json
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sicktui.simulator import Device, make_package
from tests.simulator.conftest import Start, start
from tests.simulator.plain_client import auth_post, get, post, proof, request
from tests.support.waiting import wait_until

__all__ = ["start"]  # the fixture

POLLED = ["picoscan-2.3.3", "picoscan120-2.3.3", "multiscan200-1.1.0"]
ALL = [*POLLED, "picoscan-2.2.1", "multiscan-2.4.4", "lrs4000-1.10.0"]


class Sdk:
    """SICK's ``SopasClient``."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def read(self, name: str) -> Any:
        """A variable, also a struct: under its own name."""
        answer = get(self.device, name).json
        assert answer["header"] == {"status": 0, "message": "Ok"}, name
        return answer["data"][name]

    def write(self, name: str, value: object) -> None:
        """A variable."""
        self.call(name, {name: value})

    def call(self, name: str, data: dict[str, object] | None = None, *fields: str) -> dict[str, Any]:
        """A method; its reply has to have all fields of the file."""
        body: dict[str, object] = {"header": proof(self.device, name)}
        if data is not None:
            body["data"] = data
        answer = post(self.device, f"/api/{name}", body).json
        assert answer["header"] == {"status": 0, "message": "Ok"}, (name, answer)
        reply = answer.get("data", {})
        assert set(reply) == set(fields), name
        return dict(reply)

    def token(self) -> dict[str, str]:
        """A new one for each transfer."""
        answer = post(
            self.device, "/api/CreateSessionToken", {"header": proof(self.device, "CreateSessionToken")}
        )
        return {"X-Session-Token": answer.json["data"]["token"]}

    def poll(self, name: str, done: Callable[[Any], bool], pause: float = 0.02) -> Any:
        """Read until it is done; an error in between is final."""
        for _ in range(500):
            value = self.read(name)
            if done(value):
                return value
            time.sleep(pause)
        pytest.fail(f"{name} stays {value}")


@pytest.fixture
def sdk(start: Start) -> Callable[..., Sdk]:
    return lambda generation, **changes: Sdk(start(generation, **{"wrapped": True, **changes}))


STREAMING: dict[str, dict[str, object]] = {
    "lrs4000": {"ScanDataFormat": 2},
    "multiscan200": {"dataOutputMode": 1},
    "": {
        "ScanDataEthSettings": {"Protocol": 1, "IPAddress": [192, 168, 0, 100], "Port": 2115},
        "ScanDataFormat": 2,
        "ScanDataEnable": True,
    },
}
"""What the SDK writes to have the measured data in its compact form, by the beginning of a generation."""


@pytest.mark.parametrize("generation", [name for name in ALL if "120" not in name])
def test_what_the_examples_ask_and_set_first(sdk: Callable[..., Sdk], generation: str) -> None:
    """``configuration`` and ``diagnosis``, request by request up to the measured data."""
    client = sdk(generation)
    texts = ("DeviceType", "FirmwareVersion", "LocationName", "OrderNumber", "SerialNumber")
    assert all(isinstance(client.read(name), str) for name in texts)
    moment = client.read("DateTime" if generation.startswith("lrs") else "LSPdatetime")
    assert {"uiYear", "usiMonth", "usiDay", "usiHour", "usiMinute", "usiSec", "udiUSec"} <= set(moment)
    assert len(client.read("EtherIPAddress")) == 4
    assert client.read("OpHours") > 0
    client.write("FREchoFilter", 0)
    client.call("FindMe", {"uiDuration": 5})
    written = next(each for begin, each in STREAMING.items() if generation.startswith(begin))
    for name, value in written.items():
        client.write(name, value)
        assert client.read(name) == value
    assert client.device.violations == []


@pytest.mark.parametrize("generation", [name for name in ALL if "120" not in name])
def test_the_example_of_configuration(sdk: Callable[..., Sdk], generation: str) -> None:
    client = sdk(generation)
    client.write("FREchoFilter", 0)
    assert client.read("FREchoFilter") == 0
    if not generation.startswith("lrs"):
        client.write("LFPintervalFilter", {"bEnable": True, "uiReductionFactor": 4})
        assert client.read("LFPintervalFilter") == {"bEnable": True, "uiReductionFactor": 4}
    assert client.read("ContaminationConfig")["eStrategy"] == 0
    client.write("ContaminationConfig", {**client.read("ContaminationConfig"), "eStrategy": 1})
    assert client.read("ContaminationConfig")["eStrategy"] == 1
    assert client.call("WriteEeprom", None, "Success") == {"Success": True}
    assert client.device.violations == []


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has 127.0.0.1 only")
@pytest.mark.parametrize("generation", ALL)
def test_the_example_of_an_address_change(sdk: Callable[..., Sdk], generation: str) -> None:
    client = sdk(generation)
    device = client.device
    wanted = {
        "EtherAddressingMode": 0,
        "EtherIPAddress": [127, 0, 0, 57],
        "EtherIPMask": [255, 0, 0, 0],
        "EtherIPGateAddress": [127, 0, 0, 1],
    }
    for name, value in wanted.items():
        client.write(name, value)
    client.write("EtherDHCPFallback", 0)
    assert {name: client.read(name) for name in wanted} == wanted
    assert device.address.startswith("127.0.0.1:")  # nothing happens until then
    client.call("EthernetUpdate")
    wait_until(lambda: page_at("127.0.0.57", device) == 200)
    assert page_at("127.0.0.1", device) is None
    assert device.address == f"127.0.0.57:{device.port.number}"


def page_at(host: str, device: Device) -> int | None:
    try:
        with closing(http.client.HTTPConnection(host, device.port.number, timeout=2)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has 127.0.0.1 only")
def test_an_address_that_was_not_saved_is_lost_with_the_power(sdk: Callable[..., Sdk]) -> None:
    client = sdk("picoscan-2.3.3", reboot_seconds=1)
    device = client.device
    client.write("EtherIPAddress", [127, 0, 0, 58])
    client.call("EthernetUpdate")
    wait_until(lambda: page_at("127.0.0.58", device) == 200)
    with closing(http.client.HTTPConnection("127.0.0.58", device.port.number, timeout=2)) as connection:
        connection.request("POST", "/api/getChallenge", json.dumps({"data": {"user": "Service"}}))
        assert connection.getresponse().status == 200
    device.parameters.power_cycle()  # as a power cut does
    device.port.move_to("192.168.0.1")
    assert device.address.startswith("127.0.0.1:")
    assert device.parameters.current["EtherIPAddress"] == [192, 168, 0, 1]


@pytest.mark.parametrize("generation", [name for name in ALL if "120" not in name])
def test_the_example_of_object_detection(sdk: Callable[..., Sdk], generation: str) -> None:
    client = sdk(generation)
    assert client.read("FieldEvaluationGroupState") == [0] * 48
    result = client.read("FieldEvaluationResult")
    assert result["EvaluationResultList"] == []
    wait_until(lambda: client.read("FieldEvaluationResult")["Timestamp"] > result["Timestamp"])  # it measures
    contour: dict[str, object] = {
        "EvaluationId": 1,
        "Points": [{"x": 0, "y": 0}, {"x": 1000, "y": 0}, {"x": 0, "y": 1000}],
        "LowerZLimit": -100,
        "UpperZLimit": 100,
    }
    assert client.call("SetFieldEvaluationContour", contour, "ErrorCode") == {"ErrorCode": 0}
    assert client.call("GetFieldEvaluationContour", {"EvaluationId": 1}, "Contour") == {"Contour": [contour]}
    assert client.call("GetFieldEvaluationContour", {"EvaluationId": 2}, "Contour") == {"Contour": []}
    groups: dict[str, object] = {
        "List": [{"GroupId": 1, "Activate": True}, {"GroupId": 2, "Activate": False}]
    }
    assert client.call("ActivateEvaluationGroup", groups, "Success") == {"Success": [True, True]}
    assert client.read("OutputState")["uiVersionNumber"] == 1


@pytest.mark.parametrize("generation", POLLED)
@pytest.mark.parametrize("earlier", [False, True])
def test_the_example_of_a_configuration_that_is_fetched_and_restored(
    sdk: Callable[..., Sdk], generation: str, earlier: bool
) -> None:
    client = sdk(generation, earlier_results=earlier)
    device = client.device
    client.call("CreateParameterBackup", {"Passphrase": ""}, "Result")
    made = client.poll("CreateParameterBackupResult", lambda value: value["Status"] == 1)
    assert made == {"Status": 1, "Result": True}
    file = request(device, "GET", "/api/parameterbackup", headers=client.token())
    assert file.status == 200
    client.write("LocationName", "elsewhere")
    assert request(device, "PUT", "/api/parameterbackup", file.body, client.token()).status == 200
    assert client.call("RestoreParameterBackup", {"Passphrase": "", "Filter": 0}, "Result") == {
        "Result": True
    }
    done = client.poll("RestoreParameterBackupResult", lambda value: value["Status"] == 1)
    assert (done["RestoreResult"], done["ParametersFailedToRestore"]) == (0, [])
    assert client.read("LocationName") == "gate"
    assert device.violations == []


def test_the_same_on_a_multiscan_that_cannot_be_polled(sdk: Callable[..., Sdk]) -> None:
    client = sdk("multiscan-2.4.4", tokens=True)  # its file has no CreateSessionToken, the SDK calls it
    client.call("CreateParameterBackup", {"Passphrase": ""}, "Result")
    wait_until(lambda: not client.device.backups.create_pending)  # the SDK sleeps
    file = request(client.device, "GET", "/api/parameterbackup", headers=client.token())
    assert json.loads(file.body)["device identification"]
    assert request(client.device, "PUT", "/api/parameterbackup", file.body, client.token()).status == 200
    reply = client.call(
        "RestoreParameterBackup", {"Passphrase": ""}, "RestoreResult", "ParametersFailedToRestore"
    )
    assert reply == {"RestoreResult": 0, "ParametersFailedToRestore": []}


@pytest.mark.parametrize("generation", ALL)
def test_the_example_of_diagnosis(sdk: Callable[..., Sdk], generation: str) -> None:
    client = sdk(generation)
    pico, lrs = "pico" in generation, "lrs" in generation
    assert client.read("DeviceIdent")["Version"] == client.device.firmware_version
    assert client.read("DeviceStatus") == 3
    assert client.read("SCdevicestate") == 1
    for name in ("PowerOnCnt", "OpHours", "DailyOpHours", "CurrentTempDev"):
        assert client.read(name) > 0
    if not lrs:
        assert [led["Id"] for led in client.read("LEDState")] == ["LED1", "LED2"]
        assert client.read("temperatureAlarmStatus") is False
    if "120" not in generation:
        clean = 0 if lrs else 1
        assert set(client.read("ContaminationData")) == {clean}
        assert set(client.read("ContaminationResult").values()) == {False}
    if pico or "200" in generation:
        assert client.read("LFTchecksum")["MD5SumOK"] is True
    info = ("DiagDumpExists", "DiagDumpTimestamp")
    assert client.call("GetDiagnosisDumpInfo", None, *info)["DiagDumpExists"] is False
    key = "Successful" if "2.3.3" in generation else "Successfull"
    dump: dict[str, object] = {"DoRunlevelLoop": True, "Output": "file"}
    assert client.call("DoDiagnosisDump", dump, key) == {key: True}
    assert client.call("GetDiagnosisDumpInfo", None, *info)["DiagDumpExists"] is True


@pytest.mark.parametrize(
    ("generation", "family"),
    [
        ("picoscan-2.3.3", "picoScan"),
        ("picoscan120-2.3.3", "picoScan120"),
        ("multiscan200-1.1.0", "multiScan200"),
    ],
)
def test_the_example_of_a_firmware_update(
    sdk: Callable[..., Sdk], tmp_path: Path, generation: str, family: str
) -> None:
    client = sdk(generation, flash_seconds=5, reboot_seconds=120)
    before = client.read("PowerOnCnt")
    package = make_package(tmp_path / "x.spk.signed", family, "9.9.0.0R", size=20_000).read_bytes()
    assert request(client.device, "PUT", "/api/update", package, client.token()).status == 200
    client.call("RunFirmwareUpdate")  # at once
    client.poll("UpdateState", lambda state: state == 2, pause=0.01)
    wait_until(lambda: counted(client) > before, limit=20)
    assert client.read("FirmwareVersion") == "9.9.0.0R"
    assert client.device.violations == []


def counted(client: Sdk) -> int:
    """``PowerOnCnt``; the example ignores every error until it has risen."""
    try:
        return int(client.read("PowerOnCnt"))
    except (OSError, http.client.HTTPException):
        return -1


PYTHON_READS = (
    "DeviceType FirmwareVersion SerialNumber OrderNumber DeviceStatus SCdevicestate OpHours EtherIPAddress "
    "CurrentTempDev PowerOnCnt LocationName ScanDataFormat"
)


@pytest.mark.parametrize("generation", ALL)
def test_the_python_client(start: Start, generation: str) -> None:
    """It appends a colon to the hash whenever there is a salt, and reads these."""
    device = start(generation)
    challenge = post(device, "/api/getChallenge", {"data": {"user": "Service"}}).json["challenge"]
    assert len(challenge["salt"]) == 16
    if not generation.startswith("lrs"):
        assert auth_post(device, "checkCredentials").code == 0
    for name in PYTHON_READS.split():
        if name in device.generation.api.variables:
            assert get(device, name).json["data"][name] is not None
    assert auth_post(device, "FindMe", {"uiDuration": 5}).code == 0
    assert auth_post(device, "WriteEeprom").json["data"] == {"Success": True}
