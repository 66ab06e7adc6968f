"""Painted stills for the lab's wall: asked for by POST, then looked after by GET until they are there."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from filters.models import Filter
from videos import access
from videos.forms.still import MOST_AT_ONCE, StillsForm
from videos.links import still_media
from videos.models import Still, Video
from videos.pipeline import stills

GONE = "This filter cannot run now. Reload the page to see those that can."


@login_required
@require_http_methods(["GET", "POST"])
def stills_of(request: HttpRequest, ref: str) -> JsonResponse:
    """POST frame, filter… → the stills, queued or there already; GET ?id=… → how they are by now."""
    video = access.own_video_or_404(request, ref)
    if not access.can_render(access.viewer_of(request), video):
        return _refused(["This footage is not ready yet."], status=409)
    return _ask(request, video) if request.method == "POST" else _look(request, video)


def _ask(request: HttpRequest, video: Video) -> JsonResponse:
    slugs = request.POST.getlist("filter")
    usable = access.filters_for(access.viewer_of(request)).filter(slug__in=slugs).select_related("current")
    filters = sorted(usable, key=lambda one: slugs.index(one.slug))  # painted in the order they are asked for
    there = [one.slug for one in filters]
    asked = request.POST.copy()
    asked.setlist("filter", there or slugs)  # one that was unpublished meanwhile holds up no other
    form = StillsForm(video, there, asked)
    if not form.is_valid():
        return _refused([str(error) for errors in form.errors.values() for error in errors], status=422)
    found = [_asked(video, one, form) for one in filters]
    gone = [
        {"filter": slug, "state": Still.State.FAILED, "error": GONE} for slug in slugs if slug not in there
    ]
    return JsonResponse({"stills": found + gone})


def _asked(video: Video, one: Filter, form: StillsForm) -> dict[str, Any]:
    """The still, or why there will be none: one that is too dear holds up no other."""
    try:
        return _facts(_request(video, one, form), one.slug)
    except (stills.TooDear, stills.TooManyStills) as refusal:
        return {"filter": one.slug, "state": Still.State.FAILED, "error": str(refusal)}


def _request(video: Video, one: Filter, form: StillsForm) -> Still:
    asked = form.cleaned_data
    assert one.current is not None
    return stills.request(
        video,
        one.current,
        asked["frame"],
        strength=1.0 if asked["strength"] is None else float(asked["strength"]),
        keep_colours=asked["keep_colours"],
        height=asked["height"],
    )


def _look(request: HttpRequest, video: Video) -> JsonResponse:
    asked = request.GET.getlist("id")
    if not all(one.isdecimal() and len(one) < 19 for one in asked) or len(asked) > 4 * MOST_AT_ONCE:
        return _refused([f"Ask with up to {4 * MOST_AT_ONCE} numbers."], status=422)
    found = Still.objects.filter(video=video, pk__in=asked).select_related("version__filter")
    return JsonResponse({"stills": [_facts(still, still.version.filter.slug) for still in found]})


def _facts(still: Still, slug: str) -> dict[str, Any]:
    done = still.state == Still.State.FINISHED
    return {
        "id": still.pk,
        "filter": slug,
        "state": still.state,
        "url": still_media(still) if done else "",
        "seconds": round(still.seconds, 3),
        "error": still.error,
    }


def _refused(sentences: list[str], *, status: int) -> JsonResponse:
    return JsonResponse({"sentences": sentences}, status=status)
