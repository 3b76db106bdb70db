"""One sensor, as the rest of sicktui speaks with it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sicktui.model.clock import Clock
from sicktui.model.device import Health, Identity, Target
from sicktui.model.enums import AuthScheme, DeviceStatus, UpdateState
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.sensor.api.authentication import Access
from sicktui.sensor.api.backups import Backups, BackupStatus, RestoreReply
from sicktui.sensor.api.capabilities import Capabilities, Memory
from sicktui.sensor.api.firmware import Firmware
from sicktui.sensor.api.parameters import Parameters
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.transfers import Downloaded, Transfers
from sicktui.sensor.turns.link import Link
from sicktui.sensor.turns.queue import Lines

_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,100}(/[A-Za-z0-9_]{1,100}){0,5}")


class Sensor:
    """The REST API of one sensor. Strictly one request at a time, never more often than allowed.

    Nothing is sent before the first call, and nothing is assumed: what a sensor knows is found
    out when it is first needed, and kept in ``capabilities``.

    Every call raises ``SensorError`` subclasses for trouble with the sensor: ``Unreachable``,
    ``AccessDenied``, ``OutOfConnections``, ``NotSupported``, ``DeviceError``, ``ProtocolError``. An act
    whose connection broke after it was sent raises ``OutcomeUnknown`` and is never repeated here.

    Args:
        target: the device with every default filled in.
        password: of ``target.user``; ``None`` when nobody knows it, which is enough for reading.
        lines: the process's lines to its sensors: one request at a time, never more often than allowed.
        clock: where time comes from.
        on_contact: told ``True`` at each answer and ``False`` at each failure to get one.
        capabilities: what an earlier client of the same sensor has learned.
    """

    def __init__(
        self,
        target: Target,
        *,
        password: str | None,
        lines: Lines,
        clock: Clock,
        on_contact: Callable[[bool], None] | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        self._target = target
        self._memory = Memory(capabilities)
        self._link = Link(
            target,
            lines=lines,
            clock=clock,
            on_contact=on_contact,
        )
        self._reader = Reader(self._link, self._memory)
        self._access = Access(self._link, self._memory, self._reader, target, password)
        transfers = Transfers(self._link, self._access)
        self._parameters = Parameters(self._link, self._memory, self._access)
        self._firmware = Firmware(self._link, self._memory, self._reader, self._access, transfers)
        self._backups = Backups(self._link, self._memory, self._reader, self._access, transfers)

    def __repr__(self) -> str:
        """Device and address; no secrets."""
        return f"<Sensor {clean(self._target.device)} at {self._link.label}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def capabilities(self) -> Capabilities:
        """What is known of the sensor so far: hand it to the next client of the same sensor."""
        return self._memory.capabilities

    # -- reading ------------------------------------------------------------------------------

    async def identity(self) -> Identity:
        """``DeviceIdent``, which must exist, and what else identifies the sensor where it exists.

        Raises:
            SensorError: it cannot be read, or makes no sense.
        """
        return await self._reader.identity()

    async def recognise(self, known: Identity) -> Identity:
        """Read again what tells whether the same sensor answers, and its version: two requests.

        Raises:
            SensorError: it cannot be read, or makes no sense.
        """
        return await self._reader.recognise(known)

    async def ident(self) -> tuple[str, str]:
        """``DeviceIdent`` only: name and version. The cheapest sign of life.

        Raises:
            ProtocolError: what answers is no sensor with this API.
            SensorError: anything else.
        """
        return await self._reader.ident()

    async def serial_number(self) -> str | None:
        """``SerialNumber``; ``None`` where the sensor tells none.

        Raises:
            SensorError: it cannot be read.
        """
        return await self._reader.serial_number()

    async def update_state(self) -> UpdateState:
        """``UpdateState`` (firmware article, section 4).

        Raises:
            NotSupported: there is no firmware update over this API.
            ProtocolError: its value is not known.
            SensorError: anything else.
        """
        return await self._reader.update_state()

    async def health(self) -> Health:
        """``DeviceStatus`` and ``PowerOnCnt`` where they exist.

        Raises:
            SensorError: one cannot be read.
        """
        return await self._reader.health()

    async def device_status(self) -> DeviceStatus | None:
        """``DeviceStatus`` alone: what changes of a sensor's health; ``None`` where it does not exist.

        Raises:
            SensorError: it cannot be read.
        """
        return await self._reader.device_status()

    async def power_on_count(self) -> int | None:
        """``PowerOnCnt`` alone: what proves a restart; ``None`` where it does not exist.

        Raises:
            SensorError: it cannot be read.
        """
        return await self._reader.power_on_count()

    async def read(self, name: str) -> object:
        """Any variable: the bare value, wherever the sensor wraps it. Texts in it are not cleaned.

        Raises:
            UsageError: that can be no name.
            NotSupported: there is no such variable.
            SensorError: anything else.
        """
        return await self._reader.value(_checked(name))

    # -- being let in -------------------------------------------------------------------------

    async def auth_scheme(self) -> AuthScheme:
        """How writes are authenticated here. Probes ``getChallenge`` once, which changes nothing.

        Raises:
            SensorError: the sensor cannot be asked.
        """
        return await self._access.scheme()

    async def check_password(self) -> bool:
        """Try the password without side effects (``checkCredentials``), once.

        Returns:
            True: it is right. False: it cannot be tried without side effects here.

        Raises:
            AccessDenied: it is wrong, or none is known.
        """
        return await self._access.check_password()

    async def open_session(self) -> bool:
        """Get a fresh session token and keep it. False where the sensor hands out none.

        Raises:
            AccessDenied: the password is wrong, or none is known.
            SensorError: anything else.
        """
        return await self._access.open_session()

    # -- acts ---------------------------------------------------------------------------------

    async def call(self, name: str, data: Mapping[str, object] | None = None) -> Mapping[str, object]:
        """Any method: an authenticated POST. Returns what stands under ``data``, ``{}`` if nothing.

        Raises:
            UsageError: that can be no name, or the data no JSON.
            OutcomeUnknown: the connection broke after it was sent.
            SensorError: anything else.
        """
        return (await self._access.call(_checked(name), data)).fields

    async def write(self, name: str, value: object) -> None:
        """Write a variable.

        Raises:
            UsageError: that can be no name, or the value no JSON.
            OutcomeUnknown: the connection broke: it may be written.
            SensorError: it is not written.
        """
        await self._parameters.write(_checked(name), value)

    async def persist(self) -> bool:
        """Save the parameters (``WriteEeprom`` or ``PersistParameters``). False: the sensor knows neither.

        Raises:
            DeviceError: the sensor says that it could not.
            SensorError: anything else.
        """
        return await self._parameters.persist()

    async def find_me(self, seconds: int, *, unproven: bool = False) -> None:
        """Let the sensor blink for so many seconds (``FindMe``); ``unproven``: although no password is known.

        Raises:
            UsageError: the duration is not possible.
            SensorError: it does not.
        """
        await self._parameters.find_me(seconds, unproven=unproven)

    # -- firmware -----------------------------------------------------------------------------

    async def upload_package(self, path: Path, size: int, on_progress: Callable[[int, int], None]) -> None:
        """``PUT update``. A return proves that the sensor took the bytes, not that it likes them.

        One attempt; if the sensor refuses the token (401, 403), once more with a new one, unless
        it flashes already.

        Args:
            path: the package.
            size: its bytes when it was hashed.
            on_progress: called with bytes sent and bytes in all, at most about ten times a second.

        Raises:
            UploadRefused: the sensor answered, and not with Ok.
            UploadInterrupted: the outcome is unknown: read ``UpdateState`` before trying again.
            LocalFileError: the package is not what it was.
            SensorError: nothing was sent.
        """
        await self._firmware.upload_package(path, size, on_progress)

    async def run_firmware_update(self) -> None:
        """Start the flash (``RunFirmwareUpdate``, on either of its two paths).

        Raises:
            OutcomeUnknown: the connection broke: it may have started.
            NotSupported: the sensor knows neither path.
            SensorError: anything else.
        """
        await self._firmware.run_firmware_update()

    # -- backup and restore -------------------------------------------------------------------

    async def create_backup(self, passphrase: str) -> None:
        """``CreateParameterBackup``. The file is ready some time later.

        Raises:
            DeviceError: the sensor says that it could not.
            SensorError: anything else.
        """
        await self._backups.create(passphrase)

    async def create_backup_status(self) -> BackupStatus | None:
        """``CreateParameterBackupResult``; ``None`` where the sensor does not tell.

        Raises:
            SensorError: it cannot be read.
        """
        return await self._backups.create_status()

    async def download_backup(self, to: Path, limit: int) -> Downloaded:
        """``GET parameterbackup``, to disk; the token is renewed once if it is refused.

        Args:
            to: where the file shall lie; nothing lies there after an error.
            limit: the most bytes it may have.

        Raises:
            ProtocolError: it is empty, cut off, too large or a web page.
            SensorError: anything else, an error that the sensor sends instead included.
        """
        return await self._backups.download(to, limit)

    async def upload_backup(self, path: Path) -> None:
        """``PUT parameterbackup``: brings a file to the sensor, which does not use it yet.

        Raises:
            UploadRefused: the sensor answered, and not with Ok.
            UploadInterrupted: the outcome is unknown.
            SensorError: nothing was sent.
        """
        await self._backups.upload(path)

    async def restore_backup(self, passphrase: str) -> RestoreReply:
        """``RestoreParameterBackup``: the sensor takes the uploaded file over.

        Newer firmware only begins it: then ``restore_status`` tells the end.

        Raises:
            OutcomeUnknown: the connection broke: it may have happened.
            SensorError: anything else.
        """
        return await self._backups.restore(passphrase)

    async def restore_status(self) -> RestoreReply | None:
        """``RestoreParameterBackupResult``; ``None`` where the sensor does not tell.

        Raises:
            SensorError: it cannot be read.
        """
        return await self._backups.restore_status()

    # -- the line -----------------------------------------------------------------------------

    async def forget_connections(self) -> None:
        """Before a reboot: nothing that the sensor remembers of this client may be relied on after it.

        That is the session and the proof that it knows Basic only. Connections need no forgetting:
        each request has its own.
        """
        self._access.forget_session()

    async def aclose(self) -> None:
        """Close everything. The sensor is not told: sessions end by themselves."""
        await self._link.aclose()


def _checked(name: str) -> str:
    """A name that can safely stand in a URL.

    Raises:
        UsageError: it is none.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{clean(name, 60)}' can be no variable or method of a sensor.",
            advice="Names are written as in the vendor's OpenAPI, such as LocationName.",
        )
    return name
