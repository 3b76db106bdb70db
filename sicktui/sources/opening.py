"""Sources made of the settings."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from sicktui.model.clock import Clock
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.settings import SourceSettings, Timing
from sicktui.model.suggest import nearest
from sicktui.sources.broker import other_broker
from sicktui.sources.folder.source import FolderSource
from sicktui.sources.source import Source
from sicktui.stores.disk.files import expand_path
from sicktui.stores.disk.home import Home
from sicktui.stores.secrets.bindings import BoundPlace
from sicktui.stores.sources.offers import OfferStore

_NAME: Final = re.compile(r"[\w][\w .-]{0,39}")
_HEX_64: Final = re.compile(r"[0-9a-fA-F]{64}")


def account(source: str) -> str:
    """The name of a source's key in the stores for secrets. No device can be called so."""
    return f"source:{source}/key"


def place_of_source(account: str, known: Mapping[str, SourceSettings]) -> BoundPlace | None:
    """The server that the key of an account is for; ``None`` if it is not the key of a source.

    With the scheme: a key that was stored for HTTPS is not sent without encryption because a setting changed.
    """
    prefix, _, name = account.removesuffix("/key").partition(":")
    if prefix != "source" or name not in known:
        return None
    parts = urlsplit(known[name].url)
    address = f"{parts.scheme}://{parts.netloc}"
    return BoundPlace(
        address=f"{address} {broker}".lower() if (broker := other_broker(known[name])) else address.lower()
    )


def choose_sources(words: Sequence[str], known: Mapping[str, SourceSettings]) -> list[str]:
    """The sources that are meant; without words all of them.

    Raises:
        UsageError: one is not known, or there is none at all.
    """
    if not known:
        raise UsageError(
            "No source of packages is set up.",
            advice="Add a table [sources.NAME] to config.toml; docs/sources.md has examples.",
        )
    for word in words:
        if word not in known:
            raise UsageError(
                f"No source is called {clean(word)!r}{nearest(word, known)}.",
                advice="'sicktui sources list' shows them.",
            )
    return list(dict.fromkeys(words)) or list(known)


def needs_key(settings: SourceSettings) -> bool:
    """Whether a source is used with a key."""
    return settings.kind == "thinx"


def check_key(key: str) -> str:
    """A key that can be one.

    Raises:
        UsageError: it cannot be the key of a THiNX server; the message does not contain it.
    """
    if not _HEX_64.fullmatch(key):
        raise UsageError(
            "That is not an API key of a THiNX server: it has 64 hex digits.",
            advice="Copy it from the server's own pages, without blanks around it.",
        )
    return key


def check_settings(name: str, settings: SourceSettings) -> None:
    """Refuse a source that cannot be used.

    Raises:
        ConfigError: names the key and the problem.
    """
    if problem := _problem(name, settings):
        key, text, advice = problem
        raise ConfigError(
            f"config.toml, sources.{clean(name)}{'.' if key else ''}{key}: {text}.", advice=advice
        )


_Problem = tuple[str, str, str]
"""The key, what is wrong with it, and what to do."""
_RELATIVE: Final = "it depends on the folder that sicktui is started in"
_ABSOLUTE: Final = "Write it from the root of the disk, or from ~."


def _problem(name: str, settings: SourceSettings) -> _Problem | None:
    if not _NAME.fullmatch(name):
        return "", "the name of a source has 1 to 40 letters, digits, '-', '_' or '.'", "Rename its table."
    return _folder_problem(settings) if settings.kind == "folder" else _server_problem(settings)


def _folder_problem(settings: SourceSettings) -> _Problem | None:
    if not settings.path:
        return "path", "a folder source needs a path", "Set it to the folder that has the packages."
    return None if expand_path(settings.path).is_absolute() else ("path", _RELATIVE, _ABSOLUTE)


def _server_problem(settings: SourceSettings) -> _Problem | None:
    try:
        url = urlsplit(settings.url)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        usable, url = False, urlsplit("")
    if not usable or url.path.strip("/") or url.query or url.fragment:
        return "url", "it is not the address of a server", 'Write it as "https://host:7443".'
    if url.username is not None or url.password is not None:
        return "url", "it contains a user or a password", "Remove it; 'sicktui sources login' keeps the key."
    if settings.mqtt_url and not _is_broker(settings.mqtt_url):
        return "mqtt_url", "it is not the address of a broker", 'Write it as "mqtts://host:8883".'
    if not _HEX_64.fullmatch(settings.owner):
        return "owner", "it is not 64 hex digits", "Copy the owner's id from the server's own pages."
    if settings.ca_file and not expand_path(settings.ca_file).is_absolute():
        return "ca_file", _RELATIVE, _ABSOLUTE
    if not settings.devices:
        return "devices", "it names no device", 'Name the sensors, for example devices = ["@hall-3"].'
    return None


def usable_url(settings: SourceSettings) -> str:
    """The address of the server of a source; empty if it has none that can be used."""
    return settings.url if settings.kind == "thinx" and _server_problem(settings) is None else ""


def _is_broker(address: str) -> bool:
    try:
        url = urlsplit(address)
        usable = url.scheme in ("mqtt", "mqtts") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        return False
    return usable and not (url.path.strip("/") or url.query or url.fragment) and "@" not in url.netloc


def open_source(
    name: str,
    settings: SourceSettings,
    home: Home,
    store: OfferStore,
    *,
    timing: Timing,
    clock: Clock,
    secret: Callable[[], str | None],
    other_server: bool = False,
    given: bool = False,
    urls: Collection[str] = (),
) -> Source:
    """A source, ready to be asked. Nothing is sent yet.

    Args:
        name: what the settings call it.
        settings: its table.
        home: the folders.
        store: what is remembered of sources.
        timing: ``stall_timeout`` bounds every download.
        clock: where time comes from.
        secret: returns its key, asked for only where one is needed.
        other_server: whether the stored key was stored for another address.
        given: whether the key is that of this call, which no store has bound to an address.
        urls: the addresses of all sources.

    Raises:
        ConfigError: its settings cannot be used, or its key is needed and not known.
    """
    check_settings(name, settings)
    if settings.kind == "folder":
        return FolderSource(name, expand_path(settings.path), store, home.unpacked)
    key = secret()
    if key is None and other_server:
        raise ConfigError(
            f"The API key of the source {name} was stored for another address, so it is not sent.",
            advice=f"If 'url' is right, store the key again with 'sicktui sources login {name}'.",
        )
    if key is None:
        raise ConfigError(
            f"The API key of the source {name} is not known.",
            advice=f"Store it with 'sicktui sources login {name}', or pass it in SICKTUI_SOURCE_SECRET.",
        )
    from sicktui.sources.thinx.source import open_thinx  # noqa: PLC0415  httpx, which a folder does not need

    return open_thinx(
        name, settings, home, check_key(key), timing=timing, clock=clock, urls=urls, given=given
    )
