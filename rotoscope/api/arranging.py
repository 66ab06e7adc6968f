"""What stands in a comparison and how it is looked at: checked as the API is asked for it, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from rotoscope.api.errors import NOT_READY, Refused
from rotoscope.api.told import look_at
from rotoscope.api.wishes import ComparisonChange, Look
from videos import access
from videos.arrangement import ORIGINAL, Arrangement
from videos.models import Comparison, Render, Video

Places = list[Render | None]


def places_in(request: HttpRequest, video: Video, names: Sequence[str | None]) -> Places:
    """The renders with these refs; None is the original. Raises Refused."""
    seen = {render.ref: render for render in access.renders_to_see(access.viewer_of(request), video)}
    for name in names:
        if name is not None and (name not in seen or seen[name].state != Render.State.FINISHED):
            raise Refused(f"“{name}” is no finished render of this video.", 422)
    return [seen[name] if name is not None else None for name in names]


def check_layout(layout: str, places: int) -> None:
    """Raises Refused where so many do not fit."""
    if layout != Comparison.Layout.GRID and places != 2:
        raise Refused("A wipe, a blink and a loupe have two places; take a grid for more.", 422)


def check_ready(video: Video) -> None:
    """Raises Refused for footage whose page could show nothing."""
    if video.state != Video.State.READY:
        raise Refused(NOT_READY)


def view_of(look: Look, pair: Sequence[str], video: Video) -> dict[str, Any]:
    """How it is looked at, as a comparison keeps it. Raises Refused."""
    ends = (look.first_frame, look.last_frame)
    if any(frame is not None and frame >= video.frame_count for frame in (look.frame, *ends)):
        raise Refused(f"look: this footage has frames 0 to {video.frame_count - 1}.", 422)
    if ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
        raise Refused("look: its last frame must come after its first.", 422)
    zoom, lens = (look.zoom.scale, look.zoom.x, look.zoom.y), (look.lens.x, look.lens.y)
    a, b = pair
    return Arrangement(
        a=a, b=b, t=look.frame, start=ends[0], stop=ends[1], zoom=zoom, cut=look.cut, lens=lens
    ).as_view()


@transaction.atomic
def rearrange(request: HttpRequest, comparison: Comparison, wish: ComparisonChange) -> None:
    """Change what stands in it and how it is looked at, as far as that is asked for. Raises Refused.

    Whoever does not see the footage any more is shown none of its renders: what was arranged stays.
    """
    asked = {name for name in ("layout", "renders", "look") if getattr(wish, name) is not None}
    if not asked:
        return
    video = comparison.video
    if not access.can_see_video(access.viewer_of(request), video):
        raise Refused("You do not see its footage any more: only its words can be changed.")
    check_ready(video)
    saved = Comparison.objects.select_for_update().get(pk=comparison.pk)
    saved.video = video
    standing = [item.render for item in saved.items.select_related("render").order_by("position")]
    places = standing if wish.renders is None else places_in(request, video, wish.renders)
    layout = wish.layout or saved.layout
    if asked & {"layout", "renders"}:  # else it stays, even where some of its renders are deleted by now
        check_layout(layout, len(places))
    pair = saved.view.get("pair") if wish.renders is None else None
    look = _changed(look_at(saved), wish.look)
    view = view_of(look, pair or _pair(places), video)
    saved.arrange(layout, view, None if wish.renders is None else places)


def _pair(places: Places) -> list[str]:
    """What stands in the wipe, which may be none of it."""
    refs = [render.ref if render else ORIGINAL for render in places]
    return [*refs, ORIGINAL, ORIGINAL][:2]


def _changed(now: Look, asked: Look | None) -> Look:
    """`now` with what is said in `asked`, also within its zoom and its lens."""
    if asked is None:
        return now
    kept, said = now.model_dump(), asked.model_dump(exclude_unset=True)
    for part in ("zoom", "lens"):
        said[part] = kept[part] | said.get(part, {})
    return Look(**kept | said)
