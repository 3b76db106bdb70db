"""What a sensor itself may do wrong in an update, from the plan to the first look afterwards."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from sicktui.model.enums import Code
from sicktui.simulator.spec import Fault, GenerationName
from tests.reliability.case import (
    GENERATIONS,
    SUCCEEDED,
    TOKENS,
    Case,
    Outcome,
    Planted,
    failed,
    unknown,
)

EARLIER: Final = "2.3.0.5R"
"""A version that nobody asked for."""


class Life(Struct, frozen=True, kw_only=True):
    """One way in which an update goes wrong, on every generation."""

    row: str
    column: str
    expected: tuple[Outcome, ...]
    faults: tuple[Fault, ...] = ()
    changes: dict[str, object] = {}
    without_tokens: tuple[Outcome, ...] = ()
    """What is right where there are no session tokens, if that differs."""
    provoked: tuple[str, ...] = ()
    nameless: bool = False
    unhurried: bool = False


def _life(row: str, column: str, *expected: Outcome, **more: object) -> Life:
    """A row whose only fault is the one that it is called after, unless it says otherwise."""
    faults = more.pop("faults", None)
    if faults is None:
        name = row.partition(",")[0]
        options = more.pop("fault", {})
        faults = (Fault(name=name, **options),)  # type: ignore[arg-type]
    return Life(row=row, column=column, expected=expected, faults=faults, **more)  # type: ignore[arg-type]


def _plain(row: str, column: str, *expected: Outcome, **changes: object) -> Life:
    return Life(row=row, column=column, expected=expected, changes=changes)


NO_COUNT: Final = {"hidden": ("PowerOnCnt",)}
"""A sensor that does not count its power-ons."""

_PLAIN: Final = (
    _plain("no fault", "any", SUCCEEDED),
    _plain("no fault, no PowerOnCnt", "any", SUCCEEDED, **NO_COUNT),
    _plain("no fault, no DeviceStatus", "any", SUCCEEDED, hidden=("DeviceStatus", "PowerOnCnt")),
    _plain("no fault, bare HTTP errors", "any", SUCCEEDED, error_style="http_empty"),
    _plain(
        "no fault, no keep-alive, no 100-continue", "any", SUCCEEDED, keep_alive=False, expect_continue=False
    ),
    _plain("offline", "plan", failed(Code.UNREACHABLE), offline=True),
    _plain("another update runs already", "plan", failed(Code.BUSY), update_state=1, flash_seconds=900.0),
    _plain("state 2 left over", "preflight", SUCCEEDED, update_state=2),
    _plain("state 3 left over", "preflight", SUCCEEDED, update_state=3),
)

ODD_VARIABLES: Final = {
    "LocationName": ("invalid_utf8", "http_503", "hang"),
    "OrderNumber": ("status",),
    "DeviceType": ("html",),
    "EtherMACAddress": ("wrong_types",),
    "OpHours": ("not_json",),
}
"""Variables that neither identify nor judge a sensor, and how each fails for ever."""

_ODD: Final = (
    _life("other_family", "plan", failed(Code.MODEL_MISMATCH)),
    *(
        _life(
            f"GET {variable}: {name}, always",
            "plan",
            SUCCEEDED,
            faults=(Fault(name=name, at=f"GET {variable}", times="always"),),
        )
        for variable, names in ODD_VARIABLES.items()
        for name in names
    ),
)

_BACKUP: Final = (
    _life("backup_false", "backup", failed(Code.BACKUP_FAILED)),
    _life("backup_pending_forever", "backup", failed(Code.BACKUP_FAILED)),
    _life("backup_slow", "backup", SUCCEEDED, fault={"seconds": 4.0}),
    _life("backup_growing", "backup", SUCCEEDED),
    _life("backup_empty", "backup", failed(Code.BACKUP_FAILED)),
    _life("backup_html", "backup", failed(Code.BACKUP_FAILED)),
    _life("backup_error_object", "backup", failed(Code.BACKUP_FAILED)),
    _life("backup_truncated", "backup", failed(Code.BACKUP_FAILED)),
    _life("backup_damaged", "backup", SUCCEEDED, failed(Code.BACKUP_FAILED)),
    _life("backup_stale_file", "backup", SUCCEEDED, failed(Code.BACKUP_FAILED)),
    _life("backup_denied", "backup", failed(Code.BACKUP_FAILED)),
)

_UPLOAD: Final = (
    _life("upload_reset, once, at the start", "upload", SUCCEEDED, fault={"times": 1, "fraction": 0.0}),
    _life("upload_reset, once, half way", "upload", SUCCEEDED, fault={"times": 1}),
    _life("upload_reset, once, at the end", "upload", SUCCEEDED, fault={"times": 1, "fraction": 1.0}),
    _life("upload_reset, always", "upload", failed(Code.UPLOAD_FAILED)),
    _life("upload_reset, always, at the end", "upload", failed(Code.UPLOAD_FAILED), fault={"fraction": 1.0}),
    _life(
        "upload_reset, at the end, then it starts by itself",
        "upload",
        SUCCEEDED,
        faults=(Fault(name="upload_reset", fraction=1.0), Fault(name="autostart", seconds=1.0)),
    ),
    _life("upload_early_401", "upload", SUCCEEDED, without_tokens=(failed(Code.UPLOAD_FAILED),)),
    _life(
        "token_refused, 401",
        "upload",
        SUCCEEDED,
        fault={"at": "PUT update", "value": 401},
        without_tokens=(failed(Code.UPLOAD_FAILED),),
    ),
    _life(
        "token_refused, 403",
        "upload",
        SUCCEEDED,
        fault={"at": "PUT update", "value": 403},
        without_tokens=(failed(Code.UPLOAD_FAILED),),
    ),
    _life(
        "token_refused, always",
        "upload",
        failed(Code.UPLOAD_FAILED),
        fault={"at": "PUT update", "times": "always"},
    ),
    _life("slow_link", "upload", SUCCEEDED, fault={"rate": 60_000.0}),
)

_FLASH: Final = (
    _life("trigger_lost", "trigger", SUCCEEDED),
    _life("autostart", "trigger", SUCCEEDED, fault={"seconds": 1.0}),
    _life(
        "autostart, at the moment of the trigger",
        "trigger",
        SUCCEEDED,
        fault={"seconds": 2.5},
        provoked=("a second flash",),
    ),
    _life("stuck_at_0", "trigger", failed(Code.NOT_STARTED)),
    _life("stuck_at_0, state 2 left over", "trigger", failed(Code.NOT_STARTED), changes={"update_state": 2}),
    _life("stuck_at_0, state 3 left over", "trigger", failed(Code.UPDATE_ERROR), changes={"update_state": 3}),
    _life("update_error", "flash", failed(Code.UPDATE_ERROR)),
    _life("update_error, state 3 left over", "flash", failed(Code.UPDATE_ERROR), changes={"update_state": 3}),
    _life("unknown_state", "flash", SUCCEEDED, fault={"when": "flashing"}),
    _life("stuck_at_1", "flash", unknown(Code.FLASH_TIMEOUT)),
    _life("slow_flash", "flash", SUCCEEDED, fault={"seconds": 20.0}),
    _life("slow_flash, longer than flash_timeout", "flash", unknown(Code.FLASH_TIMEOUT)),
    _life("power_off_in_flash, back soon", "flash", failed(Code.VERSION_MISMATCH), fault={"seconds": 3.0}),
    _life("power_off_in_flash, back late", "flash", unknown(Code.NO_RETURN), fault={"seconds": 900.0}),
    _life("power_off_in_flash, for good", "flash", unknown(Code.NO_RETURN)),
    _life(
        "power_off_in_flash, no PowerOnCnt",
        "flash",
        failed(Code.VERSION_MISMATCH),
        failed(Code.UPDATE_ERROR),
        failed(Code.NOT_STARTED),
        fault={"seconds": 3.0},
        changes=NO_COUNT,
    ),
    _life("power_off_in_flash, for a moment", "flash", failed(Code.VERSION_MISMATCH), fault={"seconds": 0.1}),
)

_REBOOT: Final = (
    _life("finished_never_seen", "reboot", SUCCEEDED),
    _life("finished_never_seen, no PowerOnCnt", "reboot", SUCCEEDED, changes=NO_COUNT),
    _life("no_reboot", "reboot", unknown(Code.VERSION_MISMATCH)),
    _life("no_return", "reboot", unknown(Code.NO_RETURN)),
    _life("slow_return", "reboot", SUCCEEDED, fault={"seconds": 20.0}),
    _life("slow_return, longer than reconnect_timeout", "reboot", unknown(Code.NO_RETURN)),
    *(
        _life(
            f"slow_return, {seconds} s with the default time-outs",
            "reboot",
            SUCCEEDED,
            fault={"seconds": float(seconds)},
            unhurried=True,
        )
        for seconds in (120, 300)
    ),
    _life("moved", "reboot", unknown(Code.NO_RETURN)),
    _life("old_version", "verify", failed(Code.VERSION_MISMATCH)),
    _life("old_version, no PowerOnCnt", "verify", failed(Code.VERSION_MISMATCH), changes=NO_COUNT),
    _life("old_version, another one", "verify", failed(Code.VERSION_MISMATCH), fault={"value": EARLIER}),
    _life("old_version_first", "verify", SUCCEEDED, fault={"seconds": 1.0}),
    _life("rolls_back", "verify", failed(Code.VERSION_MISMATCH), fault={"seconds": 0.5}),
    _life("other_serial", "verify", unknown(Code.OTHER_DEVICE)),
    _life(
        "other_serial, old_version",
        "verify",
        unknown(Code.OTHER_DEVICE),
        faults=(Fault(name="other_serial"), Fault(name="old_version")),
    ),
    _life(
        "other_serial, stuck at the old firmware's state",
        "verify",
        unknown(Code.OTHER_DEVICE),
        faults=(Fault(name="other_serial"), Fault(name="mac_only")),
    ),
    _life("mac_only", "verify", SUCCEEDED),
    _life("no_identity_beyond_ident", "verify", SUCCEEDED, nameless=True),
    _life(
        "other_serial, no_identity_beyond_ident",
        "verify",
        SUCCEEDED,
        faults=(Fault(name="other_serial"), Fault(name="no_identity_beyond_ident")),
        nameless=True,
    ),
    _life("unhealthy, 6", "verify", unknown(Code.UNHEALTHY)),
    _life("unhealthy, 2", "verify", unknown(Code.UNHEALTHY), fault={"value": 2}),
    _life("unhealthy, 8", "verify", unknown(Code.UNHEALTHY), fault={"value": 8}),
    _life("unhealthy, 5 (service recommended)", "verify", SUCCEEDED, fault={"value": 5}),
    _life("slow_startup", "verify", SUCCEEDED, fault={"seconds": 10.0}),
    _life(
        "slow_startup, longer than reconnect_timeout",
        "verify",
        unknown(Code.UNHEALTHY),
        fault={"seconds": 600.0},
    ),
    _life("parameters_lost", "verify", SUCCEEDED),
)

ROWS: Final = (*_PLAIN, *_ODD, *_BACKUP, *_UPLOAD, *_FLASH, *_REBOOT)


def life_cases() -> Iterator[Case]:
    """Every row on every generation, and the sensor that has no update at all."""
    for row in ROWS:
        for generation in GENERATIONS:
            expected = row.expected
            if row.without_tokens and generation not in TOKENS:
                expected = row.without_tokens
            yield Case(
                row=row.row,
                column=row.column,
                generation=generation,
                planted=tuple(Planted(fault=fault) for fault in row.faults),
                expected=expected,
                changes=row.changes,
                provoked=row.provoked,
                nameless=row.nameless,
                unhurried=row.unhurried,
            )
    for generation in GENERATIONS:
        if not generation.startswith("multiscan"):  # it has no LFTchecksum
            for name in ("calibration_moves", "checksum_fails"):
                flag = Fault(name=name, when="updated", times="always")
                yield Case(
                    row=name,
                    column="verify",
                    generation=generation,
                    planted=(Planted(fault=flag),),
                    expected=(SUCCEEDED,),
                )
    lrs: GenerationName = "lrs4000-1.9.1"
    refused = (failed(Code.NOT_SUPPORTED),)
    yield Case(row="no fault", column="plan", generation=lrs, planted=(), expected=refused)
