"""Authentication: scheme negotiation, authenticated POSTs, session tokens.

Challenge-response first. Basic sends the password in clear text: it is used only where ``getChallenge`` is
Not Found on what has proven to be a sensor and was never seen to speak challenge-response, or where the
profile requires it. A refused password is never tried in a loop, and none is sent into a sensor's lock.

Whatever needs the password passes ``Authenticator.call`` or ``file_headers``, so what is checked there holds
for every command: the sensor must be the expected one, what it has once spoken is not forgotten, and no login
is sent while it is locked.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Protocol

from sicktui.model.device import Target
from sicktui.model.enums import AuthScheme
from sicktui.model.safe_text import clean
from sicktui.sensor.api.capabilities import CapabilityCache
from sicktui.sensor.api.login.challenge import Challenge
from sicktui.sensor.api.login.documented import is_documented
from sicktui.sensor.api.login.encryption import EncryptionGuard
from sicktui.sensor.api.login.logins import Forgetful, LoginMemory, Logins, OnWait
from sicktui.sensor.api.login.owner import SensorOwner, check_owner, check_rest, check_unchanged
from sicktui.sensor.api.login.posts import BeforeRepeat, Data, MakeData, Posts
from sicktui.sensor.api.login.scheme import SchemeFinder, SchemeMemory
from sicktui.sensor.api.login.secrets import Passwords, Secrets
from sicktui.sensor.api.login.session import Session
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.replies import Reply, not_offered
from sicktui.sensor.api.values import checked_name
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    LoginsLocked,
    NotSupported,
    SensorError,
)
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.retry import retry_bad_reply, retry_when_busy

_CHECK: Final = "checkCredentials"
_SESSION: Final = "CreateSessionToken"
_TOKEN_HEADER: Final = "X-Session-Token"  # noqa: S105  the name of the header, no secret
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
"""Safe in a header: a token with a line break would add a header of the sensor's choice."""


class SensorNotes(SchemeMemory, LoginMemory, Protocol):
    """What is remembered of a sensor across processes."""


