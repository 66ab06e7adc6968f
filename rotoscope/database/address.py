"""DATABASE_URL, read into what Django wants to know."""

from typing import Any
from urllib.parse import parse_qsl, unquote

from rotoscope import env

SCHEMES = ("postgres", "postgresql")


def settings_for(url: str) -> dict[str, Any]:
    """Django's DATABASES["default"] for a PostgreSQL address; options of libpq may follow after `?`."""
    parts = env.split_address("DATABASE_URL", url, SCHEMES)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise env.SettingError("DATABASE_URL names no database after the host.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
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
