"""The options that every command takes, before and after its name alike."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, Literal, ParamSpec, Protocol

import click

from sicktui.cli.completion import COMPLETING
from sicktui.model.safe_text import clean
from sicktui.model.wording import span_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from sicktui.engine.context import Context

_P = ParamSpec("_P")
_WHOLE: Final = 400
"""More characters than a sentence has."""
HELP_SETTINGS: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@dataclass(frozen=True)
class Common:
    """The values of the common options in one call."""

    home: Path | None = None
    json: bool = False
    overrides: tuple[str, ...] = ()
    password_stdin: bool = False
    passphrase_stdin: bool = False
    yes: bool = False
    quiet: bool = False
    verbose: bool = False
    plain: bool = False
    ascii: bool = False

    def overriding(self, **settings: object) -> "Common":
        """The same with further settings of this call; those that are ``None`` are left out.

        The section is written before two underscores: ``limits__jobs=4`` is ``limits.jobs=4``.
        """
        more = [f"{key.replace('__', '.')}={value}" for key, value in settings.items() if value is not None]
        return replace(self, overrides=(*self.overrides, *more))

    @property
    def overridden(self) -> list[str]:
        """The settings that this call overrides, e.g. ``limits.jobs``."""
        return [override.partition("=")[0].strip() for override in self.overrides]


@dataclass
class Parsed:
    """What has been parsed of the common options so far; the root context's object."""

    common: Common = Common()


def parsed(ctx: click.Context) -> Parsed:
    """The one collection of common options of this call."""
    return ctx.ensure_object(Parsed)


def _note(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ANN401  as click calls it
    """Note an option. The last one on the line wins; ``--set`` adds up."""
    if value is None or value is False or value == ():
        return
    collection = parsed(ctx)
    name = str(param.name)
    if name == "overrides":
        value = (*collection.common.overrides, *value)
    if name == "ascii":  # the dashboard has a setting for it
        collection.common = collection.common.overriding(dashboard__glyphs="ascii")
    collection.common = replace(collection.common, **{name: value})


def _option(*names: str, **attributes: Any) -> click.Option:  # noqa: ANN401  as click takes them
    return click.Option(names, expose_value=False, callback=_note, **attributes)


def common_options() -> list[click.Option]:
    """Fresh definitions of the common options."""
    return [
        _option(
            "--home",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="Folder for configuration, data and logs (or SICKTUI_HOME).",
        ),
        _option("--json", is_flag=True, help="Print JSON lines on stdout, messages for people on stderr."),
        _option(
            "--set",
            "overrides",
            multiple=True,
            metavar="KEY=VALUE",
            help="Override a setting for this call, e.g. timing.poll_interval=1. Repeatable.",
        ),
        _option(
            "--password-stdin",
            "password_stdin",
            is_flag=True,
            help="Read the device password from stdin (or SICKTUI_PASSWORD).",
        ),
        _option(
            "--passphrase-stdin",
            "passphrase_stdin",
            is_flag=True,
            help="Read the backup passphrase from stdin (or SICKTUI_PASSPHRASE); the second line "
            "if the password is read too.",
        ),
        _option("--yes", "-y", is_flag=True, help="Answer yes to every question."),
        _option(
            "--plain",
            is_flag=True,
            help="Print on a terminal what a file would get: lines without colours, each written once. "
            "Without a terminal, and with TERM=dumb, that is the default.",
        ),
        _option("--quiet", "-q", is_flag=True, help="Print results and trouble only, no other messages."),
        _option("--verbose", "-v", is_flag=True, help="Print what is of use when looking for a fault, too."),
        _option("--ascii", is_flag=True, help="Draw with ASCII signs only (or SICKTUI_ASCII=1)."),
    ]


class StartDashboard(Protocol):
    """Starts the dashboard on this terminal and returns its exit code."""

    def __call__(self, context: "Context", *, demo: bool) -> int:
        """Run until it is left."""
        ...


class _Helpful(click.Command):
    """A command that takes the common options and lists them under their own heading."""

    def __init__(self, *args: Any, **attributes: Any) -> None:  # noqa: ANN401  as click calls it
        attributes.setdefault("context_settings", HELP_SETTINGS)
        # Docstrings are raw, as linters want them with a backslash; click wants the control character.
        attributes["help"] = (attributes.get("help") or "").replace("\\b\n", "\b\n")
        super().__init__(*args, **attributes)
        self._common = common_options()
        self.params.extend(self._common)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options; the common ones in full for the program, by name for a command."""
        shared = [*self._common, self.get_help_option(ctx)]
        own = [param for param in self.get_params(ctx) if param not in shared]
        _write_options(formatter, ctx, "Options", own)
        if ctx.parent is None:
            _write_options(formatter, ctx, "Options every command takes", shared)
            return
        names = ", ".join(param.opts[0] for param in self._common)
        with formatter.section("Options every command takes ('sicktui --help')"):
            formatter.write_text(names)


def _write_options(
    formatter: click.HelpFormatter,
    ctx: click.Context,
    heading: str,
    params: Sequence[click.Parameter | None],
) -> None:
    options = [param for param in params if isinstance(param, click.Option)]
    records = [record for param in options if (record := param.get_help_record(ctx))]
    if records:
        with formatter.section(heading):
            formatter.write_dl(records)


class CliCommand(_Helpful):
    """A command of sicktui."""


class CommandGroup(_Helpful, click.Group):
    """A family of commands; its members take the common options as well."""

    command_class = CliCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The members in the order of their definition, which is that of the work."""
        return list(self.commands)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[Any]]":
        """What can be completed; bash shows no help, for which each member has to be imported."""
        if not os.environ.get(COMPLETING, "").startswith("bash"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem  # noqa: PLC0415  for a shell alone

        begun = [CompletionItem(name) for name in self.commands if name.startswith(incomplete)]
        return [*begun, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, then the members."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The members, each with its whole first sentence: click would cut it where the line ends."""
        members = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, member.get_short_help_str(_WHOLE)) for name, member in members if not member.hidden]
            )


