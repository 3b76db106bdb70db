"""A plain AutoIP client of the standard library, after SICK's own finder and nothing else."""

import select
import socket
import struct
import sys
import time
from contextlib import closing, suppress
from typing import Any, Final
from xml.etree import ElementTree as ET

from tests.support.waiting import LIMIT

HEADER = 16
NOWHERE = "0.0.0.0"  # noqa: S104  nothing is bound to it
EVERYONE = "ff:ff:ff:ff:ff:ff"


def request(command: int, mac: str, number: bytes, body: bytes, *, scan: int = 1) -> bytes:
    receiver = bytes(int(part, 16) for part in mac.split(":"))
    return bytes([command, 0]) + struct.pack(">H", len(body)) + receiver + number + bytes([scan, 0]) + body


def search_request(number: bytes = b"\1\2\3\4", mac: str = EVERYONE) -> bytes:
    return request(0x10, mac, number, socket.inet_aton("127.0.0.1") + socket.inet_aton("255.0.0.0"))


def set_binary(mac: str, ip: str, mask: str = "255.0.0.0", gateway: str = NOWHERE, dhcp: int = 0) -> bytes:
    body = b"".join(map(socket.inet_aton, (ip, mask, gateway))) + bytes([dhcp])
    return request(0x11, mac, b"\5\6\7\x08", body)


def set_xml(mac: str, ip: str, mask: str = "255.0.0.0", gateway: str = NOWHERE, dhcp: int = 0) -> bytes:
    top = ET.Element("IPconfig", MACAddr=mac)
    client = "TRUE" if dhcp else "FALSE"
    items = {"IPAddress": ip, "IPMask": mask, "IPGateway": gateway, "DHCPClientEnabled": client}
    for key, value in items.items():
        ET.SubElement(top, "Item", key=key, value=value)
    return request(0x11, mac, b"\5\6\7\x08", b'<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(top))


QUIET: Final = 0.15
"""Seconds in which nothing more must come."""


def ask(port: int, *datagrams: bytes, answers: int) -> list[bytes]:
    """What comes back: at least so many answers, however long they take, and what comes soon after them."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
        client.bind(("127.0.0.1", 0))
        for datagram in datagrams:
            client.sendto(datagram, ("127.0.0.1", port))
        replies: list[bytes] = []
        client.settimeout(LIMIT)
        while len(replies) < answers:
            replies.append(client.recv(65_535))
        client.settimeout(QUIET)
        with suppress(TimeoutError):
            while True:
                replies.append(client.recv(65_535))
        return replies


def header(reply: bytes) -> tuple[int, int, str, bytes]:
    """Command, length, MAC, id."""
    command, _, length, mac, number, _ = struct.unpack(">BBH6s4s2s", reply[:HEADER])
    return command, length, ":".join(f"{byte:02x}" for byte in mac), number


def items_of(reply: bytes) -> dict[str, str]:
    """The items of a reply in XML."""
    top = ET.fromstring(reply[HEADER:])  # noqa: S314  it comes from our simulator
    return {item.get("key", ""): item.get("value", "") for item in top.iter("Item")}


def fields_of(reply: bytes) -> dict[str, Any]:
    """The fields of a binary reply, read from left to right."""
    at = HEADER

    def number(form: str) -> int:
        nonlocal at
        size = struct.calcsize(form)
        (value,) = struct.unpack(form, reply[at : at + size])
        at += size
        return int(value)

    def taken(size: int) -> bytes:
        nonlocal at
        at += size
        assert at <= len(reply)
        return reply[at - size : at]

    def text() -> str:
        return taken(number(">H")).decode("latin-1")

    def tags() -> dict[str, bytes]:
        return {taken(4).decode(): taken(number(">H")) for _ in range(number(">H"))}

    found: dict[str, Any] = {"layout": number(">H"), "name": text()}
    found["version"] = tuple(number(form) for form in (">H", ">H", ">H", ">L"))
    found["class"], found["state"], found["action"] = taken(1), taken(1), taken(2)
    for name in ("location", "app", "project", "serial", "type", "firmware", "order"):
        found[name] = text()
    taken(1)
    found["aux"] = tags()
    found["interfaces"] = {number(">H"): text() for _ in range(number(">H"))}
    found["settings"] = tags()
    found["ports"] = {number(">B"): tags() for _ in range(number(">H"))}
    assert at == len(reply)
    return found


def ask_network(ip: str, broadcast: str, datagram: bytes, seconds: float) -> list[tuple[str, bytes]]:
    """Ask everybody on a network: what came to the interface's own socket, and to the one for broadcasts."""
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as own,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as every,
    ):
        for bound, host in ((own, ip), (every, "255.255.255.255")):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            bound.bind((host, 30718))
        for receiver in ("255.255.255.255", broadcast):
            own.sendto(datagram, (receiver, 30718))
        replies: list[tuple[str, bytes]] = []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for ready in select.select([own, every], [], [], left)[0]:
                reply, sender = ready.recvfrom(65_535)
                if sender[0] != ip:  # one's own request
                    replies.append(("own" if ready is own else "broadcast", reply))
        return replies


if __name__ == "__main__":
    for way, answer in ask_network(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]), float(sys.argv[4])):
        print(way, answer.hex())  # noqa: T201  to the test that runs it
