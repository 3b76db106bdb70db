"""No address of a sensor leaves its PC."""

import pytest

from sicktui.fleet.no_addresses import NoAddresses

HIDE = NoAddresses(
    {
        "gate": "192.168.0.10",
        "belt": "10.0.0.1:8080",
        "arm": "10.0.0.1:8081",
        "old": "scanner-3.plant.example",
        "six": "[fe80::1]:80",
    }
)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("The sensor at 192.168.0.10 does not answer.", "The sensor at gate does not answer."),
        ("sicktui login 10.0.0.1:8080", "sicktui login belt"),
        ("http://10.0.0.1:8081/api", "http://arm/api"),
        ("It answers at 192.168.0.100 now.", "It answers at (address) now."),
        ("from 10.0.0.1", "from (address)"),
        ("Scanner-3.plant.example refuses", "old refuses"),
        ("[fe80::1]:80: refused", "six: refused"),
        ("192.168.0.10:443 is closed", "gate:443 is closed"),
        ("2.4.0.0R instead of 2.3.0.0R", "2.4.0.0R instead of 2.3.0.0R"),
        ("version 1.10.0.0, 10.0.0.1R", "version 1.10.0.0, 10.0.0.1R"),
        ("999.1.1.1", "999.1.1.1"),
        ("a\x00b\x1b[2J", "a·b·[2J"),
    ],
)
def test_an_address_becomes_the_name_of_its_device(text: str, sent: str) -> None:
    assert HIDE({"kind": "step", "detail": [text], "number": 1}) == {
        "kind": "step",
        "detail": [sent],
        "number": 1,
    }
    assert NoAddresses({})("at gate") == "at gate"
