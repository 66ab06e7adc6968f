"""API keys as the site knows them: `Authorization: Bearer KEY` makes a request its owner's.

Only below the addresses that programs use; the admin and the pages never look at keys. A browser does not
send this header by itself, so requests with a key need no CSRF token.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from videos.models import ApiKey

PLACES = ("/api/", "/uploads/", "/media/")
SCHEME = "bearer "

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ApiKeyMiddleware:
    """Sets `request.user` and `request.api_key`; a wrong key is a 401, never an anonymous visit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the header where keys count."""
        given = request.headers.get("Authorization", "")
        if not given.lower().startswith(SCHEME) or not request.path.startswith(PLACES):
            return self.get_response(request)
        key = ApiKey.find(given[len(SCHEME) :].strip())
        if key is None:
            answer = JsonResponse({"detail": "This API key is not valid, or was revoked."}, status=401)
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        key.note_use()
        request.user = key.owner
        request.api_key = key  # type: ignore[attr-defined]
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return self.get_response(request)
