"""AutoIP replies of both forms: the reference's vector, and whatever else a network may send."""

import struct
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sicktui.discovery.autoip.packets import search_request
from sicktui.discovery.autoip.reply import MAX_DATAGRAM, read_reply
from sicktui.model.safe_text import clean
from sicktui.model.search.records import AutoIpReply, plain_mac

VECTOR: Final = bytes.fromhex(
    "950000b5000677224883c8f4b6270000000100087069636f5363616e00020003000300000000520100000006676174652d31"
    "0000000000083235343230303637000b504943533135302d3152310008322e332e332e305200073131343134313000000141"
    "7574560008312e302e302e3052000100000004657468300006454d41430006000677224883454950610004c0a80033454e4d"
    "610004ffffff00454447610004000000004544686300010045434475000400000005000102000144504e6f0002084a"
)
ID: Final = bytes.fromhex("c8f4b627")
UNSET: Final = "0.0.0.0"  # noqa: S104  an address that is not set
XML: Final = (
    '<NetScanResult MACAddr="00:06:77:22:48:83">'
    '<Item key="IPAddress" value="192.168.0.51" readonly="FALSE"/><Item key="IPMask" value="255.255.255.0"/>'
    '<Item key="IPGateway" value="0.0.0.0"/><Item key="DeviceType" value="LRS4000"/>'
    '<Item key="FirmwareVersion" value="1.9.1.0R"/><Item key="SerialNumber" value="25420067"/>'
    '<Item key="OrderNumber" value="1141410"/><Item key="LocationName" value="gate-1"/>'
    '<Item key="HasDHCPClient" value="TRUE"/><Item key="DHCPClientEnabled" value="FALSE"/>'
    '<Item key="IPConfigDuration" value="5000"/></NetScanResult>'
)


def xml_reply(text: str | bytes, *, mac: str = "000677224883", length: int | None = None) -> bytes:
    contents = text.encode() if isinstance(text, str) else text
    announced = len(contents) if length is None else length
    return struct.pack(">BBH", 0x90, 0, announced & 0xFFFF) + bytes.fromhex(mac) + ID + b"\0\0" + contents


def test_the_vector_of_the_reference() -> None:
    assert len(VECTOR) == 197
    assert read_reply(VECTOR) == AutoIpReply(
        request=ID,
        binary=True,
        mac="00:06:77:22:48:83",
        host="192.168.0.51",
        mask="255.255.255.0",
        gateway=UNSET,
        dhcp=False,
        serial="25420067",
        model="PICS150-1R1",
        version="2.3.3.0R",
        order_number="1141410",
        name="gate-1",
        away=5.0,
    )


def test_an_xml_reply() -> None:
    assert read_reply(xml_reply(XML)) == AutoIpReply(
        request=ID,
        mac="00:06:77:22:48:83",
        host="192.168.0.51",
        mask="255.255.255.0",
        gateway=UNSET,
        dhcp=False,
        serial="25420067",
        model="LRS4000",
        version="1.9.1.0R",
        order_number="1141410",
        name="gate-1",
        away=5.0,
    )


def test_dhcp_is_read_and_not_assumed() -> None:
    dhcp = VECTOR.replace(b"EDhc\x00\x01\x00", b"EDhc\x00\x01\x01")
    assert read_reply(dhcp) != read_reply(VECTOR)
    found = read_reply(dhcp)
    assert found is not None
    assert found.dhcp is True


def test_a_length_that_does_not_fit_leaves_the_tags() -> None:
    # The serial number claims to have 65535 letters: the walk ends there, the address is found by its tag.
    broken = VECTOR.replace(b"\x00\x0825420067", b"\xff\xff25420067")
    found = read_reply(broken)
    assert found is not None
    assert (found.host, found.mac, found.serial) == ("192.168.0.51", "00:06:77:22:48:83", None)


@pytest.mark.parametrize("end", range(len(VECTOR)))
def test_a_reply_that_is_cut_off_is_read_as_far_as_it_came_or_not_at_all(end: int) -> None:
    found = read_reply(VECTOR[:end])
    assert found is None or (found.host == "192.168.0.51" and found.mac == "00:06:77:22:48:83")


def test_what_follows_the_announced_length_does_not_count() -> None:
    assert read_reply(VECTOR + b"EIPa\x00\x04\x01\x02\x03\x04" * 9) == read_reply(VECTOR)


