"""Datagrams as bytes from anywhere: what is understood of them, and that nothing raises."""

import struct
import zlib

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sicktui.model.measuring.datagrams import Datagram, Format, decode
from tests.measuring.datagrams import SERIAL, compact, msgpack, sealed


def test_compact() -> None:
    assert decode(compact(7, segment=3, frame=2)) == Datagram(
        format=Format.COMPACT, sender=SERIAL, counter=7, segment=3, frame=2, intact=True
    )


@pytest.mark.parametrize("over_all", [False, True])
def test_msgpack_with_either_checksum(*, over_all: bool) -> None:
    assert decode(msgpack({0x94: SERIAL, 0xB0: 7, 0x91: 3, 0x92: 2}, over_all=over_all)) == Datagram(
        format=Format.MSGPACK, sender=SERIAL, counter=7, segment=3, frame=2, intact=True
    )


def test_msgpack_without_an_inner_map_and_without_a_segment() -> None:
    found = decode(msgpack({0x94: SERIAL, 0xB0: 7, 0x96: [b"x" * 40]}, nested=False))
    assert found == Datagram(format=Format.MSGPACK, sender=SERIAL, counter=7, intact=True)


@pytest.mark.parametrize("version", [0, 3, 4, 5, 0xFFFF_FFFF])
def test_the_version_decides_nothing(version: int) -> None:
    found = decode(compact(7, version=version))
    assert found is not None
    assert (found.sender, found.intact) == (SERIAL, True)


def test_imu_and_encoder_are_no_scans() -> None:
    imu = sealed(struct.pack("<4sIQQI", b"\2\2\2\2", 2, 7, 0, 1) + bytes(32))
    encoder = sealed(struct.pack("<4sIQQIII", b"\2\2\2\2", 4, 7, 0, 1, 8, SERIAL) + bytes(8))
    seen = [decode(imu), decode(encoder)]
    assert [one and (one.sender, one.is_scan, one.intact) for one in seen] == [
        (None, False, True),
        (SERIAL, False, True),
    ]


@pytest.mark.parametrize("whole", [compact(7), msgpack({0x94: SERIAL, 0xB0: 7, 0x91: 0})])
def test_a_cut_or_changed_one_is_never_intact(whole: bytes) -> None:
    for length in range(len(whole)):
        found = decode(whole[:length])
        assert found is None or not found.intact, length
    for place in range(4, len(whole)):
        found = decode(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        assert found is None or not found.intact, place


@pytest.mark.parametrize(
    "fields",
    [
        {0x94: float("nan"), 0xB0: 7},
        {0x94: SERIAL, 0xB0: float("inf")},
        {0x94: "25420067", 0xB0: 7},
        {0x94: SERIAL, 0xB0: -1},
        {0x94: SERIAL, 0xB0: 2**64 - 1},
        {0x94: SERIAL, 0xB0: None},
        {0x94: SERIAL},
        {0xB0: 7},
        {},
        {"serial": SERIAL},
    ],
)
def test_values_without_sense(fields: dict[object, object]) -> None:
    assert decode(msgpack(fields)) is None


def test_hostile_msgpack() -> None:
    # Lengths that promise gigabytes, endless nesting, an opcode that does not exist.
    for buffer in (
        b"\xdf\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff" * 8,
        b"\x81\x11" + b"\x91" * 60_000,
        b"\x81\xc1\1",
    ):
        body = buffer.ljust(16, b"\0")
        head = b"\2\2\2\2" + struct.pack("<I", len(body))
        assert decode(head + body + struct.pack("<I", zlib.crc32(body))) is None


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\2\2\2\2", b"\2\2\2\2\1\0\0\0", b"\2\2\2\2\x20\0\0\0"])
)
@example(b"", b"")
@settings(deadline=None, max_examples=200)
def test_any_bytes(rest: bytes, start: bytes) -> None:
    found = decode(start + rest)
    assert found is None or isinstance(found, Datagram)


@given(
    st.recursive(
        st.none() | st.floats() | st.integers(0, 2**64 - 1) | st.binary(max_size=8),
        lambda inner: st.lists(inner, max_size=3),
    )
)
@settings(deadline=None, max_examples=100)
def test_any_msgpack_value(value: object) -> None:
    buffer = msgspec.msgpack.encode({0x11: {0x94: value, 0xB0: value}}).ljust(16, b"\0")
    head = b"\2\2\2\2" + struct.pack("<I", len(buffer))
    found = decode(head + buffer + struct.pack("<I", zlib.crc32(buffer)))
    assert found is None or found.sender is not None
