"""The fixed words of sicktui: operations, steps, states, verdicts and codes.

The words are those of the command-line contract, so a value can be printed as it is.
"""

from collections import Counter
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final

_U8: Final = 0xFF


class Operation(StrEnum):
    """What a run does to its devices."""

    UPDATE = "update"
    BACKUP = "backup"
    RESTORE = "restore"


class Step(StrEnum):
    """One stage of a job."""

    PREFLIGHT = "preflight"
    BACKUP = "backup"
    AUTHENTICATE = "authenticate"
    UPLOAD = "upload"
    TRIGGER = "trigger"
    FLASH = "flash"
    REBOOT = "reboot"
    VERIFY = "verify"
    CREATE = "create"
    DOWNLOAD = "download"
    STORE = "store"
    ACTIVATE = "activate"
    PERSIST = "persist"


STEPS: Final[dict[Operation, tuple[Step, ...]]] = {
    Operation.UPDATE: (
        Step.PREFLIGHT,
        Step.BACKUP,
        Step.AUTHENTICATE,
        Step.UPLOAD,
        Step.TRIGGER,
        Step.FLASH,
        Step.REBOOT,
        Step.VERIFY,
    ),
    Operation.BACKUP: (Step.AUTHENTICATE, Step.CREATE, Step.DOWNLOAD, Step.STORE),
    Operation.RESTORE: (
        Step.PREFLIGHT,
        Step.AUTHENTICATE,
        Step.UPLOAD,
        Step.ACTIVATE,
        Step.PERSIST,
        Step.VERIFY,
    ),
}
"""The steps of each operation, in the order in which a job takes them."""


class StepState(StrEnum):
    """The state of a step of a job."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class UpdateState(IntEnum):
    """The sensor's own ``UpdateState`` (SICK firmware article, section 4)."""

    INITIAL = 0
    STARTED = 1
    FINISHED = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The vendor's name of the state, e.g. ``Started``."""
        return self.name.capitalize()


class Action(StrEnum):
    """What a plan intends for one device."""

    UPDATE = "update"
    SKIP = "skip"
    REFUSE = "refuse"


class Verdict(StrEnum):
    """How a job ended. Every device of a run gets exactly one."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


TROUBLE: Final = frozenset({Verdict.FAILED, Verdict.UNKNOWN})
"""The verdicts that count against a run's budget, and that a retry takes up again."""
WORST_FIRST: Final = (
    Verdict.FAILED,
    Verdict.UNKNOWN,
    Verdict.CANCELLED,
    Verdict.SUCCEEDED,
    Verdict.SKIPPED,
)
"""The order of verdicts wherever several are shown: what was skipped needs nothing."""


def count_verdicts(verdicts: Iterable[Verdict]) -> dict[Verdict, int]:
    """How often each occurs, in the order of the enum; those that do not are left out."""
    counts = Counter(verdicts)
    return {verdict: counts[verdict] for verdict in Verdict if counts[verdict]}


class RunState(StrEnum):
    """The state of a run as a whole."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


OVER: Final = frozenset({RunState.FINISHED, RunState.CANCELLED})
"""The states of a run in which nothing more happens by itself."""


class Level(StrEnum):
    """How much a log line matters."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Code(StrEnum):
    """Why a verdict is not a plain success, or why a plan refuses."""

    UNREACHABLE = "unreachable"
    ACCESS_DENIED = "access_denied"
    OUT_OF_CONNECTIONS = "out_of_connections"
    RATE_LIMITED = "rate_limited"
    LOCKED = "locked"
    NOT_SUPPORTED = "not_supported"
    DEVICE_ERROR = "device_error"
    PROTOCOL_ERROR = "protocol_error"
    PACKAGE_UNSUITABLE = "package_unsuitable"
    PACKAGE_UNREADABLE = "package_unreadable"
    ALREADY_CURRENT = "already_current"
    PINNED = "pinned"
    DOWNGRADE = "downgrade"
    MODEL_MISMATCH = "model_mismatch"
    DUPLICATE_DEVICE = "duplicate_device"
    BUSY = "busy"
    BACKUP_FAILED = "backup_failed"
    BACKUP_UNUSABLE = "backup_unusable"
    WRONG_PASSPHRASE = "wrong_passphrase"
    UPLOAD_FAILED = "upload_failed"
    NOT_STARTED = "not_started"
    UPDATE_ERROR = "update_error"
    FLASH_TIMEOUT = "flash_timeout"
    NO_RETURN = "no_return"
    VERSION_MISMATCH = "version_mismatch"
    OTHER_DEVICE = "other_device"
    UNHEALTHY = "unhealthy"
    RESTORE_REJECTED = "restore_rejected"
    STORAGE_ERROR = "storage_error"
    BUDGET_EXHAUSTED = "budget_exhausted"
    NOT_APPROVED = "not_approved"
    PLAN_OUTDATED = "plan_outdated"
    OUTSIDE_WINDOW = "outside_window"
    LINE_IN_USE = "line_in_use"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class DeviceStatus(IntEnum):
    """The sensor's own health, ``GET DeviceStatus`` (vendor's OpenAPI).

    A later firmware may have more states. A number of one byte that no file names stays what it is, labelled
    ``unknown``: it must not hide the rest of the sensor, and a reader may look it up.
    """

    UNKNOWN = 0
    STARTUP = 1
    SERVICE_MODE = 2
    NORMAL = 3
    SUSPENDED = 4
    SERVICE_RECOMMENDED = 5
    SERVICE_REQUIRED = 6
    RECOVERABLE_ERROR = 7
    FATAL_ERROR = 8

    @classmethod
    def _missing_(cls, value: object) -> "DeviceStatus | None":
        if not isinstance(value, int) or not 0 <= value <= _U8:
            return None
        made = int.__new__(cls, value)
        made._name_, made._value_ = f"NUMBER_{value}", value
        cls._value2member_map_[value] = made
        return made

    @property
    def is_known(self) -> bool:
        """Whether it is a state that the files name, and not their word for none."""
        return self is not DeviceStatus.UNKNOWN and self.name in DeviceStatus.__members__

    @property
    def label(self) -> str:
        """The state in words, e.g. ``service recommended``."""
        return self.name.lower().replace("_", " ") if self.is_known else "unknown"

    @property
    def healthy(self) -> bool:
        """Whether an updated sensor may be called healthy: Normal or ServiceRecommended."""
        return self in (DeviceStatus.NORMAL, DeviceStatus.SERVICE_RECOMMENDED)


class AuthScheme(StrEnum):
    """How write requests are authenticated."""

    CHALLENGE = "challenge"
    BASIC = "basic"
