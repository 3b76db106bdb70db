"""What each word of a refusal means. A refusal is HTTP 200 with one of these words, in one of four shapes."""

import re
from typing import Final, NamedTuple

from sicktui.model.firmware.offer import OfferState
from sicktui.model.safe_text import clean


class Refusal(NamedTuple):
    """A refusal in words."""

    word: str
    """The server's own, cleaned."""
    why: str
    """The rest of a sentence that begins with the server."""
    advice: str
    state: OfferState = OfferState.REFUSED
    everywhere: bool = False
    """Every sensor would be refused."""


EMPTY: Final = "(empty)"
PAGE: Final = "(a web page)"
_PARTIAL: Final = 206
BROKEN: Final = "(broken JSON)"
UPDATED: Final = "updated"
_LOGIN: Final = "Store the right key with 'sicktui sources login'."
_AGAIN: Final = "Check again later."
_BUILD: Final = "Check on the server that a build for this sensor is finished."
_HEX: Final = re.compile(r"[0-9A-Fa-f]{16,}")
_RUN: Final = re.compile(r"[\w+/=-]{20,}")
_KINDS: Final = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"))

_EVERYWHERE: Final = {
    "owner_found_but_no_key": ("refuses the API key", _LOGIN),
    "apikey_not_found": ("does not know this owner, or it has no API key", "Check 'owner' of this source."),
    "authentication": ("refuses the API key, or got none", _LOGIN),
    "OTT_API_KEY_NOT_VALID": ("gives no token for this API key", _LOGIN),
    "unauthorized": ("refuses the API key", _LOGIN),
}
_REFUSED: Final = {
    "missing_mac": ("misses the sensor's MAC address", "Report this as an error of sicktui."),
    "request_invalid": ("cannot read the check-in", "Report this as an error of sicktui."),
    "OTT_MISSING": ("misses the token", "Report this as an error of sicktui."),
    "device_update_failed": (
        "failed on the sensor's version or its build",
        "Check the version of the build on the server: it must be three numbers, such as 2.3.1.",
    ),
}
_UNAVAILABLE: Final = {
    "no_such_device": ("does not know this sensor any more", "Check again: it is then registered anew."),
    "UPDATE_NOT_FOUND": ("offers firmware, but has no build of it to fetch", _BUILD),
    "OTT_UPDATE_NOT_AVAILABLE": ("offers firmware, but has no build of it to fetch", _BUILD),
    "OTT_UPDATE_NOT_FOUND": ("does not know the token, which is used up or too old", _AGAIN),
    "OTT_INFO_NOT_FOUND": ("has a token of a sensor that it does not know", _AGAIN),
    "OK": ("has no firmware for this sensor", "Check its auto_update for this sensor, and its builds."),
    UPDATED: ("answers with the bare word 'updated', which is neither yes nor no", _AGAIN),
    EMPTY: ("sends an empty reply in place of firmware", _BUILD),
    BROKEN: ("sends JSON that cannot be read", _AGAIN),
    PAGE: ("answers with a web page", "Check that 'url' of this source is the device port of the server."),
}


def refusal(word: str) -> Refusal:
    """What a word means. One that is not known is shown as it is."""
    word = word.strip()
    for table, state, everywhere in (
        (_EVERYWHERE, OfferState.REFUSED, True),
        (_REFUSED, OfferState.REFUSED, False),
        (_UNAVAILABLE, OfferState.UNAVAILABLE, False),
    ):
        if word in table:
            return Refusal(word, *table[word], state, everywhere)
    shown = clean(without_secrets(word), 80)
    return Refusal(shown, f"refuses with the words {shown!r}", _AGAIN)


def no_words(status: int) -> Refusal:
    """What a status means whose body has no words, such as a part of the firmware."""
    if status == _PARTIAL:
        why = "sends a part of the firmware (HTTP 206), which was not asked for"
        return Refusal(
            "(a part)", why, "Check a proxy or cache in front of the server.", OfferState.UNAVAILABLE
        )
    return Refusal(f"HTTP {status}", f"failed with HTTP {status}", _AGAIN, OfferState.UNAVAILABLE)


def without_secrets(text: str) -> str:
    """A text of a server without what may be a key, a token or an ``iv``, in hex or in base64."""
    return _RUN.sub(_hidden, _HEX.sub("(hidden)", text))


def _hidden(run: re.Match[str]) -> str:
    kinds = sum(bool(kind.search(run.group())) for kind in _KINDS)
    return "(hidden)" if kinds > 1 else run.group()
