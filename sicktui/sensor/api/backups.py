"""Creates, downloads, uploads and restores backups (authentication article, section 5; vendor's OpenAPI)."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.backup.evidence import Result
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.restore.observations import RestoreReply
from sicktui.model.safe_text import clean
from sicktui.sensor.api.login.authentication import Authenticator
from sicktui.sensor.api.login.posts import BeforeRepeat
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.replies import Reply
from sicktui.sensor.api.transfers import Downloaded, Transfers
from sicktui.sensor.api.values import convert_fields
from sicktui.sensor.errors import DeviceError, LocalFileError
from sicktui.sensor.transport.file_streams import FileBody
from sicktui.sensor.turns.link import Link

_FILE: Final = "parameterbackup"
_CREATE_RESULT: Final = "CreateParameterBackupResult"
_RESTORE: Final = "RestoreParameterBackup"
_EVERYTHING: Final = {"Filter": 0}
_MALFORMED: Final = (1, 2)
"""``header.status`` Parsing Failed and Invalid Data."""
_RESTORE_RESULT: Final = "RestoreParameterBackupResult"
_FINISHED: Final = 1
_LONGEST_PASSPHRASE: Final = 256
_SHOWN_FAILURES: Final = 100

RESTORE_WORDS: Final[dict[int, str]] = {
    0: "restored",
    1: "the checksum of the file is wrong: it is damaged",
    2: "the file cannot be parsed: it is damaged or not a backup",
    3: "the backup is of another device type",
    4: "the parameters could not be applied",
    5: "the parameters of the file could not be converted",
    6: "the file cannot be decrypted: the passphrase is probably wrong",
    7: "the header of the encrypted file is damaged",
    8: "the encrypted file has the wrong length: it is damaged",
    9: "the sensor could not read or write its storage",
    10: "the backup comes from a firmware version that cannot be converted",
    50: "a component of the sensor does not accept the parameters",
}
"""``RestoreResult`` in plain words."""


class _Created(Struct, rename="pascal"):
    result: bool | None = None


class _CreateResult(Struct, rename="pascal"):
    status: int
    result: bool | None = None


class _Restored(Struct, rename="pascal"):
    status: int | None = None
    result: bool | None = None
    restore_result: int | None = None
    parameters_failed_to_restore: list[str] = []


class Backups:
    """Creates, downloads, uploads and restores the parameter backup of one sensor.

    Args:
        link: the connection to it.
        reader: reads results.
        access: authenticates.
        transfers: moves the file.
    """

    def __init__(self, link: Link, reader: Reader, access: Authenticator, transfers: Transfers) -> None:
        self._link = link
        self._reader = reader
        self._access = access
        self._transfers = transfers
        self._filters = False
        """Whether the sensor has taken ``Filter``."""

    async def create(self, passphrase: str) -> None:
        """``CreateParameterBackup``. The file is ready some time later.

        Args:
            passphrase: encrypts the file; at most 256 characters.

        Raises:
            NotSupported: the sensor cannot create backups.
            DeviceError: it reports a failure.
            SensorError: anything else.
        """
        self._link.redactor.add(passphrase)
        reply = await self._access.call("CreateParameterBackup", {"Passphrase": _checked(passphrase)})
        created: _Created = convert_fields(reply, _Created)
        if created.result is False:
            raise DeviceError(
                f"The sensor at {self._link.label} could not create a backup (it reported Result false).",
                advice="Try again. If it fails again, restart the sensor.",
                http_status=reply.http_status,
                status=0,
            )

    async def create_status(self) -> Result | None:
        """``CreateParameterBackupResult``; ``None`` if the sensor does not report it.

        Raises:
            SensorError: it cannot be read.
        """
        reply = await self._reader.read_if_present(_CREATE_RESULT)
        if reply is None:
            return None
        result: _CreateResult = convert_fields(reply, _CreateResult)
        return Result(finished=result.status == _FINISHED, ok=result.result is not False)

    async def download(self, to: Path, limit: int) -> Downloaded:
        """``GET parameterbackup``, to disk.

        Args:
            to: the path to write; removed after an error.
            limit: the maximum size in bytes.

        Raises:
            ProtocolError: it is empty, cut off, too large, a web page or an error.
            SensorError: anything else.
        """
        return await self._transfers.fetch(_FILE, to, limit)

    async def upload(self, path: Path, before_repeat: BeforeRepeat | None = None) -> None:
        """``PUT parameterbackup``: sends the file to the sensor, which does not use it yet.

        Args:
            path: the file.
            before_repeat: looks at the sensor before it is sent again, and raises to forbid it.

        Raises:
            UploadRefused: the sensor answered, and not with Ok.
            UploadInterrupted: the outcome is unknown.
            LocalFileError: the file cannot be read.
            SensorError: nothing was sent.
        """
        size = _size(path)
        await self._transfers.send(
            _FILE,
            lambda: FileBody(path, size, _unseen, self._link.clock, code=Code.BACKUP_UNUSABLE),
            before_repeat,
        )

    async def restore(self, passphrase: str, before_repeat: BeforeRepeat | None = None) -> RestoreReply:
        """``RestoreParameterBackup``: the sensor applies the uploaded file.

        ``Filter`` 0 means all parameters. The files that document it (picoScan 2.3.3, multiScan200) are those
        with a ``RestoreParameterBackupResult``; SICK's SDK always sends it there. Elsewhere it is sent only
        after a refusal of the form without it (status 1 or 2).

        Args:
            passphrase: the one that the file was made with.
            before_repeat: looks at the sensor before a second call, and raises to forbid it.

        Raises:
            OutcomeUnknown: the connection broke: it may have happened.
            SensorError: anything else.
        """
        self._link.redactor.add(passphrase)
        data: dict[str, object] = {"Passphrase": _checked(passphrase)}
        if self._filters or self._reader.is_present(_RESTORE_RESULT):
            data |= _EVERYTHING
        try:
            reply = await self._access.call(_RESTORE, data, before_repeat=before_repeat)
        except DeviceError as error:
            if error.status not in _MALFORMED or "Filter" in data:
                raise
            await (before_repeat or self._access.look_again)(error)
            data |= _EVERYTHING
            reply = await self._access.call(_RESTORE, data, before_repeat=before_repeat)
            self._filters = True
        return _restore_reply(reply)

    async def restore_status(self) -> RestoreReply | None:
        """``RestoreParameterBackupResult``; ``None`` if the sensor does not report it.

        Raises:
            SensorError: it cannot be read.
        """
        reply = await self._reader.read_if_present(_RESTORE_RESULT)
        return None if reply is None else _restore_reply(reply)


def _restore_reply(reply: Reply) -> RestoreReply:
    said: _Restored = convert_fields(reply, _Restored)
    failed = tuple(
        clean(reply.request.quote(name), 80) for name in said.parameters_failed_to_restore[:_SHOWN_FAILURES]
    )
    ok = said.result
    words = ""
    if said.restore_result is not None:
        ok = said.restore_result == 0
        words = RESTORE_WORDS.get(said.restore_result, f"an unknown result ({said.restore_result})")
    elif ok is not None:
        words = RESTORE_WORDS[0] if ok else "the sensor reports that it failed"
    return RestoreReply(
        finished=said.status in (None, _FINISHED),
        ok=ok,
        result=said.restore_result,
        words=words,
        failed=failed,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise LocalFileError(
            f"The backup file {clean(path.name)} cannot be read ({error.strerror or error}).",
            code=Code.BACKUP_UNUSABLE,
            advice="Check the file and its permissions.",
        ) from error


def _checked(passphrase: str) -> str:
    if len(passphrase) > _LONGEST_PASSPHRASE:
        raise UsageError(f"A backup passphrase has at most {_LONGEST_PASSPHRASE} characters.")
    return passphrase


def _unseen(_sent: int, _total: int) -> None:
    """Progress is not shown: a backup is small."""
