"""The XML form of an AutoIP reply (0x90): ``NetScanResult`` with an ``Item`` for each value.

Source: SICK's device finders, and a reply captured by one of them. It comes from whatever answers, so nothing
in it is expanded or followed: a document type, and with it any entity, makes it unreadable.
"""

from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sicktui.model.network.subnet import is_ipv4
from sicktui.model.search.records import AutoIpReply, plain_field, plain_mac

_MOST: Final = 256
"""Items; a sensor sends about twenty."""
_MILLISECONDS: Final = 1000.0
_TRUE: Final = frozenset({"true", "1"})
_LONGEST_NUMBER: Final = 9


def read_xml(contents: bytes) -> AutoIpReply | None:
    """The reply in these contents; ``None`` if they are not such XML.

    Args:
        contents: what follows the header.
    """
    try:
        root: Element = fromstring(contents.strip(b"\0 \t\r\n"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None  # LookupError: an encoding that does not exist
    if root.tag != "NetScanResult" or len(root) > _MOST:
        return None
    items: dict[str, str] = {}
    for item in root.iter("Item"):
        items.setdefault(item.get("key", "").casefold(), item.get("value", ""))
    return _reply(plain_mac(root.get("MACAddr", "")), items)


def _reply(mac: str | None, items: dict[str, str]) -> AutoIpReply:
    def text(key: str) -> str | None:
        return plain_field(items.get(key, ""))

    def address(key: str) -> str | None:
        value = items.get(key, "").strip()
        return value if is_ipv4(value) else None

    dhcp = items.get("dhcpclientenabled", "").strip().casefold()
    away = items.get("ipconfigduration", "").strip()
    return AutoIpReply(
        mac=mac,
        host=address("ipaddress"),
        mask=address("ipmask"),
        gateway=address("ipgateway"),
        dhcp=dhcp in _TRUE if dhcp else None,
        serial=text("serialnumber"),
        model=text("devicetype"),
        version=text("firmwareversion"),
        order_number=text("ordernumber"),
        name=text("locationname"),
        away=int(away) / _MILLISECONDS
        if away.isascii() and away.isdecimal() and len(away) <= _LONGEST_NUMBER
        else None,
    )
