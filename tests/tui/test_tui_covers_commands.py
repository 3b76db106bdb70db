"""The dashboard offers everything that the commands do: a new command or option must find its place here."""

from collections.abc import Iterator
from typing import Final

import click

from sicktui.cli.app import build
from sicktui.tui.commands import BY_ID

COMMON: Final = frozenset(
    (
        *("--home", "--json", "--set", "--password-stdin", "--passphrase-stdin"),
        *("--yes", "--plain", "--ascii", "--quiet", "--verbose", "--help"),
    )
)
"""Options of every command: of the process that the dashboard is, or answered in dialogs."""
NOT_ASKED: Final = frozenset(["--detach", "--order", "--exit-code", "--dry-run", "--old-after"])
"""No run hangs on the dashboard, which gives no orders; what it does is shown first; the settings say what is
old."""

BY_MAC: Final = frozenset(["--mac", "--wait", "--port", "--target", "--no-broadcast"])
"""A sensor that is not in the list yet: with a list of one sensor, in the dialog of commissioning."""

SPREAD: Final = frozenset(["--jobs", "--canary", "--wave", "--soak", "--approve", "--max-failures"]) | {
    "--window",
    "--wait-offline",
}
OFFERED: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "devices list": ("filter", frozenset()),
    "devices show": ("details", frozenset()),
    "devices add": (
        "add",
        frozenset(["--user", "--auth", "--scheme", "--tag", "--serial", "--model", "--note", "--timing"])
        | {"--ca-file", "--fingerprint", "--segment", "--pin"},
    ),
    "devices edit": (
        "edit",
        frozenset(
            ["--name", "--address", "--user", "--auth", "--scheme", "--tag", "--serial", "--model", "--note"]
        )
        | {"--timing", "--ca-file", "--fingerprint", "--segment", "--pin"},
    ),
    "devices remove": ("remove", frozenset()),
    "devices import": ("import_list", frozenset(["--replace"])),
    "devices export": ("export_list", frozenset(["--format"])),  # by the ending of the name
    "devices overview": ("overview", frozenset()),
    "discover": (
        "search",
        frozenset(["--cidr", "--port", "--target", "--no-broadcast", "--wait", "--add", "--tag"])
        | {"--follow-moved"},
    ),
    "status": ("refresh", frozenset()),
    "health": ("health", frozenset(["--accept-calibration", "--history", "--since"])),
    "login": ("login", frozenset(["--no-test", "--shared"])),
    "logout": ("logout", frozenset(["--shared"])),
    "passwd": ("passwd", frozenset(["--generate"])),
    "vault create": ("vault", frozenset()),
    "vault password": ("vault", frozenset()),
    "vault export": ("vault", frozenset()),
    "vault import": ("vault", frozenset(["--replace"])),
    "plan": (
        "update",
        frozenset(["--package", "--expect-version", "--allow-downgrade", "--allow-unapproved", "--force"])
        | {"--output"}
        | SPREAD,
    ),
    "update": (
        "update",
        frozenset(
            [
                "--package",
                "--expect-version",
                "--allow-downgrade",
                "--allow-unapproved",
                "--force",
            ]
        )
        | {"--no-backup", "--persist"}
        | {"--plan"}  # the command execute_plan
        | {"--check-measuring", "--watch"}  # the settings update.check_measuring and timing.settle
        | SPREAD,
    ),
    "backup": ("backup", frozenset(["--jobs"])),
    "backups list": ("kept", frozenset(["--serial"])),
    "backups show": ("kept", frozenset()),
    "backups history": ("history", frozenset()),
    "backups verify": ("kept", frozenset(["--passphrase"])),
    "backups export": ("kept", frozenset()),
    "backups import": ("kept", frozenset(["--serial", "--device", "--model", "--firmware"])),
    "backups prune": ("kept", frozenset(["--keep", "--older-than"])),
    "restore": ("restore", frozenset(["--backup", "--replace", "--force"])),
    "passphrase set": ("passphrases", frozenset()),
    "passphrase generate": ("passphrases", frozenset()),
    "passphrase forget": ("passphrases", frozenset()),
    "get": ("parameters", frozenset()),
    "set": ("parameters", frozenset(["--persist"])),
    "address": (
        "address",
        frozenset(["--ip", "--mask", "--gateway", "--dhcp", "--fallback", "--outside-subnet"]) | BY_MAC,
    ),
    "commission": ("commission", frozenset(["--outside-subnet"]) | BY_MAC - {"--mac"}),
    "diff": ("diff", frozenset(["--against", "--list", "--quick"])),
    "dump": ("dump", frozenset(["--output"])),
    "find-me": ("find_me_for", frozenset(["--seconds"])),
    "runs list": ("runs", frozenset(["--limit", "--operation", "--state"])),
    "runs show": ("runs", frozenset()),
    "runs attach": ("runs", frozenset()),
    "runs cancel": ("cancel", frozenset()),
    "runs continue": ("continue_run", frozenset()),
    "runs resume": ("runs", frozenset()),
    "runs retry": ("runs", frozenset()),
    "runs verify": ("runs", frozenset()),  # its result is in the report
    "runs prune": ("runs", frozenset(["--keep", "--older-than"])),
    "runs report": ("runs", frozenset(["--format", "--output"])),
    "fleet approve": ("continue_run", frozenset()),
    "fleet attach": ("runs", frozenset()),
    "fleet cancel": ("runs", frozenset()),
    "fleet list": ("runs", frozenset()),
    "fleet plan": ("update", frozenset(["--package", "--only-backup", "--canary", "--wave"])),
    "fleet run": (
        "update",  # of devices that other PCs reach; --only-backup: the command backup
        frozenset(["--package", "--only-backup", "--expect-version", "--deadline"])
        | {"--no-backup", "--allow-downgrade", "--force", "--persist"}
        | SPREAD - {"--window", "--wait-offline"},
    ),
    "fleet report": ("runs", frozenset(["--format", "--output"])),
    "fleet status": ("runs", frozenset()),
    "firmware list": ("shelf", frozenset()),
    "firmware add": ("shelf", frozenset(["--version"])),
    "firmware approve": ("shelf", frozenset(["--for", "--note"])),
    "firmware remove": ("shelf", frozenset()),
    "firmware check": ("offers", frozenset(["--device", "--watch"])),  # dashboard.check_interval
    "firmware fetch": ("offers", frozenset(["--device", "--forced"])),
    "sources list": ("offers", frozenset()),
    "sources login": ("offers", frozenset()),
    "sources logout": ("offers", frozenset()),
    "doctor": ("doctor", frozenset()),
    "config path": ("settings", frozenset()),
    "config edit": ("settings", frozenset()),
}
"""By command: the command of the dashboard, and the options that have their place in its dialogs."""
NOT_IN_IT: Final = frozenset(
    [
        *("simulate", "demo", "serve", "completion", "help"),
        *("fleet worker", "fleet coordinator", "fleet demo", "fleet setup", "fleet login"),
    ]
)
"""What is no work on sensors: it serves simulated ones, or the dashboard itself, or a shell."""

