"""The manual page ``sicktui(1)``, made of the same definitions as the help."""

import re
from collections.abc import Iterator

import click

from sicktui import __version__
from sicktui.cli.app import EPILOG, HELP, build
from sicktui.cli.options import common_options
from sicktui.model.exit_codes import ExitCode

ENVIRONMENT = {
    "SICKTUI_HOME": "As --home.",
    "SICKTUI_PASSWORD": "The password of the sensors, for unattended use.",
    "SICKTUI_PASSPHRASE": "The passphrase of the backups, for unattended use.",
    "SICKTUI_SOURCE_SECRET": "The key of a source, for unattended use.",
    "SICKTUI_ASCII": "As --ascii.",
    "NO_COLOR": "No colours.",
    "FORCE_COLOR": "Colours without a terminal, too.",
    "VISUAL, EDITOR": "The editor of 'sicktui config edit'.",
}


def man_page() -> str:
    """The page."""
    lines = [
        f'.TH SICKTUI 1 "" "sicktui {__version__}" "User Commands"',
        ".SH NAME",
        r"sicktui \- update, back up and restore SICK LiDAR sensors",
        ".SH SYNOPSIS",
        ".B sicktui",
        r"[\fICOMMAND\fR [\fIARGUMENTS\fR]]",
        ".SH DESCRIPTION",
        *_paragraphs(HELP),
        ".SH OPTIONS",
        "Every command takes them.",
    ]
    root = build(lambda context, *, demo: 0)
    context = click.Context(root, info_name="sicktui")
    for option in common_options():
        lines += _option(option, context)
    lines.append(".SH COMMANDS")
    for path, command in _walk(root, ""):
        lines += _command(path, command, context)
    lines.append(".SH EXIT STATUS")
    for code in ExitCode:
        lines += [".TP", f".B {code.value}", _plain(code.meaning.capitalize() + ".")]
    lines += [".PP", _plain(EPILOG.splitlines()[-1]), ".SH ENVIRONMENT"]
    for name, meaning in ENVIRONMENT.items():
        lines += [".TP", f".B {name}", _plain(meaning)]
    return "\n".join(lines) + "\n"


def _walk(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        whole = f"{path} {name}".strip()
        yield whole, command
        if isinstance(command, click.Group):
            yield from _walk(command, whole)


def _command(path: str, command: click.Command, context: click.Context) -> list[str]:
    arguments = " ".join(
        param.make_metavar(context) for param in command.params if isinstance(param, click.Argument)
    )
    shared = {option.name for option in common_options()}
    lines = [f'.SS "{f"sicktui {path} {arguments}".strip()}"']
    lines += _paragraphs(command.help or "")
    for param in command.params:
        if isinstance(param, click.Option) and param.name not in shared:
            lines += _option(param, context)
    return lines


def _option(option: click.Option, context: click.Context) -> list[str]:
    record = option.get_help_record(context)
    return [] if record is None else [".TP", f".B {_plain(record[0])}", _plain(record[1])]


def _paragraphs(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        body = paragraph.strip("\n")
        if body.lstrip().startswith(("\b", "\\b")):
            kept = body.lstrip().split("\n")[1:]
            lines += [".PP", ".nf", *(_plain(line) for line in kept), ".fi"]
        else:
            lines += [".PP", _plain(" ".join(body.split()))]
    return lines


def _plain(text: str) -> str:
    """Text without a meaning for the formatter."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in {".", "'"} else escaped
