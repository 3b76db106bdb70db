"""What ``sicktui login --shared`` and ``sicktui logout --shared`` do: one password for a group."""

from collections.abc import Sequence

from msgspec import structs

from sicktui.cli.actions.passwords.login import (
    LoginResult,
    ask_password,
    print_result,
    store,
    try_all,
)
from sicktui.cli.actions.passwords.logout import forget_all
from sicktui.cli.actions.passwords.vault import offer_vault
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common, all_if_none
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.wording import count, names
from sicktui.stores.secrets.credentials import ALL_DEVICES


def login(common: Common, words: Sequence[str], *, test: bool) -> int:
    """Store one password for each group. Returns 1 if one was not stored."""
    with open_cli(common) as cli:
        results = []
        for group in _groups(all_if_none(words)):
            targets = cli.targets([group])
            for user in dict.fromkeys(target.user for target in targets):
                same = [target for target in targets if target.user == user]
                results.append(_login_group(cli, group, user, same, test=test))
        for result in results:
            print_result(cli, result)
        return ExitCode.OK if all(result.good for result in results) else ExitCode.FAILED


def _login_group(
    cli: CliContext, group: str, user: str, targets: Sequence[Target], *, test: bool
) -> LoginResult:
    own = cli.context.credentials.own_password
    apart = [target.device for target in targets if own(target.device, user) is not None]
    if apart:
        theirs = "its own password" if len(apart) == 1 else "their own passwords"
        cli.out.note(f"{names(apart)}: {theirs} will be used instead of the shared one.")
    sharing = [target for target in targets if target.device not in apart]
    if not sharing:
        raise UsageError(
            f"Every device of {group} has its own password, so there is nothing to share.",
            advice=f"Remove those first with 'sicktui logout {group}'.",
        )
    password = ask_password(cli, user, [f"{group} ({count(len(sharing), 'device')})"])
    tried = try_all(cli, sharing, password, test=test)
    result = _judge(group, user, tried)
    if result.good:
        offer_vault(cli)
        result = store(cli, result, password)
    for one in tried:
        if not one.good:
            print_result(cli, one)
    return result


def _judge(group: str, user: str, tried: Sequence[LoginResult]) -> LoginResult:
    """A password is shared if no sensor rejects it and at least one accepts it."""
    refused = [one.device for one in tried if one.code == Code.ACCESS_DENIED]
    good = [one for one in tried if one.good]
    silent = [one.device for one in tried if not one.good and one.device not in refused]
    if refused or not good:
        why = f"Rejected by {names(refused)}." if refused else "No sensor could be reached."
        return LoginResult(
            device=group,
            user=user,
            good=False,
            code=Code.ACCESS_DENIED if refused else Code.UNREACHABLE,
            message=f"{why} It was not stored.",
            advice="If a sensor has another password, log in to it by name first: its own password is then "
            "used instead of the shared one."
            if refused
            else "Try again when they answer, or store it untested with --no-test.",
        )
    message = f"{good[0].message} ({count(len(good), 'device')})"
    if silent:
        message += f" Not tested, because they did not answer: {names(silent)}."
    return structs.replace(good[0], device=group, message=message)


def logout(common: Common, words: Sequence[str]) -> int:
    """Forget the shared passwords of groups, for every user level that their devices have."""
    with open_cli(common) as cli:
        entries = [
            (group, user) for group in _groups(all_if_none(words)) for user in sorted(_users(cli, group))
        ]
        return forget_all(cli, entries)


def _users(cli: CliContext, group: str) -> set[str]:
    """The user levels for which a group may share a password, also for a group without devices."""
    default = cli.context.settings.device.user
    profiles = cli.context.devices().profiles.values()
    return {default} | {
        profile.user or default for profile in profiles if group == ALL_DEVICES or group[1:] in profile.tags
    }


def _groups(words: Sequence[str]) -> list[str]:
    """The groups that the words name.

    Raises:
        UsageError: one of them is not a group.
    """
    for word in words:
        if not word.startswith("@") and word != ALL_DEVICES:
            raise UsageError(
                f"{word} is not a group. --shared stores one password for '@tag' or 'all'.",
                advice=f"Leave --shared out to store it for {word} alone.",
            )
    return list(dict.fromkeys(words))
