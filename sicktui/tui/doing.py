"""What carries out the commands of the table."""

from typing import Protocol


class Doer(Protocol):
    """Whoever carries the commands out: the main screen."""

    def do_mark(self) -> None: ...  # noqa: D102 - the command table says what each does
    def do_mark_all(self) -> None: ...  # noqa: D102
    def do_update(self) -> None: ...  # noqa: D102
    def do_backup(self) -> None: ...  # noqa: D102
    def do_restore(self) -> None: ...  # noqa: D102
    def do_history(self) -> None: ...  # noqa: D102
    def do_diff(self) -> None: ...  # noqa: D102
    def do_replace(self) -> None: ...  # noqa: D102
    def do_rename(self) -> None: ...  # noqa: D102
    def do_find_me(self) -> None: ...  # noqa: D102
    def do_cancel(self) -> None: ...  # noqa: D102
    def do_runs(self) -> None: ...  # noqa: D102
    def do_details(self) -> None: ...  # noqa: D102
    def do_add(self) -> None: ...  # noqa: D102
    def do_edit(self) -> None: ...  # noqa: D102
    def do_remove(self) -> None: ...  # noqa: D102
    def do_login(self) -> None: ...  # noqa: D102
    def do_logout(self) -> None: ...  # noqa: D102
    def do_vault(self) -> None: ...  # noqa: D102
    def do_refresh(self) -> None: ...  # noqa: D102
    def do_filter(self) -> None: ...  # noqa: D102
    def do_sort(self) -> None: ...  # noqa: D102
    def do_pane(self) -> None: ...  # noqa: D102
    def do_zoom(self) -> None: ...  # noqa: D102
    def do_log_show(self) -> None: ...  # noqa: D102
    def do_log_pause(self) -> None: ...  # noqa: D102
    def do_log_of(self) -> None: ...  # noqa: D102
    def do_help(self) -> None: ...  # noqa: D102
    def do_palette(self) -> None: ...  # noqa: D102
    def do_quit(self) -> None: ...  # noqa: D102
