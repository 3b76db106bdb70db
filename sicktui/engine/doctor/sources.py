"""The doctor's check of the sources of packages. None of them is asked."""

import importlib.util
from collections.abc import Iterator, Mapping

from sicktui.engine.context import Context
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.model.errors import ConfigError
from sicktui.model.settings import SourceSettings
from sicktui.model.wording import moment
from sicktui.sources.opening import account, check_settings, needs_key
from sicktui.stores.disk.files import expand_path, explain_os_error
from sicktui.stores.secrets.store import SOURCE_VARIABLE


def source_checks(context: Context, environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    """What would keep a source from being used, or is not safe."""
    for name, settings in context.settings.sources.items():
        found = list(_problems(context, name, settings, environ))
        yield from found or [DoctorCheck(name="sources", state="ok", message=f"{name}: ready.")]


def _problems(
    context: Context, name: str, settings: SourceSettings, environ: Mapping[str, str]
) -> Iterator[DoctorCheck]:
    try:
        check_settings(name, settings)
    except ConfigError as error:
        yield DoctorCheck(name="sources", state="failed", message=error.message, remedy=error.advice)
        return
    if settings.kind == "folder":
        yield from _folder(name, settings.path)
    given = environ.get(SOURCE_VARIABLE)
    if needs_key(settings) and not given and context.credentials.secret(account(name)) is None:
        yield DoctorCheck(
            name="sources",
            state="failed",
            message=f"{name}: its API key is not known.",
            remedy=f"Store it with 'sicktui sources login {name}'.",
        )
    for key in ("url", "mqtt_url"):
        if getattr(settings, key).startswith(("http:", "mqtt:")):
            yield DoctorCheck(
                name="sources",
                state="warning",
                message=f"{name}: {key} is not encrypted, so the API key can be read on the way.",
                remedy="Use https and mqtts, or a gateway on this network.",
            )
    if (why := context.offers.unheard().get(name)) and settings.mqtt_url:
        yield DoctorCheck(
            name="sources",
            state="warning",
            message=f"{name}: its messages over MQTT were not heard at {moment(why.since)}. {why.sentence}",
            remedy="Check 'mqtt_url', 'ca_file' and the broker. It is checked at its interval all the same.",
        )
    if settings.mqtt_url and importlib.util.find_spec("paho") is None:
        yield DoctorCheck(
            name="sources",
            state="warning",
            message=f"{name}: mqtt_url has no effect, because paho-mqtt is not installed.",
            remedy="Install it with: pip install 'sicktui[mqtt]'.",
        )


def _folder(name: str, path: str) -> Iterator[DoctorCheck]:
    try:
        next(expand_path(path).iterdir(), None)
    except OSError as error:
        yield DoctorCheck(
            name="sources",
            state="failed",
            message=f"{name}: its folder cannot be read: {explain_os_error(error)[0]}.",
            remedy="Check that the share is connected and that this user may read it.",
        )
