"""An address that takes forms only and was opened, or the other way round: said on a page, with where to go."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string

from rotoscope.common.goal import own_goal

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def said_on_a_page(get_response: GetResponse) -> GetResponse:
    """Middleware: the page for a 405 that says nothing itself, which browsers would show as an error of their own."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        in_its_own_manner = request.path.startswith("/v1/")  # DeepFilter
        if isinstance(response, HttpResponseNotAllowed) and not response.content and not in_its_own_manner:
            came_from = own_goal(request, request.headers.get("Referer", ""))
            response.content = render_to_string("405.html", {"came_from": came_from}, request)
        return response

    return answer
