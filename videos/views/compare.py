"""Comparing renders of one footage, and keeping an arrangement as a Comparison."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as page
from django.views.decorators.http import require_POST, require_safe

from rotoscope.common.changed import save_changed
from videos import access, arrangement
from videos.access import Viewer
from videos.arrangement import ORIGINAL, Arrangement
from videos.forms.comparison import ComparisonForm
from videos.links import film_of, render_media, video_media
from videos.media.proxy import DENSITY, proxy_size, sharp_up_to
from videos.models import Comparison, Render, Video
from videos.names import told_apart
from videos.views.removed import put_away
from videos.views.video import count_look, is_playable


@require_safe
def compare(request: HttpRequest, ref: str) -> HttpResponse:
    """The player, arranged as the address says."""
    video = _ready_or_404(request, ref)
    renders = _playable(request, video)
    arranged = arrangement.read(request.GET, renders, video.frame_count)
    answer = page(request, "videos/compare.html", _context(request, video, renders, arranged))
    return count_look(request, answer, video)


@require_safe
def comparison(request: HttpRequest, ref: str) -> HttpResponse:
    """A saved comparison; its address may go on to say how it is looked at just now."""
    saved = access.comparison_or_404(request, ref)
    viewer = access.viewer_of(request)
    if not access.can_see_video(viewer, saved.video):
        return _words_alone(request, saved, ComparisonForm(instance=saved))
    renders = _playable(request, saved.video)
    arranged = arrangement.of_comparison(saved, renders, saved.video.frame_count)
    lacks = saved.lacks_a_render()
    if {"a", "b", "grid", "layout"} & set(request.GET):
        arranged, lacks = arrangement.read(request.GET, renders, saved.video.frame_count), False
    context = _context(request, saved.video, renders, arranged)
    may_change = access.can_change_own(viewer, saved)
    context |= {"comparison": saved, "may_change_comparison": may_change, "lacks_a_render": lacks}
    if may_change:
        context |= {"may_save": True, "form": ComparisonForm(instance=saved)}
    context["may_share"] = access.can_share(viewer, saved)
    context["may_collect"] = access.can_keep(viewer, saved)
    context["downloads"] = _given_away(viewer, saved, context["picks"])
    return count_look(request, page(request, "videos/compare.html", context), saved)


@login_required
@require_POST
def save(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep the arrangement that the page sends as a new Comparison."""
    video = _ready_or_404(request, ref)
    if not access.can_keep(access.viewer_of(request), video):
        raise Http404
    renders = _playable(request, video)
    form = ComparisonForm(request.POST)
    arranged = arrangement.read(request.POST, renders, video.frame_count)
    if not form.is_valid():
        context = _context(request, video, renders, arranged) | {"form": form, "form_open": True}
        return page(request, "videos/compare.html", context, status=422)
    saved = form.save(commit=False)
    saved.video, saved.owner = video, request.user
    _store(form, arranged, renders)
    messages.success(request, f"Saved “{saved.title}”.")
    return redirect(saved)


