"""Each device of the list with the sensor and the backup that were seen last."""

from msgspec import Struct

from sicktui.engine.backup.history import histories
from sicktui.engine.context import Context
from sicktui.model.device import Identity, Profile
from sicktui.stores.memory.last_seen import SeenSensor, fits


class InventoryEntry(Struct, frozen=True, kw_only=True):
    """One device of the inventory."""

    profile: Profile
    seen: SeenSensor | None = None
    """The sensor that answered last; ``None`` if none did, or if the profile has another one by now."""
    last_backup: str | None = None
    """When its newest backup was last confirmed (RFC 3339)."""

    @property
    def identity(self) -> Identity | None:
        """The last sensor's identity."""
        return self.seen.identity if self.seen else None

    def columns(self) -> dict[str, str]:
        """What was seen, in the columns that an export adds; empty texts where nothing is known."""
        who = self.identity
        return {
            "seen_model": (who.device_type or who.name) if who else "",
            "seen_serial": (who.serial or "") if who else "",
            "order_number": (who.order_number or "") if who else "",
            "mac": (who.mac or "") if who else "",
            "firmware": who.runs if who else "",
            "last_backup": self.last_backup or "",
            "last_seen": self.seen.at if self.seen else "",
        }


def entries(context: Context) -> list[InventoryEntry]:
    """Every device of the list, in its order.

    Raises:
        SicktuiError: the device list or the backups cannot be read.
    """
    seen = context.last_seen.all()
    newest = {history.device: history.newest for history in reversed(histories(context))}
    found = []
    for name, profile in context.devices().profiles.items():
        last, backup = seen.get(name), newest.get(name)
        found.append(
            InventoryEntry(
                profile=profile,
                seen=last if last is not None and fits(profile.serial, last) else None,
                last_backup=backup.last_seen if backup else None,
            )
        )
    return found
