"""What each generation of a THiNX server does, as data.

Measured: the server of June 2026 (v1.12). Read: that of August 2017, the day of the wiki page. Assumed: that
of October 2026, which was not measured: it stands for a server without faults. Where the reference is silent
about a generation, it does what is right.
"""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """Something that a client must cope with; each can be switched on and off by its name."""

    SAME_TOKEN_WITHIN_A_SECOND = "same-token-within-a-second"
    NO_BUILD_FOUND = "no-build-found"
    BARE_UPDATED = "bare-updated"
    RATE_LIMIT = "rate-limit"
    SLOW_BODIES = "slow-bodies"
    UNKNOWN_PLATFORM_HANGS = "unknown-platform-hangs"
    SMALL_BUILD_IS_EMPTY = "small-build-is-empty"
    FORCED_YIELDS_TO_SWITCH = "forced-yields-to-switch"
    POST_WITH_TOKEN_ISSUES_ANOTHER = "post-with-token-issues-another"
    LOST_UDID_MAKES_A_SECOND_DEVICE = "lost-udid-makes-a-second-device"
    FIRST_REPLY_DIFFERS = "first-reply-differs"
    UDID_ZERO_GIVES_NULL = "udid-zero-gives-null"
    SICK_VERSION_FAILS = "sick-version-fails"
    WRONG_KEY_IS_SERVED = "wrong-key-is-served"
    REFUSALS_VARY = "refusals-vary"
    VERSIONS_COLLAPSE = "versions-collapse"
    TOKENS_EXPIRE = "tokens-expire"

    # Beside the measured table.
    CUT_BUFFER = "cut-buffer"  # 2022 to mid-2026: GET sends JSON, cut at the length of the binary
    USE_OTT_REFUSED = "use-ott-refused"  # June 2026: the bare text OTT_API_KEY_NOT_VALID
    MALFORMED_UDID_CRASHES = "malformed-udid-crashes"  # the connection ends without an answer
    NESTED_REFUSAL_IS_TEXT = "nested-refusal-is-text"  # `response` is a JSON string instead of an object
    TOKEN_ENDS_WITH_SUCCESS = "token-ends-with-success"  # what the wiki page intends; no server read does it


MEASURED: Final = dict(enumerate(list(Fault)[:17], start=1))
"""The rows of the measured table, by their number."""

SIMPLE_SECONDS_PER_MB: Final = 18 / 30
"""Seconds of silence before the first byte of the simple way, per megabyte of firmware (fault 5)."""

TOKEN_SECONDS_PER_MB: Final = 46 / 90
"""The same for the token way."""

REQUESTS_A_MINUTE: Final = 500
"""Requests of one address after which the server answers 429 (fault 4)."""

SMALLEST_BUILD: Final = 1000
"""Bytes below which a build is answered by an empty body (fault 7)."""


@dataclass(frozen=True)
class Generation:
    """One server generation: the faults it has, and what differs beside them."""

    name: str
    faults: frozenset[Fault]
    simple_is_raw: bool = False
    """The simple way answers the raw bytes instead of JSON with a Buffer."""
    missing_header_status: int = 200
    """HTTP status where neither Authentication nor Authorization is sent."""
    token_paths: tuple[str, ...] = ("/device/firmware",)
    """Where a token can be asked for with `"use":"ott"`; the wiki page names `/device/`."""
    requests_a_minute: int = REQUESTS_A_MINUTE
    slowness: float = 1.0
    """Factor of the waits of fault 5, so that tests need not wait as long as people did."""

    def has(self, fault: Fault) -> bool:
        """Whether this server has the fault."""
        return fault in self.faults

    def plus(self, *faults: Fault) -> "Generation":
        """The same server with these faults as well."""
        return dataclasses.replace(self, faults=self.faults | set(faults))

    def minus(self, *faults: Fault) -> "Generation":
        """The same server without these faults."""
        return dataclasses.replace(self, faults=self.faults - set(faults))

    def only(self, *faults: Fault) -> "Generation":
        """The same server with these faults and no others."""
        return dataclasses.replace(self, faults=frozenset(faults))


AUGUST_2017: Final = Generation(
    "August 2017",
    frozenset({Fault.REFUSALS_VARY, Fault.TOKENS_EXPIRE}),
    simple_is_raw=True,
    token_paths=("/device/firmware", "/device/", "/device"),
)

JUNE_2026: Final = Generation(
    "June 2026",
    frozenset(MEASURED.values())
    | {
        Fault.CUT_BUFFER,
        Fault.USE_OTT_REFUSED,
        Fault.MALFORMED_UDID_CRASHES,
    },
)

OCTOBER_2026: Final = Generation(
    "October 2026",
    frozenset({Fault.RATE_LIMIT, Fault.TOKENS_EXPIRE}),
    missing_header_status=401,
)

GENERATIONS: Final = {each.name: each for each in (AUGUST_2017, JUNE_2026, OCTOBER_2026)}
