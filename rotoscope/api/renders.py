"""Renders and stills: asked for, watched, paused, cancelled, gone on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Status

from rotoscope.api.auth import READING, SIGNED_IN
from rotoscope.api.errors import NOT_READY, Refused
from rotoscope.api.filters import usable_filter
from rotoscope.api.made import made, says_where
from rotoscope.api.paging import Page, Paging, page_of
from rotoscope.api.shapes import EstimateOut, Problem, RenderOut, SegmentOut, StillOut
from rotoscope.api.told import Told
from rotoscope.api.wishes import RenderWish, StillWish
from videos import access
from videos.models import Render, Still, Video
from videos.pipeline import removal, renders, stills
from videos.pipeline.prices import too_dear

router = Router(tags=["renders"])
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem}


@router.get("/renders", response={200: Page[RenderOut], 401: Problem}, auth=SIGNED_IN)
def list_my_renders(
    request: HttpRequest, which: Paging, state: Render.State | None = None, filter: str = ""
) -> object:
    """Renders of one's own footage, and those that one asked for and may see; newest first."""
    found = Render.objects.with_names().listed_for(request.user)
    if state is not None:
        found = found.filter(state=state)
    if filter:
        found = found.filter(version__filter__slug=filter)
    told = Told(request)
    return page_of(found.order_by("-created_at", "-pk"), which, told.render, told.expect)


@router.get("/videos/{ref}/renders", response={200: Page[RenderOut], 404: Problem}, auth=READING)
def list_renders(request: HttpRequest, ref: str, which: Paging) -> object:
    """The renders of a video that one may see."""
    video = access.video_or_404(request, ref)
    told = Told(request)
    return page_of(access.renders_in_pages(told.viewer, video), which, told.render, told.expect)


@router.post(
    "/videos/{ref}/renders",
    response={201: RenderOut, 200: RenderOut, 409: Problem, 422: Problem, 503: Problem, **NO},
    auth=SIGNED_IN,
    openapi_extra=says_where(),
)
def create_render(request: HttpRequest, response: HttpResponse, ref: str, wish: RenderWish) -> object:
    """Paint a video. 201 where the render is new, 200 where the same one was there."""
    video = _paintable(request, ref)
    render, new = renders.request(video, usable_filter(request, wish.filter), request.user, wish.settings())
    told = Told(request).render(access.render_or_404(request, render.ref))
    return made(request, response, "get_render", render.ref, told) if new else Status(200, told)


@router.post(
    "/videos/{ref}/estimate",
    response={200: EstimateOut, 409: Problem, 422: Problem, 503: Problem, **NO},
    auth=SIGNED_IN,
)
def estimate_render(request: HttpRequest, ref: str, wish: RenderWish) -> EstimateOut:
    """What a render would take, without asking for it."""
    found = renders.estimate(_paintable(request, ref), usable_filter(request, wish.filter), wish.settings())
    cost = float(found.cost)
    return EstimateOut(images=found.images, seconds=found.seconds, cost=cost, refused=too_dear(found.cost))


@router.get("/renders/{ref}", response={200: RenderOut, 404: Problem}, auth=READING)
def get_render(request: HttpRequest, ref: str) -> RenderOut:
    """One render."""
    return Told(request).render(access.render_or_404(request, ref))


@router.get("/renders/{ref}/segments", response={200: Page[SegmentOut], **NO}, auth=SIGNED_IN)
def list_segments(request: HttpRequest, ref: str, which: Paging) -> object:
    """How far each piece of a render of one's own is."""
    render = access.own_render_or_404(request, ref)
    return page_of(render.segments.order_by("index"), which, Told(request).segment)


@router.post("/renders/{ref}/cancel", response={200: RenderOut, 409: Problem, **NO}, auth=SIGNED_IN)
def cancel_render(request: HttpRequest, ref: str) -> RenderOut:
    """Stop it. What is painted is kept, so it can be gone on with."""
    return _change(request, ref, renders.cancel, "It is over already.")


@router.post("/renders/{ref}/pause", response={200: RenderOut, 409: Problem, **NO}, auth=SIGNED_IN)
def pause_render(request: HttpRequest, ref: str) -> RenderOut:
    """Stop it for now."""
    return _change(request, ref, renders.pause, "It is not under way.")


@router.post(
    "/renders/{ref}/resume", response={200: RenderOut, 409: Problem, 422: Problem, **NO}, auth=SIGNED_IN
)
def resume_render(request: HttpRequest, ref: str) -> RenderOut:
    """Go on after a pause, a failure or a cancel."""
    return _change(request, ref, renders.resume, "It is neither paused nor failed nor cancelled.")


@router.delete("/renders/{ref}", response={204: None, **NO}, auth=SIGNED_IN)
def delete_render(request: HttpRequest, ref: str) -> object:
    """Delete it with its files. It can be brought back for a while, see `GET /removed`."""
    removal.put_away(access.own_render_or_404(request, ref))
    return Status(204, None)


@router.post(
    "/videos/{ref}/stills",
    response={200: StillOut, 202: StillOut, 409: Problem, 422: Problem, 503: Problem, **NO},
    auth=SIGNED_IN,
    tags=["stills"],
    openapi_extra=says_where(202),
)
def create_still(request: HttpRequest, response: HttpResponse, ref: str, wish: StillWish) -> object:
    """Paint one frame. 200 where it was painted before, 202 where it is queued."""
    video = _paintable(request, ref)
    chosen = usable_filter(request, wish.filter)
    assert chosen.current is not None
    try:
        still = stills.request(
            video, chosen.current, wish.frame, wish.strength, wish.keep_colours, wish.height
        )
    except stills.TooManyStills as error:
        raise Refused(str(error)) from error
    except ValueError as error:
        raise Refused(str(error), 422) from error
    told = Told(request).still(_still(request, still.pk))
    if still.state == Still.State.FINISHED:
        return Status(200, told)
    return made(request, response, "get_still", still.pk, told, 202)


@router.get("/videos/{ref}/stills", response={200: Page[StillOut], **NO}, auth=SIGNED_IN, tags=["stills"])
def list_stills(
    request: HttpRequest, ref: str, which: Paging, filter: str = "", frame: int | None = None
) -> object:
    """The stills of footage of one's own, newest first; by `filter`, by `frame`."""
    found = access.own_video_or_404(request, ref).stills.select_related("video", "version__filter")
    if filter:
        found = found.filter(version__filter__slug=filter)
    if frame is not None:
        found = found.filter(frame_index=frame)
    return page_of(found.order_by("-created_at", "-pk"), which, Told(request).still)


@router.get("/stills/{id}", response={200: StillOut, **NO}, auth=SIGNED_IN, tags=["stills"])
def get_still(request: HttpRequest, id: int) -> StillOut:
    """A still of one's own footage."""
    return Told(request).still(_still(request, id))


def _still(request: HttpRequest, pk: int) -> Still:
    still = Still.objects.select_related("video", "version__filter").filter(pk=pk).first()
    if still is None or not access.can_change_video(access.viewer_of(request), still.video):
        raise Http404
    return still


def _paintable(request: HttpRequest, ref: str) -> Video:
    video = access.own_video_or_404(request, ref)
    if not access.can_render(access.viewer_of(request), video):
        raise Refused(NOT_READY)
    return video


def _change(request: HttpRequest, ref: str, change: Callable[[Render], bool], otherwise: str) -> RenderOut:
    if not change(access.own_render_or_404(request, ref)):
        raise Refused(otherwise)
    return Told(request).render(access.own_render_or_404(request, ref))
