"""Who asks: a key, a signed-in browser, or, where reading is free, anybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from videos.models import ApiKey


class Key(HttpBearer):
    """An API key; the middleware has looked at it already."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key, where one was given."""
        return getattr(request, "api_key", None)


class Browser(SessionAuth):
    """A signed-in browser; what changes something needs its CSRF token."""

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def __call__(self, request: HttpRequest) -> Any:
        """Nobody is told to sign in rather than to bring a token."""
        return super().__call__(request) if request.user.is_authenticated else None


def anybody(request: HttpRequest) -> Any:
    """Reading as a visitor, perhaps with ?share=TOKEN; what may be seen is decided by videos.access."""
    return request.user


SIGNED_IN: list[Any] = [Key(), Browser()]
READING: list[Any] = [Key(), Browser(), anybody]
