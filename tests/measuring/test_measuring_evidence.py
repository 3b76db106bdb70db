"""What datagrams and readings are worth: a case for each rule, all of them pure."""

from typing import Any

import pytest
from msgspec import structs

from sicktui.model.health.judgement import judge
from sicktui.model.health.records import Report, Weight
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.measuring.datagrams import decode
from sicktui.model.measuring.evidence import MeasuringEvidence, Promise, moving, promise_of
from sicktui.model.measuring.receiving import Way, way_of
from sicktui.model.measuring.stream import Heard, Tally, sender_of
from sicktui.model.network.subnet import Subnet
from tests.health.sensors import readings
from tests.measuring.datagrams import SERIAL, compact, sealed

HERE = "192.168.0.1"
HOSTS = frozenset({HERE})
MINE = [Subnet(host="192.168.0.100", prefix=24), Subnet(host="127.0.0.1", prefix=8)]
TO_ME = Way(port=2115, receiver="192.168.0.100:2115")
PROMISE = Promise(segments=5, rate=200.0, hertz=40.0)


def heard(*datagrams: bytes, host: str = HERE, hosts: frozenset[str] = HOSTS, pace: float = 0.005) -> Heard:
    tally = Tally(str(SERIAL), hosts)
    for number, datagram in enumerate(datagrams):
        tally.take(decode(datagram), host, number * pace)
    return tally.result(1.0)


