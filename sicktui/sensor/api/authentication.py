"""Authentication: scheme negotiation, authenticated POSTs, session tokens.

Challenge-response first. Basic sends the password in clear text: it is used only where ``getChallenge`` is
Not Found on what has proven to be a sensor and was never seen to speak challenge-response, or where the
profile requires it. A refused password is never tried again here: sensors lock themselves.

Whatever needs the password passes ``Authenticator.call`` or ``file_headers``, so what is checked there holds
for every command: the sensor must be the expected one, and what it has once spoken is not forgotten.
"""

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from sicktui.model.device import Target
from sicktui.model.enums import AuthScheme
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.sensor.api.capabilities import CapabilityCache
from sicktui.sensor.api.challenge import encoded_secret, header
from sicktui.sensor.api.encryption import EncryptionGuard
from sicktui.sensor.api.owner import SensorOwner, check_owner
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.replies import INVALID_CHALLENGE, Reply, parse_reply
from sicktui.sensor.api.scheme import SchemeFinder, SchemeMemory
from sicktui.sensor.api.values import checked_name
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    NotSupported,
    ProtocolError,
    SensorError,
)
from sicktui.sensor.transport.messages import Answer
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.retry import retry_bad_reply, retry_when_busy

_CHECK: Final = "checkCredentials"
_SESSION: Final = "CreateSessionToken"
_TOKEN_HEADER: Final = "X-Session-Token"  # noqa: S105  the name of the header, no secret
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
"""Safe in a header: a token with a line break would add a header of the sensor's choice."""

Data = Mapping[str, object]
BeforeRepeat = Callable[[SensorError], Awaitable[None]]


