"""Errors that the API itself never sees (no such address, a method it does not take) in its manner: JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from rotoscope.common.silence import SENTENCE

PLACE = "/api/"
SIGN_IN = "Sign in, or send “Authorization: Bearer KEY”."
NOT_YOURS = "This is not yours to change."
NOWHERE = "There is no such thing, or it is not for you to see."
SENTENCES = {
    400: "This request could not be read. Bodies are JSON in UTF-8 of at most 8 MB.",
    403: "This needs the token of a page that was just loaded. Programs send “Authorization: Bearer KEY” instead.",
    404: f"{NOWHERE} All addresses are listed at /api/docs.",
    500: "Something broke here; it was written down. Nothing is wrong with what you sent: try it again later.",
    503: SENTENCE,
}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def errors_in_json(get_response: GetResponse) -> GetResponse:
    """Middleware: {"detail": sentence} instead of a page for people, as of every other error below /api/."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if (
            isinstance(response, HttpResponse)
            and response.status_code >= 400
            and request.path.startswith(PLACE)
            and not response.get("Content-Type", "").startswith("application/json")
        ):
            response.content = json.dumps({"detail": _sentence(response)}).encode()
            response["Content-Type"] = "application/json; charset=utf-8"
            response["Content-Length"] = str(len(response.content))  # that of the page was told already
        return response

    return answer


def _sentence(response: HttpResponse) -> str:
    if allowed := response.get("Allow"):
        return f"This address does not take this method, only {allowed}."
    return SENTENCES.get(response.status_code, f"{response.reason_phrase}.")
