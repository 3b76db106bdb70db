"""What ``sicktui devices`` does."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from sicktui.cli.actions.passwords.logout import remove_passwords
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.tables import table
from sicktui.engine.inventory.entries import entries
from sicktui.engine.inventory.listed import listed
from sicktui.model.device import Profile
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.base import line_of
from sicktui.model.lines.sensors import DeviceLine
from sicktui.model.settings import Timing
from sicktui.model.wording import count, names
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.disk.files import expand_path

HEADERS: Final = ("NAME", "ADDRESS", "TAGS", "USER", "AUTH", "SERIAL", "MODEL", "NOTE")
SPARE: Final = ("AUTH", "USER", "MODEL", "NOTE", "SERIAL", "TAGS")
"""Columns that a narrow terminal leaves out, the first one first."""


class Changes(Struct, frozen=True, kw_only=True):
    """Changes to a profile. An empty text or tag removes a value; ``None`` keeps it."""

    texts: Mapping[str, str | None]
    """``user``, ``auth``, ``scheme``, ``serial``, ``model``, ``note``,
    ``ca_file``, ``fingerprint``, ``segment``, ``pin``."""
    tags: tuple[str, ...] = ()
    timing: tuple[str, ...] = ()
    """``KEY=SECONDS``; ``KEY=`` removes."""
    name: str | None = None
    address: str | None = None

    def apply(self, profile: Profile) -> Profile:
        """The profile with the changes.

        Raises:
            UsageError: a timing is not valid.
        """
        values: dict[str, Any] = {key: text or None for key, text in self.texts.items() if text is not None}
        if values.get("ca_file"):
            values["ca_file"] = str(expand_path(values["ca_file"]).absolute())
        for key in ("name", "address"):
            if (text := getattr(self, key)) is not None:
                values[key] = text
        if self.tags:
            values["tags"] = tuple(dict.fromkeys(tag for tag in self.tags if tag))
        if self.timing:
            values["timing"] = _timing(self.timing, profile.timing or {}) or None
        return structs.replace(profile, **values)


def _timing(words: Sequence[str], before: Mapping[str, float]) -> dict[str, float]:
    timing = dict(before)
    for word in words:
        key, equals, value = (part.strip() for part in word.partition("="))
        if not equals or key not in Timing.__struct_fields__:
            raise UsageError(
                f"--timing {word}: write KEY=SECONDS.",
                advice=f"The keys are {', '.join(Timing.__struct_fields__)}.",
            )
        if not value:
            timing.pop(key, None)
            continue
        try:
            timing[key] = float(value)
        except ValueError:
            raise UsageError(f"--timing {word}: {value!r} is not a number of seconds.") from None
    return timing


def list_devices(common: Common, words: Sequence[str] = ()) -> int:
    """Print the device list, or what a filter leaves of it."""
    with open_cli(common) as cli:
        devices = cli.context.devices()
        profiles = list(devices.profiles.values())
        if words:
            profiles = [each.entry.profile for each in listed(cli.context, " ".join(words))]
        for profile in profiles:
            device_fact(cli, profile)
        if profiles:
            cli.out.lines(
                table(
                    HEADERS,
                    [_cells(profile) for profile in profiles],
                    columns=cli.out.wrap,
                    spare=SPARE,
                )
            )
        elif devices.profiles:
            cli.out.note("No device matches.")
        else:
            cli.out.note("The device list is empty. Add a device with 'sicktui devices add NAME ADDRESS'.")
        _warn(cli, devices)
        return ExitCode.OK


def show(common: Common, name: str) -> int:
    """Print a device, and what was last seen of its sensor."""
    with open_cli(common) as cli:
        profile = cli.context.devices().find(name)
        entry = next(entry for entry in entries(cli.context) if entry.profile.name == profile.name)
        seen = entry.columns()
        device_fact(cli, profile, seen=seen)
        facts = {**structs.asdict(profile), "tags": " ".join(f"@{tag}" for tag in profile.tags), **seen}
        for key, value in facts.items():
            cli.out.line(f"{key:<14} {'-' if value in (None, '', {}) else value}")
        return ExitCode.OK


def _cells(profile: Profile) -> tuple[str, ...]:
    tags = " ".join(f"@{tag}" for tag in profile.tags)
    texts = (
        profile.user,
        profile.auth,
        profile.serial,
        profile.model,
        (profile.note or "").replace("\n", " "),
    )
    return (profile.name, profile.address, tags or "-", *(text or "-" for text in texts))


def device_fact(cli: CliContext, profile: Profile, **more: object) -> None:
    """The JSON line of a device."""
    cli.out.emit(line_of(DeviceLine, cli.now(), profile, device=profile.name, **more))


def _warn(cli: CliContext, devices: DeviceList) -> None:
    for warning in devices.warnings():
        cli.out.note(f"Note: {warning}", "yellow")


def save_list(cli: CliContext, devices: DeviceList) -> None:
    """Save the list, and note what may be a mistake in it."""
    save_devices(cli.context.home.devices_file, devices)
    _warn(cli, devices)


def add(common: Common, name: str, address: str, changes: Changes) -> int:
    """Add a device to the list."""
    with open_cli(common) as cli:
        profile = changes.apply(Profile(name=name, address=address))
        save_list(cli, cli.context.devices().add(profile))
        device_fact(cli, profile)
        cli.out.line(f"Added {name} at {address}. Store its password with 'sicktui login {name}'.")
        return ExitCode.OK


def edit(common: Common, name: str, changes: Changes) -> int:
    """Change a device of the list."""
    with open_cli(common) as cli:
        devices = cli.context.devices()
        before = devices.find(name)
        after = changes.apply(before)
        if after == before:
            raise UsageError("No change was given.", advice="See 'sicktui devices edit --help'.")
        save_list(cli, devices.replace(name, after))
        cli.context.last_seen.rename(name, after.name)
        device_fact(cli, after)
        cli.out.line(f"Changed {after.name}.")
        if not cli.context.credentials.follow(
            name, after.name, before.user or cli.context.settings.device.user
        ):
            cli.out.note(
                f"The stored password could not be moved from {name} to {after.name}. Store it again with "
                f"'sicktui login {after.name}'."
            )
        return ExitCode.OK


def remove(common: Common, words: Sequence[str]) -> int:
    """Remove devices from the list, and their stored passwords."""
    with open_cli(common) as cli:
        devices = cli.context.devices()
        profiles = [devices.find(word) for word in dict.fromkeys(words)]
        gone = names([profile.name for profile in profiles])
        if cli.declined(f"Remove {count(len(profiles), 'device')} from the list ({gone})?"):
            return ExitCode.INTERRUPTED
        for profile in profiles:
            devices = devices.remove(profile.name)
        save_list(cli, devices)
        user = cli.context.settings.device.user
        cli.context.last_seen.forget([profile.name for profile in profiles])
        remove_passwords(cli, [(profile.name, profile.user or user) for profile in profiles])
        for profile in profiles:
            device_fact(cli, profile, removed=True)
        cli.out.line(f"Removed {gone}.")
        return ExitCode.OK
