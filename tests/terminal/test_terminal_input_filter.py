"""What a terminal can send, read by the filter and the parser: every input bounded, none of it harmful."""

import random
from collections.abc import Iterable

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

from sicktui.tui.terminal.input_filter import (
    LATE_CHUNK,
    LONGEST_PASTE,
    PASTE_END,
    PASTE_SILENCE,
    PASTE_START,
    SEQUENCE_SILENCE,
)
from sicktui.tui.terminal.parser import BoundedParser


class Keyboard:
    """A parser whose clock the test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.parser = BoundedParser(clock=lambda: self.now)

    def send(self, *chunks: str) -> list[str]:
        """What comes of these reads, one straight after the other."""
        return words(event for chunk in chunks for event in self.parser.feed(chunk))

    def wait(self, seconds: float) -> list[str]:
        """What comes of silence."""
        self.now += seconds
        return words(self.parser.tick())


def words(found: Iterable[Message]) -> list[str]:
    shown = []
    for event in found:
        match event:
            case events.Key():
                shown.append(event.key)
            case events.Paste():
                shown.append(f"paste:{event.text}")
            case _:
                shown.append(type(event).__name__)
    return shown


@pytest.mark.parametrize("sequence", sorted(ANSI_SEQUENCES_KEYS))
def test_every_key_that_textual_knows_still_works(sequence: str) -> None:
    plain = XTermParser()
    expected = words(plain.feed(sequence))
    if plain._timeout_time is not None:
        plain._timeout_time = 0.0
        expected += words(plain.tick())
    keyboard = Keyboard()
    assert keyboard.send(sequence) + keyboard.wait(1.0) == expected


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("\x1b[113;5u", ["ctrl+q"]),
        ("\x1b[97;;97u", ["a"]),
        ("\x1b[97;2;65u", ["A"]),
        ("\x1b[1;5A", ["ctrl+up"]),
        ("\x1b[<0;10;5M", ["MouseDown"]),
        ("\x1b[<64;10;5M", ["MouseScrollUp"]),
        ("\x1b[I\x1b[O", ["AppFocus", "AppBlur"]),
        ("\x1b[?2026;2$y", ["TerminalSupportsSynchronizedOutput"]),
        ("aé€", ["a", "é", "euro_sign"]),
        ("\x1b\x1b[A", ["escape", "up"]),
    ],
)
def test_what_terminals_send(sequence: str, expected: list[str]) -> None:
    assert Keyboard().send(sequence) == expected
    assert Keyboard().send(*sequence) == expected, "one character a read"


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[99999999~",
        "\x1b[99999999u",
        "\x1b[55296u",
        "\x1b[97:65;2u",
        "\x1b[97;5:1u",
        "\x1b[97;;99999999u",
        "\x1b[117~",
        "\x1b[48;99999999;99999999;0;0t",
        "\x1b[48;24;80;0;0t",
        "\x1b[?2048;1$y",
        "\x1b[<99999999999999;1;1M",
        "\x1b[" + "1;" * 5000 + "u",
        "\x1b[?1;2c",
        "\x1b[999z",
        "\x1b[M   ",
        "\x1b[M\xff\xfeu",
        "\x1b]52;c;dXE=\x07",
        "\x1b]11;rgb:00/00/00\x1b\\",
        "\x1bPuqu\x1b\\",
        PASTE_END,
    ],
)
def test_what_is_not_known_is_dropped_and_nothing_of_it_is_typed(sequence: str) -> None:
    for chunks in ([sequence], list(sequence)):
        keyboard = Keyboard()
        assert keyboard.send(*chunks) == []
        assert keyboard.send("x") == ["x"], "and the next key works"


@pytest.mark.parametrize(
    "start", ["\x1b[", "\x1b[12", "\x1b[M", "\x1bO", "\x1b]0;title", "\x1bPq", "\x1b[[", "\x1b"]
)
def test_a_sequence_without_its_end_holds_no_key_back(start: str) -> None:
    keyboard = Keyboard()
    keyboard.send(start)
    keyboard.wait(SEQUENCE_SILENCE)
    assert keyboard.send("x") == ["x"]
    assert Keyboard().send(start, "\x11")[-1:] == ["ctrl+q"], "a control character is never part of one"


def test_escape_and_alt_are_known_by_silence() -> None:
    keyboard = Keyboard()
    assert keyboard.send("\x1b") == []
    assert keyboard.wait(0.15) == ["escape"]
    assert keyboard.send("\x1bu") == ["alt+u"]
    assert keyboard.send("\x1b[") == []
    assert keyboard.wait(0.15) == ["left_square_bracket"]
    assert keyboard.send("x") == ["x"]


class TestPastes:
    def test_in_one_piece_and_in_any_pieces(self) -> None:
        whole = f"{PASTE_START}one two\n{PASTE_END}x"
        assert Keyboard().send(whole) == ["paste:one two\n", "x"]
        assert Keyboard().send(*whole) == ["paste:one two\n", "x"]
        for place in range(1, len(whole)):
            assert Keyboard().send(whole[:place], whole[place:]) == ["paste:one two\n", "x"]

    def test_control_characters_stay_out_of_fields(self) -> None:
        [pasted] = Keyboard().send(f"{PASTE_START}a\x1b]52;c;x\x07\x00\x9bb\tc{PASTE_END}")
        assert pasted == "paste:a]52;c;xb\tc"

    def test_a_huge_one_is_cut(self) -> None:
        keyboard = Keyboard()
        keyboard.send(PASTE_START)
        for _ in range(100):
            assert keyboard.send("y" * 4096) == []
        [pasted] = keyboard.send(PASTE_END)
        assert len(pasted) == len("paste:") + LONGEST_PASTE
        assert keyboard.send("x") == ["x"]

    @pytest.mark.parametrize("key", ["\x11", "\x03", "\x1b[113;5u", "\x1b[99;5u"])
    def test_without_its_end_ctrl_q_works_at_once(self, key: str) -> None:
        keyboard = Keyboard()
        assert keyboard.send(f"{PASTE_START}abc") == []
        assert keyboard.send(key) in (["paste:abc", "ctrl+q"], ["paste:abc", "ctrl+c"])

    def test_without_its_end_silence_gives_the_keys_back(self) -> None:
        keyboard = Keyboard()
        assert keyboard.send(f"{PASTE_START}abc", "u") == []
        assert keyboard.wait(PASTE_SILENCE) == ["paste:abcu"]
        assert keyboard.send("x") == ["x"]

    def test_the_rest_of_a_stalled_one_is_not_typed(self) -> None:
        keyboard = Keyboard()
        keyboard.send(f"{PASTE_START}abc")
        keyboard.wait(PASTE_SILENCE)
        assert keyboard.send("u\ry" * LATE_CHUNK) == []
        [rest] = keyboard.send(f"end{PASTE_END}")
        assert rest.endswith("yend")
        keyboard.send(f"{PASTE_START}abc")
        keyboard.wait(PASTE_SILENCE)
        assert keyboard.send(f"u{PASTE_END}q") == ["paste:u", "q"]


@pytest.mark.parametrize("seed", range(40))
def test_random_input_is_survived_and_leaves_the_keyboard_alive(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed makes it the same each time
    keyboard = Keyboard()
    for _ in range(300):
        data = bytes(random_input(chance))
        keyboard.send(data.decode("utf-8", "replace") or "\ufffd")
        if chance.random() < 0.1:
            keyboard.wait(chance.choice([0.05, 0.2, 0.6, 1.5]))
    keyboard.wait(PASTE_SILENCE)
    keyboard.wait(PASTE_SILENCE)
    assert keyboard.send("\x11")[-1:] == ["ctrl+q"]


def random_input(chance: random.Random) -> bytes:
    """Bytes, sequences whole and cut, numbers of all sizes."""
    number = str(chance.choice([0, 1, 5, 27, 97, 200, 201, 255, 55296, 0x110000, 10 ** chance.randrange(40)]))
    pieces = [
        chance.randbytes(chance.randrange(1, 20)),
        b"\x1b",
        PASTE_START.encode(),
        PASTE_END.encode(),
        b"\x1b["
        + b";".join([number.encode()] * chance.randrange(1, 6))
        + chance.choice(b"~uABCRMmtc$y").to_bytes(),
        b"\x1b[<" + number.encode() + b";1;1M",
        b"\x1b[?" + number.encode() + b";2$y",
        b"\x1b]" + chance.randbytes(5),
        b"\x1bP" + chance.randbytes(5) + b"\x1b\\",
        "é€𝄞".encode()[: chance.randrange(1, 9)],
    ]
    return b"".join(chance.choices(pieces, k=chance.randrange(1, 5)))
