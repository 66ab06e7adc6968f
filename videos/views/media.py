"""Media: every byte of footage, renders, frames and stills is asked for here, and access.py is asked first."""

from __future__ import annotations

import re
from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_safe

from filters import testframes
from filters.engines.base import EngineError
from filters.models import FilterVersion, StyleImage
from videos import access
from videos.delivery import Parcel, deliver, deliver_small
from videos.links import RENDER_FILES, VIDEO_FILES
from videos.models import Render, Still, Video, Visibility
from videos.small import SIDES

TYPES = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
BYTES = "application/octet-stream"


@require_safe
def video(request: HttpRequest, ref: str, name: str) -> HttpResponseBase:
    """One of VIDEO_FILES. The untouched source is only ever downloaded, by those whose it is."""
    row = access.video_or_404(request, ref)
    if name not in VIDEO_FILES:
        raise Http404
    stored = getattr(row, VIDEO_FILES[name])
    if name == "source":
        if not access.can_download_upload(access.viewer_of(request), row):
            raise Http404
        return deliver(request, Parcel(stored.name, BYTES, filename=_safe(row.source_name)))
    return _media(request, row, stored, row, _safe(row.title, name))


@require_safe
def render(request: HttpRequest, ref: str, name: str) -> HttpResponseBase:
    """One of RENDER_FILES."""
    row = access.render_or_404(request, ref)
    if name not in RENDER_FILES:
        raise Http404
    return _media(request, row, getattr(row, RENDER_FILES[name]), row.video, _safe(str(row), name))


@require_safe
def frame(request: HttpRequest, ref: str, index: int) -> HttpResponseBase:
    """A separated frame, by its number in the footage."""
    row = access.video_or_404(request, ref)
    image = get_object_or_404(row.frames, index=index).image
    return _media(request, row, image, row, _safe(row.title, f"frame-{index}.jpg"))


@require_safe
def still(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A painted still, for whoever may see its footage."""
    row = get_object_or_404(Still.objects.select_related("video__owner"), pk=pk)
    if not access.can_see_video(access.viewer_of(request), row.video):
        raise Http404
    return _media(request, row.video, row.image, row.video, _safe(row.video.title, f"still-{row.pk}.jpg"))


@require_safe
def style(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture whose manner a filter learned, for whoever may see one of its filters."""
    row = get_object_or_404(StyleImage, pk=pk)
    if not access.can_see_style(access.viewer_of(request), row):
        raise Http404
    name = row.image.name or ""
    return _in_size(request, Parcel(name, _type(name), public=access.can_see_style(access.NOBODY, row)))


@require_safe
def look(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A standing test frame under a version of a filter that may be seen, painted when first asked for.

    404 also where it cannot be painted, or where a service would ask money for it.
    """
    version = get_object_or_404(FilterVersion.objects.select_related("filter"), pk=pk)
    if number >= testframes.COUNT or not access.can_see_filter(access.viewer_of(request), version.filter):
        raise Http404
    if not testframes.is_free(version):
        raise Http404
    try:
        name = testframes.painted(version, number)
    except EngineError as problem:
        raise Http404 from problem
    public = access.can_see_filter(access.NOBODY, version.filter)
    return _in_size(request, Parcel(name, "image/jpeg", public=public))


def _media(
    request: HttpRequest, thing: Video | Render, stored: FieldFile, footage: Video, filename: str
) -> HttpResponseBase:
    """A file that is shown, or with ?download=1 kept by those who may; a picture with ?small=1 in small."""
    download = request.GET.get("download") == "1"
    if download:
        _must_be_downloadable(request, thing)
    shared = bool(request.GET.get("share"))
    public = footage.visibility == Visibility.PUBLIC and footage.state == Video.State.READY and not shared
    finished = not isinstance(thing, Render) or thing.state == Render.State.FINISHED
    name = stored.name or ""
    parcel = Parcel(name, _type(name), public and finished, filename if download else "")
    return _in_size(request, parcel)


def _in_size(request: HttpRequest, parcel: Parcel) -> HttpResponseBase:
    """Whole, or in small where that is asked for; what is kept or is no picture is whole."""
    longest = SIDES.get(request.GET.get("small", ""))
    if longest is None or parcel.filename or not parcel.content_type.startswith("image/"):
        return deliver(request, parcel)
    return deliver_small(request, parcel, longest)


def _must_be_downloadable(request: HttpRequest, thing: Any) -> None:
    if not access.can_download(access.viewer_of(request), thing):
        raise Http404


def _type(name: str) -> str:
    dot = name.rfind(".")
    return TYPES.get(name[dot:].lower(), BYTES) if dot >= 0 else BYTES


def _safe(title: str, name: str = "") -> str:
    """A file name that every system takes: “Brighton Beach” and footage.mp4 → Brighton_Beach.mp4."""
    dot = name.rfind(".")
    suffix = name[dot:] if dot >= 0 else ""
    stem = re.sub(r"[^-\w. ]", "", title).strip(" .")[:120]
    return get_valid_filename((stem or "rotoscope") + suffix)
