"""What a front end works with: the folders, the settings and every store."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from sicktui.model.clock import Clock, SystemClock
from sicktui.model.settings import Settings
from sicktui.stores.config.devices import DeviceList, load_devices
from sicktui.stores.config.settings import load_settings
from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.home import Home, locate
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.disk.written_by import check_home, note_version
from sicktui.stores.memory.last_seen import LastSeen
from sicktui.stores.secrets.bindings import BindingsRecord, BoundPlace
from sicktui.stores.secrets.credentials import Credentials, open_credentials
from sicktui.stores.secrets.groups import DeviceGroups
from sicktui.stores.secrets.store import secret_line
from sicktui.stores.secrets.vault import VARIABLE, Vault

if TYPE_CHECKING:
    from sicktui.sensor.api.login.session import Session
    from sicktui.sensor.turns.queue import RequestQueues
    from sicktui.stores.backups.snapshots import SnapshotStore
    from sicktui.stores.backups.store import BackupStore
    from sicktui.stores.config.address_changes import AddressChanges
    from sicktui.stores.history.history import HealthHistory
    from sicktui.stores.journal.journal import Journal
    from sicktui.stores.memory.health_memory import HealthMemory
    from sicktui.stores.memory.sensor_memory import SensorMemory
    from sicktui.stores.packages.shelf import Shelf
    from sicktui.stores.sources.offers import OfferStore


class Context:
    """One per process. Stores are opened when they are first used.

    Args:
        home: the folders of this installation.
        settings: the settings of this call, overrides included.
        credentials: where passwords come from.
        clock: where time comes from.
        overrides: the settings of this call, as ``--set`` takes them.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        credentials: Credentials,
        clock: Clock,
        overrides: Sequence[str] = (),
    ) -> None:
        self.home = home
        self.settings = settings
        self.overrides = tuple(overrides)
        self.credentials = credentials
        self.clock = clock
        self.on_locked: Callable[[str, float], None] = lambda _device, _seconds: None
        """Called before a locked sensor is left alone: the device, and for how many seconds."""
        self.closed_to_all: set[str] = set()
        """Sensors, by serial number or MAC address, that want a login for what the files have without one."""
        self.sessions: dict[str, Session] = {}
        """Sessions that a plan has opened for the run that follows at once, by device."""
        self._login_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._opening = threading.Lock()

    def reload_settings(self) -> None:
        """Read ``config.toml`` again. What has been made from the settings stays as it is.

        Raises:
            ConfigError: the file cannot be used; the settings stay.
        """
        self.settings = load_settings(self.home.config_file, self.overrides)

    @cached_property
    def journal(self) -> "Journal":
        """The record of every run on this PC for this home."""
        from sicktui.stores.journal.journal import Journal  # noqa: PLC0415 - at first use

        with self._opening:  # ``cached_property`` has no lock from Python 3.12 on
            if "journal" not in self.__dict__:
                self.home.create()
                with suppress(StorageError):  # a note for the next; the journal reports a disk that is full
                    note_version(self.home)
                self.__dict__["journal"] = Journal(self.home.journal_file)
            opened: Journal = self.__dict__["journal"]
            return opened

    async def opened_journal(self) -> "Journal":
        """The journal, opened in a thread: another process may keep it busy for seconds."""
        return await asyncio.to_thread(lambda: self.journal)

    def login_turn(self, key: str) -> asyncio.Lock:
        """Whose turn it is to try a password on a sensor: one after the other.

        Args:
            key: the sensor's serial number, or the device's name.
        """
        turn = self._login_turns.get(key)
        if turn is None:
            turn = self._login_turns[key] = asyncio.Lock()
        return turn

    @cached_property
    def queues(self) -> "RequestQueues":
        """The request queues of the sensors: the live list, a plan and a command take turns."""
        return shared_queues(self.home, self.settings.limits.requests_per_second, self.clock)

    @cached_property
    def sensor_memory(self) -> "SensorMemory":
        """What sensors have been seen to do."""
        from sicktui.stores.memory.sensor_memory import SensorMemory  # noqa: PLC0415 - at first use

        return SensorMemory(self.home.sensor_memory_file)

    @cached_property
    def health_memory(self) -> "HealthMemory":
        """What the health of sensors is compared with."""
        from sicktui.stores.memory.health_memory import HealthMemory  # noqa: PLC0415 - at first use

        return HealthMemory(self.home.health_memory_file)

    @cached_property
    def health_history(self) -> "HealthHistory":
        """The health of sensors, hour by hour."""
        from sicktui.stores.history.history import HealthHistory  # noqa: PLC0415 - at first use

        return HealthHistory(self.home.history_file)

    @cached_property
    def last_seen(self) -> LastSeen:
        """Which sensor answered last for each device."""
        return LastSeen(self.home.seen_file, self.clock)

    @cached_property
    def address_changes(self) -> "AddressChanges":
        """Changes of sensors' addresses that have begun and are not saved on the sensor yet."""
        from sicktui.stores.config.address_changes import AddressChanges  # noqa: PLC0415 - at first use

        return AddressChanges(self.home.address_changes_file)

    @cached_property
    def shelf(self) -> "Shelf":
        """The firmware packages that an operator has stored."""
        from sicktui.stores.packages.shelf import Shelf  # noqa: PLC0415 - at first use

        return Shelf(self.home.shelf, clock=self.clock)

    @cached_property
    def offers(self) -> "OfferStore":
        """What the last checks of the sources found."""
        from sicktui.stores.sources.offers import OfferStore  # noqa: PLC0415 - at first use

        return OfferStore(self.home.offers_file, clock=self.clock)

    @cached_property
    def backups(self) -> "BackupStore":
        """The parameter files of sensors."""
        from sicktui.stores.backups.store import BackupStore  # noqa: PLC0415 - at first use

        return BackupStore(self.home.backups)

    @cached_property
    def snapshots(self) -> "SnapshotStore":
        """Parameters that were read at earlier times, for comparing."""
        from sicktui.stores.backups.snapshots import SnapshotStore  # noqa: PLC0415 - at first use

        return SnapshotStore(self.home.snapshots)

    def devices(self) -> DeviceList:
        """The device list, read afresh: another session may have changed it.

        Raises:
            ConfigError: the file cannot be used.
        """
        return load_devices(self.home.devices_file)

    def close(self) -> None:
        """Close what was opened."""
        with self._opening:
            if "journal" in self.__dict__:
                self.__dict__["journal"].close()


