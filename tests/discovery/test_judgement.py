"""What findings mean for the device list: pure rules, each state with its remedy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.engine.discovery.keep import can_add, can_follow
from sicktui.model.device import Identity
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.judgement import judge
from sicktui.model.search.names import name_for
from sicktui.model.search.records import (
    AutoIpReply,
    By,
    Found,
    Listed,
    NoSensor,
    Problem,
    Remark,
    RestAnswer,
    SearchState,
    Sighting,
    address_of,
)
from sicktui.model.search.summary import counts, why_nothing
from sicktui.stores.config.device_rules import MAX_NAME, name_problem

PC = Subnet(host="192.168.0.100", prefix=24, name="eth0")
SECOND = Subnet(host="10.0.0.5", prefix=24, name="eth0")
OTHER_CARD = Subnet(host="10.9.0.5", prefix=24, name="eth1")
MAC = "00:06:77:00:00:01"
MAC2 = "00:06:77:00:00:02"


def heard(
    host: str, mac: str = MAC, serial: str | None = "1001", interface: str = PC.host, **reply: Any
) -> Sighting:
    told = AutoIpReply(mac=mac, host=host, serial=serial, **reply)
    return Sighting(by=By.BROADCAST, host=host, mac=mac, interface=interface, reply=told)


def neighbour(host: str, mac: str = MAC) -> Sighting:
    return Sighting(by=By.NEIGHBOUR, host=host, mac=mac)


def answered(
    host: str,
    serial: str | None = "1001",
    mac: str | None = MAC,
    *,
    port: int = 80,
    by: By = By.BROADCAST,
    **more: Any,
) -> RestAnswer:
    identity = Identity(
        name="picoScan", version="2.3.0.0R", serial=serial, mac=mac, device_type="picoScan150"
    )
    return RestAnswer(address=address_of(host, port), host=host, by=by, identity=identity, **more)


def refused(host: str, refusal: NoSensor) -> dict[str, RestAnswer]:
    return {host: RestAnswer(address=host, host=host, refusal=refusal, words="It answered a web page.")}


def seen(*sightings: Sighting, answers: tuple[RestAnswer, ...] = (), **more: Any) -> SearchState:
    return SearchState(sightings=sightings, answers=answers, subnets=more.pop("subnets", (PC,)), **more)


def listed(name: str, address: str, serial: str | None = None) -> Listed:
    host, _, port = address.partition(":")
    return Listed(name=name, address=address, host=host, port=int(port or 80), serial=serial)


def only(found: list[Found]) -> Found:
    (one,) = found
    assert bool(one.message) >= bool(one.problem)
    return one


def test_a_reply_that_rest_confirms() -> None:
    one = only(judge(seen(heard("192.168.0.7"), answers=(answered("192.168.0.7"),)), []))
    assert (one.confirmed, one.problem, one.by, one.device) == (True, None, By.BROADCAST, None)


def test_a_reply_without_a_rest_answer_is_a_hint() -> None:
    one = only(judge(seen(heard("192.168.0.7", name="gate-1")), []))
    assert (one.confirmed, one.problem, one.name, one.serial) == (False, None, "gate-1", "1001")


@pytest.mark.parametrize(
    ("serial", "mac", "confirmed"),
    [
        ("1001", MAC, True),
        ("01001", MAC, True),
        ("1001", None, True),  # a MAC address may be unreadable
        (None, MAC, True),
        ("2002", MAC, False),
        ("1001", MAC2, False),
        (None, None, False),
    ],
)
def test_rest_must_agree_with_serial_number_and_mac_address(
    serial: str | None, mac: str | None, *, confirmed: bool
) -> None:
    found = judge(seen(heard("192.168.0.7"), answers=(answered("192.168.0.7", serial, mac),)), [])
    claimed = [each for each in found if each.by is By.BROADCAST]
    assert (
        [each.confirmed for each in claimed] == [confirmed]
        if confirmed
        else not any(each.confirmed and each.serial == "1001" and each.mac == MAC for each in found)
    )


def test_two_replies_of_one_sensor_are_one() -> None:
    two_ways = seen(
        heard("192.168.0.7"),
        heard("192.168.0.7", interface=OTHER_CARD.host),
        neighbour("192.168.0.7"),
        answers=(answered("192.168.0.7"), answered("192.168.0.7", port=8080)),
        subnets=(PC, OTHER_CARD),
    )
    assert only(judge(two_ways, [])).confirmed


def test_two_replies_with_one_mac_address_and_two_addresses() -> None:
    forged = seen(heard("192.168.0.66", serial="9"), heard("192.168.0.7"), answers=(answered("192.168.0.7"),))
    found = {each.address: each for each in judge(forged, [])}
    assert found["192.168.0.7"].confirmed
    assert not found["192.168.0.66"].confirmed


def test_known_by_serial_number_whatever_its_zeros() -> None:
    one = only(judge(seen(answers=(answered("192.168.0.7"),)), [listed("gate", "192.168.0.7", "001001")]))
    assert (one.device, one.problem, one.is_new) == ("gate", None, False)


def test_http_and_https_are_one_place() -> None:
    one = only(
        judge(seen(answers=(answered("192.168.0.7", port=443),)), [listed("gate", "192.168.0.7", "1001")])
    )
    assert (one.device, one.problem) == ("gate", None)


def test_moved() -> None:
    one = only(judge(seen(answers=(answered("192.168.0.9"),)), [listed("gate", "192.168.0.7", "1001")]))
    assert (one.device, one.problem) == ("gate", Problem.MOVED)
    assert "192.168.0.7" in one.message
    assert "192.168.0.9" in one.message


def test_a_claim_to_have_moved_is_not_believed_while_the_sensor_answers_at_its_place() -> None:
    forged = seen(heard("192.168.0.66", mac=MAC2), answers=(answered("192.168.0.7"),))
    found = {each.mac: each for each in judge(forged, [listed("gate", "192.168.0.7", "1001")])}
    assert (found[MAC].device, found[MAC].problem) == ("gate", None)
    assert (found[MAC2].problem, found[MAC2].confirmed) == (None, False)
    assert "not confirmed" in found[MAC2].message


def test_an_unconfirmed_move_says_so() -> None:
    one = only(judge(seen(heard("192.168.0.9")), [listed("gate", "192.168.0.7", "1001")]))
    assert (one.problem, one.confirmed) == (Problem.MOVED, False)
    assert "list is not changed" in one.advice


def test_a_sensor_with_two_addresses_is_where_the_list_has_it() -> None:
    both = seen(answers=(answered("192.168.0.9"), answered("192.168.0.7")))
    assert only(judge(both, [listed("gate", "192.168.0.7", "1001")])).problem is None


def test_one_sensor_that_reports_its_mac_address_only_once() -> None:
    halves = (answered("192.168.0.7"), answered("192.168.0.7", mac=None, port=8080))
    assert only(judge(seen(answers=halves), [])).address == "192.168.0.7"
    assert only(judge(seen(answers=halves[::-1]), [])).serial == "1001"


def test_another_sensor_at_a_known_address() -> None:
    one = only(
        judge(seen(answers=(answered("192.168.0.7", "2002"),)), [listed("gate", "192.168.0.7", "1001")])
    )
    assert (one.device, one.instead_of, one.problem) == (None, "gate", Problem.OTHER_SENSOR)


def test_two_devices_that_changed_places() -> None:
    swapped = seen(answers=(answered("192.168.0.7", "2002", MAC2), answered("192.168.0.8", "1001", MAC)))
    found = judge(swapped, [listed("one", "192.168.0.7", "1001"), listed("two", "192.168.0.8", "2002")])
    assert [(each.device, each.instead_of, each.problem) for each in found] == [
        ("two", "one", Problem.MOVED),
        ("one", "two", Problem.MOVED),
    ]


def test_new_sensors_that_share_an_address() -> None:
    shared = seen(*(heard("192.168.0.1", f"00:06:77:00:00:0{n}", f"100{n}") for n in range(1, 7)))
    found = judge(shared, [])
    assert [each.problem for each in found] == [Problem.ADDRESS_CONFLICT] * 6
    assert all("6 sensors have the address 192.168.0.1" in each.message for each in found)
    assert all(f"--mac {each.mac}" in each.advice for each in found)


def test_the_same_address_on_two_cards_is_two_networks() -> None:
    apart = seen(
        heard("192.168.0.1"),
        heard("192.168.0.1", MAC2, "1002", interface=OTHER_CARD.host),
        subnets=(PC, OTHER_CARD),
    )
    found = {each.mac: each.problem for each in judge(apart, [])}
    assert found == {MAC: None, MAC2: Problem.OTHER_SUBNET}


def test_another_subnet() -> None:
    one = only(judge(seen(heard("10.0.0.7")), []))
    assert (one.problem, one.confirmed) == (Problem.OTHER_SUBNET, False)
    assert "192.168.0.100/24 on eth0" in one.message
    assert f"--mac {MAC}" in one.advice


def test_the_second_address_of_the_same_card_is_no_other_subnet() -> None:
    assert only(judge(seen(heard("10.0.0.7"), subnets=(PC, SECOND)), [])).problem is None


def test_no_address_yet() -> None:
    assert only(judge(seen(heard("0.0.0.0")), [])).problem is Problem.OTHER_SUBNET  # noqa: S104


@pytest.mark.parametrize(
    ("sighting", "refusal", "told"),
    [
        (heard("192.168.0.7"), NoSensor.CLOSED, "its web server is off or starting"),
        (heard("192.168.0.7"), NoSensor.SILENT, "does not answer"),
        (heard("192.168.0.7"), NoSensor.OTHER, "a web page"),
        (neighbour("192.168.0.7"), NoSensor.CLOSED, "Only the neighbour table"),
        (neighbour("192.168.0.7"), NoSensor.SILENT, "Only the neighbour table"),
    ],
)
def test_no_rest_api(sighting: Sighting, refusal: NoSensor, told: str) -> None:
    one = only(judge(seen(sighting, refusals=refused("192.168.0.7", refusal)), []))
    assert (one.problem, one.confirmed) == (Problem.NO_REST_API, False)
    assert told in one.message
    assert one.advice


def test_a_device_of_the_list_whose_web_server_is_off() -> None:
    off = seen(neighbour("192.168.0.7"), refusals=refused("192.168.0.7", NoSensor.CLOSED))
    one = only(judge(off, [listed("gate", "192.168.0.7", "1001")]))
    assert (one.device, one.problem) == ("gate", Problem.NO_REST_API)


def test_what_the_neighbour_table_remembers_of_an_address_that_another_sensor_has_now() -> None:
    stale = seen(neighbour("192.168.0.7", MAC2), answers=(answered("192.168.0.7"),))
    assert only(judge(stale, [])).mac == MAC


def test_the_neighbour_table_has_the_mac_address_that_a_sensor_cannot_report() -> None:
    one = only(
        judge(seen(neighbour("192.168.0.7"), answers=(answered("192.168.0.7", mac=None, by=By.SWEEP),)), [])
    )
    assert (one.mac, one.confirmed, one.by) == (MAC, True, By.SWEEP)


@pytest.mark.parametrize("table", [(), (neighbour("192.168.0.7"),), (neighbour("192.168.0.7", MAC2),)])
def test_what_rest_reports_neither_of_is_one_row_that_nothing_confirms(table: tuple[Sighting, ...]) -> None:
    claimed = seen(heard("192.168.0.7"), *table, answers=(answered("192.168.0.7", None, None),))
    one = only(judge(claimed, []))
    assert (one.confirmed, one.identity, one.problem, one.serial) == (False, None, None, "1001")
    assert "reports neither a serial number nor a MAC address" in one.message
    assert one.mac == (table[0].mac if table else MAC)
    assert not can_add(one)


def test_a_swept_sensor_that_reports_neither_is_not_confirmed() -> None:
    swept = answered("192.168.0.7", None, None, by=By.SWEEP)
    for one in (
        only(judge(seen(answers=(swept,)), [])),
        only(judge(seen(neighbour("192.168.0.7"), answers=(swept,)), [])),
    ):
        assert (one.confirmed, one.serial, one.model) == (False, None, "picoScan150")
        assert "reports neither a serial number nor a MAC address" in one.message
        assert not can_add(one)
    known = only(judge(seen(answers=(swept,)), [listed("gate", "192.168.0.7", "1001")]))
    assert (known.device, known.confirmed) == ("gate", False)


def test_a_reply_says_nothing_for_a_sensor_that_reports_neither() -> None:
    claimed = seen(heard("192.168.0.7"), answers=(answered("192.168.0.7", None, None),))
    away = only(judge(claimed, [listed("gate", "192.168.0.9", "1001")]))
    assert (away.problem, away.confirmed, can_follow(away)) == (Problem.MOVED, False, False)
    assert "By its answer to the search" in away.message
    there = only(judge(claimed, [listed("gate", "192.168.0.7", "2002")]))
    assert (there.problem, there.confirmed) == (Problem.OTHER_SENSOR, False)
    assert "by its answer to the search" in there.message
    both = seen(
        heard("192.168.0.66"),
        answers=(answered("192.168.0.66", None, None), answered("192.168.0.7", None, None)),
    )
    found = {each.address: each for each in judge(both, [listed("gate", "192.168.0.7", "1001")])}
    assert found["192.168.0.66"].problem is Problem.MOVED, "nothing has answered as 1001 at its own address"


def test_two_replies_for_a_sensor_that_reports_neither_are_a_conflict() -> None:
    shared = seen(
        heard("192.168.0.1"), heard("192.168.0.1", MAC2, "2"), answers=(answered("192.168.0.1", None, None),)
    )
    found = judge(shared, [])
    assert [(each.mac, each.problem, each.confirmed) for each in found] == [
        (MAC, Problem.ADDRESS_CONFLICT, False),
        (MAC2, Problem.ADDRESS_CONFLICT, False),
    ]


def test_a_serial_number_that_only_the_reply_names_is_said_and_not_taken() -> None:
    half = seen(heard("192.168.0.7"), answers=(answered("192.168.0.7", None, MAC),))
    one = only(judge(half, []))
    assert (one.confirmed, one.serial, one.mac) == (True, None, MAC)
    assert "1001" in one.message
    assert "not confirmed" in one.message


def test_a_listed_serial_number_that_only_the_reply_names_is_not_added_a_second_time() -> None:
    half = seen(heard("192.168.0.7"), answers=(answered("192.168.0.7", None, MAC),))
    gate = listed("gate", "192.168.0.9", "1001")
    away = only(judge(half, [gate]))
    assert (away.device, away.problem, away.confirmed, away.identity) == ("gate", Problem.MOVED, False, None)
    assert "By its answer to the search" in away.message
    assert not can_add(away)
    assert not can_follow(away)
    at_home = seen(*half.sightings, answers=(*half.answers, answered("192.168.0.9", "1001", MAC2)))
    found = {each.address: each for each in judge(at_home, [gate])}
    assert (found["192.168.0.9"].device, found["192.168.0.9"].problem) == ("gate", None)
    assert (found["192.168.0.7"].confirmed, can_add(found["192.168.0.7"])) == (False, False)
    assert "Sensor 1001 answers at 192.168.0.9" in found["192.168.0.7"].message
    assert only(judge(half, [listed("gate", "192.168.0.7", "01001")])).confirmed, "nothing speaks against it"
    other = only(judge(half, [listed("gate", "192.168.0.7", "2002")]))
    assert (other.problem, other.confirmed, other.instead_of) == (Problem.OTHER_SENSOR, False, "gate")


@pytest.mark.parametrize(
    ("table", "mac", "said"),
    [((), MAC, MAC), ((neighbour("192.168.0.7", MAC2),), MAC2, MAC), ((neighbour("192.168.0.7"),), MAC, "")],
)
def test_a_mac_address_that_only_the_reply_names_is_said(
    table: tuple[Sighting, ...], mac: str, said: str
) -> None:
    half = seen(heard("192.168.0.7"), *table, answers=(answered("192.168.0.7", mac=None),))
    one = only(judge(half, []))
    assert (one.confirmed, one.serial, one.mac) == (True, "1001", mac)
    assert (said in one.message) if said else not one.message
    assert ("not confirmed" in one.message) == bool(said)
    gone = only(judge(half, [listed("gate", "192.168.0.9", "1001")]))
    assert gone.problem is Problem.MOVED
    assert said in gone.message


def test_a_row_takes_nothing_from_a_hint_that_its_rest_contradicts() -> None:
    lie = seen(heard("192.168.0.7", MAC2, "2"), answers=(answered("192.168.0.7", mac=None),))
    found = {each.serial: each for each in judge(lie, [])}
    assert (found["1001"].mac, found["1001"].confirmed) == (None, True)
    assert (found["2"].mac, found["2"].confirmed) == (MAC2, False)


def test_hidden() -> None:
    one = only(judge(seen(answers=(answered("192.168.0.7", by=By.SWEEP, hidden=True),)), []))
    assert (one.hidden, one.problem, one.confirmed) == (True, None, True)
    assert "EtherCoLaScanMode" in one.message


def test_sensors_on_ports_of_this_pc_are_matched_by_serial_number() -> None:
    local = seen(
        heard("127.0.0.1", MAC, "1", interface=""),
        heard("127.0.0.1", MAC2, "2", interface=""),
        answers=(answered("127.0.0.1", "2", MAC2, port=8002), answered("127.0.0.1", "1", MAC, port=8001)),
    )
    assert [(each.address, each.serial, each.confirmed) for each in judge(local, [])] == [
        ("127.0.0.1:8001", "1", True),
        ("127.0.0.1:8002", "2", True),
    ]


# Names


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20))
def test_every_name_can_be_used(location: str, model: str, serial: str) -> None:
    found = Found(address="192.168.0.7", by=By.SWEEP, mac=MAC, name=location, model=model, serial=serial)
    first = name_for(found, [], longest=MAX_NAME)
    second = name_for(found, [first.upper()], longest=MAX_NAME)
    assert (name_problem(first), name_problem(second)) == ("", "")
    assert first.casefold() != second.casefold()


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("gate-1", "gate-1"),
        ("", "picoScan150-1001"),
        ("hall 3/gate:1", "hall 3-gate-1"),
        ("@all", "sensor-all"),
        ("192.168.0.1", "sensor-192.168.0.1"),
        ("--add", "add"),
        ("   ", "picoScan150-1001"),
    ],
)
def test_names(location: str, name: str) -> None:
    found = Found(address="192.168.0.7", by=By.SWEEP, name=location, model="picoScan150", serial="1001")
    assert name_for(found, [], longest=MAX_NAME) == name


# The end


def test_the_numbers() -> None:
    found = judge(
        seen(answers=(answered("192.168.0.7"), answered("192.168.0.9", "1002", MAC2))),
        [listed("gate", "192.168.0.8", "1002")],
    )
    numbers = counts(found, seen(probed=254))
    assert (numbers.found, numbers.new, numbers.moved, numbers.probed) == (2, 1, 1, 254)


def test_why_nothing_was_found() -> None:
    told = dict(why_nothing(seen(), broadcast=True, swept=False, windows=True))
    assert any("Public" in reason for reason in told)
    assert any("VLAN" in reason for reason in told)
    assert any("--cidr 192.168.0.0/24" in advice for advice in told.values())
    assert all(reason and advice for reason, advice in told.items())
    assert any(
        "no IPv4" in reason
        for reason, _ in why_nothing(seen(subnets=()), broadcast=True, swept=False, windows=False)
    )
    assert not any(
        "Public" in reason for reason, _ in why_nothing(seen(), broadcast=True, swept=True, windows=False)
    )


def _hosts() -> st.SearchStrategy[str]:
    return st.sampled_from(["192.168.0.1", "192.168.0.7", "10.0.0.7", "127.0.0.1", "0.0.0.0"])  # noqa: S104


@given(
    st.lists(
        st.builds(
            lambda host, mac, serial, by: heard(host, mac, serial) if by else neighbour(host, mac),
            _hosts(),
            st.sampled_from([MAC, MAC2, "00:06:77:00:00:03"]),
            st.sampled_from([None, "1", "2"]),
            st.booleans(),
        ),
        max_size=6,
    ),
    st.lists(
        st.builds(
            lambda host, serial, mac, port: answered(host, serial, mac, port=port),
            _hosts(),
            st.sampled_from([None, "1", "2"]),
            st.sampled_from([None, MAC, MAC2]),
            st.sampled_from([80, 8080]),
        ),
        max_size=4,
    ),
    st.lists(
        st.builds(listed, st.sampled_from("abc"), _hosts(), st.sampled_from([None, "1", "2"])), max_size=3
    ),
)
def test_whatever_is_found_is_confirmed_by_rest_only(
    sightings: list[Sighting], answers: list[RestAnswer], entries: list[Listed]
) -> None:
    found = judge(seen(*sightings, answers=tuple(answers)), entries)
    own = {(a.address, a.identity.serial) for a in answers if a.identity}
    assert all((each.address, each.serial) in own for each in found if each.confirmed)
    assert all(each.serial or (each.identity and each.identity.mac) for each in found if each.confirmed)
    keys = [each.mac for each in found if each.confirmed and each.mac]
    assert len(keys) == len(set(keys)) or any(a.identity and a.identity.mac is None for a in answers)
    for each in found:
        assert (each.problem is Problem.MOVED) <= (each.device is not None)
        assert (each.problem is Problem.OTHER_SENSOR) <= (each.instead_of is not None)
        assert bool(each.problem) <= bool(each.message)


def test_a_remark_is_plain() -> None:
    assert Remark(code="x", message="y").advice == ""