@login_required
@require_POST
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change the words and the visibility of a comparison, and its arrangement where one is sent.

    Whoever does not see the footage any more was shown none of its renders: what was arranged stays.
    """
    saved = _own(request, ref)
    form = ComparisonForm(request.POST, instance=saved)
    sees = access.can_see_video(access.viewer_of(request), saved.video)
    if not sees and not form.is_valid():
        return _words_alone(request, saved, form)
    renders = _playable(request, saved.video)
    if not form.is_valid():
        arranged = arrangement.of_comparison(saved, renders, saved.video.frame_count)
        context = _context(request, saved.video, renders, arranged)
        context |= {"comparison": saved, "may_change_comparison": True, "may_save": True}
        context |= {"form": form, "form_open": True}
        return page(request, "videos/compare.html", context, status=422)
    if "layout" in request.POST and sees:
        _store(form, arrangement.read(request.POST, renders, saved.video.frame_count), renders)
    else:
        save_changed(form)
    messages.success(request, f"Saved “{saved.title}”.")
    return redirect(saved)


@login_required
@require_POST
def delete(request: HttpRequest, ref: str) -> HttpResponse:
    """Delete a comparison; the renders stay."""
    saved = _own(request, ref)
    put_away(request, saved, "Its renders are still there.")
    sees = access.can_see_video(access.viewer_of(request), saved.video)
    return redirect(saved.video) if sees else redirect("person", request.user.get_username())


def _ready_or_404(request: HttpRequest, ref: str) -> Video:
    video = access.video_or_404(request, ref)
    if video.state != Video.State.READY:
        raise Http404
    return video


def _words_alone(request: HttpRequest, saved: Comparison, form: ComparisonForm) -> HttpResponse:
    """What its maker still has of a comparison of footage that they do not see any more; of the footage, nothing."""
    context = {
        "section": "gallery",
        "comparison": saved,
        "may_change_comparison": True,
        "form": form,
        "form_open": form.is_bound,
    }
    return page(request, "videos/compare_hidden.html", context, status=422 if form.is_bound else 200)


def _own(request: HttpRequest, ref: str) -> Comparison:
    saved = access.comparison_or_404(request, ref)
    if not access.can_change_own(access.viewer_of(request), saved):
        raise Http404
    return saved


def _playable(request: HttpRequest, video: Video) -> list[Render]:
    renders = access.renders_to_see(access.viewer_of(request), video)
    return [render for render in renders if is_playable(render)]


@transaction.atomic
def _store(form: ComparisonForm, arranged: Arrangement, renders: list[Render]) -> None:
    by_ref = {render.ref: render for render in renders}
    saved: Comparison = form.instance
    if not Video.objects.hold(saved.video_id):
        raise Http404  # its footage was deleted since it was looked at
    save_changed(form)
    saved.arrange(arranged.layout, arranged.as_view(), [by_ref.get(place) for place in arranged.places])


def _context(
    request: HttpRequest, video: Video, renders: list[Render], arranged: Arrangement
) -> dict[str, Any]:
    viewer = access.viewer_of(request)
    picks = picks_of(video, renders, viewer)
    by_ref = {pick["ref"]: pick for pick in picks}
    return {
        "section": "gallery",
        "video": video,
        "renders": renders,
        "picks": picks,
        "arranged": arranged,
        "places": [by_ref[place] for place in arranged.places],
        "player": player_data(video, picks, arranged, viewer),
        "sharp_up_to": sharp_up_to(video.width, video.height),
        "may_save": access.can_keep(viewer, video),
        "form": ComparisonForm(initial={"title": video.title}),
        "may_share": access.can_share(viewer, video),
        "may_render": access.can_render(viewer, video),
        "mine_alone": not viewer.token and not access.can_see_video(access.NOBODY, video),
    }


def picks_of(video: Video, renders: list[Render], viewer: Viewer) -> list[dict[str, Any]]:
    """What can be put on the stage: the original and every finished render, [start, stop) in frames."""
    original = film_of(video, viewer) | {
        "ref": ORIGINAL,
        "name": "Original",
        "render": None,
        "small": video_media(video, "poster.jpg", viewer, small=True) if video.poster else "",
        "audio": video.has_audio,
    }
    names = told_apart(renders)
    return [original, *(_pick(render, names[render.pk], viewer) for render in renders)]


def _pick(render: Render, name: str, viewer: Viewer) -> dict[str, Any]:
    return film_of(render, viewer) | {
        "ref": render.ref,
        "name": name,
        "render": render,
        "small": render_media(render, "poster.jpg", viewer, small=True) if render.poster else "",
        "audio": render.video.has_audio,
    }


def _given_away(viewer: Viewer, saved: Comparison, picks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What a share link allows to be kept of what stands in a comparison: (name, address)."""
    if viewer.share is None or not viewer.share.downloads:
        return []
    places = {item.render_id for item in saved.items.all()}
    found = []
    for pick in picks:
        render: Render | None = pick["render"]
        if (render and render.pk) in places and access.can_download(viewer, render or saved.video):
            address = (
                render_media(render, "video.mp4", viewer, download=True)
                if render
                else video_media(saved.video, "footage.mp4", viewer, download=True)
            )
            found.append((pick["name"], address))
    return found


def player_data(
    video: Video, picks: list[dict[str, Any]], arranged: Arrangement, viewer: Viewer
) -> dict[str, Any]:
    """What the player's script knows from the start, as JSON. The rate is an exact fraction."""
    return {
        "rate": [video.rate_numerator, video.rate_denominator],
        "frames": video.frame_count,
        "density": DENSITY,
        "proxyWidth": (proxy_size(video.width, video.height) or (0, 0))[0],
        "picks": [{key: pick[key] for key in pick if key not in ("render", "small")} for pick in picks],
        "strip": video_media(video, "filmstrip.jpg", viewer) if video.filmstrip else "",
        "tiles": video.filmstrip_tiles,
        "layout": arranged.layout,
        "a": arranged.a,
        "b": arranged.b,
        "grid": arranged.grid,
        "t": arranged.t,
        "in": arranged.start,
        "out": arranged.stop,
        "zoom": arranged.zoom,
        "cut": arranged.cut,
        "lens": arranged.lens,
    }