def shared_queues(home: Home, rate: float, clock: Clock) -> "RequestQueues":
    """The request queues of this process, whose rate limit all processes of this PC share.

    Only with the clock that they all read: the time of another one means nothing to them.

    Args:
        home: the folders.
        rate: requests per second and sensor on average.
        clock: the time source.
    """
    from sicktui.sensor.turns.queue import RequestQueues  # noqa: PLC0415 - at first use
    from sicktui.stores.disk.turns import SharedTurns  # noqa: PLC0415 - at first use

    shared = SharedTurns(home) if isinstance(clock, SystemClock) else None
    return RequestQueues(rate, clock, shared=shared)


def open_context(
    *,
    home: Path | None,
    overrides: Sequence[str] = (),
    password: str | None = None,
    passphrase: str | None = None,
    environ: Mapping[str, str],
    use_keyring: bool = True,
    clock: Clock | None = None,
) -> Context:
    """Find the folders and read the settings.

    Args:
        home: the folder of a portable installation, or ``None`` for the platform's own.
        overrides: ``KEY=VALUE`` settings of this call.
        password: the device password given for this call, if any.
        passphrase: the backup passphrase given for this call, if any.
        environ: the environment, for ``SICKTUI_HOME``, the platform's folders and the vault's password.
        use_keyring: whether the OS keyring may be asked.
        clock: where time comes from; the PC's own by default.

    Raises:
        ConfigError: ``config.toml`` or an override cannot be used, or a newer sicktui has written the home.
    """
    folders = locate(home, environ)
    check_home(folders)
    vault = Vault(folders.vault_file, given=secret_line(environ.get(VARIABLE)))
    vault.remove_leftovers()
    listed = DeviceGroups(folders.devices_file)

    def place_of(account: str) -> BoundPlace | None:
        from sicktui.sources.opening import place_of_source  # noqa: PLC0415 - not before a secret is asked for

        return place_of_source(account, context.settings.sources) or listed.place(account)

    credentials = open_credentials(
        password=password,
        passphrase=passphrase,
        use_keyring=use_keyring,
        vault=vault,
        groups=listed,
        bindings=SharedRecord(folders.bindings_file, BindingsRecord()),
        place_of=place_of,
    )
    settings = load_settings(folders.config_file, overrides)
    context = Context(folders, settings, credentials, clock or SystemClock(), overrides)
    return context
