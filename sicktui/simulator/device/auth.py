"""Challenge-response, Basic, session tokens and the time lock, as a device sees them.

Hash chain (SICK's auth article, section 6): ``hash1 = SHA256(user:realm:password[:salt])``, ``hash2 =
SHA256("POST:" + endpoint)``, ``response = SHA256(hash1:nonce:hash2)``; the salt's raw bytes, with a
colon before them, only where there are any. Five refused logins in a row start the time lock of 30 s
(SICK's guide, cybersecurity). What a locked login is answered with is not documented: Access Denied here.
"""

import base64
import binascii
import hashlib
import hmac
import random
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from sicktui.simulator.device.passwords import Key, encoded, key_of, opened
from sicktui.simulator.errors import ApiError
from sicktui.simulator.generations import Generation
from sicktui.simulator.spec import DeviceSpec
from sicktui.simulator.status import ACCESS_DENIED, INVALID_CHALLENGE, INVALID_DATA

USER_LEVELS: Final = ("Run", "Operator", "Maintenance", "AuthorizedClient", "Service")
NOT_ACCEPTED: Final = 2
"""A result of ``changePassword``."""
TOLERATED_WRONG: Final = 3
"""Wrong passwords in a row; one more is a loop, and a violation."""

_T = TypeVar("_T")
_KEPT: Final = 64  # challenges and tokens that a device remembers; the oldest go first


class Proof(Struct, frozen=True, kw_only=True):
    """The ``header`` of an authenticated POST (SICK's OpenAPI, ``PostBodyHeader``)."""

    nonce: str
    opaque: str
    realm: str
    user: str
    response: str


class Issued(Struct, frozen=True, kw_only=True):
    """A challenge that was handed out."""

    opaque: str
    user: str
    expires: float


