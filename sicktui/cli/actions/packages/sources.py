"""What ``sicktui sources`` does: lists the sources of packages, and keeps their keys."""

import os
from typing import Final

from sicktui.cli import lines
from sicktui.cli.actions.passwords.vault import offer_vault
from sicktui.cli.asking import ask_secret
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.model.enums import Code
from sicktui.model.errors import ConfigError, SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.packages import SourceLine
from sicktui.model.lines.passwords import SourceLogin, SourceLogout
from sicktui.model.safe_text import clean
from sicktui.model.settings import SourceSettings
from sicktui.sources.opening import account, check_key, check_settings, choose_sources, needs_key
from sicktui.stores.secrets.store import MEMORY, SOURCE_VARIABLE, secret_line

HEADERS: Final = ("SOURCE", "KIND", "KEY", "FETCHES BY ITSELF", "DEVICES", "WHERE")


def list_sources(common: Common) -> int:
    """List the sources. Returns 2 if one of them cannot be used."""
    with open_cli(common) as cli:
        known = cli.context.settings.sources
        if not known:
            cli.out.note("No source is set up. Add a table [sources.NAME] to config.toml.")
            return ExitCode.OK
        rows, problems = [], []
        for name, settings in known.items():
            key = _has_key(cli, name, settings)
            problem = _problem(name, settings)
            where = settings.path if settings.kind == "folder" else _without_password(settings.url)
            cli.out.emit(
                SourceLine(
                    ts=cli.now(),
                    source=name,
                    type=settings.kind,
                    where=where,
                    devices=settings.devices,
                    key=key,
                    auto_update=settings.auto_update,
                    problem=problem.message if problem else None,
                )
            )
            known_key = "-" if key is None else "known" if key else "missing"
            automatic = "yes" if settings.auto_update else "no"
            devices = ", ".join(settings.devices) or "-"
            rows.append((name, settings.kind, known_key, automatic, devices, where))
            if problem:
                problems.append(problem)
                lines.blame(problem)
        cli.out.lines(table(HEADERS, rows, columns=cli.out.wrap, spare=("DEVICES",)))
        for problem in problems:
            cli.out.note(str(problem), "red")
        return ExitCode.USAGE if problems else ExitCode.OK


def _without_password(url: str) -> str:
    """An address without what is in front of its host."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _problem(name: str, settings: SourceSettings) -> ConfigError | None:
    try:
        check_settings(name, settings)
    except ConfigError as error:
        return error
    return None


def _has_key(cli: CliContext, name: str, settings: SourceSettings) -> bool | None:
    if not needs_key(settings):
        return None
    given = secret_line(os.environ.get(SOURCE_VARIABLE))
    return (given or cli.context.credentials.secret(account(name))) is not None


def login(common: Common, source: str) -> int:
    """Store the key of a source. Returns 1 if it was not stored."""
    with open_cli(common) as cli:
        name = _chosen(cli, source)
        key = check_key(_key(cli, name))
        offer_vault(cli)
        credentials = cli.context.credentials
        place = credentials.keep(account(name), key)
        if place == MEMORY:
            problems = " ".join(str(problem) for problem in credentials.describe().problems)
            raise _NotStored(
                f"The key of {name} was not stored: {problems or 'this PC has no keyring.'}",
                advice=f"Create a vault with 'sicktui vault create', or pass the key in {SOURCE_VARIABLE}.",
                code=Code.STORAGE_ERROR,
            )
        cli.out.emit(SourceLogin(ts=cli.now(), source=name, stored=place))
        cli.out.line(f"{name}: key stored in {place}.")
        return ExitCode.OK


class _NotStored(SicktuiError):
    """No store took the key."""


def _key(cli: CliContext, name: str) -> str:
    """The key of this call, or else one entered on the terminal.

    Raises:
        UsageError: there is none, and no terminal to ask on.
    """
    # SICKTUI_PASSWORD is the password of sensors, which no server of others may get.
    given = cli.given_password if cli.common.password_stdin else secret_line(os.environ.get(SOURCE_VARIABLE))
    if given is None and not cli.interactive:
        raise UsageError(
            f"The key of {clean(name)} is needed, but there is no terminal to ask on.",
            advice=f"Use --password-stdin or {SOURCE_VARIABLE}.",
        )
    key = given or ask_secret(f"API key of {name}: ")
    if not key:
        raise UsageError("No key was entered, so nothing was stored.")
    return key


def logout(common: Common, source: str) -> int:
    """Forget the key of a source."""
    with open_cli(common) as cli:
        # Not from the settings: the key of a source that is no longer in them can go too.
        gone = cli.context.credentials.drop(account(source))
        cli.out.emit(SourceLogout(ts=cli.now(), source=source, forgotten=gone))
        if gone:
            cli.out.line(f"Forgot the key of {clean(source)}.")
        else:
            cli.out.note(f"No key was stored for {clean(source)}.")
        return ExitCode.OK


def _chosen(cli: CliContext, source: str) -> str:
    known = cli.context.settings.sources
    [name] = choose_sources([source], known)
    check_settings(name, known[name])
    if not needs_key(known[name]):
        raise UsageError(f"The source {name} is a folder and needs no key.")
    return name