BOMB: Final = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    '<NetScanResult MACAddr="00:06:77:22:48:83"><Item key="IPAddress" value="10.0.0.1"/>'
    '<Item key="LocationName" value="&c;"/></NetScanResult>'
)
EXTERNAL: Final = (
    '<!DOCTYPE b SYSTEM "http://192.0.2.1/x.dtd"><NetScanResult MACAddr="00:06:77:22:48:83">'
    '<Item key="IPAddress" value="10.0.0.1"/></NetScanResult>'
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        EXTERNAL,
        "",
        "<NetScanResult",
        "<Other/>",
        '<NetScanResult MACAddr="00:06:77:22:48:83"/>',
        '<?xml version="1.0" encoding="no-such"?>' + XML,
        '<NetScanResult MACAddr="00:06:77:22:48:83">' + '<Item key="IPAddress" value="1.2.3.4"/>' * 300
        + "</NetScanResult>",
        XML.replace("192.168.0.51", "192.168.0.510"),
        "<a>" * 3000 + "</a>" * 3000,
    ],
    ids=["bomb", "external", "empty", "cut", "other", "no items", "encoding", "many", "address", "deep"],
)  # fmt: skip
def test_xml_that_is_not_a_reply(text: str) -> None:
    assert read_reply(xml_reply(text)) is None


def test_too_large_is_not_read() -> None:
    padded = XML.replace("gate-1", "x" * MAX_DATAGRAM)
    assert read_reply(xml_reply(padded)) is None


@pytest.mark.parametrize("form", ["xml", "binary"])
def test_names_are_harmless_and_short(form: str) -> None:
    if form == "xml":
        named = xml_reply(XML.replace("gate-1", "\u202egate[red]&#10;" + "n" * 500))
    else:
        named = VECTOR.replace(b"gate-1", b"\x1b[2J\x9b\x00")
    found = read_reply(named)
    assert found is not None
    assert found.name is not None
    assert found.name == clean(found.name, 64)


def test_a_request_is_not_a_reply() -> None:
    request = search_request(ID, "192.168.0.10", "255.255.255.0")
    assert request == bytes.fromhex("10000008ffffffffffffc8f4b6270100c0a8000affffff00")
    assert read_reply(request) is None


@pytest.mark.parametrize("mac", ["000000000000", "ffffffffffff", "010677224883"])
def test_a_mac_address_that_no_sensor_has(mac: str) -> None:
    assert read_reply(xml_reply(XML.replace(' MACAddr="00:06:77:22:48:83"', ""), mac=mac)) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("00:06:77:22:48:83", "00:06:77:22:48:83"),
        ("00-06-77-22-48-83", "00:06:77:22:48:83"),
        ("0:6:77:22:48:83", "00:06:77:22:48:83"),
        ("00067722488A", "00:06:77:22:48:8a"),
        ("00:06:77:22:48", None),
        ("00:06:77:22:48:833", None),
        ("00:06:77:22:48:8g", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_how_a_mac_address_is_written(text: str, plain: str | None) -> None:
    assert plain_mac(text) == plain


def _harmless(found: AutoIpReply | None) -> None:
    if found is None:
        return
    for text in (found.serial, found.model, found.version, found.order_number, found.name):
        assert text is None or (text and text == clean(text, 64))


@given(st.binary(max_size=400), st.sampled_from([0x90, 0x95, 0x91, 0x10]))
def test_any_bytes_are_read_or_refused(contents: bytes, command: int) -> None:
    head = struct.pack(">BBH", command, 0, len(contents)) + b"\x00\x06\x77\x22\x48\x83" + ID + b"\0\0"
    _harmless(read_reply(head + contents))
    _harmless(read_reply(contents))


@given(st.data())
def test_any_change_of_a_binary_reply_is_read_or_refused(data: st.DataObject) -> None:
    changed = bytearray(VECTOR)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(VECTOR) - 1))] = data.draw(st.integers(0, 255))
    _harmless(read_reply(bytes(changed)))


@given(st.text(max_size=60), st.text(max_size=30))
@example("<", "&")
@example('"', "]]>")
def test_any_change_of_an_xml_reply_is_read_or_refused(name: str, more: str) -> None:
    _harmless(read_reply(xml_reply(XML.replace("gate-1", name).encode("utf-8", "surrogatepass"))))
    _harmless(read_reply(xml_reply((XML + more).encode("utf-8", "surrogatepass"))))
