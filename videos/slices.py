"""The slices of a spectrum: one frame under several filters, of a video or of what a comparison compares."""

from __future__ import annotations

from dataclasses import dataclass

from videos.access import NOBODY, Viewer, can_see_render, can_see_video
from videos.links import render_media, video_media
from videos.models import Comparison, Render, Video

MOST = 6
"""Slices of a card; more would be too narrow to see a filter in."""


@dataclass(frozen=True)
class Slice:
    """`start` and `stop` are shares of the frame's width, 0 to 1; `render` is empty for the original."""

    name: str
    picture: str
    render: str
    start: float
    stop: float


def slices_of(video: Video, viewer: Viewer | None, most: int = MOST) -> list[Slice]:
    """The original and one finished render of each filter, in even slices. Wants `with_slices()`."""
    pictures = (
        [("Original", video_media(video, "poster.jpg", viewer, small=True), "")] if video.poster else []
    )
    for render in one_of_each_filter(slice_renders(video)):
        picture = render_media(render, "poster.jpg", viewer, small=True)
        pictures.append((render.version.filter.name, picture, render.ref))
    return _even(pictures[:most])


def slices_of_comparison(comparison: Comparison, viewer: Viewer | None, *, small: bool = True) -> list[Slice]:
    """What stands in a comparison, in even slices, so far as the viewer may see it. Wants `with_places()`."""
    video, viewer = comparison.video, viewer or NOBODY
    pictures = {}
    for item in comparison.items.all():
        render = item.render
        if render is None:
            if video.poster and can_see_video(viewer, video):
                pictures[video.ref] = ("Original", video_media(video, "poster.jpg", viewer, small=small), "")
            continue
        render.video = video
        if render.poster and can_see_render(viewer, render):
            address = render_media(render, "poster.jpg", viewer, small=small)
            pictures[render.ref] = (render.version.filter.name, address, "")
    return _even(list(pictures.values())[:MOST])


def _even(pictures: list[tuple[str, str, str]]) -> list[Slice]:
    """Slices of one width: (name, picture, render) of each."""
    count = len(pictures)
    return [
        Slice(name, picture, render, round(at / count, 4), round((at + 1) / count, 4))
        for at, (name, picture, render) in enumerate(pictures)
    ]


def slice_renders(video: Video) -> list[Render]:
    """The renders that came `with_slices()`."""
    renders: list[Render] = vars(video)["slice_renders"]
    return renders


def one_of_each_filter(renders: list[Render]) -> list[Render]:
    """The first render of every filter, in the order given."""
    first: dict[int, Render] = {}
    for render in renders:
        first.setdefault(render.version.filter_id, render)
    return list(first.values())
