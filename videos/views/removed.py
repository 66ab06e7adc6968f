"""What was deleted lately: undone at once, or found again on a page of its own, brought back, removed for good."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from videos import access
from videos.access import Viewer
from videos.deleted import deleted_of, deleted_or_404
from videos.delivery import Parcel, deliver_small
from videos.models import CollectionItem, Comparison, Render, Video
from videos.models.removable import kept_for
from videos.names import counted, settings_of
from videos.pipeline import removal
from videos.pipeline.removal import Thing
from videos.small import LONGEST
from videos.views.gallery import page_of


@dataclass(frozen=True)
class Entry:
    """What was deleted, as the page lists it: what it was in a few words, and the name of a picture of it."""

    thing: Thing
    kind: str
    words: list[str]
    picture: str

    @property
    def takes(self) -> int:
        """Bytes of its owner's quota that are free once it is gone for good."""
        return self.thing.source_size if isinstance(self.thing, Video) else 0


def put_away(request: HttpRequest, thing: Thing, then: str = "") -> None:
    """Delete it, and say so on the next page, beside a button that undoes it."""
    removal.put_away(thing)
    undo = reverse("removed-restore", args=[removal.kind_of(thing), thing.ref]) if kept_for() else ""
    say_gone(request, f"“{thing}” is gone.", then, undo=undo)


def say_gone(request: HttpRequest, *sentences: str, undo: str) -> None:
    """The message: `undo` is the address that a POST to undoes it, as base.html writes it; "" for none."""
    messages.success(request, " ".join(filter(None, sentences)), extra_tags=undo)


def kept_in_words() -> str:
    """For how long what is deleted now can be brought back: “a day”, “36 hours”; "" where it cannot."""
    hours = round(kept_for().total_seconds() / 3600)
    return {0: "", 1: "an hour", 24: "a day"}.get(hours, f"{hours} hours")


@login_required
@never_cache
@require_safe
def removed(request: HttpRequest) -> HttpResponse:
    """All that whoever is signed in may bring back."""
    viewer = access.viewer_of(request)
    page = page_of(deleted_of(viewer), request)
    context = {
        "page": page,
        "entries": [_entry(viewer, thing) for thing in page],
        "taken": removal.taken_by(request.user),
        "kept": kept_in_words(),
    }
    return render(request, "removed/removed.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Bring it back, and go there; also where it is there already, since the button was pressed twice."""
    with suppress(Http404):
        thing = deleted_or_404(request, kind, ref)
        if removal.bring_back(thing):
            messages.success(request, f"“{thing}” is back.")
            return redirect(thing)
    return redirect(_standing(request, kind, ref))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """GET asks; POST removes it with its files, and nobody brings it back."""
    thing = deleted_or_404(request, kind, ref)
    if request.method != "POST":
        return render(request, "removed/delete.html", {"entry": _entry(access.viewer_of(request), thing)})
    name = str(thing)
    removal.remove_for_good(thing)
    messages.success(request, f"“{name}” is gone for good.")
    return redirect("removed")


@login_required
@require_safe
def picture(request: HttpRequest, kind: str, ref: str) -> HttpResponseBase:
    """A small picture of what was deleted, for whoever may bring it back and for nobody else."""
    name = _picture(access.viewer_of(request), deleted_or_404(request, kind, ref))
    if not name:
        raise Http404
    return deliver_small(request, Parcel(name, "image/jpeg"), LONGEST)


def _standing(request: HttpRequest, kind: str, ref: str) -> Thing:
    """What was not deleted, if the request's viewer may see it; else the one 404."""
    if kind == "video":
        return access.video_or_404(request, ref)
    if kind == "render":
        return access.render_or_404(request, ref)
    if kind == "comparison":
        return access.comparison_or_404(request, ref)
    if kind == "collection":
        return access.collection_or_404(request, ref)
    raise Http404


def _entry(viewer: Viewer, thing: Thing) -> Entry:
    return Entry(thing, removal.kind_of(thing), _words(viewer, thing), _picture(viewer, thing))


def _words(viewer: Viewer, thing: Thing) -> list[str]:
    """What it was, and what comes back with it."""
    if isinstance(thing, Video):
        went = {"video": thing, "removed_at": thing.removed_at}
        with_it = [
            (Render.everything.filter(**went).count(), "render"),
            (Comparison.everything.filter(**went).count(), "comparison"),
        ]
        return [f"{number} {name}" for number, name in counted(with_it)]
    if isinstance(thing, Render):
        return settings_of(thing)
    if isinstance(thing, Comparison):
        seen = access.can_see_video(viewer, thing.video)
        return [thing.get_layout_display().capitalize(), *([f"of {thing.video}"] if seen else [])]
    return [f"{number} {name}" for number, name in counted([(thing.items.count(), "work")])]


def _picture(viewer: Viewer, thing: Thing) -> str:
    """The name of a stored picture of it that whoever looks may see; "" for none."""
    if isinstance(thing, Video):
        return thing.poster.name or ""
    if isinstance(thing, Render):
        return thing.poster.name or thing.video.poster.name or ""
    if isinstance(thing, Comparison):
        return _picture_of_places(viewer, thing)
    items = thing.items.select_related("render__video", "comparison__video").order_by("position")
    return next(filter(None, (_picture_of_item(viewer, item) for item in items)), "")


def _picture_of_places(viewer: Viewer, comparison: Comparison) -> str:
    places = comparison.items.select_related("render__video").order_by("position")
    for place in places:
        render = place.render
        if render is not None and render.poster and access.can_see_render(viewer, render):
            return str(render.poster.name)
    return comparison.video.poster.name or "" if access.can_see_video(viewer, comparison.video) else ""


def _picture_of_item(viewer: Viewer, item: CollectionItem) -> str:
    if not access.can_see_item(viewer, item):
        return ""
    if item.render is not None:
        return item.render.poster.name or ""
    return _picture_of_places(viewer, item.comparison) if item.comparison is not None else ""
