"""What curators do with filters: bring them in, word them, publish, retire and have them measured."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Status
from ninja.errors import AuthorizationError
from ninja.files import UploadedFile
from pydantic import Field

from filters import exchange, judgements, naming
from filters.bundle import LARGEST_BUNDLE
from filters.engines.inspect import LARGEST_MODEL
from filters.models import Filter
from rotoscope.api.auth import SIGNED_IN
from rotoscope.api.errors import Refused
from rotoscope.api.filters import router
from rotoscope.api.made import made, says_where
from rotoscope.api.shapes import FilterOut, Problem
from rotoscope.api.told import Told
from rotoscope.api.wishes import FilterChange, Wish
from rotoscope.common.tags import clean_tags
from videos import access

before = Router(tags=["filters"])
"""What stands where the slug of a filter would: it is looked for before those."""
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem}
ZIP = b"PK\x03\x04"
"""What a bundle begins with."""
CURATORS_ALONE = {"cost_per_image", "state"}


class Import(Wish):
    """What is said of a filter that comes in."""

    name: Annotated[
        str, Field(max_length=80, description="Of an ONNX model; a filter file knows its own.")
    ] = ""


@before.post(
    "/filters/import",
    response={
        200: FilterOut,
        201: FilterOut,
        401: Problem,
        403: Problem,
        413: Problem,
        422: Problem,
        507: Problem,
    },
    auth=SIGNED_IN,
    openapi_extra={
        "requestBody": {"content": {"multipart/form-data": {"schema": {"additionalProperties": False}}}},
        **says_where(),
    },
)
def import_filter(
    request: HttpRequest, response: HttpResponse, wish: Form[Import], file: File[UploadedFile]
) -> object:
    """Bring a filter in, as the file that `bundle` gives or as an ONNX model: for curators. It becomes a draft.

    All of it is checked before, which takes up to a minute. 200 where the same came in a moment ago.
    """
    _refuse_others(request)
    if (file.size or 0) > LARGEST_BUNDLE:
        raise Refused(f"The file is larger than {LARGEST_BUNDLE >> 20} MB.", 413)
    try:
        came = _taken(request, file.read(), wish.name.strip())
    except exchange.CameInAlready as again:
        return Status(200, _told(request, again.came.pk))
    except exchange.REFUSALS as refusal:
        raise Refused(exchange.sentence(refusal), 422) from refusal
    return made(request, response, "get_filter", came.slug, _told(request, came.pk))


@router.patch("/filters/{slug}", response={200: FilterOut, 409: Problem, 422: Problem, **NO}, auth=SIGNED_IN)
def change_filter(request: HttpRequest, slug: str, wish: FilterChange) -> FilterOut:
    """Change its words and tags: for curators, and for its owner while it is a draft.

    What an image costs and the state are the curators' business.
    """
    one = access.filter_or_404(request, slug)
    changes = wish.model_dump(exclude_none=True)
    own_draft = access.viewer_of(request).owns(one) and one.state == Filter.State.DRAFT
    if not own_draft or changes.keys() & CURATORS_ALONE:
        _refuse_others(request)
    state = changes.pop("state", None)
    for name in changes.keys() & {"tags", "suits"}:
        changes[name] = clean_tags(changes[name])
    if state not in (None, one.state):
        _move(one, state)
    if changes:
        Filter.objects.filter(pk=one.pk).update(**changes)
    return _told(request, one.pk)


@router.post(
    "/filters/{slug}/measure", response={202: FilterOut, 409: Problem, 503: Problem, **NO}, auth=SIGNED_IN
)
def measure_filter(request: HttpRequest, slug: str) -> object:
    """Have a worker measure it: for curators. Its `metrics` are there some minutes later."""
    one = access.filter_or_404(request, slug)
    _refuse_others(request)
    if one.current is None or not judgements.is_awaited(one):
        raise Refused("It is measured already, or there is nothing to measure it against.")
    if not judgements.ask_anew(one.current):
        raise Refused("The queue does not answer, so nothing is measured. Try again when it is back.", 503)
    return Status(202, _told(request, one.pk))


def _refuse_others(request: HttpRequest) -> None:
    """Raises AuthorizationError for whoever may not change filters in the admin either."""
    if not access.viewer_of(request).is_staff or not request.user.has_perm("filters.change_filter"):
        raise AuthorizationError


def _taken(request: HttpRequest, data: bytes, name: str) -> Filter:
    """The draft that a file became. Raises exchange.REFUSALS and Refused."""
    if data.startswith(ZIP):
        return exchange.bring_in(data, request.user)
    if len(data) > LARGEST_MODEL:
        raise Refused(f"An ONNX model has at most {LARGEST_MODEL >> 20} MB.", 413)
    if not naming.is_name(name):
        raise Refused("name: a model needs one, with at least one letter or digit.", 422)
    return exchange.take_model(data, name, request.user).filter


def _move(one: Filter, state: str) -> None:
    """Publish or retire it. Raises Refused."""
    if not (one.publish() if state == Filter.State.PUBLISHED else one.retire()):
        raise Refused("Only what is published can be retired, and only what has a version be published.")


def _told(request: HttpRequest, pk: int) -> FilterOut:
    return Told(request).filter(Filter.objects.with_origins().get(pk=pk))
