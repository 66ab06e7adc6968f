"""Answers in the shapes that Algorithmia's clients know, and the problems that become such answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from filters.deepfilter.keys import key_of
from filters.deepfilter.problem import Problem
from filters.models import DeepFilterKey

logger = logging.getLogger(__name__)
P = ParamSpec("P")


def result(value: Any) -> JsonResponse:
    """{"result": …}, as the data interface answers."""
    return JsonResponse({"result": value})


def problem_answer(problem: Problem) -> HttpResponse:
    """{"error": {"message", "error_type"}} with the message in a header too, since HEAD has no body."""
    error = {"message": problem.message, "error_type": problem.error_type}
    answer = JsonResponse({"error": error}, status=problem.status)
    line = " ".join(problem.message.split())  # a header has but one
    answer["X-Error-Message"] = line.encode("ascii", "replace").decode()
    if problem.retry_after is not None:
        answer["Retry-After"] = str(problem.retry_after)
    return answer


def with_key(
    view: Callable[Concatenate[HttpRequest, DeepFilterKey, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view for holders of a DeepFilter key: it gets the key, and its Problems become answers."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            answer = view(request, key_of(request), *args, **kwargs)
        except Problem as problem:
            logger.info("%s %s: %s %s", request.method, request.path, problem.status, problem.message)
            answer = problem_answer(problem)
        answer["Cache-Control"] = "private, no-store"
        return answer

    return answered
