"""What is deleted at the very moment in which somebody reads it or builds on it: not there, as a moment later."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.defaults import page_not_found

REFERS_TO_NOTHING = "23503"  # PostgreSQL's foreign_key_violation

logger = logging.getLogger(__name__)


class GoneMiddleware:
    """Answers 404 where a row went between the look at it and the write: a view that looked has found it before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing beforehand."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """The one 404, if that is what happened. It is written down: it might be a mistake of ours all the same."""
        in_its_own_manner = request.path.startswith("/v1/")  # DeepFilter
        if in_its_own_manner or not went_meanwhile(problem):
            return None
        logger.warning("%s went while it was worked on", request.path, exc_info=problem)
        return page_not_found(request, problem)


def went_meanwhile(problem: Exception) -> bool:
    """Whether a row is not there any more, or one was written that refers to one that is not."""
    if isinstance(problem, IntegrityError):
        return getattr(problem.__cause__, "sqlstate", "") == REFERS_TO_NOTHING
    return isinstance(problem, ObjectDoesNotExist)
