"""Addresses of media. Every one of them is answered by views/media.py or views/compared.py, which ask access.py."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal
from urllib.parse import urlencode

from django.urls import reverse

from filters.models import StyleImage
from videos.access import Viewer
from videos.models import Frame, Render, Still, Video

Small = bool | Literal["tiny"]
"""Whether a picture is wanted in small, for a card or a wall, or tiny, for a strip or a list (videos/small.py)."""

VIDEO_FILES = {
    "footage.mp4": "footage",
    "proxy.mp4": "proxy",
    "poster.jpg": "poster",
    "filmstrip.jpg": "filmstrip",
    "source": "source",
}
RENDER_FILES = {
    "video.mp4": "output",
    "proxy.mp4": "proxy",
    "poster.jpg": "poster",
    "preview.mp4": "preview",
}


def video_media(
    video: Video, name: str, viewer: Viewer | None = None, *, download: bool = False, small: Small = False
) -> str:
    """Address of one of VIDEO_FILES."""
    return _with_query(reverse("media-video", args=[video.ref, name]), viewer, download, small)


def render_media(
    render: Render, name: str, viewer: Viewer | None = None, *, download: bool = False, small: Small = False
) -> str:
    """Address of one of RENDER_FILES."""
    return _with_query(reverse("media-render", args=[render.ref, name]), viewer, download, small)


def film_of(work: Video | Render, viewer: Viewer) -> dict[str, Any]:
    """What a player needs of footage or of a render: it holds the frames [start, stop) of the footage."""
    if isinstance(work, Video):
        media, film = partial(video_media, work, viewer=viewer), "footage.mp4"
        start, stop = 0, work.frame_count
    else:
        media, film = partial(render_media, work, viewer=viewer), "video.mp4"
        start, stop = work.start_frame, work.stop_frame
    return {
        "src": media(film),
        "proxy": media("proxy.mp4") if work.proxy else "",
        "poster": media("poster.jpg") if work.poster else "",
        "start": start,
        "stop": stop,
    }


def compared_media(video: Video, places: Iterable[str], cut: float, viewer: Viewer | None = None) -> str:
    """Address of the picture of a comparison: refs of renders, “o” for the original; the wipe's place in per cent."""
    query = {"places": ",".join(places), "cut": f"{cut:.0f}"}
    if viewer is not None and viewer.token:
        query["share"] = viewer.token
    return f"{reverse('media-compared', args=[video.ref])}?{urlencode(query, safe=',')}"


def frame_media(frame: Frame, viewer: Viewer | None = None, *, small: Small = False) -> str:
    """Address of a separated frame's JPEG."""
    return _with_query(reverse("media-frame", args=[frame.video.ref, frame.index]), viewer, small=small)


def still_media(still: Still, viewer: Viewer | None = None, *, small: Small = False) -> str:
    """Address of a painted still's JPEG."""
    return _with_query(reverse("media-still", args=[still.pk]), viewer, small=small)


def style_media(style: StyleImage, *, small: Small = False) -> str:
    """Address of a picture that filters learned from."""
    return _with_query(reverse("media-style", args=[style.pk]), None, small=small)


def _with_query(path: str, viewer: Viewer | None, download: bool = False, small: Small = False) -> str:
    query = {}
    if viewer is not None and viewer.token:
        query["share"] = viewer.token
    if download:
        query["download"] = "1"
    if small:
        query["small"] = "1" if small is True else small
    return f"{path}?{urlencode(query)}" if query else path
