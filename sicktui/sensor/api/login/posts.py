"""POSTs with a password: with its proof (challenge-response), or with itself (Basic).

A refused password is not tried again here, and none is sent into a sensor's lock. Which scheme it is, and
whether this sensor may get the password at all, ``Authenticator`` decides before.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping

from sicktui.sensor.api.login.challenge import Challenge, encoded_secret, header
from sicktui.sensor.api.login.logins import Logins
from sicktui.sensor.api.login.scheme import SchemeFinder
from sicktui.sensor.api.login.secrets import Secrets
from sicktui.sensor.api.replies import INVALID_CHALLENGE, Reply, parse_reply
from sicktui.sensor.api.values import encode
from sicktui.sensor.errors import AccessDenied, DeviceError, ProtocolError, SensorError
from sicktui.sensor.transport.messages import Answer
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.retry import TOO_MANY_HTTP, retry_when_busy

Data = Mapping[str, object]
MakeData = Callable[[Challenge, bytes], Data]
"""Makes the data of a POST from the challenge that it answers, and the password's hash for it."""
BeforeRepeat = Callable[[SensorError], Awaitable[None]]


class Posts:
    """Sends POSTs that need a password to one sensor.

    Args:
        link: the connection to it.
        user: the user level.
        scheme: gets the challenges.
        logins: the refused logins of the sensor, and its lock.
    """

    def __init__(self, link: Link, user: str, scheme: SchemeFinder, logins: Logins) -> None:
        self._link = link
        self._user = user
        self._scheme = scheme
        self._logins = logins
        self._hashed: dict[str, str] = {}
        """The paths that this sensor hashes by their last part only."""

    async def basic(self, name: str, data: Data | None, secrets: Secrets, *, acting: bool) -> Reply:
        """Send it with the password in clear text."""
        body = encode({} if data is None else {"data": data})
        while True:
            await self._logins.wait()
            async with self._link.slot() as slot:
                if self._logins.locked_for:
                    continue
                answer = await slot.post(name, body, headers=self.basic_header(secrets), acting=acting)
                outcome = await self._judged(name, answer, acting=acting)
            return _reply_of(outcome)

    async def challenged(
        self,
        name: str,
        data: Data | MakeData | None,
        secrets: Secrets,
        *,
        acting: bool,
        again: BeforeRepeat | None,
    ) -> Reply:
        """Send it with the proof of a fresh challenge; once more where the sensor called that one stale."""
        hashed = self._hashed.get(name, name)
        try:
            reply = await self._with_fresh_challenge(name, hashed, data, secrets, acting=acting, again=again)
        except AccessDenied as error:
            short = name.rpartition("/")[2]
            if not secrets.proven or short == hashed:
                raise
            # The password is known to be right, so this does not guess passwords: only the endpoint's name
            # can differ, and the article does not define it for paths.
            if again is not None:
                await again(error)
            reply = await self._with_fresh_challenge(name, short, data, secrets, acting=acting, again=again)
            self._hashed[name] = short
        return reply

    async def _with_fresh_challenge(
        self,
        name: str,
        hashed: str,
        data: Data | MakeData | None,
        secrets: Secrets,
        *,
        acting: bool,
        again: BeforeRepeat | None,
    ) -> Reply:
        try:
            return _reply_of(await self._prove_and_post(name, hashed, data, secrets, acting=acting))
        except DeviceError as error:
            if error.status != INVALID_CHALLENGE:
                raise
            if again is not None:
                await again(error)
        # The nonce was stale, so nothing was done: once more with a fresh one.
        return _reply_of(await self._prove_and_post(name, hashed, data, secrets, acting=acting))

    async def _judged(self, name: str, answer: Answer, *, acting: bool) -> Reply | SensorError:
        """What the answer to a login means. It is counted before another client of this process may try."""
        outcome: Reply | SensorError
        try:
            outcome = parse_reply(answer, self._link.request("POST", name))
        except SensorError as error:
            if isinstance(error, ProtocolError) or error.http_status == TOO_MANY_HTTP:
                # Neither an unreadable reply nor one about the rate shows whether it was done.
                error.outcome_unknown = acting
            outcome = error
            error.answered = name
        await self._logins.note(outcome)
        return outcome

    async def _prove_and_post(
        self, name: str, hashed: str, data: Data | MakeData | None, secrets: Secrets, *, acting: bool
    ) -> Reply | SensorError:
        """Get a fresh challenge and send its POST right after it. One challenge serves one POST."""

        async def attempt() -> Reply | SensorError:
            while True:
                await self._logins.wait()
                async with self._link.slot(2) as slot:
                    if self._logins.locked_for:
                        continue  # Another client's login was refused meanwhile.
                    challenge = await self._scheme.challenge(slot)
                    body = self._body(challenge, hashed, data, secrets)
                    answer = await slot.post(name, body, acting=acting)
                    return await self._judged(name, answer, acting=acting)

        # Only the challenge may be requested again in there. What the answer to the POST means is returned.
        return await retry_when_busy(self._link.clock, attempt) if acting else await attempt()

    def _body(
        self, challenge: Challenge, hashed: str, data: Data | MakeData | None, secrets: Secrets
    ) -> bytes:
        user, secret = self._user, secrets.now
        key = challenge.key(user, encoded_secret(secret.password, one_byte=secret.one_byte))
        # At least one device wants ``header`` in front of ``data``.
        proof = header(user, key, challenge, hashed)
        self._link.redactor.add_temporary(proof["response"])
        body: dict[str, object] = {"header": proof}
        if data is not None:
            body["data"] = data(challenge, key) if callable(data) else data
        return encode(body)

    def basic_header(self, secrets: Secrets) -> dict[str, str]:
        """The header with the password in clear text."""
        secret = encoded_secret(f"{self._user}:{secrets.now.password}")
        encoded = base64.b64encode(secret).decode("ascii")
        self._link.redactor.add(encoded)
        return {"Authorization": f"Basic {encoded}"}


def _reply_of(outcome: Reply | SensorError) -> Reply:
    if isinstance(outcome, SensorError):
        raise outcome
    return outcome
