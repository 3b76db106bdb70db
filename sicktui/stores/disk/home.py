"""The folders that sicktui writes to.

It imports little: a shell that completes a word waits for it.
"""

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sicktui.model.errors import UsageError

PROGRAM: Final = "sicktui"
HOME_VARIABLE: Final = "SICKTUI_HOME"
SHELF_INDEX: Final = "index.json"
"""The file that lists the packages of the shelf, in its folder."""
COMMON_FOLDERS: Final = (Path("/run/lock"), Path("/tmp"))  # noqa: S108 - only for advisory locks
"""Where the users of a PC may meet on POSIX, best first: a service may have a private ``/tmp``."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """Every folder of one installation. Constructing it creates nothing."""

    config: Path
    data: Path
    state: Path
    log: Path
    sensor_locks: Path
    """The locks of sensors that all users of the PC share, whatever their ``--home`` is."""
    shared_locks: bool = True
    """Whether that is so; ``False``: the PC has no folder for all users, and this one is in the home."""

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.config / "config.toml"

    @property
    def devices_file(self) -> Path:
        """The device list."""
        return self.config / "devices.toml"

    @property
    def journal_file(self) -> Path:
        """The record of every run."""
        return self.state / "journal.db"

    @property
    def locks(self) -> Path:
        """The locks of runs, and of sensors within this home."""
        return self.state / "locks"

    @property
    def shelf(self) -> Path:
        """Firmware packages that were put aside."""
        return self.data / "firmware"

    @property
    def unpacked(self) -> Path:
        """Firmware packages that were extracted from zip files."""
        return self.data / "unpacked"

    @property
    def backups(self) -> Path:
        """Parameter backups."""
        return self.data / "backups"

    @property
    def dumps(self) -> Path:
        """Diagnosis files of sensors."""
        return self.data / "dumps"

    @property
    def snapshots(self) -> Path:
        """Snapshots of readable parameters."""
        return self.data / "snapshots"

    @property
    def vault_file(self) -> Path:
        """The encrypted file with passwords, where there is one."""
        return self.data / "passwords.vault"

    @property
    def bindings_file(self) -> Path:
        """What the stored passwords were stored for; it holds no secret."""
        return self.data / "credentials.json"

    @property
    def sensor_memory_file(self) -> Path:
        """What sensors have been seen to do."""
        return self.data / "sensors.json"

    @property
    def health_memory_file(self) -> Path:
        """What the health of sensors is compared with."""
        return self.data / "health.json"

    @property
    def history_file(self) -> Path:
        """The health of sensors, hour by hour."""
        return self.data / "health-history.db"

    @property
    def seen_file(self) -> Path:
        """Which sensor answered last for each device."""
        return self.data / "seen.json"

    @property
    def udids_file(self) -> Path:
        """How the sensors are known to the servers of sources."""
        return self.data / "udids.json"

    @property
    def offers_file(self) -> Path:
        """What the last checks of the sources found."""
        return self.state / "offers.json"

    @property
    def address_changes_file(self) -> Path:
        """Changes of sensors' addresses that have begun and are not saved on the sensor yet."""
        return self.state / "address_changes.json"

    @property
    def places_file(self) -> Path:
        """The folders that files came from or went to."""
        return self.state / "places.json"

    @property
    def view_file(self) -> Path:
        """How the dashboard looked when it was left."""
        return self.state / "view.json"

    @property
    def log_file(self) -> Path:
        """The program's own log."""
        return self.log / "sicktui.log"

    def create(self) -> None:
        """Make the four folders, for this user alone.

        Raises:
            StorageError: one of them cannot be made.
        """
        from sicktui.stores.disk.files import make_folder  # noqa: PLC0415  a completion makes none

        for folder in (self.config, self.data, self.state, self.log):
            make_folder(folder)


def locate(home: Path | None, environ: Mapping[str, str]) -> Home:
    """The folders to use: ``home``, else ``SICKTUI_HOME``, else the platform's own.

    Args:
        home: the folder of a portable installation, or ``None``.
        environ: the environment; the platform's own folders are looked up in that of the process.

    Raises:
        UsageError: the folder's ``~name`` is not a user.
    """
    chosen = str(home) if home is not None else environ.get(HOME_VARIABLE, "")
    if chosen:
        # Absolute, because the runner process does not share our working folder.
        folder = _absolute(chosen)
        config, data, state, log = (folder / name for name in ("config", "data", "state", "log"))
    else:
        import platformdirs  # noqa: PLC0415  a portable home does without, and starts sooner

        config = platformdirs.user_config_path(PROGRAM, appauthor=False)
        data = platformdirs.user_data_path(PROGRAM, appauthor=False)
        state = platformdirs.user_state_path(PROGRAM, appauthor=False)
        log = platformdirs.user_log_path(PROGRAM, appauthor=False)
    shared = shared_folder(environ)
    return Home(
        config=config,
        data=data,
        state=state,
        log=log,
        sensor_locks=shared or state / "locks",
        shared_locks=shared is not None,
    )


def _absolute(folder: str) -> Path:
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError as error:
        from sicktui.stores.disk.files import display_path  # noqa: PLC0415  rarely needed

        raise UsageError(
            f"The home folder {display_path(folder)} names a user whom this PC does not know.",
            advice="Give the folder's full path.",
        ) from error


def shared_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder where all users of this PC meet; ``None`` if it has none.

    On POSIX one that belongs to the system and has the sticky bit, as it is: in a folder that one user has
    created, that user could remove the locks of all others. Not ``tempfile.gettempdir()``: ``TMPDIR`` often
    differs from user to user.
    """
    if sys.platform == "win32":
        # In capitals, as a copy of os.environ has it: only os.environ itself ignores case.
        common = environ.get("PROGRAMDATA")
        return Path(common) / PROGRAM / "locks" if common else None
    else:  # noqa: RET505  so that the type checker leaves it out on Windows
        # Resolved: /tmp of macOS is a link, and links are refused where locks are made.
        return next((folder.resolve() for folder in COMMON_FOLDERS if _is_for_everyone(folder)), None)


def _is_for_everyone(folder: Path) -> bool:
    try:
        mode = folder.stat().st_mode
    except OSError:
        return False
    everyone = stat.S_ISVTX | stat.S_IWOTH
    return stat.S_ISDIR(mode) and mode & everyone == everyone and os.access(folder, os.W_OK | os.X_OK)
