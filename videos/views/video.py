"""The page of a video: the footage, everything that was made of it, and how far the rest is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as page
from django.views.decorators.http import require_safe

from videos import access, light
from videos.access import Viewer
from videos.models import Comparison, Frame, Render, Segment, Video
from videos.pipeline import queue
from videos.seen import first_time
from videos.suggestions.suggest import suggestions
from videos.views.part import Part, part_of

FRAMES = 24
"""Frames on the page at most; longer clips show evenly chosen ones."""
COMPARISONS = 8
"""Saved comparisons on the page, until `?comparisons=all` asks for the others."""


@dataclass(frozen=True)
class Running:
    """An unfinished render as its owner sees it; `place` counts what is before it in the queue."""

    render: Render
    place: int
    seconds_left: float | None
    segments_done: int
    segments: int


@require_safe
def video(request: HttpRequest, ref: str) -> HttpResponse:
    """The footage on the stage, or the render that `?r=` names."""
    shown = access.video_or_404(request, ref)
    if shown.state != Video.State.READY:
        return page(request, "videos/coming.html", coming(shown, request))
    renders = access.renders_to_see(access.viewer_of(request), shown)
    chosen = next((one for one in renders if one.ref == request.GET.get("r") and is_playable(one)), None)
    answer = page(request, "videos/video.html", _context(request, shown, renders, chosen))
    return count_look(request, answer, shown)


@require_safe
def render(request: HttpRequest, ref: str) -> HttpResponse:
    """The page of one render: its video's page with the render on the stage."""
    chosen = access.render_or_404(request, ref)
    renders = access.renders_to_see(access.viewer_of(request), chosen.video)
    answer = page(request, "videos/video.html", _context(request, chosen.video, renders, chosen))
    return count_look(request, answer, chosen.video, chosen) if is_playable(chosen) else answer


@require_safe
def live(request: HttpRequest, ref: str) -> HttpResponse:
    """The part of the page that changes by itself: the ingest, or the list of renders beside the one of `?r=`.

    `?waits=` says what the page as a whole waits for: once that is there (or failed), it is loaded anew.
    """
    shown = access.video_or_404(request, ref)
    if shown.state != Video.State.READY:
        return page(request, "videos/_coming.html", coming(shown, request))
    if request.GET.get("waits") == "ingest":
        return page(request, "videos/_arrived.html", {"video": shown})
    viewer = access.viewer_of(request)
    renders = access.renders_to_see(viewer, shown)
    stage = _stage(next((one for one in renders if one.ref == request.GET.get("r")), None))
    if request.GET.get("waits") == "render" and not stage["awaited"]:
        return page(request, "videos/_arrived.html", {"video": shown})
    return page(request, "videos/_renders.html", lists(viewer, shown, renders) | stage)


def coming(video: Video, request: HttpRequest) -> dict[str, Any]:
    """What is said of footage that is not ready: how far it is, or why it failed."""
    waits = video.state in (Video.State.RECEIVING, Video.State.INGESTING)
    return {
        "video": video,
        "waits": waits,
        "place": queue.place(video) if waits and not video.progress else 0,
        "may_change": access.can_change_video(access.viewer_of(request), video),
    }


def is_playable(render: Render) -> bool:
    """Whether there is a picture to show."""
    return render.state == Render.State.FINISHED


def _stage(chosen: Render | None) -> dict[str, Any]:
    """What stands on the stage: a render or the footage; whether it can be played, or is still waited for."""
    return {
        "chosen": chosen,
        "playable": chosen is None or is_playable(chosen),
        "awaited": chosen is not None and chosen.state in Render.ACTIVE,
    }


def lists(viewer: Viewer, video: Video, renders: list[Render]) -> dict[str, Any]:
    """Finished and unfinished renders of one video, the latter with their progress."""
    unfinished = [one for one in renders if not is_playable(one) and one.state != Render.State.CANCELLED]
    return {
        "video": video,
        "finished": [one for one in renders if is_playable(one)],
        "running": _running(unfinished),
        "active": any(one.state in Render.ACTIVE for one in unfinished),
        "may_change": access.can_change_video(viewer, video),
    }


def _running(renders: list[Render]) -> list[Running]:
    """How far each is; asks no more for many than for one, since pages look every other second."""
    done = Count("pk", filter=Q(state=Segment.State.FINISHED))
    of_each = Segment.objects.filter(render__in=renders).order_by().values("render")
    counted = of_each.annotate(all=Count("pk"), done=done)
    segments = {row["render"]: (row["done"], row["all"]) for row in counted}
    places = queue.places(renders)
    return [
        Running(one, places.get(one.pk, 0), queue.seconds_left(one), *segments.get(one.pk, (0, 0)))
        for one in renders
    ]


def _context(
    request: HttpRequest, video: Video, renders: list[Render], chosen: Render | None
) -> dict[str, Any]:
    viewer = access.viewer_of(request)
    frames = some_frames(video)
    frame = min(frames, key=lambda one: abs(one.index - video.frame_count // 3), default=None)
    return {
        "section": "gallery",
        "frames": frames,
        "frame": frame,
        "words": light.describe(frame) if frame else "",
        "may_render": access.can_render(viewer, video),
        "suggestions": suggestions(viewer, video) if access.can_render(viewer, video) else [],
        "may_share": access.can_share(viewer, chosen or video),
        "may_collect": chosen is not None and access.can_keep(viewer, chosen),
        "may_download": access.can_download(viewer, chosen or video),
        "comparisons": comparisons_of(request, video),
        "may_see_filter": chosen is not None and access.can_see_filter(viewer, chosen.version.filter),
        **_stage(chosen),
        **lists(viewer, video, renders),
    }


def some_frames(video: Video, most: int = FRAMES) -> list[Frame]:
    """Up to `most` separated frames, evenly chosen."""
    frames = list(video.frames.evenly(most))
    for frame in frames:
        frame.video = video
    return frames


def comparisons_of(request: HttpRequest, video: Video) -> Part:
    """The newest saved comparisons that may be listed: public ones, and the viewer's own."""
    listed = video.comparisons.listed_for(access.viewer_of(request).user)
    listed = listed.with_places().select_related("owner").order_by("-created_at", "-pk")
    return part_of(listed, request, "comparisons", COMPARISONS)


def count_look(
    request: HttpRequest, answer: HttpResponse, first: Video | Comparison, *more: Render
) -> HttpResponse:
    """Count a look, once for each browser and work, and have the answer tell it so.

    Looks of the first work's owner, and what browsers fetch ahead, do not count.
    """
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method != "GET" or ahead or access.viewer_of(request).owns(first):
        return answer
    works = {f"{type(work).__name__[0].lower()}{work.pk}": work for work in (first, *more)}  # v7, c7, r7
    for name in first_time(request, answer, "looked_at", *works):
        works[name].count_view()
    return answer