class Authenticator:
    """Checks passwords, challenges and tokens of one device. Forgets all of them at a reboot.

    Args:
        spec: user, password, realm, lifetimes.
        generation: the salt's form.
        rng: the device's random numbers.
        now: simulated seconds.
        violation: called with what a client did wrong.
    """

    def __init__(
        self,
        spec: DeviceSpec,
        generation: Generation,
        *,
        rng: random.Random,
        now: Callable[[], float],
        violation: Callable[[str], None],
    ) -> None:
        self._spec = spec
        self._rng = rng
        self._now = now
        self._violation = violation
        self._form = generation.salt
        self._salt = {"zeros": bytes(16), "random": rng.randbytes(16)}.get(generation.salt, b"")
        self._issued: OrderedDict[str, Issued] = OrderedDict()
        self._used: OrderedDict[str, None] = OrderedDict()
        self._tokens: OrderedDict[str, float] = OrderedDict()
        self._keys: dict[str, Key] = {}
        """What is known of the password of each user level: never the password."""
        self.set_password(spec.password)
        self._wrong = 0
        self._locked_until = 0.0

    def forget(self) -> None:
        """The power is gone: no challenge and no token survives. The time lock does."""
        self._issued.clear()
        self._tokens.clear()

    # -- challenge-response ----------------------------------------------------------------------

    def challenge(self, user: object) -> dict[str, object]:
        """A fresh challenge for ``user``; ``ApiError`` 2 for a level that does not exist."""
        if not isinstance(user, str) or user not in USER_LEVELS:
            raise ApiError(INVALID_DATA)
        nonce = self._rng.randbytes(32).hex()
        opaque = self._rng.randbytes(32).hex()
        expires = self._now() + self._spec.nonce_seconds
        self._issued[nonce] = Issued(opaque=opaque, user=user, expires=expires)
        _trim(self._issued)
        answer: dict[str, object] = {"nonce": nonce, "opaque": opaque, "realm": self._spec.realm}
        if self._form != "absent":
            key = self._keys.get(user)
            salt = self._salt if key is None else key.salt
            answer["salt"] = None if self._form == "null" else list(salt)
        return answer

    def verify(self, endpoint: str, header: object) -> None:
        """Check the proof in a POST body.

        Raises:
            ApiError: 2 no or half a proof; 10 a nonce that is not good; 4 a wrong password, or locked.
        """
        try:
            proof = msgspec.convert(header, Proof)
        except msgspec.ValidationError as error:
            self._violation(f"POST {endpoint}: no complete authentication header ({error})")
            raise ApiError(ACCESS_DENIED if header is None else INVALID_DATA) from error
        self._check_challenge(endpoint, proof)
        expected = self._response(endpoint, proof)
        good = hmac.compare_digest(expected.encode(), proof.response.encode())
        if not good:
            self._violation(f"POST {endpoint}: wrong response (password or hash chain)")
        self._judge(endpoint, good=good)

    def _check_challenge(self, endpoint: str, proof: Proof) -> None:
        issued = self._issued.pop(proof.nonce, None)
        if issued is None:
            how = "used twice" if proof.nonce in self._used else "that this device never issued, or forgot"
            self._violation(f"POST {endpoint}: a nonce {how}")
            raise ApiError(INVALID_CHALLENGE)
        self._used[proof.nonce] = None
        _trim(self._used)
        if issued.expires < self._now():
            self._violation(f"POST {endpoint}: an expired nonce")
            raise ApiError(INVALID_CHALLENGE)
        for key, sent, given in (
            ("opaque", proof.opaque, issued.opaque),
            ("realm", proof.realm, self._spec.realm),
            ("user", proof.user, issued.user),
        ):
            if sent != given:
                self._violation(f"POST {endpoint}: {key} not echoed as in the challenge")
                raise ApiError(INVALID_CHALLENGE)

    def _response(self, endpoint: str, proof: Proof) -> str:
        key = self._keys.get(proof.user)
        hash1 = "" if key is None else key.hash1.hex()  # a level that is off
        hash2 = hashlib.sha256(f"POST:{endpoint}".encode()).hexdigest()
        return hashlib.sha256(f"{hash1}:{proof.nonce}:{hash2}".encode()).hexdigest()

    # -- passwords -------------------------------------------------------------------------------

    def set_password(self, password: str) -> None:
        """Give its user level another password, as another client would; the salt stays."""
        user = self._spec.user
        self._keys[user] = key_of(user, self._spec.realm, encoded(password, self._spec.hashed_as), self._salt)

    def accepts(self, password: str, user: str | None = None) -> bool:
        """Whether this is the password of a user level."""
        level = user or self._spec.user
        key = self._keys.get(level)
        if key is None:
            return False
        secret = encoded(password, self._spec.hashed_as)
        return hmac.compare_digest(key_of(level, self._spec.realm, secret, key.salt).hash1, key.hash1)

    def change_password(self, caller: str, level: str, message: bytes) -> int:
        """Take the new password of a user level. Returns the result (OpenAPI): 0 done, 2 not accepted.

        Args:
            caller: who has proven its own password, of which the message's keys are made.
            level: whose password is changed.
            message: ``encryptedMessage``.
        """
        if USER_LEVELS.index(level) > USER_LEVELS.index(caller):
            self._violation(f"changePassword: {caller} may not change the password of {level}")
            return NOT_ACCEPTED
        key = opened(message, self._keys[caller])
        if key is None:
            self._violation("changePassword: a message that was not made with this password")
            return NOT_ACCEPTED
        if self._spec.change_password_result == 0:
            self._keys[level] = key
        return self._spec.change_password_result

    # -- Basic -----------------------------------------------------------------------------------

    def verify_basic(self, endpoint: str, authorization: str | None) -> None:
        """Check an ``Authorization`` header.

        Raises:
            ApiError: 4, always as HTTP 401, for none, a wrong one, or while locked.
        """
        if authorization is None:
            self._violation(f"{endpoint}: no Authorization header")
            raise ApiError(ACCESS_DENIED, http_status=401)
        scheme, _, credentials = authorization.partition(" ")
        try:
            given = base64.b64decode(credentials.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        user, _, password = given.partition(":")
        good = scheme.lower() == "basic" and user == self._spec.user and self.accepts(password)
        if not good:
            self._violation(f"{endpoint}: wrong Basic credentials")
        try:
            self._judge(endpoint, good=good)
        except ApiError as error:
            raise ApiError(error.status, http_status=401) from error

    def _judge(self, endpoint: str, *, good: bool) -> None:
        locked = self.locked
        if locked:
            self._violation(f"{endpoint}: a login while logins are locked")
        if good and not locked:
            self._wrong = 0
            return
        if not good:
            self._wrong += 1
            if self._wrong > TOLERATED_WRONG:
                self._violation(f"{endpoint}: {self._wrong} wrong passwords in a row")
            if self._wrong >= self._spec.lock_after and not locked:
                self.lock()
        raise ApiError(ACCESS_DENIED)

    def lock(self, seconds: float | None = None) -> None:
        """Start the time lock, as after somebody's refused logins."""
        self._locked_until = self._now() + (self._spec.lock_seconds if seconds is None else seconds)

    @property
    def locked(self) -> bool:
        """Whether the time lock refuses every password now."""
        return self._now() < self._locked_until

    # -- session tokens --------------------------------------------------------------------------

    def create_token(self) -> str:
        """A new session token, of at most 36 characters (SICK's OpenAPI of picoScan 2.3.3)."""
        token = str(uuid.UUID(bytes=self._rng.randbytes(16), version=4))
        self._tokens[token] = self._now() + self._spec.token_seconds
        _trim(self._tokens)
        return token

    def token_good(self, headers: Mapping[str, str]) -> bool:
        """Whether ``X-Session-Token`` is there, known and not expired."""
        expires = self._tokens.get(headers.get("x-session-token", ""))
        return expires is not None and self._now() <= expires

    def expire_tokens(self) -> None:
        """Invalidate every token."""
        self._tokens.clear()


def _trim(book: OrderedDict[str, _T]) -> None:
    while len(book) > _KEPT:
        book.popitem(last=False)
