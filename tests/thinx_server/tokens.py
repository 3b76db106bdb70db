"""One-time tokens: whom they redeem for, and until when."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

DAY: Final = 24 * 3600.0
HOUR: Final = 3600.0


@dataclass
class _Kept:
    owner: str
    udid: str
    ends: float


class Tokens:
    """The tokens that a server has issued. Its clock is injected: a day passes in no time."""

    def __init__(self, now: Callable[[], float], *, of_the_second: bool, expire: bool) -> None:
        self._now = now
        self._of_the_second = of_the_second
        self._expire = expire
        self._kept: dict[str, _Kept] = {}
        self._tried: set[str] = set()

    def issue(self, owner: str, udid: str) -> str:
        """A token for one device: random, or (fault 1) the SHA-256 of the time in whole seconds.

        In the second case the device that came last in a second takes the token over from the others.
        """
        second = str(int(self._now()))
        token = hashlib.sha256(second.encode()).hexdigest() if self._of_the_second else secrets.token_hex(32)
        self._kept[token] = _Kept(owner, udid, self._now() + DAY)
        self._tried.discard(token)
        return token

    def redeem(self, token: str) -> tuple[str, str] | None:
        """Owner and udid of a token that is valid; from the first attempt on it is for one more hour."""
        kept = self._kept.get(token)
        if kept is None or (self._expire and self._now() >= kept.ends):
            return None
        if token not in self._tried:
            self._tried.add(token)
            kept.ends = min(kept.ends, self._now() + HOUR)
        return kept.owner, kept.udid

    def end(self, token: str) -> None:
        """Make a token invalid, as if somebody else had used it up."""
        self._kept.pop(token, None)

    def lose(self) -> None:
        """Forget all tokens: the server has lost its Redis. A restart of the server keeps them."""
        self._kept.clear()
