"""Which devices are marked. The filter and the order change no marks."""

from collections.abc import Collection, Sequence


class Marks:
    """The marked devices, and the one that was marked last: a range begins there."""

    def __init__(self) -> None:
        self.devices: set[str] = set()
        self.last: str | None = None

    def toggle(self, device: str) -> None:
        """Mark or unmark a device."""
        self.devices ^= {device}
        self.last = device if device in self.devices else None

    def add(self, device: str) -> None:
        """Mark a device, marked or not."""
        self.devices.add(device)
        self.last = device

    def toggle_all(self, shown: Collection[str]) -> None:
        """Mark all of these; if all of them are marked, clear all marks."""
        if set(shown) <= self.devices:
            self.clear()
        else:
            self.devices |= set(shown)

    def invert(self, shown: Collection[str]) -> None:
        """Mark those of these that are not marked, and unmark the others of them."""
        self.devices ^= set(shown)

    def only(self, devices: Collection[str]) -> None:
        """Mark these and no others."""
        self.devices, self.last = set(devices), None

    def reach(self, device: str, shown: Sequence[str]) -> bool:
        """Mark all from the one marked last to this one. Returns whether both are shown.

        Args:
            device: the end of the range, and the beginning of another.
            shown: the devices from the top of the screen.
        """
        if self.last not in shown or device not in shown:
            return False
        first, last = sorted((shown.index(self.last), shown.index(device)))
        self.devices |= set(shown[first : last + 1])
        self.last = device
        return True

    def clear(self) -> None:
        """Unmark all."""
        self.only(())

    def keep(self, listed: Collection[str]) -> None:
        """Forget devices that are not in the list any more."""
        self.devices &= set(listed)
        self.last = self.last if self.last in self.devices else None