class Authenticator:
    """Authenticates towards one sensor.

    Args:
        link: the connection to it.
        cache: its capabilities; the scheme is added.
        reader: reads ``DeviceIdent``, to be sure that it is a sensor.
        target: user and wanted scheme.
        passwords: none if it is not known; everything that needs it is then refused here.
        memory: what was seen of this sensor before; ``None``: nothing is remembered (tests).
        owner: the sensor that the password is meant for, if that is known.
        on_wait: called before a lock of the sensor is waited out.
        session: one that another client of this sensor has opened a moment ago.
    """

    def __init__(
        self,
        link: Link,
        cache: CapabilityCache,
        reader: Reader,
        target: Target,
        passwords: Passwords,
        *,
        memory: SensorNotes | None,
        owner: SensorOwner | None = None,
        on_wait: OnWait | None = None,
        session: Session | None = None,
    ) -> None:
        self._link = link
        self._cache = cache
        self._reader = reader
        self._target = target
        self._owner = owner
        self.logins = Logins(link, reader, memory or Forgetful(), on_wait)
        """The refused logins of the sensor, and its lock."""
        self._session: Session | None = None
        self._adopted: Session | None = None
        self.use(passwords)
        self._adopt(session)
        self._scheme = SchemeFinder(link, cache, reader, target, memory)
        self._encryption = EncryptionGuard(link, reader, target, memory)
        self._posts = Posts(link, target.user, self._scheme, self.logins)

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
        data: Data | MakeData | None = None,
        *,
        acting: bool = True,
        before_repeat: BeforeRepeat | None = None,
    ) -> Reply:
        """An authenticated POST.

        Args:
            name: the path behind ``/api/``.
            data: goes under ``data``; nothing if ``None``. What is made from the challenge needs
                challenge-response.
            acting: the sensor does something that must not happen twice by accident. It is sent again
                only after the sensor refused the challenge or the login: then it was not authenticated.
            before_repeat: looks at the sensor before such a repetition, and raises to forbid it; by default
                ``look_again``.

        Raises:
            UsageError: the name is not valid, or the data cannot be sent.
            AccessDenied: the password is wrong or not known.
            LoginsLocked: the sensor accepts no login now.
            OutcomeUnknown: the connection broke after an act was sent.
            SensorError: anything else.
        """
        checked_name(name)
        self._check_password()
        await check_owner(self._reader, self._target, self._owner)
        again = (before_repeat or self.look_again) if acting else None
        if await self.scheme() is AuthScheme.BASIC:
            if callable(data):
                raise NotSupported(f"{self._link.label} has no challenge-response, which {name} needs.")
            post = partial(self._posts.basic, name, data, self._secrets, acting=acting)
        else:
            post = partial(self._posts.challenged, name, data, self._secrets, acting=acting, again=again)
        look = partial(self.look_again, acting=acting)
        attempt, clock = partial(self._let_in, post, look), self._link.clock
        if acting:
            # HTTP 429 does not prove that it was not done, so no act is repeated after it here.
            reply = await attempt()
        else:
            reply = await retry_bad_reply(clock, lambda: retry_when_busy(clock, attempt))
        await self._encryption.note()
        return reply

    def _check_password(self) -> None:
        """Raise if there is no password, or the sensor has refused it."""
        if not self._secrets.known:
            raise AccessDenied(
                f"No password is known for {self._link.label} (user {clean(self._target.user)}).",
                advice="Store it with 'sicktui login', or pass it in SICKTUI_PASSWORD.",
            )
        if self._secrets.refused is not None:
            raise self._secrets.refused

    async def look_again(self, refusal: SensorError, *, acting: bool = True) -> None:
        """Look at the sensor before something that it has refused is sent once more, perhaps much later.

        Raises:
            SensorError: the refusal, if it flashes meanwhile; or another sensor answers.
        """
        known, self._reader.serial = self._reader.serial, None
        await check_owner(self._reader, self._target, self._owner)
        if acting and known is not None:
            await check_unchanged(self._reader, self._target, known)
        if acting:
            await check_rest(self._reader, refusal)

    async def _let_in(self, post: Callable[[], Awaitable[Reply]], look: BeforeRepeat) -> Reply:
        """Send it; again where the login was refused for another reason than a wrong password.

        A sensor that has accepted this very password may be locked: that is waited out once. Where several
        passwords may be right, or one may be hashed in two ways, each is tried once.
        """
        waited = False
        while True:
            try:
                reply = await post()
            except (AccessDenied, LoginsLocked) as error:
                locked = isinstance(error, LoginsLocked) or self._secrets.proven
                if waited or error.http_status is None or not (locked or self._secrets.next()):
                    self._secrets.proven = self._secrets.proven and not waited
                    if waited and isinstance(error, AccessDenied) and error.answered in (_CHECK, _SESSION):
                        # Not a matter of the user level: the password does not hold any more.
                        self._secrets.refused = error
                    if not waited and isinstance(error, AccessDenied) and error.answered:
                        self.logins.explain(error)
                    raise
                await look(error)
                if locked:
                    waited = True
                    await self.logins.sit_out()
                    await look(error)
            else:
                await self._secrets.accepted()
                return reply

    # -- password and session -----------------------------------------------------------------

    async def check_password(self) -> bool:
        """Try the password without side effects, once.

        Returns:
            True: the sensor accepts it. False: it cannot be tried without side effects here.

        Raises:
            AccessDenied: it is wrong.
        """
        return await self._offered(_CHECK) is not None

    async def _offered(self, name: str) -> Reply | None:
        """Call a method that not every sensor has. ``None``: it is not offered here, which is remembered."""
        if self._cache.is_missing(name):
            return None
        try:
            reply = await self.call(name, acting=False)
        except (NotSupported, DeviceError) as error:
            if self._cache.is_present(name) or not await self._is_absent(name, error):
                raise
            self._cache.mark_missing(name)
            return None
        self._cache.mark_present(name)
        return reply

    async def _is_absent(self, name: str, error: SensorError) -> bool:
        """Whether a refusal means that there is no such method: what that looks like is not documented."""
        if isinstance(error, NotSupported):
            return True
        if error.answered != name or not not_offered(error):
            return False
        family, version = await self._reader.ident()
        return not is_documented(name, family, version)

    async def open_session(self) -> bool:
        """Get a fresh session token. False: the sensor has no tokens.

        Raises:
            AccessDenied: the password is wrong or not known.
            SensorError: anything else.
        """
        self._session = None
        reply = await self._offered(_SESSION)
        token = None if reply is None else _parse_token(reply)
        self._session = Session(token=token, at=self._link.clock.monotonic())
        if token is not None:
            self._link.redactor.add_temporary(token)
        return token is not None

    async def prove(self) -> bool:
        """Log in, by whatever the sensor has for it. False: it has nothing without side effects.

        Raises:
            AccessDenied: none of the passwords is right.
            SensorError: anything else.
        """
        return await self.check_password() or await self.open_session()

    @property
    def password(self) -> str | None:
        """The password in use: the one that the sensor has accepted, once it has."""
        return self._secrets.now.password if self._secrets.known else None

    def use(self, passwords: Passwords) -> None:
        """Log in with other passwords from now on. A token of the old one is dropped."""
        for password in passwords.candidates:
            self._link.redactor.add(password)
        self._secrets = Secrets(passwords, self.logins)
        self._session = None

    async def salt(self) -> bytes:
        """The salt that the sensor hands out for this user level now. No login is sent.

        Raises:
            SensorError: there is no challenge.
        """

        async def ask() -> Challenge:
            async with self._link.slot() as slot:
                return await self._scheme.challenge(slot)

        clock = self._link.clock
        challenge = await retry_bad_reply(clock, lambda: retry_when_busy(clock, ask))
        return bytes(challenge.salt or ())

    async def file_headers(self) -> dict[str, str]:
        """The headers that authorise a file transfer. Opens a session if there is none.

        Raises:
            SensorError: no session can be opened.
        """
        if self._session is None and not self._cache.is_missing(_SESSION):
            await self.open_session()
        token = self._session.token if self._session else None
        headers = {} if token is None else {_TOKEN_HEADER: token}
        if self._secrets.known and await self.scheme() is AuthScheme.BASIC:
            await check_owner(self._reader, self._target, self._owner)
            headers |= self._posts.basic_header(self._secrets)
        return headers

    def _adopt(self, session: Session | None) -> None:
        """Go on with a session of another client."""
        if session is None or not session.is_fresh(self._link.clock.monotonic()):
            return
        self._session = self._adopted = session
        if session.token is None:
            self._cache.mark_missing(_SESSION)
        else:
            self._link.redactor.add_temporary(session.token)

    @property
    def session(self) -> Session | None:
        """The session that was opened a moment ago, or that the sensor has none; ``None``: not known."""
        if self._session is None or not self._session.is_fresh(self._link.clock.monotonic()):
            return None
        return self._session

    @property
    def handed_over(self) -> Session | None:
        """The session of another client, as long as it is fresh and no other one was needed."""
        return self.session if self._session is self._adopted else None

    def forget_session(self) -> None:
        """Drop the token, and probe again before the next password is sent in clear text.

        Used before a reboot, which may end in another firmware, and after an upload that broke off, which
        may have been a refusal of the token.
        """
        self._session = None
        self._scheme.probe_again()


def _parse_token(reply: Reply) -> str:
    token: Any = reply.fields.get("token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise reply.protocol_error("it has no usable session token")
    return token
