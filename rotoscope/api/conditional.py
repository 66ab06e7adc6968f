"""Whoever asks again for what has not changed gets 304 and no body: programs that wait ask every few seconds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers

from rotoscope.api.sentences import PLACE


class ConditionalMiddleware(ConditionalGetMiddleware):
    """Django's ETag and If-None-Match below /api/. Answers differ with who asks: none is kept for others."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer with its ETag, or 304."""
        if not request.path.startswith(PLACE) or request.method != "GET" or response.status_code != 200:
            return response
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return super().process_response(request, response)
