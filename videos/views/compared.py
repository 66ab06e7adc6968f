"""The picture of a comparison, for pages elsewhere on which its address is pasted: what is compared, side by side."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from videos import access
from videos.arrangement import ORIGINAL, share_of_cut
from videos.delivery import PUBLIC_SECONDS
from videos.media import stills
from videos.media.errors import DecodeError
from videos.media.side_by_side import side_by_side
from videos.models import Video, Visibility
from videos.slices import MOST
from videos.small import SIDES, small_jpeg
from videos.stored import look_up

KEPT = 64  # pictures in memory; each has some 100 kB


@require_safe
def compared(request: HttpRequest, ref: str) -> HttpResponse:
    """`?places=o,REF` of footage: two are cut at `?cut=` per cent, more stand in even slices."""
    video = access.video_or_404(request, ref)
    posters = {ORIGINAL: video.poster.name or ""}
    for render in access.renders_to_see(access.viewer_of(request), video):
        posters[render.ref] = render.poster.name or ""
    asked = dict.fromkeys(request.GET.get("places", "").split(","))
    names = [posters[place] for place in asked if posters.get(place)][:MOST]
    if not names:
        raise Http404
    try:
        data = _picture(tuple((name, look_up(name).etag) for name in names), share_of_cut(request.GET))
    except (FileNotFoundError, DecodeError):
        raise Http404 from None
    if longest := SIDES.get(request.GET.get("small", "")):
        data = stills.smaller(data, longest=longest)
    answer = HttpResponse(data, content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    if (
        video.visibility == Visibility.PUBLIC
        and video.state == Video.State.READY
        and not request.GET.get("share")
    ):
        patch_cache_control(answer, public=True, max_age=PUBLIC_SECONDS)
    else:
        patch_cache_control(answer, private=True, no_cache=True)
    return answer


@lru_cache(maxsize=KEPT)
def _picture(posters: tuple[tuple[str, str], ...], cut: float) -> bytes:
    """Of stored posters: (name, tag) of each."""
    pictures = [stills.decode_image(small_jpeg(name, etag)) for name, etag in posters]
    count = len(pictures)
    cuts = [cut] if count == 2 else [at / count for at in range(1, count)]
    return stills.encode_jpeg(side_by_side(pictures, cuts), quality=85)
