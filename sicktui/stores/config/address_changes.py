"""Changes of sensors' addresses that have begun and have not ended: ``address_changes.json``.

Written before the first act. If the program or the PC dies in the middle, the next command finds here where
the sensor was, where it may be now, and what to do.
"""

from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.model.device import Identity
from sicktui.model.network.address_change import AddressStage, back_words
from sicktui.model.network.addressing import Ipv4Config
from sicktui.stores.disk.shared_record import SharedRecord

_MOST: Final = 1000


class AddressChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change that was begun."""

    device: str
    """What the sensor is called here."""
    old: str
    """Where it was: host or ``host:port``."""
    new: str
    """Where it is to be; empty with DHCP."""
    before: Ipv4Config
    wanted: Ipv4Config
    since: str
    """When it was begun; UTC, RFC 3339."""
    serial: str | None = None
    mac: str | None = None
    stage: AddressStage = AddressStage.WRITE
    """What was begun last."""
    unproven: bool = False
    """Whether the sensor has not been seen to report what was written: its readings may be what is in use."""
    power_on: int | None = None
    """``PowerOnCnt`` when it was begun; ``None``: not known."""
    checksum: str | None = None
    """``MD5Parameters``, of what the sensor had saved when this stage began; ``None``: not known."""
    stamp: str | None = None
    """When it had saved that, as it reports it; ``None``: not known."""
    kept: bool = False
    """Whether the sensor was seen to have saved its parameters since: a power cycle may not undo it."""
    ended: bool = False
    """Whether it came to its end with this left open; else it was cut off."""

    def is_undone(self, place: str, config: Ipv4Config, power_on: int | None) -> bool:
        """Whether nothing of it can be left.

        Args:
            place: where the sensor answers now.
            config: what it reports now.
            power_on: its ``PowerOnCnt`` now; ``None``: not known.
        """
        restarted = None not in (power_on, self.power_on) and power_on != self.power_on
        return place == self.old and config.same(self.before) and (restarted or not self.unproven)

    @property
    def all_written(self) -> bool:
        """Whether every value was written before this stage began."""
        return self.stage is not AddressStage.WRITE

    def is_of(self, identity: Identity) -> bool:
        """Whether it is the change of this sensor."""
        known = Identity(name=identity.name, version=identity.version, serial=self.serial, mac=self.mac)
        return known.key is not None and known.is_same_sensor(identity)

    @property
    def what(self) -> str:
        """What is known of it, as a sentence."""
        change = f"A change of the address from {self.old} to {self.new or 'DHCP'}"
        kept = " The sensor has saved its parameters since." if self.kept else ""
        if self.stage is AddressStage.WRITE:
            return f"{change} {'ended' if self.ended else 'was interrupted'} before it was applied.{kept}"
        state = "is not finished" if self.ended else "was interrupted"
        there = self.new or "an address from DHCP"
        return f"{change} {state}: the sensor may be at {there} or at {self.old}.{kept}"

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.kept:
            return "Set the address that it is to have: a power cycle may not restore the old one."
        if self.stage is AddressStage.WRITE:
            return back_words(self.old)
        finish = "Set the address again to finish the change."
        return finish if self.stage is AddressStage.SAVE else f"{finish} {back_words(self.old)}"

    @property
    def words(self) -> str:
        """Both."""
        return f"{self.what} {self.advice}"


class _Changes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    changes: dict[str, AddressChange] = {}
    """By the sensor's key, ``serial 123`` or ``MAC ...``."""


class AddressChanges:
    """The changes of one installation. Safe for several processes.

    Args:
        path: its file.
    """

    def __init__(self, path: Path) -> None:
        self._record = SharedRecord(path, _Changes())

    def begin(self, key: str, change: AddressChange) -> None:
        """Note a change, before anything is sent.

        Raises:
            StorageError: it cannot be written, so nothing should be sent.
        """

        def add(record: _Changes) -> _Changes:
            others = {kept: each for kept, each in record.changes.items() if kept != key}
            newest = dict(list(others.items())[-_MOST + 1 :])
            return structs.replace(record, changes={**newest, key: change})

        self._record.change(add)

    def reached(self, key: str, stage: AddressStage, **facts: object) -> None:
        """Note how far it has come, before that is done.

        Args:
            key: the sensor's.
            stage: what begins.
            facts: other fields of the change that are known by now.

        Raises:
            StorageError: it cannot be written.
        """
        self._replace(key, stage=stage, **facts)

    def _replace(self, key: str, **facts: object) -> None:
        def replace(record: _Changes) -> _Changes:
            if key not in record.changes:
                return record
            replaced = structs.replace(record.changes[key], **facts)
            return structs.replace(record, changes={**record.changes, key: replaced})

        self._record.change(replace)

    def shown(self, key: str) -> None:
        """Note that the sensor reports what is written before it takes effect.

        Raises:
            StorageError: it cannot be written.
        """
        self._replace(key, unproven=False)

    def was_kept(self, key: str) -> None:
        """Note that the sensor has saved its parameters since.

        Raises:
            StorageError: it cannot be written.
        """
        self._replace(key, kept=True)

    def left(self, key: str) -> None:
        """Note that it came to its end, and is still open.

        Raises:
            StorageError: it cannot be written.
        """
        self._replace(key, ended=True)

    def end(self, key: str) -> None:
        """Forget a change: it is saved, or undone.

        Raises:
            StorageError: it cannot be written.
        """
        self._record.change(
            lambda record: structs.replace(
                record, changes={kept: each for kept, each in record.changes.items() if kept != key}
            )
        )

    def of_device(self, device: str) -> AddressChange | None:
        """The change of the device of that name; ``None`` if none is open.

        Raises:
            StorageError: the file cannot be read.
        """
        found = [change for change in self._record.read().changes.values() if change.device == device]
        return found[-1] if found else None

    def every(self) -> tuple[AddressChange, ...]:
        """All that are open.

        Raises:
            StorageError: the file cannot be read.
        """
        return tuple(self._record.read().changes.values())
