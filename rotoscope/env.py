"""Strict readers for settings from the environment.

Each reader notes the setting's name, so that a test can hold docs/settings.md against the list. A value that
cannot be read stops the start with one sentence; nothing is guessed and nothing is silently replaced.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

N = TypeVar("N", int, float)


class SettingError(Exception):
    """A setting is missing, unreadable or unsafe; the text is one sentence for the person who starts us."""


KNOWN: set[str] = set()
"""The names of all settings that were read."""

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}

WEB = ("http", "https")
_HOST = r"[a-z0-9.-]+|\[[a-f0-9:.]+\]"
HOST = re.compile(rf"\*|{_HOST}", re.IGNORECASE)
ORIGIN = re.compile(rf"https?://(\*\.)?({_HOST})(:[0-9]+)?", re.IGNORECASE)


def raw(name: str) -> str | None:
    """The stripped value, or None where it is unset or empty."""
    KNOWN.add(name)
    return os.environ.get(name, "").strip() or None


def text(name: str, default: str = "") -> str:
    """Any text."""
    return raw(name) or default


def flag(name: str, default: bool) -> bool:
    """1, true, yes, on or 0, false, no, off, in any case."""
    value = raw(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise SettingError(f"{name} must be 1 or 0, not “{value}”.")


def whole(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from least to most."""
    return _number(name, default, int, least, most)


def decimal(name: str, default: float, *, least: float, most: float) -> float:
    """A number from least to most; not NaN."""
    return _number(name, default, float, least, most)


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in options:
        raise SettingError(f"{name} must be one of {', '.join(options)}, not “{value}”.")
    return value


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas; blanks around the words do not count."""
    value = raw(name)
    if value is None:
        return list(default)
    return [word.strip() for word in value.split(",") if word.strip()]


def hosts(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Names of hosts, alone: one with a scheme or a port would never be met."""
    return _alike(name, default, HOST, "hosts alone, as in films.example.org")


def origins(name: str) -> list[str]:
    """Schemes with hosts, and ports where they need one: with anything behind it an origin would never be met."""
    return _alike(name, (), ORIGIN, "scheme and host alone, as in https://films.example.org")


def folder(name: str, default: Path) -> Path:
    """A folder as an absolute path; it need not exist yet."""
    value = raw(name)
    path = Path(value).expanduser() if value else default
    return Path(os.path.abspath(path))


def writable(name: str, default: Path) -> Path:
    """A folder that is there, or is made now; one that we may not write into is refused."""
    path = folder(name, default)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingError(f"{name}={path} cannot be made a folder: {problem.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingError(f"{name}={path} is a folder that we may not write into.")
    return path


def address(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """An address with one of the schemes; without one, or without what comes after it, it is refused."""
    value = text(name, default)
    if value:
        split_address(name, value, schemes)
    return value


def split_address(name: str, value: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an address; the sentence of a refusal never repeats it, since it may hold a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"{name} is not an address: {error}.") from None
    if parts.scheme not in schemes:
        wanted = ", ".join(f"{scheme}://" for scheme in schemes)
        raise SettingError(f"{name} must begin with one of {wanted}.")
    place = parts.hostname if parts.scheme in WEB else parts.netloc or parts.path.strip("/") or parts.query
    if not place:
        raise SettingError(f"{name} names no place after {parts.scheme}://.")
    return parts


def _alike(name: str, default: tuple[str, ...], form: re.Pattern[str], wanted: str) -> list[str]:
    found = words(name, default)
    for word in found:
        if not form.fullmatch(word):
            raise SettingError(f"{name} names {wanted}, not “{word}”.")
    return found


def _number(name: str, default: N, read: Callable[[str], N], least: N, most: N) -> N:
    value = raw(name)
    if value is None:
        return default
    try:
        number = read(value)
    except ValueError:
        kind = "whole number" if read is int else "number"
        raise SettingError(f"{name} must be a {kind}, not “{value}”.") from None
    if not least <= number <= most:
        raise SettingError(f"{name} must be from {least} to {most}, not {value}.")
    return number
