"""The filter lab: which filter suits this light?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filters.models import Filter, TrainingRun
from videos import access, light
from videos.forms.render import RenderForm, heights_for, rates_for
from videos.forms.still import STILL_LINES
from videos.links import frame_media, still_media
from videos.models import Frame, Render, Still, Video
from videos.pipeline import renders, sample, separate
from videos.pipeline.prices import too_dear
from videos.suggestions.suggest import Suggestion, suggestions
from videos.views.gallery import page_of
from videos.views.part import part_of

AT_HOME = 24
"""Footage on a page of the lab's home."""

LATEST = 6
"""Renders and trainings there, each."""

STRIP = 60
"""Frames in the strip; more separated ones are skipped evenly."""

PANEL_TILES, NARROW = 6, 1.3
"""Tiles of the filmstrip that fit side by side into the panel; more where their shape is narrower than this."""

TAGS = ("subtle", "strong", "loud")


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Choose footage (to try `?filter=` on), train a filter, see what ran lately; `?trainings=all` shows them all."""
    mine = {"owner_id": request.user.pk}
    videos = Video.objects.filter(**mine)
    recent = Render.objects.finished().filter(**mine).with_names().order_by("-finished_at")
    runs = TrainingRun.objects.filter(**mine).select_related("style_image", "filter")
    runs = runs.defer(*TrainingRun.LARGE).order_by("-created_at", "-pk")
    ready = videos.filter(state=Video.State.READY).order_by("-created_at", "-pk").with_slices()
    page = page_of(ready, request, AT_HOME)
    context = {
        "page": page,
        "runs": part_of(runs, request, "trainings", LATEST),
        "recent": recent[:LATEST],
        "asked": access.filters_for(access.viewer_of(request))
        .filter(slug=request.GET.get("filter", "")[:80])
        .first(),
        "section": "lab",
    }
    return render(request, "lab/home.html", context | _coming(request, page.paginator.count))


@login_required
@require_GET
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The part of the lab's home that waits; once nothing does, or more is ready than `?ready=`, all is loaded anew."""
    ready = Video.objects.filter(owner_id=request.user.pk, state=Video.State.READY).count()
    coming = _coming(request, ready)
    if not coming["waits"] or str(ready) != request.GET.get("ready"):
        return render(request, "videos/_arrived.html")
    return render(request, "lab/_coming.html", coming)


def _coming(request: HttpRequest, ready: int) -> dict[str, Any]:
    """One's own footage that is taken in beside what is `ready`, whether the sample flight is being drawn, and whether
    to wait: also where nobody has anything yet, since a first start begins to draw in a moment."""
    mine = Video.objects.filter(owner_id=request.user.pk)
    coming = list(mine.filter(state__in=[Video.State.RECEIVING, Video.State.INGESTING])[:12])
    drawn = not (coming or ready) and sample.is_drawn_for(request.user)
    waits = bool(coming or drawn or not (ready or Video.objects.exists()))
    return {"coming": coming, "ready": ready, "drawn": drawn, "waits": waits}


@login_required
@require_http_methods(["GET", "POST"])
def lab(request: HttpRequest, ref: str) -> HttpResponse:
    """The wall of stills of one frame, and the settings of the renders to make."""
    video = access.own_video_or_404(request, ref)
    if not access.can_render(access.viewer_of(request), video):
        return render(request, "lab/not_ready.html", {"video": video, "section": "lab"})
    filters = list(access.filters_for(access.viewer_of(request)).with_pictures())
    if request.method == "POST":
        return _start(request, video, filters)
    return render(request, "lab/lab.html", _page(request, video, filters, None))


@login_required
@require_POST
def estimate(request: HttpRequest, ref: str) -> HttpResponse:
    """What the chosen renders would take, as a fragment of the panel."""
    video = access.own_video_or_404(request, ref)
    filters = list(access.filters_for(access.viewer_of(request)).select_related("current"))
    form = RenderForm(video, [one.slug for one in filters], request.POST)
    if not form.is_valid():
        sentences = form.sentences() if request.POST.getlist("filter") else []
        return render(request, "lab/_estimate.html", {"sentences": sentences})
    total, refused = total_estimate(video, _chosen(form, filters), form)
    return render(request, "lab/_estimate.html", {"estimate": total, "sentences": refused})


