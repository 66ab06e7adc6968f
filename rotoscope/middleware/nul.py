"""Requests that carry what cannot be kept (`common/unkeepable.py`) are refused unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from filters.deepfilter.answers import problem_answer
from filters.deepfilter.problem import Problem
from rotoscope.common.unkeepable import cannot_be_kept

SENTENCE = "What you sent holds a NUL character, which cannot be kept. Take it out and send it again."

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class NulMiddleware:
    """Looks at addresses and at forms; JSON is looked at where it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The path and the query."""
        if cannot_be_kept([request.path, *request.GET.lists()]):
            return _refusal(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """A form that Django has read already, to look for its token; other bodies are read by their views."""
        if getattr(view, "csrf_exempt", False) or not cannot_be_kept(list(request.POST.lists())):
            return None
        return _refusal(request)


def _refusal(request: HttpRequest) -> HttpResponseBase:
    """In the manner of the place."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": SENTENCE}, status=422)
    if request.path.startswith("/v1/"):
        return problem_answer(Problem(SENTENCE, status=400))
    return HttpResponse(SENTENCE, status=400, content_type="text/plain; charset=utf-8")
