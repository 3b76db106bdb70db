"""Changes the password of a user level: ``changePassword`` (SICK's guide, section 4, and sample client).

The sensor never learns a password. It is sent ``hash1`` of the new one and a new salt, encrypted with AES-128
and sealed with HMAC-SHA256 under ``hash1`` of the caller's password; from then on it hands the new salt out.
"""

import hmac
import os
from typing import Final

from sicktui.model.passwords.new import check_new_password
from sicktui.model.safe_text import clean
from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.login.challenge import Challenge, encoded_secret, password_hash
from sicktui.sensor.api.replies import Reply, not_offered
from sicktui.sensor.errors import DeviceError, LoginsLocked, NotSupported, ProtocolError, SensorError
from sicktui.sensor.turns.link import Link

_METHOD: Final = "changePassword"
_SALT: Final = 16
_LEVELS: Final = {"Run": 0, "Operator": 1, "Maintenance": 2, "AuthorizedClient": 3, "Service": 4}
_DONE, _NOT_ACCEPTED, _NOT_CHANGEABLE, _LOCKED = 0, 2, 4, 5


def sealed(old: bytes, new: bytes, salt: bytes, iv: bytes) -> bytes:
    """The encrypted message: 96 bytes.

    Args:
        old: ``hash1`` of the caller's password, for the challenge that is answered.
        new: ``hash1`` of the new password.
        salt: that of the new password, 16 bytes.
        iv: 16 random bytes.
    """
    # Imported here: it takes 20 ms, and few calls change a password.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    encryptor = Cipher(algorithms.AES128(old[:16]), modes.CBC(iv)).encryptor()
    message = iv + encryptor.update(new + salt) + encryptor.finalize()
    return message + hmac.digest(old, message, "sha256")


class PasswordChange:
    """Changes the password of one user level of one sensor.

    Args:
        link: the connection to it.
        access: authenticates, with the old password.
        user: the user level.
    """

    def __init__(self, link: Link, access: Authenticator, user: str) -> None:
        self._link = link
        self._access = access
        self._user = user

    async def change(self, new: str, salt: bytes) -> None:
        """Change it.

        Args:
            new: the new password.
            salt: 16 random bytes, which the sensor hands out from then on.

        Raises:
            UsageError: no sensor should be given this password.
            NotSupported: the sensor has no such method, or no salt. Nothing was sent.
            LoginsLocked: it is locked, also after a wait.
            OutcomeUnknown: the connection broke: it may be changed.
            SensorError: it is not changed, unless ``is_unsure`` leaves that open.
        """
        check_new_password(new)
        reply = await self._send(new, salt)
        if _result(reply) == _LOCKED:
            await self._access.logins.note_lock()
            await self._access.logins.wait()
            await self._access.look_again(self._refusal(reply))
            reply = await self._send(new, salt)
        if _result(reply) == _DONE:
            return
        raise self._refusal(reply)

    async def _send(self, new: str, salt: bytes) -> Reply:
        """SICK's OpenAPI names the user level; its sample client sends its number."""
        try:
            return await self._post(self._user, new, salt)
        except SensorError as error:
            number = _LEVELS.get(self._user)
            if error.answered != _METHOD or error.http_status in (405, 501) or not not_offered(error):
                raise
            if number is None:
                raise
            return await self._post(number, new, salt)

    async def _post(self, level: str | int, new: str, salt: bytes) -> Reply:
        def data(challenge: Challenge, key: bytes) -> dict[str, object]:
            if len(challenge.salt or ()) != _SALT:
                raise NotSupported(
                    f"{self._link.label} sends no salt of {_SALT} bytes with its challenge. How it stores a "
                    "new password is not documented, so nothing was sent.",
                    advice="Change it on the sensor's web page, then log in again.",
                )
            target = password_hash(self._user, encoded_secret(new), challenge.realm, salt)
            message = sealed(key, target, salt, os.urandom(_SALT))
            return {"userLevel": level, "encryptedMessage": list(message)}

        return await self._access.call(_METHOD, data)

    def _refusal(self, reply: Reply) -> SensorError:
        result, who = _result(reply), f"the password of {clean(self._user, 40)}"
        where = f"The sensor at {self._link.label}"
        if result == _NOT_ACCEPTED:
            return DeviceError(
                f"{where} does not accept the new password for {clean(self._user, 40)} (result 2).",
                advice="Choose another one: longer, with upper and lower case, digits and signs.",
                http_status=reply.http_status,
            )
        if result == _NOT_CHANGEABLE:
            return NotSupported(
                f"{where} reports that {who} cannot be changed (result 4).",
                advice="Change it on the sensor's web page, then log in again.",
                http_status=reply.http_status,
            )
        if result == _LOCKED:
            return LoginsLocked(
                f"{where} is locked after refused logins and did not change {who} (result 5).",
                advice="Find out who tries wrong passwords, wait a minute, and try again.",
                http_status=reply.http_status,
            )
        error = ProtocolError(
            f"{where} answered {_METHOD} with a result that is not documented.",
            advice="Log in to find out which password holds.",
            http_status=reply.http_status,
        )
        error.outcome_unknown = True
        return error


def _result(reply: Reply) -> int | None:
    found = reply.fields.get("result")
    return found if isinstance(found, int) and not isinstance(found, bool) else None
