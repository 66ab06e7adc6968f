"""DATABASE_URL, read into what Django wants to know."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

import psycopg
from psycopg import conninfo

from rotoscope import env

SCHEMES = ("postgres", "postgresql")

LIMITS = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 2,  # seconds
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,  # milliseconds
}
"""How long a server may be silent. By itself libpq waits for ever for one whose machine or network is gone."""


def settings_for(url: str) -> dict[str, Any]:
    """Django's DATABASES["default"] for a PostgreSQL address; options of libpq may follow after `?`."""
    parts = env.split_address("DATABASE_URL", url, SCHEMES)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise env.SettingError("DATABASE_URL names no database after the host.")
    options = options_of("DATABASE_URL", parts)
    host = options.pop("host", None) or unquote(parts.hostname or "")
    options = limits(host) | options
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def limits(host: str) -> dict[str, int]:
    """The LIMITS of a connection to this host; none where it is a folder with a socket, on this machine."""
    return {} if not host or host.startswith("/") else LIMITS


def options_of(setting: str, parts: SplitResult) -> dict[str, Any]:
    """The options after `?`. Raises SettingError for one that libpq does not know."""
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    try:
        conninfo.make_conninfo(**options)
        conninfo.timeout_from_conninfo(options)
    except psycopg.ProgrammingError as problem:
        raise env.SettingError(f"{setting} cannot be read after the ?: {str(problem).strip()}.") from None
    return options