def stream(number: int) -> list[bytes]:
    return [compact(counter, segment=counter % 5, frame=counter // 5) for counter in range(1, number + 1)]


def found(changes: dict[str, Any] | None = None, **evidence: Any) -> Report:
    measuring = MeasuringEvidence(**({"way": TO_ME, "promise": PROMISE} | evidence))
    return judge(structs.replace(readings(changes), measuring=measuring))


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


ELSEWHERE = Way(receiver="192.168.0.7:2115", why="Nothing could be received, as its receiver is X.")
BAD = [one[:-1] + bytes([one[-1] ^ 1]) for one in stream(3)]
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "measuring_received": ({}, {"heard": heard(*stream(100))}),
    "measuring_evaluated": ({}, {"way": ELSEWHERE, "moved": ("FieldEvaluationResult",)}),
    "measuring_reported": ({}, {"way": ELSEWHERE}),
    "not_measuring": ({"DeviceStatus": 4}, {"way": ELSEWHERE}),
    "measuring_unknown": ({"DeviceStatus": ...}, {"way": ELSEWHERE}),
    "stream_silent": ({}, {"heard": Heard(seconds=4.0)}),
    "stream_frozen": ({}, {"heard": heard(*[compact(9)] * 3)}),
    "stream_damaged": ({}, {"heard": heard(*BAD)}),
    "stream_slow": ({}, {"heard": heard(*stream(60), pace=0.01)}),
    "stream_other_serial": ({}, {"heard": heard(compact(1, sender=99999999))}),
    "stream_other_address": ({}, {"heard": heard(*stream(3), host="192.168.0.66")}),
}


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == {rule.code for rule in MEASURING}
    for code, (changes, evidence) in CASES.items():
        assert code in codes(found(changes, **evidence)), code


def test_two_datagrams_prove_that_it_measures() -> None:
    report = found(heard=heard(*stream(100)))
    (finding,) = report.findings
    assert (finding.code, finding.level) == ("measuring_received", Weight.NOTE)
    assert finding.message == (
        "It measures: this PC received 100 datagrams of it in 1.0 s (Compact, 5 of 5 segments, 200 a second)."
    )
    values = {measure.name: measure.value for measure in report.measures}
    assert (values["measuring_evidence"], values["telegram_counter"], values["datagrams_promised"]) == (
        "received",
        100,
        200.0,
    )
    assert heard(*stream(2)).is_proven
    assert not heard(*stream(1)).is_proven


def test_lost_datagrams_do_not_make_a_stream_slow() -> None:
    tally = Tally(str(SERIAL), HOSTS)
    for number, datagram in enumerate(stream(200)):
        if number % 4 == 0:
            tally.take(decode(datagram), HERE, number * 0.005)
    result = tally.result(1.0)
    assert (result.good, result.missing) == (50, 147)
    assert result.rate == pytest.approx(200.0)
    assert codes(found(heard=result)) == ["measuring_received"]


def test_a_slow_stream() -> None:
    report = found(heard=heard(*stream(60), pace=0.01))
    assert codes(report) == ["stream_slow", "measuring_received"]
    assert "100 datagrams a second; 40 Hz with 5 segments promise 200" in report.findings[0].message


def test_a_counter_that_stands_still_proves_nothing() -> None:
    report = found(heard=heard(*[compact(9)] * 3))
    assert codes(report) == ["stream_frozen", "measuring_reported"]
    falls = found(heard=heard(compact(9), compact(8), compact(7))).findings[0]
    assert falls.message == "Its telegram counter does not rise above 9, in 3 datagrams."


def test_one_old_or_forged_datagram_does_not_freeze_a_stream() -> None:
    result = heard(compact(9_000_000), *stream(60))
    assert not result.is_frozen
    assert (result.is_proven, result.good, result.first, result.last, result.repeated) == (True, 60, 1, 60, 1)
    assert heard(compact(9_000_000), *[compact(5)] * 4).is_frozen


def test_a_few_datagrams_that_come_again_and_again_prove_nothing() -> None:
    result = heard(*stream(5) * 100)
    assert (result.is_frozen, result.is_proven) == (True, False)
    assert codes(found(heard=result)) == ["stream_frozen", "measuring_reported"]
    assert not heard(*(each for each in stream(300) for _ in range(3))).is_frozen  # each three times


def test_a_restart_while_it_is_listened_is_no_frozen_stream() -> None:
    before = [compact(counter) for counter in range(100_000, 100_040)]
    result = heard(*before, *stream(500))
    assert (result.is_frozen, result.is_proven, result.last) == (False, True, 500)


def test_what_is_repeated_or_late_is_not_counted() -> None:
    result = heard(compact(5), compact(6), compact(5), compact(6))
    assert (result.good, result.repeated, result.is_proven, result.is_frozen) == (2, 2, True, False)


def test_damaged_datagrams_prove_nothing() -> None:
    assert codes(found(heard=heard(*BAD, b"short"))) == ["stream_damaged", "measuring_reported"]


def test_another_serial_number_from_its_address() -> None:
    report = found(heard=heard(*[compact(n, sender=99999999) for n in range(3)]))
    assert codes(report) == ["stream_silent", "stream_other_serial"]
    assert "3 datagrams from its address had another serial number: 99999999." in report.findings[1].message


def test_its_serial_number_from_another_address() -> None:
    report = found(heard=heard(*stream(3), host="192.168.0.66"))
    assert codes(report) == ["stream_silent", "stream_other_address"]


def test_without_a_resolved_address_the_serial_number_counts() -> None:
    assert heard(*stream(3), host="10.0.0.9", hosts=frozenset()).is_proven


def test_a_flood_of_serial_numbers_is_bounded() -> None:
    result = heard(*[compact(1, sender=number) for number in range(1, 101)])
    assert (len(result.others), result.foreign) == (8, 92)


def test_imu_data_is_no_scan() -> None:
    imu = sealed(b"\2\2\2\2\4\0\0\0" + bytes(20) + SERIAL.to_bytes(4, "little") * 2 + bytes(8))
    result = heard(imu, imu)
    assert (result.good, result.others_data) == (0, 2)


def test_silence_where_this_pc_is_the_receiver() -> None:
    report = found(heard=Heard(seconds=4.0, foreign=3))
    assert codes(report) == ["stream_silent"]
    assert report.findings[0].message == (
        "This PC gets its scan data (192.168.0.100:2115), and none came in 4.0 s. 3 datagrams of others came."
    )


def test_what_the_evidence_is_worth_without_datagrams() -> None:
    (finding,) = found(way=ELSEWHERE).findings
    assert (finding.code, finding.level) == ("measuring_reported", Weight.NOTE)
    assert finding.message.endswith("nothing else shows it. Nothing could be received, as its receiver is X.")
    assert codes(found(way=ELSEWHERE, moved=("FieldEvaluationResult",))) == ["measuring_evaluated"]
    assert "not_measuring" in codes(found({"DeviceStatus": 4}, way=ELSEWHERE))
    assert "not_measuring" in codes(found({"SCdevicestate": 0}, moved=("FieldEvaluationResult",)))
    assert codes(found({"DeviceStatus": ...}, way=ELSEWHERE)) == ["status_unknown", "measuring_unknown"]
    assert codes(found({"DeviceStatus": 8}, way=ELSEWHERE)) == ["fatal_error", "measuring_unknown"]
    suspended = found({"DeviceStatus": 4, "SCdevicestate": ...}, way=ELSEWHERE)
    assert [each.message for each in suspended.findings if each.code == "not_measuring"] == [
        "The sensor reports that it does not measure (DeviceStatus 4 (suspended))."
    ]
    assert codes(found(why_not="Another program has the port.")) == ["measuring_reported"]
    # Datagrams are more than what it reports.
    assert "measuring_received" in codes(found({"SCdevicestate": 0}, heard=heard(*stream(3))))


def settings(
    *, enabled: object = True, number: object = 2, to: object = None, port: object = 2115
) -> dict[str, Any]:
    address = [192, 168, 0, 100] if to is None else to
    return {
        "ScanDataEnable": enabled,
        "ScanDataFormat": number,
        "ScanDataEthSettings": {"Protocol": 1, "IPAddress": address, "Port": port},
    }


@pytest.mark.parametrize(
    ("values", "port", "group"),
    [
        (settings(), 2115, None),
        (settings(number=1), 2115, None),
        (settings(to=[192, 168, 0, 255]), 2115, None),
        (settings(to=[239, 1, 2, 3]), 2115, "239.1.2.3"),
        (settings(to=[192, 168, 0, 7]), 0, None),
        (settings(to=[127, 0, 0, 1]), 0, None),
        (settings(to=[127, 255, 255, 255]), 0, None),
        (settings(to=[0, 0, 0, 0]), 0, None),
        (settings(port=0), 0, None),
        (settings(port=70_000), 0, None),
        (settings(port="2115"), 0, None),
        (settings(to=[300, 1, 1, 1]), 0, None),
        (settings(to="192.168.0.100"), 0, None),
        (settings(enabled=False), 0, None),
        (settings(enabled=1), 0, None),
        (settings(number=3), 0, None),
        (settings(number=4), 0, None),
        (settings(number=None), 0, None),
        (
            settings() | {"ScanDataEthSettings": {"Protocol": 2, "IPAddress": [192, 168, 0, 100], "Port": 1}},
            0,
            None,
        ),
        ({}, 0, None),
    ],
)
def test_whether_this_pc_is_the_receiver(values: dict[str, Any], port: int, group: str | None) -> None:
    way = way_of(values, MINE)
    assert (way.port, way.group) == (port, group)
    assert way.is_here or way.why.endswith(".")


def test_a_simulated_sensor_may_send_to_this_pc_itself() -> None:
    assert way_of(settings(to=[127, 0, 0, 1]), MINE, is_loopback=True).port == 2115


SCAN = {"ScanConfig": {"udiScanFreq": 2500}}


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({"ScanConfig": {"udiScanFreq": 1500}}, 150.0),
        (SCAN, 250.0),
        ({"ScanConfig": {"udiScanFreq": 3000}}, 150.0),
        ({"ScanConfig": {"udiScanFreq": 4000}}, 200.0),
        ({"ScanConfig": {"udiScanFreq": 5000}}, 250.0),
        (SCAN | {"LFPintervalFilter": {"bEnable": True, "uiReductionFactor": 5}}, 50.0),
        (SCAN | {"LFPintervalFilter": {"bEnable": False}}, 250.0),
        (SCAN | {"LFPangleRangeFilter": {"bEnable": True}}, None),
        ({"ScanConfig": {"udiScanFreq": 2700}}, None),
        ({"ScanConfig": {"udiScanFreq": float("nan")}}, None),
        ({"ScanConfig": {"udiScanFreq": 10**9}}, None),
        (SCAN | {"LFPintervalFilter": {"bEnable": True, "uiReductionFactor": 0}}, None),
        (SCAN | {"LFPintervalFilter": "on"}, None),
        ({}, None),
    ],
)
def test_what_the_scan_frequency_promises(values: dict[str, Any], rate: float | None) -> None:
    promised = promise_of(values, "picoScan")
    assert (promised and promised.rate) == rate
    assert promise_of(values, "multiScan") is None


def test_moments_of_measuring() -> None:
    values = {"FieldEvaluationResult": {"Timestamp": 5}, "perpendicularDistanceResult": {"timestamp": 0}}
    assert moving(values) == {"FieldEvaluationResult": 5}
    assert moving({"FieldEvaluationResult": {"Timestamp": "5"}, "perpendicularDistanceResult": []}) == {}


def test_serial_numbers_as_senders() -> None:
    assert [sender_of(text) for text in ("25420067", " 02542 ", "4294967296", "0", "A1", "", None, "٣")] == [
        25420067,
        2542,
        None,
        None,
        None,
        None,
        None,
        None,
    ]
