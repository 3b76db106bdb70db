"""HTTPS and the diagnosis file of a simulated device, with a client of the standard library."""

import http.client
import io
import json
import ssl
import zipfile
from contextlib import closing
from typing import Any

import pytest

from sicktui.simulator import Device
from sicktui.simulator.network.certificates import make_bundle, make_issuer
from tests.simulator.conftest import Start
from tests.simulator.plain_client import auth_post, get, post
from tests.support.waiting import wait_until


def value(device: Device, name: str) -> dict[str, object]:
    data = get(device, name).json["data"]
    found = data.get(name, data)
    assert isinstance(found, dict)
    return found


def over_https(device: Device, name: str, authority: str) -> bytes:
    port = int((device.https.address or ":0").partition(":")[2])
    context = ssl.create_default_context(cadata=authority)
    with closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)) as connection:
        connection.request("GET", f"/api/{name}")
        return connection.getresponse().read()


def test_both_ports_answer_while_a_bundle_is_installed(start: Start) -> None:
    device = start("picoscan-2.3.3", https=True)
    assert device.https.bundle is not None
    authority = device.https.bundle.certificates
    assert value(device, "httpsStatus") == {"enabled": True, "errorCode": {"error": "None"}}
    assert json.loads(over_https(device, "DeviceIdent", authority)) == get(device, "DeviceIdent").json
    certificates: Any = value(device, "certificateBundleInfo")["certificates"]
    (shown,) = certificates
    assert shown["names"] == [{"entry": "127.0.0.1"}]
    assert shown["fingerprint"] == device.https.bundle.fingerprint
    assert len(shown["validNotAfter"]) == len(shown["validNotBefore"]) == 24


def test_a_bundle_is_installed_and_removed_over_the_api(start: Start) -> None:
    device = start("picoscan-2.3.3")
    assert value(device, "httpsStatus")["enabled"] is False
    assert value(device, "certificateBundleInfo")["certificates"] == []
    plant = make_issuer()
    bundle = make_bundle(issuer=plant)
    wrong = {"contentCertificateBundle": bundle.certificates, "contentPrivateKey": make_bundle().key}
    assert auth_post(device, "setCertificateBundle", wrong).json["data"]["success"] is False
    right = {"contentCertificateBundle": bundle.certificates, "contentPrivateKey": bundle.key}
    assert auth_post(device, "setCertificateBundle", right).json["data"]["success"] is True
    assert over_https(device, "DeviceIdent", plant.pem)
    assert auth_post(device, "removeCertificateBundle").json["data"]["success"] is True
    assert value(device, "httpsStatus")["enabled"] is False
    assert get(device, "DeviceIdent").status == 200


def test_it_goes_away_with_the_power_and_comes_back_on_the_same_port(start: Start) -> None:
    device = start("picoscan-2.3.3", https=True, reboot_seconds=5)
    assert device.https.bundle is not None
    authority, address = device.https.bundle.certificates, device.https.address
    auth_post(device, "RebootDevice")
    wait_until(lambda: not device.online)
    with pytest.raises(ConnectionRefusedError):
        over_https(device, "DeviceIdent", authority)
    wait_until(lambda: device.online)
    assert device.https.address == address
    assert over_https(device, "DeviceIdent", authority)


def test_a_family_without_https_has_none_of_it(start: Start) -> None:
    device = start("lrs4000-1.9.1")
    for name in ("httpsStatus", "certificateBundleInfo", "crown/file?filePath=diagnosisDump.zip"):
        answer = get(device, name)
        assert answer.status == 404 or answer.code == 5
    assert auth_post(device, "setCertificateBundle", {}).code == 5


ORDER = {"DoRunlevelLoop": True, "Output": "file"}


@pytest.mark.parametrize("key", ["Successful", "Successfull"])
def test_a_diagnosis_file_is_made_and_fetched(start: Start, key: str) -> None:
    device = start("picoscan-2.3.3", dump_key=key, dump_size=1000)
    assert get(device, "crown/file?filePath=diagnosisDump.zip").status == 404
    assert get(device, "crown/file").status == 400
    assert post(device, "/api/DoDiagnosisDump", {"data": ORDER}).code == 4
    assert auth_post(device, "DoDiagnosisDump", ORDER).json["data"] == {key: True}
    found = post(device, "/api/GetDiagnosisDumpInfo", None).json["data"]
    assert found["DiagDumpExists"] is True
    assert found["DiagDumpTimestamp"] > 0
    answer = get(device, "crown/file?filePath=diagnosisDump.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.body)).testzip() is None
    assert get(device, "crown/file?filePath=../../etc/passwd").status == 404


def test_one_that_answers_at_once_is_ready_later(start: Start) -> None:
    device = start("picoscan-2.3.3", dump_reply="at_once", dump_seconds=20)
    assert auth_post(device, "DoDiagnosisDump", ORDER).json["data"] == {"Successful": True}
    assert post(device, "/api/GetDiagnosisDumpInfo", None).json["data"]["DiagDumpExists"] is False
    wait_until(lambda: get(device, "crown/file?filePath=diagnosisDump.zip").status == 200)


def test_one_that_fails_says_so(start: Start) -> None:
    device = start("picoscan-2.3.3", dump_fails=True)
    assert auth_post(device, "DoDiagnosisDump", ORDER).json["data"] == {"Successful": False}
    assert get(device, "crown/file?filePath=diagnosisDump.zip").status == 404
