"""No address of a sensor, and no folder of it, leaves a PC."""

from pathlib import Path

import pytest

from sicktui.fleet.no_addresses import NoAddresses, without_folders

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


PACKAGE = "picoScan150_2.3.0.0R.spk.signed"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"The package /srv/sick/data/firmware/ee03/{PACKAGE} changed.", f"The package {PACKAGE} changed."),
        ("Cannot read '/etc/plant/ca.pem': no such file.", "Cannot read 'ca.pem': no such file."),
        (f"Cannot write {Path.home()}/a/x.json", "Cannot write x.json"),
        (f"Cannot open {Path.home()}: denied", "Cannot open ~: denied"),
        ("Cannot open /srv/My Plant/data: denied", "Cannot open data: denied"),
        ("Cannot read /srv/My Plant/data/firmware/index.json.", "Cannot read index.json."),
        (rf"The package C:\Users\Anna B\data\{PACKAGE} changed.", f"The package {PACKAGE} changed."),
        (r"Cannot read \\server\share$\ca.pem: no such file.", "Cannot read ca.pem: no such file."),
        ("Cannot read C:/Users/anna/ca.pem.", "Cannot read ca.pem."),
        # No folder of the PC.
        (
            "hall-1/gate/x and http://arm/api/crown/x, 3/4/5",
            "hall-1/gate/x and http://arm/api/crown/x, 3/4/5",
        ),
        ("GET /apievents of 192.168.0.10:443/a/b", "GET /apievents of gate:443/a/b"),
        ("gate-1/20261130-120000-aaaa", "gate-1/20261130-120000-aaaa"),
    ],
)
def test_of_a_path_only_the_name_of_the_file_is_sent(text: str, sent: str) -> None:
    hide = NoAddresses({"gate": "192.168.0.10"}, [Path("/srv/My Plant/data")])
    assert hide({"message": text}) == {"message": sent}
    assert without_folders("at gate") == "at gate"
