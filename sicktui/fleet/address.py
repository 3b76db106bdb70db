"""The address of the fleet's database: what may be in it, and how it is protected on the wire."""

import importlib.util
import ipaddress
import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.settings import FleetSettings
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.store import secret_line

ACCOUNT: Final = "fleet:database/password"
"""The password's entry in the stores for secrets. No device can be called so."""
VARIABLE: Final = "SICKTUI_FLEET_PASSWORD"
EXTRA: Final = ("dbos", "psycopg")
"""What the extra brings, as far as it is asked for."""
_CHECKED: Final = "verify-full"
_OPTIONS: Final = frozenset({"sslmode", "sslcert", "sslkey", "passfile", "host", "connect_timeout"})
"""What may follow the question mark. Everything else has a setting or a meaning of ours."""
CONNECT_TIMEOUT: Final = "10"
_NOTICED: Final = {
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""Ends a connection within half a minute whose other side is silently gone: a firewall that forgot it, a cut
line. By default a process would wait for hours. ``tcp_user_timeout`` (ms) has no effect on Windows."""


def require_extra() -> None:
    """Refuse to go on without the extra.

    Raises:
        UsageError: it is not installed.
    """
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"A fleet needs {' and '.join(missing)}, which is not installed.",
            advice="Install it with the extra 'fleet': pip install 'sicktui[fleet]'.",
        )


def password_of(credentials: Credentials) -> str | None:
    """The database's password; ``None``: libpq looks for one in its own file."""
    return secret_line(os.environ.get(VARIABLE)) or credentials.secret(ACCOUNT)


def connection_words(settings: FleetSettings, password: str | None) -> dict[str, str]:
    """The parameters of a connection, as libpq names them.

    TLS with a check of certificate and name is what every connection has that leaves this PC.

    Args:
        settings: the address.
        password: the password; ``None``: libpq finds one in its password file, or a certificate is used.

    Raises:
        ConfigError: the address cannot be used, or would not be protected.
    """
    if not settings.url:
        raise ConfigError(
            "No fleet is set up: fleet.url is empty.",
            advice='Set it, e.g. fleet.url = "postgresql://sicktui_worker@db.plant.example/sicktui".',
        )
    parts = urlsplit(settings.url)
    options = _options(parts.query)
    if parts.scheme not in {"postgresql", "postgres"} or "@" in parts.path:
        raise _unusable("it is not postgresql://user@host/database")
    if parts.password is not None:
        raise _unusable("it holds a password", f"Store it with 'sicktui fleet login', or use {VARIABLE}.")
    try:
        port = parts.port
    except ValueError:
        raise _unusable("its port is not a number") from None
    host = options.pop("host", None) or unquote(parts.hostname or "")
    if not host:  # libpq would take one from the environment, unprotected
        raise _unusable("it names no host")
    words = {
        "host": host,
        "port": str(port or 5432),
        "user": unquote(parts.username or ""),
        "dbname": unquote(parts.path.lstrip("/")),
        "connect_timeout": CONNECT_TIMEOUT,
        "application_name": "sicktui",
        **_NOTICED,
        **options,
        **_protection(settings, host, options),
    }
    if password:
        words["password"] = password
    return {name: value for name, value in words.items() if value}


def place(settings: FleetSettings) -> str:
    """Where the database is, for people."""
    parts = urlsplit(settings.url)
    return clean(f"{parts.hostname or 'this PC'}{parts.path}", 100)


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query))
    if unknown := sorted(options.keys() - _OPTIONS):
        raise _unusable(f"the option {clean(unknown[0], 40)} is not allowed in it")
    return options


def _protection(settings: FleetSettings, host: str, options: Mapping[str, str]) -> dict[str, str]:
    if _is_here(host):
        return {"sslmode": options.get("sslmode", "prefer")}
    mode = options.get("sslmode", _CHECKED)
    if mode != _CHECKED:
        raise _unusable(
            f"sslmode={clean(mode, 20)} does not check who answers at {clean(host, 60)}",
            "Leave sslmode out, and name the authority in fleet.ca_file if it is a private one.",
        )
    return {"sslmode": mode, "sslrootcert": settings.ca_file or "system"}


def _is_here(host: str) -> bool:
    """Whether nothing leaves this PC: a socket in its file system, or a loopback address."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unusable(why: str, advice: str = "") -> ConfigError:
    return ConfigError(
        f"The address of the fleet's database (fleet.url) cannot be used: {why}.",
        advice=advice or "Example: postgresql://sicktui_worker@db.plant.example/sicktui",
    )
