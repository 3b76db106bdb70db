"""What may be set, and what a change of an address or a commissioning may be called: exhaustively."""

import contextlib
import itertools
from functools import partial
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sicktui.model.enums import Code, Verdict
from sicktui.model.errors import UsageError
from sicktui.model.network.address_change import AddressEvidence, Trouble, Where, judge
from sicktui.model.network.addressing import (
    NO_GATEWAY,
    Ipv4Config,
    Ipv4State,
    check_static,
    completed,
    outside_words,
    parse_ipv4,
    parse_mask,
    rows_of,
    warnings_for,
)
from sicktui.model.network.commissioning import CommissioningEvidence, judge_commissioning

TROUBLES = (None, Trouble(message="It failed.", code=Code.ACCESS_DENIED), Trouble(message="It failed."))


def test_a_change_is_called_succeeded_on_proof_alone() -> None:
    both = (True, False)
    for written, undone, applied, where, other, differs, saved, asked, trouble, new in itertools.product(
        both,
        (None, *both),
        both,
        (None, *Where),
        ("", "serial 2"),
        ("", "reports another mask"),
        (None, *both),
        both,
        TROUBLES,
        ("10.0.0.2", ""),
    ):
        evidence = AddressEvidence(
            label="1",
            old="10.0.0.1",
            new=new,
            written=written,
            undone=undone,
            applied=applied,
            where=where,
            other=other,
            differs=differs,
            saved=saved,
            asked_to_save=asked,
            trouble=trouble,
        )
        judged = judge(evidence)
        proven = applied and where is Where.NEW and saved is True and not differs
        assert (judged.verdict is Verdict.SUCCEEDED) == proven, evidence
        assert judged.message
        assert (judged.code is None) == proven
        if applied and where is Where.NOWHERE:
            assert judged.verdict is Verdict.UNKNOWN
        if applied and not proven:
            assert judged.advice, evidence
        if judged.verdict is Verdict.FAILED and written and not applied:
            assert undone is not None, "it is not shown that nothing of it is left"
        if judged.verdict is Verdict.FAILED and applied and where is Where.OLD:
            assert undone, "what was sent could still take effect"


def test_a_sensor_is_called_commissioned_on_proof_alone() -> None:
    both = (True, False)
    for heard, silent, requests, accepted, where, other, named, saved, trouble in itertools.product(
        both, both, (0, 2), both, (None, *Where), ("", "serial 2"), (None, *both), (None, *both), TROUBLES
    ):
        evidence = CommissioningEvidence(
            label="gate",
            new="10.0.0.2",
            heard=heard,
            silent=silent,
            requests=requests,
            accepted=accepted,
            where=where,
            other=other,
            named=named,
            saved=saved,
            trouble=trouble,
        )
        judged = judge_commissioning(evidence)
        proven = where is Where.NEW and saved is True and named is not False and trouble is None
        assert (judged.verdict is Verdict.SUCCEEDED) == proven, evidence
        if accepted and where is not Where.NEW:
            assert judged.verdict is Verdict.UNKNOWN, evidence
        if requests and silent and where is not Where.NEW:
            assert judged.verdict is Verdict.UNKNOWN, "it may take the address yet"


def config(address: str, mask: str = "255.255.255.0", gateway: str = NO_GATEWAY) -> Ipv4Config:
    return Ipv4Config(dhcp=False, address=address, mask=mask, gateway=gateway)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_what_may_be_set_is_a_host_of_its_subnet_with_its_gateway(
    address: int, bits: int, gateway: int
) -> None:
    mask = str(IPv4Network(f"0.0.0.0/{bits}").netmask)
    wanted = config(_quad(address), mask, _quad(gateway))
    try:
        check_static(wanted)
    except UsageError:
        return
    hosts = wanted.network
    assert 8 <= bits <= 30
    for each in (address, *(() if wanted.gateway == NO_GATEWAY else (gateway,))):
        assert hosts.network_address < hosts.network_address + (each - int(hosts.network_address))
        assert each < int(hosts.broadcast_address)
        assert not 127 << 24 <= each < 128 << 24
        assert each < 224 << 24
    assert wanted.gateway != wanted.address


def _quad(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


@given(st.text(max_size=40))
def test_any_text_is_an_address_a_mask_or_wrong_use(text: str) -> None:
    for parse in (partial(parse_ipv4, what="address"), parse_mask):
        with contextlib.suppress(UsageError):
            assert parse(text).count(".") == 3


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("24", "255.255.255.0"),
        ("/16", "255.255.0.0"),
        ("255.255.255.252", "255.255.255.252"),
        ("08", "255.0.0.0"),
    ],
)
def test_a_mask_is_written_in_two_ways(text: str, mask: str) -> None:
    assert parse_mask(text) == mask


def test_what_is_not_given_stays_and_a_gateway_that_does_not_fit_is_dropped() -> None:
    before = config("10.0.0.1", gateway="10.0.0.254")
    assert completed(before, address="10.0.0.9") == structs.replace(before, address="10.0.0.9")
    assert completed(before, address="10.0.1.9").gateway == NO_GATEWAY
    assert completed(before, address="10.0.1.9", gateway="10.0.0.254").gateway == "10.0.0.254"
    assert completed(before, mask="16", address="10.0.1.9").gateway == "10.0.0.254"


def test_an_address_that_this_pc_reaches_needs_no_second_yes() -> None:
    networks = [IPv4Network("192.168.0.0/24"), IPv4Network("10.0.0.0/8")]
    assert outside_words(config("10.9.9.9"), networks) == ""
    assert "192.168.0.0/24, 10.0.0.0/8" in outside_words(config("172.16.0.1"), networks)
    assert "(none)" in outside_words(config("172.16.0.1"), [])
    assert outside_words(structs.replace(config("172.16.0.1"), dhcp=True), []) == ""


def test_the_dhcp_trap_is_warned_of_and_shown() -> None:
    static = config("10.0.0.1")
    state = Ipv4State(config=structs.replace(static, dhcp=True, retries_dhcp=True), dhcp_address="10.0.0.77")
    assert "never comes up" in warnings_for(structs.replace(static, dhcp=True, retries_dhcp=True))[0]
    assert warnings_for(structs.replace(static, retries_dhcp=True)) == ()
    rows = dict(rows_of(state, "10.0.0.77"))
    assert rows["mode"] == "DHCP"
    assert rows["from DHCP"].startswith("10.0.0.77")
    assert rows["static address"] == "10.0.0.1"
    assert rows["without DHCP"] == "asks DHCP again"
    assert state.effective.address == "10.0.0.77"
    assert Ipv4State(config=static, scan_mode=99).scan_words == "99"
