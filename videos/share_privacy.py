"""What keeps tokens of share links where they belong: no referrers to others, no indexing, no shared caches."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

Answer = Callable[[HttpRequest], HttpResponseBase]


def share_privacy(get_response: Answer) -> Answer:
    """Middleware: headers for answers to addresses that hold a token."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path.startswith("/s/") or "share" in request.GET or _names_a_token(request):
            response["Referrer-Policy"] = "same-origin"
            response["X-Robots-Tag"] = "noindex, nofollow"
            patch_cache_control(response, private=True)
        return response

    return answer


def _names_a_token(request: HttpRequest) -> bool:
    """Whether the query holds an address that holds one, as oEmbed's does."""
    query = unquote(request.META["QUERY_STRING"])
    return "share=" in query or "/s/" in query
