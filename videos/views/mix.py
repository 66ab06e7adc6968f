"""The mixing desk: filters on one base, a slider for each, a still that follows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from filters import mixes, testframes
from filters.engines.mix import LARGEST_WEIGHT
from filters.models import Filter
from videos import access, training
from videos.forms.mix import parts_of
from videos.media import stills
from videos.models import Video
from videos.pipeline import mixed_stills
from videos.small import SIDES

STRIP = 24  # frames that one may look at


@login_required
@require_http_methods(["GET", "POST"])
def mix(request: HttpRequest) -> HttpResponse:
    """Choose filters and weights, look, keep the mix as a draft."""
    if not access.can_train(access.viewer_of(request)):
        raise PermissionDenied
    sentence = ""
    if request.method == "POST":
        try:
            made = mixes.keep(
                parts_of(_wishes(request.POST), _usable(request)),
                request.POST.get("name", "").strip()[:120],
                request.user,
            )
        except mixes.CannotMix as problem:
            sentence = str(problem)
        else:
            messages.success(request, f"“{made.name}” is a draft now: it can be used in the lab.")
            return redirect(made)
    return render(request, "lab/mix.html", _page(request, sentence), status=422 if sentence else 200)


@login_required
@require_GET
def still(request: HttpRequest) -> HttpResponse:
    """The chosen frame under the mix of `part`s, or, without any, as it was filmed; with `small` as media are."""
    video, frame = _place(request)
    try:
        if request.GET.getlist("part"):
            parts = parts_of(request.GET.getlist("part"), _usable(request))
            data = mixed_stills.painted(parts, video, frame)
        else:
            data = mixed_stills.jpeg(mixed_stills.original_frame(video, frame))
        if longest := SIDES.get(request.GET.get("small", "")):
            data = stills.smaller(data, longest=longest)
    except (mixes.CannotMix, ValueError) as problem:
        return HttpResponse(str(problem), status=422, content_type="text/plain; charset=utf-8")
    except mixed_stills.NotPainted as problem:
        return HttpResponse(
            str(problem),
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(problem.retry_after)} if problem.retry_after else {},
        )
    return HttpResponse(data, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def _page(request: HttpRequest, sentence: str) -> dict[str, Any]:
    said = request.POST if request.method == "POST" else request.GET
    every = list(mixes.mixable(_usable(request)).with_pictures().order_by("name"))
    base = _base(said, every)
    filters = [one for one in every if _base_of(one) == base]
    weights = _weights(said, filters)
    video, frame = _place(request)
    parts = [(one, weights[one.slug]) for one in filters if one.slug in weights]
    whole = sum(_number(weight) for _, weight in parts) or 1.0
    return {
        "section": "lab",
        "sentence": sentence,
        "parts": [
            (one, weight, round(100 * _number(weight) / whole), _without(weights, one.slug, video, frame))
            for one, weight in parts
        ],
        "others": [one for one in filters if one.slug not in weights],
        "base": base,
        "bases": sorted({_base_of(one) for one in every}),
        "name": said.get("name", ""),
        "videos": _videos(request, video),
        "video": video,
        "frame": frame,
        "frames": _frames(video),
        "size": (video.width, video.height) if video else (testframes.WIDTH, testframes.HEIGHT),
        "still": _still_address(weights, video, frame) if len(parts) > 1 else "",
        "original": _still_address({}, video, frame),
    }


def _base(said: Any, every: list[Filter]) -> str:
    """The base that is mixed on: the one asked for, or that of the filters begun with, or the most used one."""
    begun = {wish.partition(":")[0] for wish in _wishes(said)}
    bases = [_base_of(one) for one in every]
    asked = [said.get("base", ""), *(_base_of(one) for one in every if one.slug in begun)]
    known = [base for base in asked if base in bases]
    return known[0] if known else max(bases, key=bases.count, default="")


def _base_of(one: Filter) -> str:
    return one.current.base if one.current else ""


def _weights(said: Any, filters: list[Filter]) -> dict[str, str]:
    """Slug → weight as it was said; the two first filters where nothing was."""
    known = {one.slug for one in filters}
    found = dict(wish.partition(":")[::2] for wish in _wishes(said))
    weights = {slug: weight or "0.5" for slug, weight in found.items() if slug in known}
    for one in filters:
        if len(weights) >= 2:
            break
        weights.setdefault(one.slug, "0.5")
    return weights


def _wishes(said: Any) -> list[str]:
    """Every part as slug:weight, said so as `part`, or by a form as `with` (the slug) and `weight-SLUG`."""
    parts = list(said.getlist("part"))
    for slug in filter(None, said.getlist("with")):
        parts.append(f"{slug}:{said.get(f'weight-{slug}', '0.5') or '0'}")
    return parts


def _usable(request: HttpRequest) -> Any:
    return access.filters_for(access.viewer_of(request))


def _place(request: HttpRequest) -> tuple[Video | None, int]:
    """The chosen footage of one's own, if any, and the frame. Raises Http404."""
    said = request.POST if request.method == "POST" else request.GET
    ref, number = said.get("video", ""), said.get("frame", "0")
    if not number.isdecimal() or len(number) > 9:
        raise Http404
    if not ref:
        return None, int(number)
    video = access.own_video_or_404(request, ref)
    if not access.can_render(access.viewer_of(request), video):
        raise Http404
    return video, int(number)


def _videos(request: HttpRequest, chosen: Video | None) -> list[Video]:
    """All footage of one's own, and what staff has chosen of others."""
    own = list(training.footage_for(request.user))
    return own if chosen is None or chosen in own else [chosen, *own]


def _frames(video: Video | None) -> list[int]:
    """Frames to look at: separated ones of the footage, evenly chosen, or the standing test frames."""
    if video is None:
        return list(range(testframes.COUNT))
    every = list(video.frames.order_by("index").values_list("index", flat=True))
    return every[:: max(1, -(-len(every) // STRIP))]


def _number(weight: str) -> float:
    """A weight as the page may have been asked for it; 0 for what is none."""
    try:
        number = float(weight)
    except ValueError:
        return 0.0
    return number if 0 < number <= LARGEST_WEIGHT else 0.0


def _without(weights: dict[str, str], slug: str, video: Video | None, frame: int) -> str:
    """The address of this page without one of the parts."""
    left = {other: weight for other, weight in weights.items() if other != slug}
    return f"{reverse('mix')}?{_said(left, video, frame)}"


def _still_address(weights: dict[str, str], video: Video | None, frame: int) -> str:
    return f"{reverse('mix-still')}?{_said(weights, video, frame)}"


def _said(weights: dict[str, str], video: Video | None, frame: int) -> str:
    """Parts and place as a query."""
    said = [("part", f"{slug}:{weight}") for slug, weight in weights.items()]
    said += [("video", video.ref)] if video else []
    return urlencode([*said, ("frame", frame)])
