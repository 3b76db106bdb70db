"""Addresses as people write them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.engine.targets import choose
from sicktui.model.device import Profile
from sicktui.model.errors import UsageError
from sicktui.model.network.address import Address, address_problem, parse_address
from sicktui.model.settings import Settings
from sicktui.stores.config.device_rules import check_profile
from sicktui.stores.config.devices import DeviceList


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.0.1", Address("192.168.0.1", 80)),
        ("192.168.0.1:8080", Address("192.168.0.1", 8080)),
        ("gate-7.plant.example", Address("gate-7.plant.example", 80)),
        ("localhost:1", Address("localhost", 1)),
        ("pico_3:65535", Address("pico_3", 65535)),
        ("[fe80::1]", Address("fe80::1", 80)),
        ("[fe80::1]:8080", Address("fe80::1", 8080)),
    ],
)
def test_an_address_is_understood(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("10.0.0.1:80", True),
        ("host.example.", True),
        ("localhost", True),
        ("[::1]", True),
        ("[::ffff:10.0.0.1]:80", True),
        ("[fe80::1%eth0]", False),
        ("[fe80::1%25eth0]:80", False),
        ("10.0.0.1.", False),
        ("10.0.1", False),
        ("host.example:000080", False),
        ("sensor-3.plant.example:8080", True),
        ("localhost:65535", True),
        ("a.b_c", True),
        ("http://a.b", False),
        ("a.b/c", False),
        ("a.b:", False),
        ("a.b:c", False),
        ("a.b:0", False),
        ("a.b:65536", False),
        ("a.b:\N{ARABIC-INDIC DIGIT THREE}", False),
        ("::1", False),
        ("[::1", False),
        ("[::1]80", False),
        ("[x]:1", False),
        ("a..b", False),
        ("-a.b", False),
        ("a" * 64 + ".b", False),
        ("a.b\n", False),
        ("a:1:2", False),
    ],
)
def test_the_device_list_and_the_command_line_take_the_same_addresses(text: str, valid: bool) -> None:
    def accepted(act: Callable[[], object]) -> bool:
        try:
            act()
        except UsageError:
            return False
        return True

    assert accepted(lambda: check_profile(Profile(name="gate", address=text))) is valid
    assert accepted(lambda: choose([text], DeviceList(profiles={}), Settings())) is valid
    assert accepted(lambda: parse_address(text)) is valid


def test_https_has_a_port_of_its_own() -> None:
    assert parse_address("192.168.0.1", "https") == Address("192.168.0.1", 443)


def test_the_base_url_brackets_ipv6_and_leaves_out_the_usual_port() -> None:
    assert parse_address("[fe80::1]:8080").base_url("http") == "http://[fe80::1]:8080/api/"
    assert parse_address("10.0.0.1").base_url("http") == "http://10.0.0.1/api/"
    assert parse_address("10.0.0.1:443", "https").base_url("https") == "https://10.0.0.1/api/"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" 10.0.0.1", "blanks"),
        ("10.0.0.1 ", "blanks"),
        ("10.0.0.1\n", "blanks"),
        ("gäte", "letters"),
        ("http://10.0.0.1", "only host and port"),
        ("10.0.0.1/api", "only host and port"),
        ("user@10.0.0.1", "only host and port"),
        ("fe80::1", "brackets"),
        ("[fe80::1", "bracket"),
        ("[fe80::1]80", "bracket"),
        ("[fe80::1%eth0]", "zone"),
        ("[pico]", "do not contain an IPv6"),
        ("10.0.0.256", "four numbers"),
        ("10.0.0", "four numbers"),
        ("-pico", "neither a name"),
        ("a..b", "neither a name"),
        ("10.0.0.1:", "port is not a number"),
        ("10.0.0.1:http", "port is not a number"),
        ("10.0.0.1:0", "not between 1 and"),
        ("10.0.0.1:65536", "not between 1 and"),
        ("10.0.0.1:99999999999", "port is not a number"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_how_it_is_written(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert why in caught.value.message
    assert "192.168.0.1:8080" in caught.value.advice


@given(st.text())
def test_any_text_is_an_address_or_a_problem_in_words(text: str) -> None:
    problem = address_problem(text)
    assert problem.isprintable()
    if problem:
        with pytest.raises(UsageError) as caught:
            parse_address(text)
        assert caught.value.message == f"{problem[0].upper()}{problem[1:]}."
    else:
        address = parse_address(text)
        assert 1 <= address.port <= 65535
        assert address.base_url("http").isascii()
