"""The player for other people's pages, and oEmbed, by which those pages learn of it.

The player is the only page that may stand in a frame. It changes nothing and knows nobody: whoever looks
at it is a visitor, with a share link at most.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from videos import access, arrangement
from videos.access import NOBODY, Viewer
from videos.link_previews import Unfolded, Work, player_frame, render_of, unfold
from videos.links import film_of
from videos.media.proxy import sharp_up_to
from videos.media.stills import smaller_size
from videos.models import Comparison, Render, Video
from videos.names import told_apart
from videos.small import SIDES

PAGES = {"video": "video", "render": "render", "comparison": "comparison", "compare": "video"}
WIDEST = 1280  # pixels


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its type knows no arguments of views
@require_safe
def embed(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """A video or a render with the browser's own controls; a comparison with a wipe.

    Where there is nothing to see the other page says so in its frame, with no word on whether there ever was.
    """
    viewer = _as_stranger(request)
    try:
        work = _find(viewer, kind, ref)
    except Http404:
        return render(request, "embed/gone.html", status=404)
    context = {"work": work, "unfolded": unfold(request, work, viewer), **_films(work, viewer)}
    return render(request, "embed/player.html", context)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """What an address of ours unfolds to, for anybody who may see it. JSON only."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only JSON is spoken here.", status=501, content_type="text/plain")
    try:
        asked = urlsplit(request.GET.get("url", ""))
    except ValueError:  # no address at all, such as “http://[”
        raise Http404 from None
    if asked.netloc.lower() != request.get_host().lower():
        raise Http404
    token = parse_qs(asked.query).get("share", [""])[0]
    work, viewer = _at(asked.path, token)
    unfolded = unfold(request, work, viewer)
    width, height = _fit(request, unfolded.width, unfolded.height, widest=WIDEST)
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "video",
        "provider_name": "Rotoscope",
        "provider_url": request.build_absolute_uri("/"),
        "title": unfolded.title,
        "author_name": unfolded.author,
        "width": width,
        "height": height,
        "html": player_frame(unfolded, width, height),
    }
    if unfolded.picture:
        answer |= _thumbnail(request, unfolded)
    response = JsonResponse(answer)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _as_stranger(request: HttpRequest) -> Viewer:
    """Nobody, with the share link of the address: a frame elsewhere must not show what only its owner sees."""
    seen = access.viewer_of(request)
    viewer = Viewer(NOBODY.user, seen.share, seen.token)
    request._viewer = viewer  # type: ignore[attr-defined]
    return viewer


def _at(path: str, token: str) -> tuple[Work, Viewer]:
    """The work at an address of ours, and who sees it there. Raises Http404."""
    try:
        found = resolve(path if path.endswith("/") else f"{path}/")
    except Resolver404:
        raise Http404 from None
    name = found.url_name or ""
    share = access.link_of(found.kwargs.get("token", "") if name == "share" else token)
    viewer = Viewer(NOBODY.user, share, (found.kwargs.get("token") or token) if share else "")
    if name == "share" and share is not None and share.collection is None:
        target: Work = share.target
        return _find(viewer, target._meta.model_name or "", target.ref), viewer
    if name in PAGES:
        return _find(viewer, PAGES[name], found.kwargs["ref"]), viewer
    raise Http404


def _find(viewer: Viewer, kind: str, ref: str) -> Work:
    """The work if this viewer may see it played. Raises Http404."""
    work: Work | None = None
    if kind == "video":
        work = Video.objects.select_related("owner").filter(ref=ref, state=Video.State.READY).first()
        allowed = work is not None and access.can_see_video(viewer, work)
    elif kind == "render":
        work = Render.objects.with_names().filter(ref=ref, state=Render.State.FINISHED).first()
        allowed = work is not None and access.can_see_render(viewer, work)
    elif kind == "comparison":
        work = Comparison.objects.select_related("video__owner", "owner").filter(ref=ref).first()
        allowed = work is not None and access.can_see_comparison(viewer, work)
    else:
        raise Http404
    if work is None or not allowed:
        raise Http404
    return work


def _films(work: Work, viewer: Viewer) -> dict[str, Any]:
    """What the player plays: one film, or two under a wipe, cut as the comparison was saved."""
    video = work if isinstance(work, Video) else work.video
    shown = render_of(work, viewer)
    original = _film(video, viewer)
    if shown is None:
        return {"films": [original], "video": video}
    painted = _film(shown, viewer)
    if not isinstance(work, Comparison):
        return {"films": [painted], "video": video}
    sides = list(work.items.select_related("render__version__filter", "render__video")[:2])
    seen = [one.render if one.render and access.can_see_render(viewer, one.render) else None for one in sides]
    names = told_apart(filter(None, seen))
    pair = [_film(one, viewer) | {"name": names[one.pk]} if one else original for one in seen]
    films = pair if len(pair) == 2 else [original, painted]
    return {
        "films": films,
        "video": video,
        "arranged": arrangement.look_of(work),
        "sharp_up_to": sharp_up_to(video.width, video.height),
        "posters": _match(video, films),
    }


def _match(video: Video, films: list[dict[str, Any]]) -> bool:
    """Whether the films' posters show the same moment: a third of the footage, where a film has that."""
    moment = video.frame_count // 3
    return all(film["poster"] and film["start"] <= moment < film["stop"] for film in films)


def _film(shown: Video | Render, viewer: Viewer) -> dict[str, Any]:
    """The footage as it was filmed, or a render."""
    name = "Original" if isinstance(shown, Video) else shown.version.filter.name
    return film_of(shown, viewer) | {"name": name}


def _thumbnail(request: HttpRequest, unfolded: Unfolded) -> dict[str, Any]:
    """The poster, or the largest small copy of it, with its own size; none where each is larger than is asked for."""
    most = _fit(request, *unfolded.picture_size, widest=unfolded.picture_size[0])
    joint = "&" if "?" in unfolded.picture else "?"
    for small, longest in (("", max(unfolded.picture_size)), *SIDES.items()):
        width, height = smaller_size(*unfolded.picture_size, longest=longest)
        if width <= most[0] and height <= most[1]:
            address = unfolded.picture + (f"{joint}small={small}" if small else "")
            return {"thumbnail_url": address, "thumbnail_width": width, "thumbnail_height": height}
    return {}


def _fit(request: HttpRequest, width: int, height: int, *, widest: int) -> tuple[int, int]:
    """The size within ?maxwidth and ?maxheight, with the same shape."""
    scale = min(1.0, widest / width)
    for name, size in (("maxwidth", width), ("maxheight", height)):
        wanted = request.GET.get(name, "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 6:
            scale = min(scale, int(wanted) / size)
    return max(1, round(width * scale)), max(1, round(height * scale))
