"""The request 0x11 and its answer 0x91, byte by byte, and what a network may answer instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.discovery.autoip.packets import request_frame
from sicktui.discovery.autoip.setting import is_answer, set_request
from sicktui.model.network.addressing import Ipv4Config

MAC = "00:06:77:22:48:83"
ID = bytes.fromhex("c8f4b627")
CONFIG = Ipv4Config(dhcp=False, address="192.168.0.51", mask="255.255.255.0", gateway="192.168.0.254")


def test_the_binary_form_byte_by_byte() -> None:
    """SICK's Visionary tools: header, then address, mask and gateway in four bytes each, and one for DHCP."""
    expected = "1100000d000677224883c8f4b6270100" + "c0a80033ffffff00c0a800fe00"
    assert set_request(MAC, ID, CONFIG, binary=True).hex() == expected


def test_the_xml_form() -> None:
    datagram = set_request(MAC, ID, CONFIG, binary=False)
    assert datagram[:2] == b"\x11\x00"
    assert int.from_bytes(datagram[2:4], "big") == len(datagram) - 16
    assert datagram[16:].decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><IPconfig MACAddr="00:06:77:22:48:83">'
        '<Item key="IPAddress" value="192.168.0.51" /><Item key="IPMask" value="255.255.255.0" />'
        '<Item key="IPGateway" value="192.168.0.254" /><Item key="DHCPClientEnabled" value="FALSE" />'
        "</IPconfig>"
    )


def answer(body: bytes = b"", *, mac: str = MAC, request: bytes = ID, command: int = 0x91) -> bytes:
    frame = bytearray(request_frame(command, bytes.fromhex(mac.replace(":", "")), request, body))
    return bytes(frame)


@pytest.mark.parametrize(
    ("datagram", "taken"),
    [
        (answer(), True),
        (answer(b"\x00\x01"), True),
        (answer(b'<?xml version="1.0"?><IPconfigResult>Success</IPconfigResult>'), True),
        (answer(b'<?xml version="1.0"?><IPconfigResult>Denied</IPconfigResult>'), False),
        (answer(mac="00:06:77:22:48:84"), False),
        (answer(request=b"\0\0\0\0"), False),
        (answer(command=0x90), False),
        (answer(command=0x11), False),
        (answer()[:15], False),
        (answer(b"x" * 20_000), False),
        (b"", False),
    ],
)
def test_only_the_sensor_s_own_answer_to_this_request_counts(datagram: bytes, taken: bool) -> None:
    assert is_answer(datagram, MAC, ID) is taken


@given(st.binary(max_size=200))
def test_any_datagram_can_be_read(datagram: bytes) -> None:
    is_answer(datagram, MAC, ID)
