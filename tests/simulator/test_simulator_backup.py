"""Backup and restore of simulated devices, in every generation and with every result."""

import json
import time

import pytest

from sicktui.simulator import Device, Fault
from tests.simulator.conftest import Start
from tests.simulator.plain_client import auth_post, basic, get, post, request, session_token
from tests.support.waiting import wait_until

GENERATIONS = ["firmware-article", "auth-article", "picoscan-2.2.1", "picoscan-2.3.3", "multiscan-2.4.2"]

PHRASE = "test"


def write(device: Device, endpoint: str, data: dict[str, object]) -> dict[str, object]:
    if device.generation.auth == "basic":
        answer = post(device, f"/api/{endpoint}", {"data": data}, basic()).json
    else:
        answer = auth_post(device, endpoint, data).json
    assert answer["header"]["status"] == 0, answer
    found = answer.get("data", {})
    assert isinstance(found, dict)
    return found


def token(device: Device) -> dict[str, str]:
    if not device.generation.tokens:
        return {}
    if device.generation.auth == "basic":
        return {"X-Session-Token": post(device, "/api/CreateSessionToken", {}, basic()).json["data"]["token"]}
    return session_token(device)


def backup(device: Device, passphrase: str = PHRASE) -> bytes:
    pass_token = token(device)
    write(device, "CreateParameterBackup", {"Passphrase": passphrase})
    wait_until(lambda: not device.backups.create_pending)
    answer = get(device, "parameterbackup", pass_token)
    assert answer.status == 200
    return answer.body


def restore(device: Device, content: bytes, passphrase: str = PHRASE) -> dict[str, object]:
    assert request(device, "PUT", "/api/parameterbackup", content, token(device)).status == 200
    found = write(device, "RestoreParameterBackup", {"Passphrase": passphrase})
    wait_until(lambda: not device.backups.restore_pending)
    return found


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_round_trip(start: Start, generation: str) -> None:
    device = start(generation)
    write(device, "LocationName", {"LocationName": "as it was"})
    write(device, "SensorPosition", {"SensorPosition": {"yaw": 900_000}})
    write(device, "EtherIPAddress", {"EtherIPAddress": [10, 0, 0, 7]})
    content = backup(device)
    assert 80_000 < len(content) < 95_000
    write(device, "LocationName", {"LocationName": "changed"})
    write(device, "SensorPosition", {"SensorPosition": {"yaw": 0}})
    write(device, "EtherIPAddress", {"EtherIPAddress": [10, 0, 0, 8]})
    restore(device, content)
    assert device.parameters.current["LocationName"] == "as it was"
    assert device.parameters.current["SensorPosition"]["yaw"] == 900_000  # type: ignore[index]
    assert device.parameters.current["EtherIPAddress"] == [10, 0, 0, 8]  # a restore moves no sensor
    assert device.violations == []


def test_the_answers_of_each_generation(start: Start) -> None:
    silent, results = start("auth-article"), start("picoscan-2.2.1")
    assert write(silent, "CreateParameterBackup", {"Passphrase": ""}) == {}
    content = backup(results)
    assert restore(results, content) == {"Result": True}
    assert restore(results, content, "wrong") == {"Result": False}
    codes = start("multiscan-2.4.2")
    assert restore(codes, backup(codes)) == {"RestoreResult": 0, "ParametersFailedToRestore": []}
    assert restore(codes, backup(codes), "wrong") == {"RestoreResult": 6, "ParametersFailedToRestore": []}


def test_a_json_backup_can_be_read(start: Start) -> None:
    device = start("multiscan-2.4.2")
    answer = backup(device)
    document = json.loads(answer)
    assert document["device identification"] == "multiScan136"
    assert document["version"] == "2.4.2.0R"
    named = {entry["name"]: entry["value"] for entry in document["parameters"][0]["parameters"]}
    assert named["LocationName"] == "gate"
    assert get(device, "parameterbackup").headers["content-type"] == "application/json"


def test_asynchronous_results_are_polled(start: Start) -> None:
    device = start("picoscan-2.3.3", backup_seconds=10, restore_seconds=10, time_scale=25.0)

    def result(name: str) -> dict[str, object]:
        found = get(device, name).json["data"][name]
        assert isinstance(found, dict)
        return found

    assert write(device, "CreateParameterBackup", {"Passphrase": "p"}) == {"Result": True}
    assert result("CreateParameterBackupResult") == {"Status": 0, "Result": False}
    assert get(device, "parameterbackup", token(device)).status == 404
    wait_until(lambda: result("CreateParameterBackupResult") == {"Status": 1, "Result": True})
    content = get(device, "parameterbackup", token(device)).body
    request(device, "PUT", "/api/parameterbackup", content, token(device))
    assert write(device, "RestoreParameterBackup", {"Passphrase": "x", "Filter": 0}) == {"Result": True}
    assert result("RestoreParameterBackupResult")["Status"] == 0
    wait_until(lambda: result("RestoreParameterBackupResult")["Status"] == 1)
    assert result("RestoreParameterBackupResult")["RestoreResult"] == 6


