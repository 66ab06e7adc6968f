"""The contact sheet: frames of the clip down, filters across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from filters.models import Filter, FilterVersion
from videos import access
from videos.access import Viewer
from videos.links import render_media, still_media
from videos.models import Frame, Render, Still, Video
from videos.pipeline import stills
from videos.slices import one_of_each_filter
from videos.views.video import is_playable, some_frames

ROWS = (4, 8, 16)
LINES = 360
"""Lines of a still on the sheet."""

MOST = 96
"""Stills asked for at once."""


@dataclass(frozen=True)
class Cell:
    """A frame under a filter: a picture, or the place in a render where it is (seconds), or a state of waiting."""

    picture: str = ""
    seconds: float | None = None
    state: str = ""


@dataclass(frozen=True)
class Column:
    """A filter; from `src`, its render's film or the proxy of it, the page draws frames that nobody painted as stills.

    `seen` says whether the viewer may look at the filter's own page.
    """

    version: FilterVersion
    render: Render | None
    src: str
    seen: bool = True


@dataclass(frozen=True)
class Offer:
    """A filter that would put stills on the sheet, and how many: each costs something at a paid service."""

    filter: Filter
    stills: int

    @property
    def price(self) -> Decimal:
        """For all of them; 0 for filters that run here."""
        return self.stills * self.filter.cost_per_image


Painted = dict[tuple[int, int], Still]
"""The stills of a sheet by (version, frame)."""


@require_safe
def contact_sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """The sheet; `?rows=` says how many frames."""
    video = access.video_or_404(request, ref)
    if video.state != Video.State.READY:
        raise Http404
    return render(request, "videos/contact.html", _sheet(request, video))


@login_required
@require_POST
def paint(request: HttpRequest, ref: str) -> HttpResponse:
    """The owner asks for the stills of filters that the sheet does not show yet (`filter`, several)."""
    video = access.own_video_or_404(request, ref)
    viewer = access.viewer_of(request)
    if not access.can_render(viewer, video):
        raise Http404
    rows = _rows(request.POST.get("rows", ""))
    chosen = (
        access.filters_for(viewer).filter(slug__in=request.POST.getlist("filter")).select_related("current")
    )
    frames = some_frames(video, rows)
    painted = _stills(video, frames)
    wanted = [(one.current, frame) for one in chosen for frame in _missing(one, frames, painted)]
    asked, sentence = _ask(video, wanted[:MOST], painted)
    if sentence:
        messages.error(request, sentence)
    if asked:
        messages.info(request, _on_the_way(asked, len(wanted)))
    return redirect(f"{request.path.removesuffix('paint/')}?rows={rows}")


def _ask(
    video: Video, wanted: Sequence[tuple[FilterVersion | None, Frame]], painted: Painted
) -> tuple[int, str]:
    """How many of these stills are on their way now, and why the others are not."""
    refused: list[str] = []
    for version, frame in wanted:
        assert version is not None  # of filters that can run
        still = painted.get((version.pk, frame.index))
        lines = still.height if still is not None else min(LINES, video.height)
        try:
            stills.request(video, version, frame.index, height=lines)
        except (stills.TooDear, stills.TooManyStills) as refusal:
            refused.append(str(refusal))
    return len(wanted) - len(refused), " ".join(dict.fromkeys(refused))


def _on_the_way(asked: int, wanted: int) -> str:
    said = f"{asked} stills are on the way; they appear as they are painted."
    if wanted > MOST:
        said += f" That is the most at once: choose the filters with empty cells again for the other {wanted - MOST}."
    return said


def _rows(asked: str) -> int:
    return next((one for one in ROWS if str(one) == asked), ROWS[1])


def _sheet(request: HttpRequest, video: Video) -> dict[str, Any]:
    viewer = access.viewer_of(request)
    rows = _rows(request.GET.get("rows", ""))
    frames = some_frames(video, rows)
    renders = [one for one in access.renders_to_see(viewer, video) if is_playable(one)]
    painted = _stills(video, frames)
    columns = _columns(renders, painted, viewer)
    lines = [
        (frame, [_cell(video, column, frame, painted, viewer) for column in columns]) for frame in frames
    ]
    rendered = {column.version.filter_id for column in columns if column.render is not None}
    offers = _offers(viewer, video, frames, painted, rendered)
    return {
        "section": "gallery",
        "video": video,
        "columns": columns,
        "lines": lines,
        "rows": rows,
        "choices": ROWS,
        "offers": offers,
        "costs": any(one.price for one in offers),
        "waits": any(cell.state == Still.State.QUEUED for _, cells in lines for cell in cells),
    }


def _offers(
    viewer: Viewer, video: Video, frames: list[Frame], painted: Painted, rendered: set[int]
) -> list[Offer]:
    """Filters with something left to paint, for whoever may paint; a render's frames are not painted as stills."""
    if not access.can_render(viewer, video):
        return []
    every = access.filters_for(viewer).exclude(pk__in=rendered)
    offers = [Offer(one, len(_missing(one, frames, painted))) for one in every]
    return [one for one in offers if one.stills]


def _missing(one: Filter, frames: Sequence[Frame], painted: Painted) -> list[Frame]:
    """The frames that the version which paints now has not painted, and that it will not paint unless asked."""
    version = one.current_id or 0
    return [frame for frame in frames if not _is_there(painted.get((version, frame.index)))]


def _is_there(still: Still | None) -> bool:
    """Whether a still is painted, or will be."""
    return still is not None and still.state != Still.State.FAILED and not stills.is_forgotten(still)


def _stills(video: Video, frames: list[Frame]) -> Painted:
    """Stills at full strength of these frames by (version, frame): what is painted, and of that the largest."""
    rows = Still.objects.filter(
        video=video, frame_index__in=[frame.index for frame in frames], strength=1, keep_colours=False
    ).select_related("version__filter")
    best_last = sorted(rows, key=lambda still: (still.state == Still.State.FINISHED, still.height))
    return {(still.version_id, still.frame_index): still for still in best_last}


def _columns(renders: list[Render], painted: Painted, viewer: Viewer) -> list[Column]:
    # A part was often tried before the whole.
    longest = sorted(renders, key=lambda one: one.frame_count, reverse=True)
    columns = [
        Column(one.version, one, render_media(one, "proxy.mp4" if one.proxy else "video.mp4", viewer))
        for one in one_of_each_filter(longest)
    ]
    there = {column.version.filter_id for column in columns}
    found: dict[int, FilterVersion] = {}
    for version in (still.version for still in painted.values() if still.version.filter_id not in there):
        found[version.filter_id] = max(found.get(version.filter_id, version), version, key=_newness)
    return columns + [
        Column(version, None, "", access.can_see_filter(viewer, version.filter)) for version in found.values()
    ]


def _newness(version: FilterVersion) -> tuple[bool, int]:
    """The version that is painted with now goes before all others."""
    return version.pk == version.filter.current_id, version.number


def _cell(video: Video, column: Column, frame: Frame, painted: Painted, viewer: Viewer) -> Cell:
    one = column.render
    if one is not None:
        inside = one.start_frame <= frame.index < one.stop_frame
        return Cell(
            seconds=float((frame.index - one.start_frame + 0.5) / float(video.rate)) if inside else None
        )
    still = painted.get((column.version.pk, frame.index))
    if still is None or stills.is_forgotten(still):
        return Cell()
    if still.state == Still.State.FINISHED:
        return Cell(picture=still_media(still, viewer, small=True))
    return Cell(state=still.state)