@dataclass(frozen=True)
class Total:
    """What several renders take together; `seconds` is None while nothing was measured yet."""

    images: int
    seconds: float | None
    cost: Decimal


def total_estimate(video: Video, filters: list[Filter], form: RenderForm) -> tuple[Total | None, list[str]]:
    """The estimates of all chosen filters that can be rendered so, added up (None: of none), and why others cannot.

    What would cost more than it may is among both: its price is what one wants to know.
    """
    each: list[renders.Estimate] = []
    refused: list[str] = []
    for one in filters:
        try:
            found = renders.estimate(video, one, form.settings())
        except renders.CannotRender as reason:
            refused.append(f"{one.name}: {reason}")
        else:
            each.append(found)
            refused += [f"{one.name}: {sentence}"] if (sentence := too_dear(found.cost)) else []
    seconds = [one.seconds for one in each if one.seconds is not None]
    total = Total(
        images=sum(one.images for one in each),
        seconds=sum(seconds) if len(seconds) == len(each) else None,
        cost=sum((Decimal(one.cost) for one in each), Decimal(0)),
    )
    return total if each else None, refused


def _start(request: HttpRequest, video: Video, filters: list[Filter]) -> HttpResponse:
    form = RenderForm(video, [one.slug for one in filters], request.POST)
    if not form.is_valid():
        return render(request, "lab/lab.html", _page(request, video, filters, form), status=422)
    made: list[Render] = []
    there: list[Render] = []
    refused: list[str] = []
    for one in _chosen(form, filters):
        try:
            found, created = renders.request(video, one, request.user, form.settings())
        except renders.CannotRender as reason:
            refused.append(f"{one.name}: {reason}")
        else:
            (made if created else there).append(found)
    for sentence in refused:
        messages.error(request, sentence)
    for sentence in _of_those_there(there):
        messages.info(request, sentence)
    if made:
        messages.success(request, f"{_counted(len(made))} on the way. You can leave this page.")
    if not made and not there:
        return render(request, "lab/lab.html", _page(request, video, filters, form), status=422)
    finished = all(one.state == Render.State.FINISHED for one in there)
    return redirect(video) if finished and not made else redirect("queue")


def _of_those_there(there: list[Render]) -> list[str]:
    """How renders are that were asked for before, as sentences. One that failed or was cancelled goes on by now."""
    done = sum(one.state == Render.State.FINISHED for one in there)
    resting = sum(one.state == Render.State.PAUSED for one in there)
    counted = (
        (done, "is finished already", "are finished already"),
        (resting, "is paused: go on with it in the queue", "are paused: go on with them in the queue"),
        (len(there) - done - resting, "is on the way already", "are on the way already"),
    )
    return [
        f"{_counted(number)} with these settings {one if number == 1 else several}."
        for number, one, several in counted
        if number
    ]


def _chosen(form: RenderForm, filters: list[Filter]) -> list[Filter]:
    slugs = set(form.cleaned_data["filter"])
    return [one for one in filters if one.slug in slugs]


def _counted(number: int) -> str:
    return "One render" if number == 1 else f"{number} renders"


def _page(
    request: HttpRequest, video: Video, filters: list[Filter], form: RenderForm | None
) -> dict[str, Any]:
    frames = strip(video, request.GET.get("frame", ""))
    frame = _current(frames, request.GET.get("frame", ""))
    chosen = set(request.POST.getlist("filter") or request.GET.getlist("filter"))
    tag = request.GET.get("show", "")
    viewer = access.viewer_of(request)
    suggested = suggestions(viewer, video)
    return {
        "video": video,
        "frames": frames,
        "frame": frame,
        "frame_facts": [_facts(one) for one in frames],
        "words": light.describe(frame) if frame else "",
        "tiles": _tiles(video, _suited_first(filters, suggested), frame, chosen),
        "suggestions": suggested,
        "tags": [("", "All"), *((one, one.capitalize()) for one in TAGS), ("mine", "Mine")],
        "tag": tag if tag in {*TAGS, "mine"} else "",
        "unavailable": access.filters_shown_to(viewer).exclude(unavailable_reason="")[:6],
        "heights": heights_for(video),
        "rates": rates_for(video),
        "has_live": any(one.live_id for one in filters),
        "paid": any(one.cost_per_image for one in filters),
        "tile_places": _tile_places(video),
        "still_lines": min(STILL_LINES, video.height),
        "sentences": form.sentences() if form is not None else [],
        "values": _values(video, request),
        "rate": float(video.rate),
        "section": "lab",
    }


