"""A form that is sent after the session has ended: back to where it stands, not to an address that takes forms only."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

from rotoscope.common.goal import own_goal

SENTENCE = "You were signed out, so nothing was done. Sign in, then send it again."

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def signed_out(get_response: GetResponse) -> GetResponse:
    """Middleware: who is sent to the page for signing in by a form comes back to the page of the form.

    What a script sends is left alone: it says so itself, and stays where it is.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "POST" and _is_turned_away(response) and not _is_a_scripts(request):
            door = resolve_url(settings.LOGIN_URL)
            page = own_goal(request, request.headers.get("Referer", ""))
            response["Location"] = f"{door}?{urlencode({'next': page})}" if page else door
            messages.info(request, SENTENCE)
        return response

    return answer


def _is_turned_away(response: HttpResponseBase) -> bool:
    if not isinstance(response, HttpResponseRedirect):
        return False
    goal = urlsplit(response.url)
    return goal.path == resolve_url(settings.LOGIN_URL) and "next=" in goal.query


def _is_a_scripts(request: HttpRequest) -> bool:
    return "X-Requested-With" in request.headers
