"""Faults of backup and restore."""

from collections.abc import Mapping

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.plans import CreatePlan, RestorePlan
from sicktui.simulator.faults.base import PlanFault, error_payload, fault
from sicktui.simulator.faults.wire import WireFault
from sicktui.simulator.network.http import Reply
from sicktui.simulator.status import message_of


class CreateFault(PlanFault):
    """A fault that changes the plan of a ``CreateParameterBackup``."""

    def on_create_backup(self, device: Device, plan: CreatePlan) -> None:
        """Strike each creation, as often as wanted."""
        self.change(plan, device)


@fault("backup_false")
class BackupFalse(CreateFault):
    """``CreateParameterBackup`` answers ``Result: false`` and writes nothing."""

    sets = ("ok", False)


@fault("backup_pending_forever")
class BackupPendingForever(CreateFault):
    """A backup is never finished: ``Status`` stays 0 and no file appears."""

    sets = ("finishes", False)


@fault("backup_slow")
class BackupSlow(CreateFault):
    """A backup takes ``seconds`` (default 20)."""

    uses = ("seconds",)
    delays = ("seconds", 20.0)


@fault("backup_growing")
class BackupGrowing(CreateFault):
    """The file can be fetched while it is written, over ``seconds`` (default 3): shorter than it will be."""

    uses = ("seconds",)
    sets = ("grows", True)
    delays = ("seconds", 3.0)


@fault("backup_stale_file")
class BackupStaleFile(CreateFault):
    """Returns an older file, although it reports a new one."""

    sets = ("writes", False)

    def on_start(self, device: Device) -> None:
        """Put the old file there."""
        device.backups.leave_stale()


class FileFault(WireFault):
    """A fault of the backup file's download."""

    default_at = "GET parameterbackup"
    acting = True


@fault("backup_empty")
class BackupEmpty(FileFault):
    """The backup file is empty."""

    def alter(self, reply: Reply) -> Reply:
        """No bytes."""
        return Reply(content_type="application/octet-stream")


@fault("backup_html")
class BackupHtml(FileFault):
    """A web page comes instead of the backup file."""

    def alter(self, reply: Reply) -> Reply:
        """HTTP 200 all the same."""
        page = b"<!DOCTYPE html><html><body>Session expired, please log in</body></html>"
        return Reply(body=page, content_type="text/html")


@fault("backup_error_object")
class BackupErrorObject(FileFault):
    """A JSON error (HTTP 200, ``header.status = value``, default 3) comes instead of the backup file."""

    uses = ("value",)

    def alter(self, reply: Reply) -> Reply:
        """HTTP 200 all the same."""
        status = self.fault.value if isinstance(self.fault.value, int) else 3
        return Reply(payload=error_payload(status, message_of(status)))


@fault("backup_truncated")
class BackupTruncated(FileFault):
    """The backup file breaks off after ``fraction`` of its announced length (default half)."""

    uses = ("fraction",)

    def alter(self, reply: Reply) -> Reply:
        """The connection is closed too early."""
        fraction = 0.5 if self.fault.fraction is None else self.fault.fraction
        return Reply(body=reply.content, content_type=reply.content_type, cut=fraction)


@fault("backup_damaged")
class BackupDamaged(FileFault):
    """The backup file is complete for HTTP, but only ``fraction`` of what it was (default half)."""

    uses = ("fraction",)

    def alter(self, reply: Reply) -> Reply:
        """A shorter file with a matching length: noticed only at the restore."""
        fraction = 0.5 if self.fault.fraction is None else self.fault.fraction
        body = reply.content
        return Reply(body=body[: int(len(body) * fraction)], content_type=reply.content_type)


@fault("backup_denied")
class BackupDenied(WireFault):
    """``parameterbackup`` is refused (HTTP ``value``, default 403) whatever the token."""

    uses = ("at", "value")
    default_at = "parameterbackup"

    def alter(self, reply: Reply) -> Reply:
        """Refused."""
        status = self.fault.value if isinstance(self.fault.value, int) else 403
        return Reply(http_status=status, payload=error_payload(4, message_of(4)))


class RestoreFault(PlanFault):
    """A fault that changes the plan of a ``RestoreParameterBackup``."""

    def on_restore(self, device: Device, plan: RestorePlan) -> None:
        """Strike each restore, as often as wanted."""
        self.change(plan, device)


@fault("restore_code")
class RestoreCode(RestoreFault):
    """A restore ends with ``RestoreResult`` ``value`` (default 9 Io), or with ``Result: false``."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """The code."""
        return {"code": self.fault.value if isinstance(self.fault.value, int) else 9}


@fault("restore_pending_forever")
class RestorePendingForever(RestoreFault):
    """An asynchronous restore is never finished; another kind changes nothing."""

    sets = ("finishes", False)


@fault("restore_parameters_failed")
class RestoreParametersFailed(RestoreFault):
    """A restore leaves parameters out (``value``: a name or a list) and lists them, where it lists any."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Names of what fails."""
        return {"failed": self.names("ScanDataFormat")}


@fault("restore_silently_partial")
class RestoreSilentlyPartial(RestoreFault):
    """A restore leaves parameters out (``value``: a name or a list) and reports that it is complete."""

    uses = ("value",)

    def changes(self, device: Device) -> Mapping[str, object]:
        """Names of what is left out."""
        return {"left_out": self.names("ScanDataFormat")}


@fault("restore_reboots")
class RestoreReboots(RestoreFault):
    """The sensor reboots to apply a restore (SICK's developer guide, configuration backup and restore)."""

    sets = ("reboots", True)


@fault("restore_replies_first")
class RestoreRepliesFirst(RestoreFault):
    """Answers ``Result`` true to a restore, and applies it afterwards."""

    sets = ("replies_first", True)


@fault("restore_stale_result")
class RestoreStaleResult(RestoreFault):
    """Takes a restore on and does nothing; its result stays that of an earlier one."""

    sets = ("ignored", True)

    def on_start(self, device: Device) -> None:
        """Have done one before."""
        device.backups.restored = True
