"""What a restore's result means, and what to do about it.

The codes are the vendor's (OpenAPI of multiScan100, ``RestoreBackupResult``); the advice is ours.
"""

from typing import Final

from sicktui.model import wording
from sicktui.model.enums import Code, Verdict
from sicktui.model.judgement import Judgement
from sicktui.model.restore.observations import RestoreReply

_AGAIN: Final = "Restart the sensor and try again; if that fails, restore another backup of it."
_OTHER_FILE: Final = (
    "Choose another backup: 'sicktui backups list' shows those of this sensor, and 'sicktui backups verify' "
    "which are intact."
)

ADVICE: Final[dict[int, str]] = {
    1: _OTHER_FILE,
    2: _OTHER_FILE,
    3: "Restore a backup of the same model; set what another model had by hand ('sicktui set').",
    4: _AGAIN,
    5: "Restore it onto the firmware that wrote it, or set the parameters by hand.",
    6: "Pass the passphrase that the backup was made with; 'sicktui backups verify --passphrase' tests "
    "the stored ones.",
    7: _OTHER_FILE,
    8: _OTHER_FILE,
    9: _AGAIN,
    10: "Update the sensor to the firmware that wrote the backup (or a newer one), then restore again.",
    50: "Update the sensor to the firmware that wrote the backup, then restore again; else set the "
    "parameters by hand.",
}
"""By ``RestoreResult``; 0 is Ok."""
_UNKNOWN: Final = "Look the result up in the sensor's documentation; restart the sensor before trying again."
_NO_CODE: Final = (
    "This firmware does not report why. Common reasons: another passphrase, another model, a damaged file, "
    "or firmware older than the backup's."
)
MOST_NAMED: Final = 20


def rejection(reply: RestoreReply) -> Judgement:
    """The end of a restore that the sensor refused."""
    code = "" if reply.result is None else f" (RestoreResult {reply.result})"
    failed = not_restored(reply.failed)
    return Judgement(
        Verdict.FAILED,
        Code.RESTORE_REJECTED,
        f"The sensor did not restore the backup: {reply.words or 'no reason was reported'}{code}."
        + (f" {failed}" if failed else ""),
        _NO_CODE if reply.result is None else ADVICE.get(reply.result, _UNKNOWN),
    )


def not_restored(names: tuple[str, ...]) -> str:
    """Which parameters the sensor left out (``ParametersFailedToRestore``); empty if none."""
    if not names:
        return ""
    return f"Not restored: {wording.names(names, MOST_NAMED)}."