OPTIONS_TO_COME: Final = {
    "health": frozenset(["--measuring", "--watch"]),
}
"""What no screen offers yet: measuring. It must get one, and its line above."""
TO_COME: Final[frozenset[str]] = frozenset()
"""What has no screen yet. It must get one, and its line above."""


def commands(command: click.Command, name: str, ctx: click.Context) -> Iterator[tuple[str, frozenset[str]]]:
    """Every command with its own options."""
    if isinstance(command, click.Group):
        for part in command.list_commands(ctx):
            below = command.get_command(ctx, part)
            assert below is not None
            yield from commands(
                below, f"{name} {part}".strip(), click.Context(below, info_name=part, parent=ctx)
            )
        return
    options = {word for option in command.params for word in option.opts if word.startswith("--")}
    yield name, frozenset(options) - COMMON - NOT_ASKED - OPTIONS_TO_COME.get(name, frozenset())


def test_the_dashboard_offers_everything_that_the_commands_do() -> None:
    root = build(lambda _, *, demo: int(demo))
    found = dict(commands(root, "", click.Context(root)))
    assert {name: options for name, options in found.items() if name not in NOT_IN_IT | TO_COME} == {
        name: options for name, (_, options) in OFFERED.items()
    }
    assert not TO_COME & {*OFFERED, *BY_ID}
    assert {command for command, _ in OFFERED.values()} <= set(BY_ID)
