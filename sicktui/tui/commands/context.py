"""What decides whether a command can be used now."""

from msgspec import Struct


class CommandContext(Struct, frozen=True, kw_only=True):
    """The devices that a command applies to, and the runs that are active."""

    devices: int = 0
    pane: str = "devices"
    """The pane that has the focus."""
    marked: tuple[str, ...] = ()
    marked_last: str | None = None
    """Where a range of marks begins."""
    is_trouble: bool = False
    """Whether a device failed or is unknown in the runs that are shown."""
    is_log_searched: bool = False
    """Whether something is looked for in the log."""
    selected: str | None = None
    elsewhere: str = ""
    """Why the selected device is not for commands: another PC reaches it, and how a rollout is ordered."""
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
        """The devices that a command applies to: the marked ones, or the selected one if none is marked."""
        return self.marked or ((self.selected,) if self.selected else ())
