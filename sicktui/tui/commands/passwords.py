"""Passwords and passphrases, and where they are kept."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_chosen

GROUP: Final = "Passwords"

COMMANDS: Final = (
    Command(
        id="login",
        key="l",
        title="login",
        help="Enter the password of the devices. The status line names the store that keeps it.",
        group=GROUP,
        unavailable_because=needs_chosen,
        hint=11,
    ),
    Command(
        id="logout",
        key="O",
        title="logout",
        help="Forget the kept passwords of the devices.",
        group=GROUP,
        unavailable_because=needs_chosen,
    ),
    Command(
        id="vault",
        key="V",
        title="vault",
        help="The encrypted file with passwords, for where no keyring works: make it, unlock it, copy it.",
        group=GROUP,
    ),
    Command(
        id="passphrases",
        key="P",
        title="passphrases",
        help="The passphrases of backups, the chosen devices' or the plant's: store, generate, forget, test.",
        group=GROUP,
        hint=24,
    ),
)