def _suited_first(filters: list[Filter], suggested: list[Suggestion]) -> list[Filter]:
    """Those that suit the footage, then the others in their order: what is in sight is painted first."""
    places = {one.filter.pk: place for place, one in enumerate(suggested)}
    return sorted(filters, key=lambda one: places.get(one.pk, len(places)))


def _tile_places(video: Video) -> list[float]:
    """Where the tiles that fit into the panel lie in the filmstrip: their middles as shares of its width."""
    tiles, (width, height) = video.filmstrip_tiles, separate.tile_size(video)
    shown = min(tiles, max(PANEL_TILES, round(PANEL_TILES * NARROW * height / width)))
    return [((2 * at + 1) * tiles // (2 * shown) + 0.5) / tiles for at in range(shown)]


def _values(video: Video, request: HttpRequest) -> dict[str, Any]:
    """What the panel shows: as it was sent, else as an address asks for, else the usual."""
    sent = request.POST or request.GET
    usual = {"strength": "1", "smoothing": "0", "images_per_second": "", "height": "", "start_frame": "0"}
    values: dict[str, Any] = {name: sent.get(name, value) for name, value in usual.items()}
    values["stop_frame"] = sent.get("stop_frame", str(video.frame_count))
    return values | {name: bool(sent.get(name)) for name in ("keep_colours", "cross_fade", "live")}


def strip(video: Video, asked: str) -> list[Frame]:
    """Up to STRIP separated frames, evenly chosen, and the one that was asked for among them."""
    frames = list(video.frames.evenly(STRIP, *named(asked)))
    for frame in frames:
        frame.video = video
    return frames


def named(asked: str) -> list[int]:
    """The index in an address, if it is one that a frame could have."""
    return [int(asked)] if re.fullmatch(r"0|[1-9][0-9]{0,8}", asked, re.ASCII) else []


def _current(frames: list[Frame], asked: str) -> Frame | None:
    """The frame of the address, or the one with the most light, shade and colour: there is something in sight."""
    named = [frame for frame in frames if str(frame.index) == asked]
    return next(iter(named), None) or max(frames, key=_liveliness, default=None)


def _liveliness(frame: Frame) -> float:
    """Contrast goes to 0.5 and colourfulness to some 100: about the same weight for both."""
    return frame.contrast + frame.colourfulness / 200


def _facts(frame: Frame) -> dict[str, Any]:
    """What the page's script shows of a frame without asking again."""
    return {
        "index": frame.index,
        "seconds": float(frame.timestamp),
        "image": frame_media(frame),
        "words": light.describe(frame),
        "luminance": round(frame.luminance, 2),
        "contrast": round(frame.contrast, 2),
        "colourfulness": round(frame.colourfulness, 2),
        "sharpness": round(frame.sharpness, 2),
        "palette": frame.palette,
    }


@dataclass(frozen=True)
class Tile:
    """One filter on the wall, with its still where that is painted already."""

    filter: Filter
    chosen: bool
    mine: bool
    still: str
    seconds: float


def _tiles(video: Video, filters: list[Filter], frame: Frame | None, chosen: set[str]) -> list[Tile]:
    painted: dict[int, Still] = {}
    if frame is not None:
        painted = {
            still.version_id: still
            for still in Still.objects.filter(
                video=video,
                frame_index=frame.index,
                strength=1,
                keep_colours=False,
                height=min(STILL_LINES, video.height),
                state=Still.State.FINISHED,
                version__in=[one.current_id for one in filters],
            )
        }
    return [
        _tile(one, painted.get(one.current_id or 0), one.slug in chosen, video.owner_id) for one in filters
    ]


def _tile(one: Filter, still: Still | None, chosen: bool, owner_id: int) -> Tile:
    return Tile(
        filter=one,
        chosen=chosen,
        mine=one.owner_id == owner_id,
        still=still_media(still) if still else "",
        seconds=still.seconds if still else 0.0,
    )
