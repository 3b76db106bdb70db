"""Addresses as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.address import Address, parse_address
from sicktui.model.errors import UsageError


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
        ("[pico]", "no IPv6"),
        ("10.0.0.256", "four numbers"),
        ("10.0.0", "four numbers"),
        ("-pico", "no name"),
        ("a..b", "no name"),
        ("10.0.0.1:", "port is no number"),
        ("10.0.0.1:http", "port is no number"),
        ("10.0.0.1:0", "between 1 and"),
        ("10.0.0.1:65536", "between 1 and"),
        ("10.0.0.1:99999999999", "port is no number"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_how_it_is_written(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert why in caught.value.message
    assert "192.168.0.1:8080" in caught.value.advice


@given(st.text())
def test_any_text_is_an_address_or_a_usage_error(text: str) -> None:
    try:
        address = parse_address(text)
    except UsageError:
        return
    assert 1 <= address.port <= 65535
    assert address.base_url("http").isascii()
