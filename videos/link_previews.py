"""How a pasted address unfolds elsewhere: title, picture, film and player, all with absolute addresses."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from videos import arrangement
from videos.access import Viewer, can_see_render, can_see_video
from videos.links import compared_media, render_media, video_media
from videos.media.stills import smaller_size
from videos.models import Comparison, Render, Video
from videos.pipeline.rebuild import POSTER_HEIGHT
from videos.pipeline.separate import image_size
from videos.small import LONGEST

Work = Video | Render | Comparison


@dataclass(frozen=True)
class Unfolded:
    """What other sites show of a work. Sizes in pixels; addresses absolute, with the share token if need be."""

    title: str
    text: str
    author: str
    address: str
    picture: str
    film: str
    player: str
    width: int
    height: int
    picture_size: tuple[int, int]


def unfold(request: HttpRequest, work: Work, viewer: Viewer, address: str = "") -> Unfolded:
    """The unfolded work, at `address` or at its own page."""
    render = render_of(work, viewer)
    video = work if isinstance(work, Video) else work.video
    shown: Video | Render = render or video
    token = f"?{urlencode({'share': viewer.token})}" if viewer.token else ""
    picture = film = ""
    if isinstance(shown, Render):
        picture = render_media(shown, "poster.jpg", viewer) if shown.poster else ""
        film = render_media(shown, "video.mp4", viewer)
    else:
        picture = video_media(shown, "poster.jpg", viewer) if shown.poster else ""
        film = video_media(shown, "footage.mp4", viewer)
    size = poster_size(shown)
    if isinstance(work, Comparison):
        places = _places(work, viewer)
        if beside := picture_of(video, places, arrangement.look_of(work).cut, viewer):
            picture, size = beside, compared_size(video, places[0])
    kind = work._meta.model_name
    return Unfolded(
        title=_title(work),
        text=work.text if isinstance(work, Comparison) else video.description,
        author=video.owner.get_username(),
        address=request.build_absolute_uri(address or work.get_absolute_url() + token),
        picture=request.build_absolute_uri(picture) if picture else "",
        film=request.build_absolute_uri(film),
        player=request.build_absolute_uri(reverse("embed", args=[kind, work.ref]) + token),
        width=shown.width or 1280,
        height=shown.height or 720,
        picture_size=size,
    )


def player_frame(unfolded: Unfolded, width: int, height: int) -> str:
    """The HTML that shows the player on another page."""
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" '
        'allow="fullscreen" allowfullscreen></iframe>',
        unfolded.player,
        width,
        height,
        unfolded.title,
    )


def picture_of(video: Video, places: list[str], cut: float, viewer: Viewer) -> str:
    """The address of the picture of what is compared, so far as it has posters; "" where nothing is beside another."""
    places = list(dict.fromkeys(places))
    return compared_media(video, places, cut, viewer) if len(places) > 1 else ""


def poster_size(shown: Video | Render) -> tuple[int, int]:
    """Width and height of a poster, which has fewer lines than the film of it may have."""
    if isinstance(shown, Video):
        return image_size(shown)
    if shown.height <= POSTER_HEIGHT:
        return shown.width, shown.height
    return max(1, round(shown.width * POSTER_HEIGHT / shown.height)), POSTER_HEIGHT


def compared_size(video: Video, first: str) -> tuple[int, int]:
    """Width and height of the picture of what is compared: those of a small copy of the first poster."""
    render = Render.objects.select_related("video").filter(ref=first).first()
    width, height = smaller_size(*poster_size(render or video), longest=LONGEST)
    return width, height


def _places(comparison: Comparison, viewer: Viewer) -> list[str]:
    """What the viewer sees of what was saved, where it has a poster."""
    video, places = comparison.video, []
    for item in comparison.items.select_related("render__video"):
        if item.render is None:
            if video.poster and can_see_video(viewer, video):
                places.append(arrangement.ORIGINAL)
        elif item.render.poster and can_see_render(viewer, item.render):
            places.append(item.render.ref)
    return places


def render_of(work: Work, viewer: Viewer) -> Render | None:
    """The render that stands for a work: itself, or the first of a comparison that the viewer may see."""
    if isinstance(work, Render):
        return work
    if isinstance(work, Video):
        return None
    items = work.items.exclude(render=None).select_related("render__video", "render__version__filter")
    return next((one.render for one in items if one.render and can_see_render(viewer, one.render)), None)


def _title(work: Work) -> str:
    if isinstance(work, Render):
        return f"{work.video.title} under {work.version.filter.name}"
    return work.title
