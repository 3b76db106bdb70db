"""Passwords, passphrases and the vault."""

from typing import Final

from sicktui.tui.commands.command import Command, needs_chosen, needs_free

GROUP: Final = "Passwords"

COMMANDS: Final = (
    Command(
        id="login",
        key="l",
        title="login",
        help="Enter the password of the devices. The status line shows where it is stored.",
        group=GROUP,
        needs=needs_chosen,
        there="sicktui login {}",
        hint=11,
    ),
    Command(
        id="logout",
        key="O",
        title="logout",
        help="Forget the stored passwords of the devices.",
        group=GROUP,
        needs=needs_chosen,
        there="sicktui logout {}",
    ),
    Command(
        id="passwd",
        key="W",
        title="password",
        help="Change the password of the sensors, one after the other: entered twice, or generated.",
        group=GROUP,
        needs=needs_free,
        there="sicktui passwd {}",
    ),
    Command(
        id="vault",
        key="V",
        title="vault",
        help="The password vault, for PCs without a working keyring: create, unlock, export.",
        group=GROUP,
    ),
    Command(
        id="passphrases",
        key="P",
        title="passphrases",
        help="Backup passphrases, per device or for the whole site: store, generate, remove, test.",
        group=GROUP,
        there="sicktui passphrase set {}",
        hint=24,
    ),
)
