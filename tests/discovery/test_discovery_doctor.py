"""What the doctor finds out about searching."""

import socket

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.doctor.discovery import discovery_checks, profile_checks


def test_the_interfaces_and_the_port(context: Context) -> None:
    found = {check.name: check for check in discovery_checks(context, windows=False)}
    if found["interfaces"].state == "ok":
        assert set(found) == {"interfaces", "search"}
        assert "/" in found["interfaces"].message
    else:
        assert found["interfaces"].remedy


def test_a_port_that_another_program_has(context: Context) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        taken = structs.replace(context.settings.discovery, port=other.getsockname()[1])
        context.settings = structs.replace(context.settings, discovery=taken)
        found = {check.name: check for check in discovery_checks(context, windows=False)}
    if found["interfaces"].state == "ok":
        assert found["search"].state == "warning"
        assert str(context.settings.discovery.port) in found["search"].message


def test_a_public_network_of_windows() -> None:
    (check,) = profile_checks("Ethernet 2|Public\r\nWi-Fi|Private\r\n")
    assert (check.state, "Ethernet 2" in check.message, "Wi-Fi" in check.message) == ("warning", True, False)
    (check,) = profile_checks("Ethernet|Private\r\n")
    assert check.state == "ok"
    (check,) = profile_checks("a|b|\x1b[2J|DomainAuthenticated\n")
    assert check.state == "ok"
    assert list(profile_checks("")) == []
