"""Writes the pages that come from the code: settings, keys, commands and more.

``python docs/generate.py`` writes them; a test checks that they are current.
"""

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import inspect
from textual.binding import Binding

sys.path.insert(0, str(Path(__file__).parent.parent))

from docs.health_rules import health_page
from docs.json_lines import json_page, schema_file
from docs.man_page import man_page
from sicktui.cli.app import build
from sicktui.cli.options import HELP_SETTINGS
from sicktui.fleet.tables.schema import roles_sql
from sicktui.model.exit_codes import ExitCode
from sicktui.model.filter.fields import FIELDS, STATES
from sicktui.model.settings import Settings
from sicktui.tui.commands import COMMANDS
from sicktui.tui.screens.run.rollout import RolloutScreen

HERE = Path(__file__).parent
WIDTH = 100
COMMON = re.compile(r"\n+Options every command takes [^\n]*\n.*?(?=\n\n|\Z)", re.DOTALL)
"""The names of the common options in the help of a command; the page has them once."""


def settings_page() -> str:
    """Every setting with its type, default and meaning."""
    lines = [
        "# Settings",
        "",
        "`config.toml` in the configuration folder (`sicktui doctor` shows where). `--set KEY=VALUE` overrides any",
        "of them for one call, e.g. `--set timing.poll_interval=1`. An unknown key is an error that names the file, the",
        "line and the nearest known key.",
    ]
    for section in inspect.type_info(Settings).fields:  # type: ignore[attr-defined]
        lines += _section(section.name, section.type)
    lines += [
        "",
        "## [keys]",
        "",
        'Keys of the dashboard by command, e.g. `update = "U"`. The commands are on the page of [keys](keys.md).',
        "",
        "## Devices",
        "",
        "`devices.toml` in the same folder has one table a device, written by `sicktui devices` and the dashboard:",
        "",
        "```toml",
        "[devices.gate-1]",
        'address = "192.168.0.11"      # host or host:port',
        'tags = ["hall-3"]',
        'serial = "25420067"           # optional: only this sensor may answer',
        'note = "above the north gate"',
        "timing = { flash_timeout = 600.0 }",
        "```",
        "",
        "Optional keys: `user`, `auth`, `scheme`, `tags`, `serial`, `model`, `note`, `timing`, `segment`, `pin`",
        "([fleets.md](fleets.md)). sicktui rewrites the file without comments; use `note` instead. One that a person has edited is kept beside it (`devices.toml.bak`). A save is",
        "refused if the file was changed meanwhile.",
        "",
        "A pinned `serial` makes another sensor at that address `other sensor` (`other_device`): it is only asked who",
        "it is, until it is replaced (`E`, `sicktui restore --replace`) or the profile is changed. Without a pin any",
        "sensor may answer; for a week after a change, list, `status` and plans show `was serial X until DATE, now Y",
        "answers`. The sensor that answered last for each device is kept in `seen.json` in the data folder, for",
        "people only: no check rests on it.",
        "",
        "`view.json` in the state folder has how the dashboard was left: order, filter, columns, zoom and log. Without",
        "it the dashboard looks as at its first start.",
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, kind: Any) -> list[str]:
    """A table of the settings in a section, and of the sections in it; those with free names by example."""
    if isinstance(kind, inspect.DictType):
        return _section(f"{title}.{'TAG' if title.endswith('.groups') else 'NAME'}", kind.value_type)
    if not isinstance(kind, inspect.StructType):
        return []
    about = " ".join((kind.cls.__doc__ or "").replace("``", "`").split())
    lines = ["", f"## [{title}]", "", about, "", "| key | default | meaning |", "|---|---|---|"]
    below: list[str] = []
    for field in kind.fields:
        if isinstance(field.type, inspect.DictType):
            below += _section(f"{title}.{field.name}", field.type)
        else:
            default = "" if field.default is None else f"`{_toml(field.default)}`"
            lines.append(f"| `{field.name}` | {default} | {_meaning(field.type)} |")
    return lines + below


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _meaning(kind: Any) -> str:
    if isinstance(kind, inspect.Metadata):
        described = (kind.extra_json_schema or {}).get("description", "")
        values = _meaning(kind.type)
        return str(described) + (f" ({values})" if values else "")
    if isinstance(kind, inspect.UnionType):
        return next((_meaning(one) for one in kind.types if isinstance(one, inspect.Metadata)), "")
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(f"`{value}`" for value in kind.values)
    return ""


def keys_page() -> str:
    """Every key of the dashboard."""
    lines = [
        "# Keys",
        "",
        "Every action has a printable key, because terminals over SSH sometimes lose arrows, Esc and control keys. No mouse is",
        "needed. In the dashboard, `?` shows this list and `:` opens the command palette. The last column is the name to",
        "use under `[keys]` in `config.toml`.",
    ]
    group = ""
    for command in COMMANDS:
        if command.group != group:
            group = command.group
            lines += ["", f"## {group}", "", "| key | what it does | name |", "|---|---|---|"]
        keys = ", ".join(f"`{key}`" for key in (command.key, *command.also))
        lines.append(f"| {keys} | {_in_cell(command.help)} | `{command.id}` |")
    return "\n".join([*lines, *_rollout_lines(), *_filter_lines()]) + "\n"


