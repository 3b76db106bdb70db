"""What each stored secret was stored for: ``credentials.json``, which holds no secret.

A secret is kept under the name of a device, but belongs to a sensor. The name may be used for another one
later, so the address is kept beside it, and the serial number once that is known.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec import Struct, structs

from sicktui.model.device import same_serial
from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.store import SecretStore, StoreFailed
from sicktui.stores.secrets.vault_errors import VaultNotReady

_TAB: Final = "\t"


class BoundPlace(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a secret belongs."""

    address: str
    """``host:port``."""
    serial: str | None = None
    """The serial number of the sensor; ``None`` until it is known."""

    def why_other(self, now: "BoundPlace") -> str:
        """Why a secret that was stored for this place is not for ``now``; empty if it is."""
        if self.address == now.address:
            return ""
        if self.serial is not None and now.serial is not None and same_serial(self.serial, now.serial):
            return ""
        return f"it was stored for the sensor at {self.address}, and the profile has {now.address} now"


class BindingsRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The content of the file. A key is an account (``device/user``), a tab, and the name of its store."""

    places: dict[str, BoundPlace] = {}
    removed: tuple[str, ...] = ()
    """What was removed while its store could not be changed: not used again, and deleted later."""


PlaceOf = Callable[[str], BoundPlace | None]
"""Where the device of an account is, by the list; ``None`` for a group or an address."""


def moved(record: BindingsRecord, *, device: str, address: str, store: str = "") -> BindingsRecord:
    """The record after a device got another address.

    Args:
        record: as it is.
        device: its name in the list.
        address: ``host:port``.
        store: only secrets in the store of this name; empty: in all.
    """
    places = {
        key: structs.replace(where, address=address)
        for key, where in record.places.items()
        if key.startswith(f"{device}/") and key.endswith(f"{_TAB}{store}" if store else "")
    }
    return structs.replace(record, places={**record.places, **places})


class BoundStore:
    """A store for secrets that returns a secret only for the sensor that it was stored for.

    Args:
        store: where the secrets are.
        record: what they were stored for; ``None`` to do without.
        place_of: where devices are now.
    """

    def __init__(
        self, store: SecretStore, record: SharedRecord[BindingsRecord] | None, place_of: PlaceOf
    ) -> None:
        self.name = store.name
        self.check = store.check
        self._store = store
        self._record = record
        self._place_of = place_of

    def get(self, account: str) -> str | None:
        """The secret of an account; ``None`` if there is none, or if it belongs to another sensor.

        Raises:
            StoreFailed: the store cannot be used.
        """
        if self._is_removed(account):
            self._delete_now(account)
            return None
        return None if self.why_other(account) else self._store.get(account)

    def put(self, account: str, secret: str) -> None:
        """Keep a secret, for the sensor that its device is now.

        Raises:
            StoreFailed: the store cannot be used.
        """
        place = self._place(account)
        self._store.put(account, secret)
        key = self._key(account)

        def bind(record: BindingsRecord) -> BindingsRecord:
            places = {kept: where for kept, where in record.places.items() if kept != key}
            if place is not None:
                places[key] = place
            return structs.replace(record, places=places, removed=_without(record.removed, key))

        self._change(bind)

    def delete(self, account: str) -> bool:
        """Forget a secret; whether there was one. What cannot be deleted now is never used again.

        Raises:
            StoreFailed: it is deleted as soon as the store can be used.
        """
        key = self._key(account)
        try:
            gone = self._store.delete(account)
        except StoreFailed as failure:
            if isinstance(failure, VaultNotReady) or key in self._read().places:  # it may be there
                self._change(
                    lambda record: structs.replace(record, removed=(*_without(record.removed, key), key))
                )
            raise
        self._change(
            lambda record: structs.replace(
                record,
                places={kept: where for kept, where in record.places.items() if kept != key},
                removed=_without(record.removed, key),
            )
        )
        return gone

    def complete_removals(self) -> None:
        """Delete what was removed while this store could not be changed."""
        for key in self._read().removed:
            account, _, name = key.partition(_TAB)
            if name == self.name:
                self._delete_now(account)

    def is_usable(self, account: str) -> bool:
        """Whether a secret is returned, if the store has one."""
        return not self._is_removed(account) and not self.why_other(account)

    def why_other(self, account: str) -> str:
        """Why a secret belongs to another sensor than its device is now; empty if it does not."""
        if self._record is None:
            return ""
        try:
            stored_for = self._record.read().places.get(self._key(account))
            now = self._place_of(account)
        except SicktuiError as error:
            return f"the sensor that it was stored for is not known: {error.message.rstrip('.')}"
        return "" if stored_for is None or now is None else stored_for.why_other(now)

    def serial_of(self, account: str) -> str | None:
        """The serial number that a secret was stored for, unless the profile pins one itself."""
        try:
            now = self._place(account)
        except StoreFailed:
            return None  # ``get`` returns nothing then.
        if now is not None and now.serial is not None:
            return None
        stored_for = self._read().places.get(self._key(account))
        return stored_for.serial if stored_for else None

    def learn(self, account: str, serial: str | None) -> None:
        """Complete what is known of a secret's sensor, which has just accepted it.

        Raises:
            StoreFailed: it cannot be written.
        """
        now = self._place(account)
        if now is None:
            return
        key = self._key(account)

        def complete(record: BindingsRecord) -> BindingsRecord:
            known = record.places.get(key, now)
            learned = structs.replace(known, serial=known.serial or serial)
            return structs.replace(record, places={**record.places, key: learned})

        self._change(complete)

    def follow(self, device: str) -> None:
        """Apply the address of a device that an operator has changed in the list.

        Raises:
            StoreFailed: it cannot be written.
        """
        now = self._place(f"{device}/")
        if now is not None:
            self._change(partial(moved, device=device, address=now.address, store=self.name))

    def accounts(self, device: str) -> list[str]:
        """The accounts of a device whose sensor is known."""
        found = (key.partition(_TAB) for key in self._read().places if key.startswith(f"{device}/"))
        return [account for account, _, name in found if name == self.name]

    def _place(self, account: str) -> BoundPlace | None:
        try:
            return self._place_of(account)
        except SicktuiError as error:
            raise StoreFailed(error.message.rstrip("."), error.advice) from error

    def _delete_now(self, account: str) -> None:
        try:
            self.delete(account)
        except StoreFailed:
            return  # It stays removed, and is tried again.

    def _is_removed(self, account: str) -> bool:
        return self._key(account) in self._read().removed

    def _key(self, account: str) -> str:
        return f"{account}{_TAB}{self.name}"

    def _read(self) -> BindingsRecord:
        try:
            return BindingsRecord() if self._record is None else self._record.read()
        except SicktuiError:
            return BindingsRecord()  # ``why_other`` withholds everything then.

    def _change(self, change: Callable[[BindingsRecord], BindingsRecord]) -> None:
        if self._record is None:
            return
        try:
            self._record.change(change)
        except SicktuiError as error:
            raise StoreFailed(error.message.rstrip("."), error.advice) from error


def _without(removed: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(other for other in removed if other != key)
