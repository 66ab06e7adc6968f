"""Renders with their segments: where they are, what they cost, why they failed; cancel, pause, go on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from unfold.decorators import action, display

from rotoscope.common.admin_goes import CountsWhatGoes
from rotoscope.common.admin_parts import (
    AllReadOnly,
    HouseAdmin,
    ShownInline,
    ShownOnly,
    badge,
    do_each,
    in_bytes,
)
from videos.admin.parts import STATE_COLOURS, RenderProgress, WithFiles, seconds
from videos.links import render_media
from videos.models import Render, Segment
from videos.pipeline import renders
from videos.pipeline.queue import place, seconds_left

NOT_RESUMED = "not: neither failed, cancelled nor paused, or dearer than one render may be"


def _resume(render: Render) -> bool:
    """False also where what is missing costs too much."""
    try:
        return renders.resume(render)
    except renders.CannotRender:
        return False


class SegmentInline(ShownInline):
    """The pieces of a render."""

    model = Segment
    fields = ("index", "frames", "state_badge", "images", "attempts", "took", "cost", "error", "finished_at")
    readonly_fields = fields
    ordering = ("index",)

    @display(description="frames")
    def frames(self, segment: Segment) -> str:
        """The range within the footage."""
        return f"{segment.start} to {segment.stop - 1}"

    @display(description="state", ordering="state")
    def state_badge(self, segment: Segment) -> str:
        """Pending, running, finished."""
        return badge(segment.get_state_display(), STATE_COLOURS, segment.state)

    @display(description="engine")
    def took(self, segment: Segment) -> str:
        """Seconds that the engine took."""
        return seconds(segment.engine_seconds)


@admin.register(Render)
class RenderAdmin(RenderProgress, WithFiles, AllReadOnly, ShownOnly, CountsWhatGoes, HouseAdmin):
    """Renders. They are started in the lab."""

    typed = False

    list_display = (
        "small_poster", "video", "filter_name", "state_badge", "progress", "owner", "cost", "attempts_most",
        "created_at",
    )  # fmt: skip
    list_display_links = ("small_poster", "video")
    list_filter = ("state", "version__filter")
    search_fields = ("ref", "video__title", "owner__username", "version__filter__name")
    fields = (
        ("state_badge", "progress", "left"), "error", "large_poster", ("video", "version", "owner"),
        ("strength", "keep_colours", "smoothing"), ("images_per_second", "cross_fade", "height"), "span",
        ("frames_done", "frames_total", "pace"), ("cost", "engine_seconds"), ("attempts", "size"),
        ("created_at", "started_at", "finished_at"),
    )  # fmt: skip
    inlines = (SegmentInline,)
    actions = ("cancel_chosen", "retry_chosen", "pause_chosen")
    actions_submit_line = ("cancel_one", "retry_one", "pause_one")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Render]:
        """With what the list shows; the segments of hours of footage are not read for it, but of each render on the
        page the one that was tried most."""
        found: QuerySet[Render] = super().get_queryset(request)
        most = (
            Segment.objects.order_by("render_id", "-attempts")
            .distinct("render_id")
            .only("render", "attempts")
        )
        return found.select_related("video", "version__filter", "owner").prefetch_related(
            Prefetch("segments", most, to_attr="tried_most")
        )

    def poster_address(self, row: Render) -> str:
        """For those who may see the admin."""
        return render_media(row, "poster.jpg")

    def remove(self, row: Render) -> None:
        """With its segments and files."""
        renders.remove(row)

    def offered(self, row: Render) -> set[str]:
        """What its state allows."""
        if row.state in (Render.State.QUEUED, Render.State.RENDERING):
            return {"cancel_one", "pause_one"}
        if row.state == Render.State.PAUSED:
            return {"cancel_one", "retry_one"}
        if row.state in (Render.State.FAILED, Render.State.CANCELLED):
            return {"retry_one"}
        return {"cancel_one"} if row.state == Render.State.REBUILDING else set()

    @display(description="filter", ordering="version__filter__name")
    def filter_name(self, render: Render) -> str:
        """With its version."""
        return str(render.version)

    @display(description="left")
    def left(self, render: Render) -> str:
        """Place in the queue, or time left."""
        if render.state == Render.State.QUEUED:
            return f"{place(render)} before it"
        rest = seconds_left(render)
        return "–" if rest is None else seconds(rest)

    @display(description="most attempts")
    def attempts_most(self, render: Any) -> int:
        """Of any of its segments."""
        return max((segment.attempts for segment in render.tried_most), default=0)

    @display(description="range")
    def span(self, render: Render) -> str:
        """Frames of the footage."""
        return f"frames {render.start_frame} to {render.stop_frame - 1}"

    @display(description="an image took")
    def pace(self, render: Render) -> str:
        """Seconds of the engine."""
        return "–" if render.seconds_per_image is None else f"{render.seconds_per_image:.3f} s"

    @display(description="result")
    def size(self, render: Render) -> str:
        """Of the file."""
        return in_bytes(render.output_size) if render.output else "–"

    @admin.action(description="Cancel", permissions=["change"])
    def cancel_chosen(self, request: HttpRequest, chosen: QuerySet[Render]) -> None:
        """An action of the list."""
        do_each(request, chosen, renders.cancel, "cancelled", "were over before")

    @admin.action(description="Retry: go on with what is missing", permissions=["change"])
    def retry_chosen(self, request: HttpRequest, chosen: QuerySet[Render]) -> None:
        """An action of the list."""
        do_each(request, chosen, _resume, "queued again", NOT_RESUMED)

    @admin.action(description="Pause", permissions=["change"])
    def pause_chosen(self, request: HttpRequest, chosen: QuerySet[Render]) -> None:
        """An action of the list."""
        do_each(request, chosen, renders.pause, "paused", "were not under way")

    @action(description="Cancel")
    def cancel_one(self, request: HttpRequest, render: Render) -> None:
        """A button of the page."""
        do_each(request, [render], renders.cancel, "render cancelled", "render was over before")

    @action(description="Retry")
    def retry_one(self, request: HttpRequest, render: Render) -> None:
        """A button of the page."""
        do_each(request, [render], _resume, "queued again", NOT_RESUMED)

    @action(description="Pause")
    def pause_one(self, request: HttpRequest, render: Render) -> None:
        """A button of the page."""
        do_each(request, [render], renders.pause, "render paused", "render was not under way")
