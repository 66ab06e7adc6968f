"""Mixes: filters between others, looked at and kept."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from ninja.errors import AuthorizationError
from pydantic import Field

from filters import mixes
from filters.engines.mix import LARGEST_WEIGHT, MOST_PARTS
from filters.models import Filter
from rotoscope.api.auth import SIGNED_IN
from rotoscope.api.errors import NOT_READY, Refused
from rotoscope.api.files import file_answer
from rotoscope.api.made import made, says_where
from rotoscope.api.shapes import FilterOut, Problem
from rotoscope.api.told import Told
from rotoscope.api.wishes import Wish
from videos import access
from videos.forms.mix import parts_of
from videos.models import Video
from videos.pipeline import mixed_stills

router = Router(tags=["mixes"])
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


EXAMPLE = [{"filter": "starry-night", "weight": 0.7}, {"filter": "great-wave", "weight": 0.3}]


class PartWish(Wish):
    """A filter and how much it counts."""

    filter: str
    weight: Annotated[float, Field(ge=0, le=LARGEST_WEIGHT)]


class MixWish(Wish):
    """A mix of filters on the same base. Weights need not sum to 1."""

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["Night wave"])]
    parts: Annotated[list[PartWish], Field(min_length=2, max_length=MOST_PARTS, examples=[EXAMPLE])]


class StillOfMix(Schema):
    """What to look at."""

    part: Annotated[
        list[str],
        Field(
            description="“filter:weight”, such as starry-night:0.6.",
            json_schema_extra={"x-values": [f"{one['filter']}:{one['weight']}" for one in EXAMPLE]},
        ),
    ]
    video: Annotated[str, Field(description="Footage of one's own by ref; without it a drawn landscape.")] = (
        ""
    )
    frame: Annotated[int, Field(ge=0)] = 0


@router.post("/mixes", response={201: FilterOut, **NO}, auth=SIGNED_IN, openapi_extra=says_where())
def create_mix(request: HttpRequest, response: HttpResponse, wish: MixWish) -> object:
    """Keep a mix as a draft filter. It names its parts and all pictures behind them."""
    if not access.can_train(access.viewer_of(request)):
        raise AuthorizationError
    usable = access.filters_for(access.viewer_of(request))
    try:
        parts = parts_of([f"{part.filter}:{part.weight:.6f}" for part in wish.parts], usable)
        kept = mixes.keep(parts, wish.name, request.user)
    except mixes.CannotMix as problem:
        raise Refused(str(problem), 422) from problem
    told = Told(request).filter(Filter.objects.with_origins().get(pk=kept.pk))
    return made(request, response, "get_filter", kept.slug, told)


@router.get(
    "/mixes/still",
    response={**NO, 409: Problem, 503: Problem},
    auth=SIGNED_IN,
    openapi_extra=file_answer("image/jpeg"),
)
def get_mix_still(request: HttpRequest, wish: Query[StillOfMix]) -> HttpResponse:
    """A frame under a mix, at 540 lines, painted at once.

    503 with a sentence where it cannot be painted now: many are mixing, or the footage's file is gone.
    """
    video: Video | None = access.own_video_or_404(request, wish.video) if wish.video else None
    if video is not None and not access.can_render(access.viewer_of(request), video):
        raise Refused(NOT_READY)
    try:
        parts = parts_of(wish.part, access.filters_for(access.viewer_of(request)))
        data = mixed_stills.painted(parts, video, wish.frame)
    except (mixes.CannotMix, ValueError) as problem:
        raise Refused(str(problem), 422) from problem
    except mixed_stills.NotPainted as problem:
        raise Refused(str(problem), 503, problem.retry_after) from problem
    return HttpResponse(data, content_type="image/jpeg")
