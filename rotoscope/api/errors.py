"""Errors of the API: always {"detail": sentence}."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from rotoscope.api.sentences import NOT_YOURS, NOWHERE, SENTENCES, SIGN_IN
from rotoscope.common.unkeepable import OF_A_FIELD
from videos.pipeline.renders import CannotRender, FilterIsAway
from videos.uploads.errors import UploadError

NOT_READY = "It is not ready yet: wait until its state is “ready”."


class Refused(Exception):
    """The wish makes sense, but not now or not like this; `str()` is a sentence.

    `retry_after`: seconds until it may be met, where that passes by itself.
    """

    def __init__(self, sentence: str, status: int = 409, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def add_to(api: NinjaAPI) -> None:
    """Tell the API what to say."""

    def says(error: type[Exception], tell: Any) -> None:
        def handler(request: HttpRequest, problem: Any) -> HttpResponse:
            status, sentence = tell(problem)
            answer = api.create_response(request, {"detail": sentence}, status=status)
            if seconds := getattr(problem, "retry_after", None):
                answer["Retry-After"] = str(seconds)
            return answer

        api.add_exception_handler(error, handler)

    says(Http404, lambda problem: (404, str(problem) or NOWHERE))
    says(AuthenticationError, lambda _: (401, SIGN_IN))
    says(AuthorizationError, lambda _: (403, NOT_YOURS))
    says(ValidationError, lambda problem: (422, sentence_of(problem.errors)))
    says(HttpError, lambda problem: (problem.status_code, SENTENCES.get(problem.status_code, str(problem))))
    says(Refused, lambda problem: (problem.status, str(problem)))
    says(CannotRender, lambda problem: (422, str(problem)))
    says(FilterIsAway, lambda problem: (503, str(problem)))
    says(UploadError, lambda problem: (problem.status if problem.status != 400 else 422, str(problem)))


SAID_BETTER = {
    "extra_forbidden": "There is no such field here; /api/docs shows those that there are.",
    "model_type": "This must be an object, such as {…}.",
    "missing": "This must be there.",
    "string_unicode": OF_A_FIELD,
}
BODY_SAID_BETTER = {
    "model_type": "The body must be a JSON object, such as {…}.",
    "missing": "The body is missing: send a JSON object, such as {…}.",
}


def sentence_of(errors: list[dict[str, Any]]) -> str:
    """What was wrong with an input: “strength: Input should be less than or equal to 1.”"""
    parts = []
    for error in errors:
        where = [str(step) for step in error["loc"] if step not in ("body", "query", "path", "wish", "which")]
        what = (SAID_BETTER if where else BODY_SAID_BETTER).get(error["type"], str(error["msg"]))
        parts.append(f"{'.'.join(where)}: {what}" if where else what)
    return "; ".join(parts)
