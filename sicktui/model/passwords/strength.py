"""A rough estimate of how hard a password is to guess. It errs towards a warning, and refuses nothing."""

import re
from itertools import pairwise
from typing import Final

ENOUGH_BITS: Final = 38.0
"""Three random words: at the vault's cost of 64 MiB a try, about a year for a well equipped attacker."""
_WORD_BITS: Final = 13.0
"""One word of a list of 7776, as dice choose it."""
_DIGIT_BITS: Final = 3.3
_LETTER_BITS: Final = 4.7
_SIGN_BITS: Final = 5.0
_STEP_BITS: Final = 1.0
"""A character that repeats the one before, or follows it in the alphabet, the digits or on the keyboard."""
_ROWS: Final = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")

_PARTS: Final = re.compile(r"[^\W\d_]+|\d+|[\W_]+")
_RANDOM: Final = re.compile(r"[^aeiouyäöü]{5}")
"""Five consonants in a row: hardly a word, so every letter counts."""


def weak_password_warning(password: str) -> str:
    """Why a password is weak and what to choose, for people; empty if it is strong enough."""
    bits = guess_bits(password)
    if bits >= ENOUGH_BITS:
        return ""
    return (
        f"This password is weak: about 2^{bits:.0f} guesses find it. Anyone with the file can try them. "
        "Use four random words, or twelve random characters."
    )


def guess_bits(password: str) -> float:
    """The estimated number of guesses that find a password, as a power of two."""
    once = _unrepeated(password.casefold())
    return sum(_bits(part) for part in _PARTS.findall(once))


def _unrepeated(text: str) -> str:
    """The text that is repeated to make the whole: ``abcabc`` is as good as ``abc``."""
    whole = (text + text).find(text, 1)
    return text[:whole] if whole < len(text) else text


def _bits(part: str) -> float:
    each = _DIGIT_BITS if part.isdigit() else _LETTER_BITS if part.isalpha() else _SIGN_BITS
    bits = each + sum(_STEP_BITS if _follows(left, right) else each for left, right in pairwise(part))
    is_word = part.isalpha() and not _RANDOM.search(part)
    return min(bits, _WORD_BITS) if is_word or (part.isdigit() and _is_date(part)) else bits


def _follows(left: str, right: str) -> bool:
    return abs(ord(left) - ord(right)) <= 1 or any(left + right in row for row in _ROWS)


def _is_date(digits: str) -> bool:
    return len(digits) in (6, 8)