def _rollout_lines() -> list[str]:
    """The keys of the screen of a rollout, which the dashboard does not have as commands."""
    lines = ["", "## A rollout", "", "On the screen that Enter opens from the runs (`&`):", ""]
    lines += ["| key | what it does |", "|---|---|"]
    for binding in RolloutScreen.BINDINGS:
        if isinstance(binding, Binding):
            key, words = binding.key_display or binding.key, binding.description
            lines.append(f"| `{key}` | {words[0].upper()}{words[1:]}. |")
    return lines


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _filter_lines() -> list[str]:
    """The language of the filter."""
    return [
        "",
        "## The filter",
        "",
        'A device is shown if every part matches: a word that it has somewhere, `"two words"`, `@tag`, or a field. `!` in front',
        "means *not*, `|` between two parts and `,` between two values mean *or*: `@line-2 state:failed,unknown !model:lms`.",
        "`:` looks for a part of a text, `=` for all of it; case does not matter. A value that is not known matches no",
        "comparison; `none` finds what is not known. The hint bar shows what can be typed next, and what is wrong.",
        "",
        "| field | what it means | also |",
        "|---|---|---|",
        *(f"| `{f.example}` | {f.help} | {', '.join(f'`{name}`' for name in f.also)} |" for f in FIELDS),
        "",
        *textwrap.wrap(f"States: {', '.join(STATES)}.", 120),
    ]


def commands_page() -> str:
    """The help of every command."""
    lines = [
        "# Commands",
        "",
        "The commands offer what the dashboard offers, for scripts and for the prompt. With `--json`, standard output has one",
        "JSON object a line and nothing else; messages for people go to standard error. The options that every command",
        "takes are listed once, under `sicktui`. Where the exit code is not 0, the last object is a `summary` that has it, or",
        'else `{"kind":"error",...}` with `code`, `message`, `advice` and `exit_code`.',
        "",
        "| exit code | meaning |",
        "|---|---|",
        *(f"| {code.value} | {code.meaning} |" for code in ExitCode),
        "",
        "Where standard output cannot be written (a full disk, a closed stream), a line on standard error reports it, and",
        "the exit code is 1 instead of 0; any other stays. The command itself goes on: an update is followed to its end.",
        "A reader that closes the pipe (`| head`) causes no error: a list ends with 0, and what waits for sensors (`status`,",
        "`plan`, `discover`...) ends at once with 1, as does every command that still plans: nothing was written then.",
        "`update`, `runs attach` and `fleet attach` leave a run or rollout, which continues: 3, or 1 if a device has failed.",
        "",
        "## Plain lines",
        "",
        "A run is printed line by line: each step that ends, each UpdateState, each quarter of a transfer, each verdict. On a",
        "terminal these lines are coloured and wrapped, and `discover` counts on one line. With `--plain`, with `TERM=dumb`,",
        "and in a file or pipe nothing is coloured, wrapped or written twice, as a log or a screen reader needs it.",
        "`NO_COLOR` takes the colours only. `--ascii` replaces the signs that sicktui draws; names stay as they are.",
        "",
        "`sicktui --plain` prints what `sicktui status` does, and the runs that are at work. Without `--plain`, where no",
        "dashboard can be shown, it does the same and ends with 2: what was asked for was not done.",
    ]
    root = build(lambda context, *, demo: 0)
    for path, command, context in _walk(root, "sicktui", None):
        shown = command.get_help(context).replace("\b\n", "")
        if context.parent is not None:
            shown = COMMON.sub("", shown)
        lines += ["", f"## {path}", "", "```text", shown, "```"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def _walk(
    command: click.Command, path: str, parent: click.Context | None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    # The program's own settings: click keeps a command's help option from its first use.
    context = click.Context(
        command,
        info_name=path.rsplit(maxsplit=1)[-1],
        parent=parent,
        terminal_width=WIDTH,
        **HELP_SETTINGS,
    )
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _walk(child, f"{path} {name}", context)


def fleet_page() -> str:
    """The page as it is, with the SQL of the roles."""
    page = (HERE / "fleet.md").read_text(encoding="utf-8")
    block = f"```sql\n{roles_sql()}\n```"
    return re.sub(r"```sql\nCREATE ROLE.*?```", lambda _: block, page, count=1, flags=re.DOTALL)


PAGES = {
    "fleet.md": fleet_page,
    "settings.md": settings_page,
    "keys.md": keys_page,
    "commands.md": commands_page,
    "health.md": health_page,
    "json.md": json_page,
    "json-lines.schema.json": schema_file,
    "sicktui.1": man_page,
}


def main() -> int:
    """Write every page."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
