"""What decides whether a command can be used now."""

from msgspec import Struct


class Far(Struct, frozen=True, kw_only=True):
    """A device that another PC of the fleet reaches, and this one does not."""

    device: str
    """``pc/device``."""
    pc: str
    name: str
    """Its name on that PC. Like the PC's, it is cleaned already."""


class CommandContext(Struct, frozen=True, kw_only=True):
    """The devices that a command applies to, and the runs that are active."""

    devices: int = 0
    pane: str = "devices"
    """The pane that has the focus."""
    listed: int = 0
    """Devices of other PCs that the list has as well."""
    marked: tuple[str, ...] = ()
    marked_far: tuple[Far, ...] = ()
    """Those of the marked devices that other PCs reach."""
    marked_last: str | None = None
    """Where a range of marks begins."""
    is_trouble: bool = False
    """Whether a device failed or is unknown in the runs that are shown."""
    is_log_searched: bool = False
    """Whether something is looked for in the log."""
    selected: str | None = None
    selected_far: Far | None = None
    """The selected device, if another PC reaches it."""
    here: str = ""
    """The name of this PC in the fleet; empty: it is not one of it, or there is none."""
    owned: frozenset[str] = frozenset()
    """Devices that belong to a running run."""
    moved: frozenset[str] = frozenset()
    """Devices whose sensors were found at another address."""
    live_runs: tuple[str, ...] = ()
    unapproved: tuple[str, ...] = ()
    """Those that wait for a person to continue them."""
    shown_run: str | None = None
    runs: int = 0

    @property
    def chosen(self) -> tuple[str, ...]:
        """The devices of this PC that a command applies to: the marked ones, else the selected one."""
        if self.marked or self.marked_far:
            return self.marked
        return (self.selected,) if self.selected else ()

    @property
    def chosen_far(self) -> tuple[Far, ...]:
        """The same of the devices that other PCs reach."""
        if self.marked or self.marked_far:
            return self.marked_far
        return (self.selected_far,) if self.selected_far else ()

    @property
    def chosen_in_fleet(self) -> tuple[str, ...]:
        """All of them as a rollout names them."""
        return (*(f"{self.here}/{name}" for name in self.chosen), *(far.device for far in self.chosen_far))
