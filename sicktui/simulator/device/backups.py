"""Parameter backups of a simulated device: created, fetched, uploaded, restored."""

from email.utils import formatdate
from typing import Final

from sicktui.simulator.device.files import backup as backup_file
from sicktui.simulator.device.files.backup import Contents, Unusable
from sicktui.simulator.device.parameters import NETWORK
from sicktui.simulator.device.plans import CreatePlan, RestorePlan
from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.errors import ApiError
from sicktui.simulator.status import INVALID_DATA, OUT_OF_BOUNDS

PASSPHRASE_LIMIT: Final = 256
"""Characters (SICK's OpenAPI, ``CreateParameterBackup``)."""
MAX_BACKUP: Final = 4_000_000
"""Bytes that ``PUT parameterbackup`` takes."""
IO_ERROR: Final = 9  # RestoreResult
_REBOOT_DELAY: Final = 0.2
"""Seconds from the end of a restore to the reboot that it may bring."""


class Backups:
    """The backup file of one device, and the one that was uploaded to be restored."""

    def __init__(self, device: DeviceState) -> None:
        self.file: bytes | None = None
        """The content of GET parameterbackup."""
        self.written = 0.0
        """When it was written last."""
        self.uploaded: bytes | None = None
        self.create_pending = False
        self.create_ok = False
        self._created = self.restored = device.spec.earlier_results
        """Whether the last backup, and the last restore, is finished."""
        self.restore_pending = False
        self.restore_code: int = 0
        self.restore_failed: tuple[str, ...] = ()
        self._device = device
        self._growing: bytes | None = None
        self._contents: Contents | None = None
        self._grows_from = 0.0
        self._grows_for = 0.0

    def leave_stale(self) -> None:
        """Leave an older backup: the defaults, under an unknown passphrase."""
        self.file = self._make("yesterday", dict(self._device.parameters.defaults))

    @property
    def create_result(self) -> dict[str, object]:
        """``CreateParameterBackupResult``: of the last call; Pending before the first (SICK's OpenAPI)."""
        return {"Status": int(self._created), "Result": self._created and self.create_ok}

    @property
    def restore_result(self) -> dict[str, object]:
        """``RestoreParameterBackupResult``, likewise."""
        return {
            "Status": int(self.restored),
            "RestoreResult": self.restore_code,
            "ParametersFailedToRestore": list(self.restore_failed),
        }

    # -- create ----------------------------------------------------------------------------------

    def create(self, data: dict[str, object]) -> bool:
        """``CreateParameterBackup``: starts, and returns the ``Result``."""
        passphrase = passphrase_of(data)
        if self.create_pending:
            return False
        plan = CreatePlan(seconds=self._device.spec.backup_seconds)
        self._device.faults.create_backup(plan)
        self.create_ok = plan.ok
        self._created = not plan.ok
        if not plan.ok:
            return False
        content = self._make(passphrase, dict(self._device.parameters.current))
        self.create_pending = True
        if plan.grows:
            self._growing, self._grows_from = content, self._device.time.now()
            self._grows_for = max(plan.seconds, 0.001)
        if plan.finishes:
            self._device.spawn(self._finish_create(plan, content))
        return True

    async def _finish_create(self, plan: CreatePlan, content: bytes) -> None:
        await self._device.time.sleep(plan.seconds)
        if not self.create_pending:
            return  # the power was lost
        if plan.writes:
            self.file, self.written = content, self._device.time.now()
        self._growing = None
        self.create_pending = False
        self._created = True

    def _make(self, passphrase: str, values: dict[str, object]) -> bytes:
        device = self._device
        kept = {name: value for name, value in values.items() if name not in NETWORK}
        contents = Contents(model=device.model, version=device.firmware_version, parameters=kept)
        make = backup_file.make_json if device.generation.backup_format == "json" else backup_file.make_binary
        return make(contents, passphrase, size=device.spec.backup_size, rng=device.rng)

    def served(self) -> bytes | None:
        """The content of GET parameterbackup now; ``None`` if there is no file."""
        if self._growing is not None:
            done = (self._device.time.now() - self._grows_from) / self._grows_for
            return self._growing[: int(len(self._growing) * min(1.0, done))]
        return self.file

    def stamp(self) -> tuple[tuple[str, str], ...]:
        """The headers that date the file, if any."""
        shows = self._device.spec.backup_stamp
        if shows == "none":
            return ()
        moment = self.written if shows == "written" else self._device.time.now()
        return ("ETag", f'"{int(moment * 1000):x}"'), ("Last-Modified", formatdate(moment, usegmt=True))

    # -- restore ---------------------------------------------------------------------------------

    def restore(self, data: dict[str, object]) -> RestorePlan:
        """``RestoreParameterBackup``: the plan. ``finish_restore`` carries it out."""
        passphrase = passphrase_of(data)
        chosen = data.get("Filter", 0)
        if isinstance(chosen, bool) or not isinstance(chosen, int):
            raise ApiError(INVALID_DATA)
        plan = RestorePlan(seconds=self._device.spec.restore_seconds)
        self._device.faults.restore(plan)
        if plan.ignored:
            return plan
        contents: Contents | None = None
        if plan.code is None:
            try:
                contents = self._open(passphrase)
                plan.code = 0
            except Unusable as error:
                plan.code = error.code
        self.restore_pending, self.restored = True, False
        self._contents = contents
        return plan

    def _open(self, passphrase: str) -> Contents:
        if self.uploaded is None:
            raise Unusable(IO_ERROR)
        device = self._device
        return backup_file.read(
            self.uploaded, passphrase, model=device.model, firmware=device.firmware_version
        )

    async def finish_restore(self, plan: RestorePlan) -> None:
        """Apply the backup after the time that it takes. What is restored is active, not saved."""
        await self._device.time.sleep(plan.seconds)
        if not self.restore_pending or not plan.finishes:
            return
        self.restore_code = plan.code or 0
        self.restore_failed = self._apply(plan)
        self.restore_pending, self.restored = False, True
        if plan.reboots:
            self._device.parameters.save()
            self._device.spawn(self._reboot())

    async def _reboot(self) -> None:
        device = self._device
        await device.time.sleep(_REBOOT_DELAY)
        await device.power_off()
        await device.time.sleep(device.spec.reboot_seconds)
        await device.power_on()

    def _apply(self, plan: RestorePlan) -> tuple[str, ...]:
        contents, self._contents = self._contents, None
        if contents is None:
            return plan.failed
        failed = list(plan.failed)
        store = self._device.parameters
        for name, value in contents.parameters.items():
            if name in plan.failed or name in plan.left_out:
                continue
            if store.fits(name, value):
                store.current[name] = value
            else:
                failed.append(name)
        return tuple(failed)

    def power_lost(self) -> None:
        """Cancel what was pending; the files stay."""
        self.create_pending = self.restore_pending = False
        self._growing = None


def passphrase_of(data: dict[str, object]) -> str:
    """``Passphrase`` of a POST; ``ApiError`` if it is missing or too long."""
    passphrase = data.get("Passphrase")
    if not isinstance(passphrase, str):
        raise ApiError(INVALID_DATA)
    if len(passphrase) > PASSPHRASE_LIMIT:
        raise ApiError(OUT_OF_BOUNDS)
    return passphrase