def test_the_codes_that_a_file_deserves(start: Start) -> None:
    device = start("multiscan-2.4.2")
    pico = start("picoscan-2.2.1", model="multiScan136")  # binary files, the same name of model
    other, newer = (
        start("multiscan-2.4.2", model="multiScan165"),
        start("multiscan-2.4.2", version="2.5.0.0R"),
    )
    json_file, binary = backup(device), backup(pico)
    end = binary.index(b"\n", binary.index(b"\n") + 1)
    cases = {
        0: binary,
        1: binary[:-1] + bytes([binary[-1] ^ 1]),
        2: b"no backup at all",
        3: backup(other),
        7: binary[: end - 5] + binary[end:],
        8: binary[:-100],
        10: backup(newer),
    }
    for code, content in cases.items():
        assert restore(device, content)["RestoreResult"] == code
    assert restore(device, json_file.replace(b'"gate"', b'"gaat"'))["RestoreResult"] == 1
    assert restore(device, json_file[:-10])["RestoreResult"] == 2
    assert restore(device, b"\x89PNG nonsense")["RestoreResult"] == 2
    assert restore(device, binary, "wrong")["RestoreResult"] == 6
    fresh = start("multiscan-2.4.2")
    assert write(fresh, "RestoreParameterBackup", {"Passphrase": ""})["RestoreResult"] == 9


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50])
def test_every_code_is_reachable(start: Start, code: int) -> None:
    device = start("multiscan-2.4.2", Fault(name="restore_code", value=code))
    assert restore(device, b"x")["RestoreResult"] == code


def test_a_backup_goes_onto_a_replacement(start: Start) -> None:
    old, new = start("picoscan-2.2.1", serial="25000001"), start("picoscan-2.2.1", serial="25000002")
    write(old, "ScanDataFormat", {"ScanDataFormat": 4})
    assert restore(new, backup(old)) == {"Result": True}
    assert get(new, "ScanDataFormat").json["data"] == {"ScanDataFormat": 4}
    assert get(new, "SerialNumber").json["data"] == {"SerialNumber": "25000002"}


def test_parameters_that_do_not_fit_are_listed(start: Start) -> None:
    device = start(
        "multiscan-2.4.2", Fault(name="restore_parameters_failed", value=("ScanDataFormat", "LEDEnable"))
    )
    write(device, "LEDEnable", {"LEDEnable": False})
    content = backup(device)
    write(device, "LEDEnable", {"LEDEnable": True})
    answer = restore(device, content)
    assert answer == {"RestoreResult": 0, "ParametersFailedToRestore": ["ScanDataFormat", "LEDEnable"]}
    assert device.parameters.current["LEDEnable"] is True


def test_a_passphrase_that_is_too_long_or_missing(start: Start) -> None:
    device = start("picoscan-2.2.1")
    assert auth_post(device, "CreateParameterBackup", {"Passphrase": "x" * 257}).code == 7
    assert auth_post(device, "CreateParameterBackup").code == 2
    assert auth_post(device, "RestoreParameterBackup", {"Passphrase": "x", "Filter": "all"}).code == 2
    assert write(device, "CreateParameterBackup", {"Passphrase": "x" * 256}) == {"Result": True}


def test_a_second_backup_while_one_is_made(start: Start) -> None:
    device = start("picoscan-2.2.1", backup_seconds=100)
    assert write(device, "CreateParameterBackup", {"Passphrase": "a"}) == {"Result": True}
    assert write(device, "CreateParameterBackup", {"Passphrase": "a"}) == {"Result": False}


def test_a_backup_file_survives_a_reboot_but_not_one_being_made(start: Start) -> None:
    device = start("picoscan-2.2.1", reboot_seconds=1, backup_seconds=10)
    first = backup(device)
    write(device, "CreateParameterBackup", {"Passphrase": "other"})
    auth_post(device, "RebootDevice")
    wait_until(lambda: device.power_on_count == 43 and device.online)
    time.sleep(0.3)
    assert get(device, "parameterbackup").body == first


def test_binary_endpoints_want_their_token(start: Start) -> None:
    device = start("auth-article")
    assert get(device, "parameterbackup").status == 403
    assert request(device, "PUT", "/api/parameterbackup", b"x").status == 403
    assert request(device, "PUT", "/api/update", b"x").status == 401
    assert request(device, "PUT", "/api/parameterbackup", bytes(4_000_001), token(device)).status == 413
