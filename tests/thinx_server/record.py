"""Every request with its moment, and where a client breaks the protocol."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.thinx_server.devices import UDID
from tests.thinx_server.versions import semver

CHECK_IN: Final = "/device/register"
FIRMWARE: Final = "/device/firmware"

HEADERS: Final = {
    "accept": "application/json",
    "content-type": "application/json",
    "origin": "device",
    "user-agent": "THiNX-Client",
}
"""What every device library sends, beside its key."""


FIELDS: Final = {
    CHECK_IN: frozenset({"mac", "firmware", "version", "commit", "checksum", "owner", "alias", "platform"}),
    FIRMWARE: frozenset({"mac", "udid", "owner", "commit", "checksum"}),
}
"""The fields of each request; a first check-in has no udid yet."""

_MAC: Final = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")


class Violation(StrEnum):
    """A rule of the protocol that a client has broken."""

    AUTHORIZATION_HEADER = "sends Authorization instead of Authentication"
    KEY_AT_TOKEN_WAY = "sends the API key with a token, which needs none"
    KEY_IN_URL = "puts the API key into the address"
    OTHER_HEADERS = "leaves out a header that every device library sends"
    NOT_JSON = "posts a body that is not a JSON object"
    FIELD_MISSING = "leaves out a field that every device library sends"
    MAC_MALFORMED = "sends a MAC that is not of the form AA:BB:CC:00:00:01"
    NOT_SEMVER = "reports a version that is not semver"
    TOO_FAST = "checks in more than once a second"
    POST_WITH_TOKEN = "posts a token, which asks for another one"
    UDID_NULL = "sends a udid of null"
    UDID_MALFORMED = "sends a udid that is not a uuid of 36 characters"
    UDID_LOST = "checks in without the udid that it was given"
    FORCED_NOT_BOOLEAN = "sends a `forced` that is not a boolean"
    ENV_HASH = "sends an env_hash"
    TOKEN_AFTER_REFUSAL = "tries a token again that was refused"
    DURING_RATE_LIMIT = "asks again before RateLimit-Reset"


@dataclass(frozen=True)
class Request:
    """One request, as it arrived."""

    moment: float
    """By the server's clock, seconds since 1970."""
    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    peer: str = "127.0.0.1"
    tls: bool = False

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def token(self) -> str | None:
        """The `ott` of the query, or None."""
        return parse_qs(urlsplit(self.target).query).get("ott", [None])[0]

    @property
    def key(self) -> str:
        """The API key, or empty."""
        return self.headers.get("authentication", "")

    @property
    def fields(self) -> dict[str, Any] | None:
        """The JSON object of the body, or None."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def registration(self) -> dict[str, Any]:
        """The fields that name the device: those under `registration` at a check-in."""
        fields = self.fields or {}
        inner = fields.get("registration", {}) if self.path == CHECK_IN else fields
        return inner if isinstance(inner, dict) else {}


@dataclass
class Record:
    """What a server has seen. `violations` must be empty after a test of a client that keeps the rules."""

    requests: list[Request] = field(default_factory=list)
    violations: list[tuple[Violation, Request]] = field(default_factory=list)
    statuses: list[int | None] = field(default_factory=list)
    """The status of each answer, in the order in which they were sent; None: no answer."""
    least_between_check_ins: float = 1.0

    _given_udids: set[str] = field(default_factory=set)
    _refused_tokens: set[str] = field(default_factory=set)
    _limited_until: dict[str, float] = field(default_factory=dict)

    @property
    def broken(self) -> list[Violation]:
        """The violations without their requests."""
        return [violation for violation, _ in self.violations]

    @property
    def check_ins(self) -> list[Request]:
        """The check-ins only."""
        return [request for request in self.requests if request.path == CHECK_IN]

    def note(self, request: Request) -> None:
        """Keep a request, and judge it."""
        checks = (
            _wrong_headers,
            _wrong_fields,
            self._hurry,
            self._lost_udid,
            self._stubborn,
        )
        self.violations += [(found, request) for check in checks for found in check(request)]
        self.requests.append(request)

    def udid_given(self, mac: str) -> None:
        """The device of this MAC has been given its udid."""
        self._given_udids.add(mac)

    def knows_udid(self, mac: str) -> bool:
        """Whether that has happened."""
        return mac in self._given_udids

    def udid_not_given(self, mac: str) -> None:
        """The reply with it never arrived."""
        self._given_udids.discard(mac)

    def token_refused(self, token: str) -> None:
        """This token was refused: trying it again is pointless."""
        self._refused_tokens.add(token)

    def token_issued(self, token: str) -> None:
        """This token is (again) a good one."""
        self._refused_tokens.discard(token)

    def limited(self, peer: str, until: float) -> None:
        """This address has been answered 429."""
        self._limited_until[peer] = until

    def _hurry(self, request: Request) -> list[Violation]:
        found = []
        if request.path == CHECK_IN and self.check_ins:
            since = request.moment - self.check_ins[-1].moment
            if 0 <= since < self.least_between_check_ins:
                found.append(Violation.TOO_FAST)
        if request.moment < self._limited_until.get(request.peer, 0):
            found.append(Violation.DURING_RATE_LIMIT)
        return found

    def _lost_udid(self, request: Request) -> list[Violation]:
        fields = request.registration
        if request.path == CHECK_IN and "udid" not in fields and fields.get("mac") in self._given_udids:
            return [Violation.UDID_LOST]
        return []

    def _stubborn(self, request: Request) -> list[Violation]:
        return [Violation.TOKEN_AFTER_REFUSAL] if request.token in self._refused_tokens else []


def _wrong_headers(request: Request) -> list[Violation]:
    found = []
    if "authorization" in request.headers:
        found.append(Violation.AUTHORIZATION_HEADER)
    if request.method == "GET" and request.key:
        found.append(Violation.KEY_AT_TOKEN_WAY)
    if request.key and request.key in request.target:
        found.append(Violation.KEY_IN_URL)
    if request.method == "POST" and any(
        request.headers.get(name, "").partition(";")[0] != value for name, value in HEADERS.items()
    ):
        found.append(Violation.OTHER_HEADERS)
    return found


def _wrong_fields(request: Request) -> list[Violation]:
    if request.method != "POST":
        return []
    if request.fields is None:
        return [Violation.NOT_JSON]
    missing = FIELDS.get(request.path, frozenset()) - request.registration.keys()
    return [Violation.FIELD_MISSING] * bool(missing) + _of_fields(request.registration)


def _of_fields(fields: dict[str, Any]) -> list[Violation]:
    udid, version = fields.get("udid", ""), fields.get("version", "0.0.0")
    broken = {
        Violation.MAC_MALFORMED: "mac" in fields and not _MAC.fullmatch(str(fields["mac"])),
        Violation.NOT_SEMVER: not isinstance(version, str) or semver(version) is None,
        Violation.POST_WITH_TOKEN: "ott" in fields,
        Violation.UDID_NULL: udid is None,
        Violation.UDID_MALFORMED: udid is not None
        and "udid" in fields
        and not (isinstance(udid, str) and UDID.fullmatch(udid)),
        Violation.FORCED_NOT_BOOLEAN: not isinstance(fields.get("forced", False), bool),
        Violation.ENV_HASH: "env_hash" in fields,
    }
    return [violation for violation, is_broken in broken.items() if is_broken]