def with_common(work: Callable[Concatenate[Common, _P], int]) -> Callable[_P, int]:
    """Give a command's function the common options as its first argument."""

    def call(*args: _P.args, **kwargs: _P.kwargs) -> int:
        return work(parsed(click.get_current_context()).common, *args, **kwargs)

    return update_wrapper(call, work)


def devices_argument(*, required: bool) -> Callable[[Callable[_P, int]], Callable[_P, int]]:
    """The ``DEVICE...`` argument."""
    metavar = "DEVICE..." if required else "[DEVICE...]"
    return click.argument(
        "devices", nargs=-1, required=required, metavar=metavar, shell_complete=completes("devices")
    )


Completable = Literal[
    "devices", "names", "runs", "backups", "packages", "packages_and_files", "backups_and_files", "sources"
]


def completes(
    what: Completable,
) -> Callable[[click.Context, click.Parameter, str], "list[CompletionItem[Any]]"]:
    """Completion of an argument in shells: by the function of ``completion.values`` with that name."""

    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem[Any]]":
        from sicktui.cli.completion import values  # noqa: PLC0415  --help needs none
        from sicktui.stores.disk.home import locate  # noqa: PLC0415

        home = locate(parsed(ctx).common.home, os.environ)
        found: list[CompletionItem[Any]] = getattr(values, what)(home, incomplete)
        return found

    return complete


def all_if_none(devices: Sequence[str]) -> Sequence[str]:
    """The words given, or ``all`` when there are none."""
    return devices or ("all",)


def command(name: str) -> Callable[[Callable[Concatenate[Common, _P], int]], click.Command]:
    """Make a command of a function that takes the common options first; its docstring is the help."""

    def make(work: Callable[Concatenate[Common, _P], int]) -> click.Command:
        return click.command(name, cls=CliCommand)(with_common(work))

    return make


class SpanType(click.ParamType[timedelta]):
    """A length of time: ``12h``, ``30d``."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ANN401  as click calls it
        """The time that was typed."""
        if isinstance(value, timedelta):
            return value
        try:
            return span_of(str(value))
        except ValueError as error:
            self.fail(f"{clean(str(value), 40)!r} is not a length of time: {error}.", param, ctx)
