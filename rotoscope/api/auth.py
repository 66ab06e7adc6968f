"""Who asks: a key, a signed-in browser, or, where reading is free, anybody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import APIKeyQuery, HttpBearer, SessionAuth

from videos import access
from videos.models import ApiKey, ShareLink


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


class Share(APIKeyQuery):
    """The token of a share link, which opens what was shared; see videos.access."""

    param_name = "share"

    def authenticate(self, request: HttpRequest, key: str | None) -> ShareLink | None:
        """The link, where one was named that is open."""
        return access.viewer_of(request).share


def signed_in(request: HttpRequest) -> User:
    """Who asks, where that must be somebody. Raises AuthenticationError."""
    if not isinstance(request.user, User):
        raise AuthenticationError
    return request.user


def anybody(request: HttpRequest) -> Any:
    """Reading as a visitor; what may be seen is decided by videos.access."""
    return request.user


SIGNED_IN: list[Any] = [Key(), Browser()]
READING: list[Any] = [Key(), Browser(), Share(), anybody]
