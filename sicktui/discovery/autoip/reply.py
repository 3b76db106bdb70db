"""An AutoIP reply of either form as one record."""

from typing import Final

from msgspec import structs

from sicktui.discovery.autoip.binary_reply import read_binary
from sicktui.discovery.autoip.packets import BINARY_REPLY, XML_REPLY, contents_of, header_of
from sicktui.discovery.autoip.xml_reply import read_xml
from sicktui.model.search.records import AutoIpReply

MAX_DATAGRAM: Final = 16 * 1024
"""Bytes of a reply; real ones have 200 (binary) to 2,000 (XML)."""


def read_reply(datagram: bytes) -> AutoIpReply | None:
    """The sensor that sent a datagram, by its own report.

    Returns:
        ``None`` if it is not a reply to a search with an IP and a MAC address: our own request that comes
        back, another protocol, a reply that is cut off before them, or larger than ``MAX_DATAGRAM``.
    """
    header = header_of(datagram)
    if header is None or len(datagram) > MAX_DATAGRAM:
        return None
    contents = contents_of(datagram, header)
    found: AutoIpReply | None = None
    if header.command == XML_REPLY:
        found = read_xml(contents)
    elif header.command == BINARY_REPLY:
        found = read_binary(contents)
    if found is None:
        return None
    found = structs.replace(found, request=header.request, mac=found.mac or header.mac)
    return found if found.host and found.mac else None