class Authenticator:
    """Authenticates towards one sensor.

    Args:
        link: the connection to it.
        cache: its capabilities; the scheme is added.
        reader: reads ``DeviceIdent``, to be sure that it is a sensor.
        target: user and wanted scheme.
        password: ``None`` if it is not known; everything that needs it is then refused here.
        memory: what was seen of this sensor before; ``None``: nothing is remembered (tests).
        owner: the sensor that the password is meant for, if that is known.
    """

    def __init__(
        self,
        link: Link,
        cache: CapabilityCache,
        reader: Reader,
        target: Target,
        password: str | None,
        *,
        memory: SchemeMemory | None,
        owner: SensorOwner | None = None,
    ) -> None:
        self._link = link
        self._cache = cache
        self._reader = reader
        self._target = target
        self._password = password
        if password is not None:
            link.redactor.add(password)
        self._owner = owner
        self._scheme = SchemeFinder(link, cache, reader, target, memory)
        self._encryption = EncryptionGuard(link, reader, target, memory)
        self._token: str | None = None
        self._proven = False
        """Whether the sensor has accepted this password."""
        self._hashed: dict[str, str] = {}
        """The paths that this sensor hashes by their last part only."""

    def __repr__(self) -> str:
        """Without password and token."""
        return f"<Authenticator for {self._link.label} as {clean(self._target.user)}>"

    async def scheme(self) -> AuthScheme:
        """How writes are authenticated here. Probes once; that changes nothing on the sensor.

        Raises:
            PasswordWithheld: only in clear text, or over plain HTTP, which is not allowed here.
            SensorError: the sensor cannot be asked.
        """
        await self._encryption.check()
        found = await self._scheme.find()
        await self._encryption.note()
        return found

    # -- authenticated POSTs ------------------------------------------------------------------

    async def call(
        self,
        name: str,
        data: Data | None = None,
        *,
        acting: bool = True,
        before_repeat: BeforeRepeat | None = None,
    ) -> Reply:
        """An authenticated POST.

        Args:
            name: the path behind ``/api/``.
            data: goes under ``data``; nothing if ``None``.
            acting: the sensor does something that must not happen twice by accident. It is sent again
                only after the sensor refused the challenge.
            before_repeat: looks at the sensor before such a repetition, and raises to forbid it.

        Raises:
            UsageError: the name is not valid, or the data cannot be sent.
            AccessDenied: the password is wrong or not known.
            OutcomeUnknown: the connection broke after an act was sent.
            SensorError: anything else.
        """
        checked_name(name)
        if self._password is None:
            raise AccessDenied(
                f"No password is known for {self._link.label} (user {clean(self._target.user)}).",
                advice="Store it with 'sicktui login', or pass it in SICKTUI_PASSWORD.",
            )
        await check_owner(self._reader, self._target, self._owner)
        if await self.scheme() is AuthScheme.BASIC:
            post = partial(self._basic_post, name, data)
        else:
            post = partial(self._challenged_post, name, data, before_repeat=before_repeat)
        if acting:
            reply = await post(acting=True)
        else:
            clock = self._link.clock
            reply = await retry_bad_reply(clock, lambda: retry_when_busy(clock, lambda: post(acting=False)))
        await self._encryption.note()
        return reply

    async def _basic_post(self, name: str, data: Data | None, *, acting: bool) -> Reply:
        body = _encode({} if data is None else {"data": data})
        async with self._link.slot() as slot:
            answer = await slot.post(name, body, headers=self._basic(), acting=acting)
        return self._parse(name, answer, acting=acting)

    async def _challenged_post(
        self, name: str, data: Data | None, *, acting: bool, before_repeat: BeforeRepeat | None
    ) -> Reply:
        hashed = self._hashed.get(name, name)
        again = before_repeat if acting else None
        try:
            reply = await self._with_fresh_challenge(name, hashed, data, acting=acting, before_repeat=again)
        except AccessDenied as error:
            short = name.rpartition("/")[2]
            if not self._proven or short == hashed:
                raise
            # The password is known to be right, so this does not guess passwords: only the endpoint's name
            # can differ, and the article does not define it for paths.
            if again is not None:
                await again(error)
            reply = await self._with_fresh_challenge(name, short, data, acting=acting, before_repeat=again)
            self._hashed[name] = short
        self._proven = True
        return reply

    async def _with_fresh_challenge(
        self,
        name: str,
        hashed: str,
        data: Data | None,
        *,
        acting: bool,
        before_repeat: BeforeRepeat | None,
    ) -> Reply:
        answer = await self._prove_and_post(name, hashed, data, acting=acting)
        try:
            return self._parse(name, answer, acting=acting)
        except DeviceError as error:
            if error.status != INVALID_CHALLENGE:
                raise
            if before_repeat is not None:
                await before_repeat(error)
        # The nonce was stale, so nothing was done: once more with a fresh one.
        answer = await self._prove_and_post(name, hashed, data, acting=acting)
        return self._parse(name, answer, acting=acting)

    def _parse(self, name: str, answer: Answer, *, acting: bool) -> Reply:
        try:
            return parse_reply(answer, self._link.request("POST", name))
        except ProtocolError as error:
            # An unreadable reply does not show whether it was done.
            error.outcome_unknown = acting
            raise

    async def _prove_and_post(self, name: str, hashed: str, data: Data | None, *, acting: bool) -> Answer:
        """Get a fresh challenge and send its POST right after it. One challenge serves one POST."""

        async def attempt() -> Answer:
            async with self._link.slot(2) as slot:
                challenge = await self._scheme.challenge(slot)
                # At least one device wants ``header`` in front of ``data``.
                proof = header(self._target.user, self._password or "", challenge, hashed)
                self._link.redactor.add_temporary(proof["response"])
                body: dict[str, object] = {"header": proof}
                if data is not None:
                    body["data"] = data
                return await slot.post(name, _encode(body), acting=acting)

        # Only the challenge is judged in there, and it may be requested again. The answer to the POST is
        # judged outside.
        return await retry_when_busy(self._link.clock, attempt) if acting else await attempt()

    def _basic(self) -> dict[str, str]:
        secret = encoded_secret(f"{self._target.user}:{self._password or ''}")
        encoded = base64.b64encode(secret).decode("ascii")
        self._link.redactor.add(encoded)
        return {"Authorization": f"Basic {encoded}"}

    # -- password and session -----------------------------------------------------------------

    async def check_password(self) -> bool:
        """Try the password without side effects, once.

        Returns:
            True: the sensor accepts it. False: it cannot be tried without side effects here.

        Raises:
            AccessDenied: it is wrong.
        """
        if self._cache.is_missing(_CHECK):
            return False
        try:
            await self.call(_CHECK, acting=False)
        except NotSupported:
            if self._cache.is_present(_CHECK):
                raise
            self._cache.mark_missing(_CHECK)
            return False
        self._cache.mark_present(_CHECK)
        return True

    async def open_session(self) -> bool:
        """Get a fresh session token. False: the sensor has no tokens.

        Raises:
            AccessDenied: the password is wrong or not known.
            SensorError: anything else.
        """
        self._token = None
        if self._cache.is_missing(_SESSION):
            return False
        try:
            reply = await self.call(_SESSION, acting=False)
        except NotSupported:
            if self._cache.is_present(_SESSION):
                raise
            self._cache.mark_missing(_SESSION)
            return False
        self._token = _parse_token(reply)
        self._link.redactor.add_temporary(self._token)
        self._cache.mark_present(_SESSION)
        return True

    async def file_headers(self) -> dict[str, str]:
        """The headers that authorise a file transfer. Opens a session if there is none.

        Raises:
            SensorError: no session can be opened.
        """
        if self._token is None and not self._cache.is_missing(_SESSION):
            await self.open_session()
        headers = {} if self._token is None else {_TOKEN_HEADER: self._token}
        if self._password is not None and await self.scheme() is AuthScheme.BASIC:
            await check_owner(self._reader, self._target, self._owner)
            headers |= self._basic()
        return headers

    def forget_session(self) -> None:
        """Drop the token, and probe again before the next password is sent in clear text.

        Used before a reboot, which may end in another firmware, and after an upload that broke off, which
        may have been a refusal of the token.
        """
        self._token = None
        self._scheme.probe_again()


def _parse_token(reply: Reply) -> str:
    token: Any = reply.fields.get("token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise reply.protocol_error("it has no usable session token")
    return token


def _encode(body: dict[str, object]) -> bytes:
    try:
        return msgspec.json.encode(body)
    except (TypeError, ValueError, RecursionError):
        # Without its cause, which may carry a passphrase.
        raise UsageError(
            "The value cannot be sent: it is not valid JSON, or contains text that is not UTF-8.",
            advice="Check the input and the encoding of its file or terminal.",
        ) from None
