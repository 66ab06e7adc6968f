"""What the API answers with. Names in other answers: a video, render, … is named by its `ref`, a filter by its slug."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Schema
from pydantic import Field

from filters.models import Filter, StyleUse
from videos import access, links
from videos.models import Collection, Comparison, Frame, Render, Segment, ShareLink, Still, Video
from videos.pipeline import queue
from videos.suggestions.suggest import Suggestion


class Problem(Schema):
    """Any error: a sentence."""

    detail: str


class Me(Schema):
    """Whoever asks."""

    username: str
    is_staff: bool
    quota_bytes: int
    used_bytes: int


class PictureOut(Schema):
    """A picture that a filter goes back to."""

    title: str
    artist: str
    year: str
    origin: str
    licence: str
    share: float = Field(description="How much it counts there; all shares of a filter sum to 1.")
    image: str


class PartOut(Schema):
    """A filter that another was mixed of."""

    name: str
    sha256: str = Field(description="Of the numbers that were mixed.")
    share: float


class FilterOut(Schema):
    """A filter."""

    slug: str
    name: str
    description: str
    tags: list[str]
    suits: list[str]
    engine: str = Field(description="network or algorithmia")
    state: str
    available: bool
    unavailable_reason: str
    cost_per_image: float
    version: int | None = Field(description="Number of the version that new renders use.")
    metrics: dict[str, Any]
    style_image: str | None = Field(description="Address of the picture it learned from.")
    pictures: list[PictureOut] = Field(description="All pictures it goes back to, the weightiest first.")
    mixed_of: list[PartOut] = Field(description="The filters it was mixed of; empty for others.")
    page: str


class VideoOut(Schema):
    """Footage. Sizes, rates and addresses are there once it is ready."""

    ref: str
    title: str
    description: str
    tags: list[str]
    visibility: str
    owner: str
    state: str = Field(description="receiving, ingesting, ready or failed")
    stage: str = Field(description="What is being done now.")
    progress: float
    error: str
    before: int = Field(description="How many are before it in the queue.")
    rate: str = Field(description="Frames a second as an exact fraction, such as 24000/1001.")
    frame_count: int
    duration: float = Field(description="Seconds.")
    width: int
    height: int
    has_audio: bool
    images_per_second: str = Field(description="Separated images a second: a number, or “source”.")
    views: int
    created_at: datetime
    may_change: bool
    page: str
    footage: str | None
    poster: str | None
    filmstrip: str | None


class FrameOut(Schema):
    """An image separated from footage. Luminance, contrast and so on as docs/architecture.md defines them."""

    index: int
    timestamp: float = Field(description="Seconds.")
    luminance: float
    contrast: float
    colourfulness: float
    sharpness: float
    palette: list[Any] = Field(description="[“#rrggbb”, share] for each of up to five colours.")
    image: str


class SuggestionOut(Schema):
    """A filter that suits footage, and why."""

    filter: str = Field(description="Its slug: what a render is asked for with.")
    name: str
    score: float = Field(description="How well it suits, in deviations above the mean of all filters.")
    reasons: list[str] = Field(description="In words, the strongest first; such as “keeps shadows readable”.")
    page: str


class RenderOut(Schema):
    """A video under a filter. `video` and so on are addresses once it is finished."""

    ref: str
    of: str = Field(description="The footage.")
    filter: str
    version: int
    owner: str
    state: str = Field(description="queued, rendering, paused, rebuilding, finished, failed or cancelled")
    error: str
    progress: float
    frames_done: int
    frames_total: int
    before: int = Field(description="How many renders are before it in the queue.")
    seconds_left: float | None
    strength: float
    keep_colours: bool
    smoothing: float
    live: bool = Field(description="Painted by the smaller, faster network.")
    images_per_second: int | None = Field(description="Painted images a second; null for every frame.")
    cross_fade: bool
    width: int
    height: int
    start_frame: int
    stop_frame: int
    duration: float
    engine_seconds: float
    cost: float
    views: int
    created_at: datetime
    finished_at: datetime | None
    may_change: bool
    page: str
    video: str | None
    poster: str | None
    preview: str | None


class SegmentOut(Schema):
    """About two seconds of a render."""

    index: int
    start: int
    stop: int
    state: str
    attempts: int
    error: str
    images: int
    images_done: int
    engine_seconds: float
    cost: float
    finished_at: datetime | None


class EstimateOut(Schema):
    """What a render would take."""

    images: int
    seconds: float | None = Field(
        description="On one worker, by what this filter took before; null if it never ran."
    )
    cost: float


class StillOut(Schema):
    """One frame under one filter."""

    id: int
    video: str
    filter: str
    version: int
    frame: int
    strength: float
    keep_colours: bool
    height: int
    state: str = Field(description="queued, finished or failed")
    error: str
    image: str | None


class ComparisonOut(Schema):
    """A chosen set of renders of one video. A null among the renders stands for the original."""

    ref: str
    video: str
    owner: str
    title: str
    text: str
    layout: str = Field(description="wipe, grid, blink or loupe")
    visibility: str
    renders: list[str | None]
    views: int
    created_at: datetime
    may_change: bool
    page: str


class ItemOut(Schema):
    """One thing in a collection: a render or a comparison."""

    render: str | None
    comparison: str | None


class CollectionOut(Schema):
    """Works that belong together; the items that one may see."""

    ref: str
    owner: str
    title: str
    text: str
    visibility: str
    items: list[ItemOut]
    created_at: datetime
    may_change: bool
    page: str


class ShareOut(Schema):
    """A share link. Its address is told once, when it is made."""

    id: int
    kind: str
    ref: str
    label: str
    downloads: bool
    opened: int
    is_open: bool
    expires_at: datetime | None
    created_at: datetime


class NewShare(ShareOut):
    """A new share link with its address, which is stored nowhere."""

    address: str


class UploadOut(Schema):
    """An upload by tus 1.0: send the bytes to `address` with PATCH."""

    id: str
    address: str
    filename: str
    offset: int
    length: int
    expires_at: datetime
    video: str | None = Field(description="What became of it, once it is whole.")


class Told:
    """Makes answers for one request: absolute addresses, and only what its viewer may see."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer = access.viewer_of(request)

    def address(self, path: str) -> str:
        """An absolute address."""
        return self.request.build_absolute_uri(path)

    def filter(self, one: Filter) -> FilterOut:
        """A filter."""
        style = (
            self.address(reverse("media-style", args=[one.style_image_id])) if one.style_image_id else None
        )
        return FilterOut(
            **_same(
                one, "slug", "name", "description", "tags", "suits", "engine", "state", "unavailable_reason"
            ),
            available=one.is_available,
            cost_per_image=float(one.cost_per_image),
            version=one.current.number if one.current else None,
            metrics=one.current.metrics if one.current else {},
            style_image=style,
            pictures=[self.picture(use) for use in one.pictures()],
            mixed_of=[
                PartOut(name=part.parent_name, sha256=part.parent_sha256, share=part.share)
                for part in (one.current.mix_parts.all() if one.current else ())
            ],
            page=self.address(one.get_absolute_url()),
        )

    def picture(self, use: StyleUse) -> PictureOut:
        """A style image with its origin."""
        image = self.address(reverse("media-style", args=[use.style_image_id]))
        words = _same(use.style_image, "title", "artist", "year", "origin", "licence")
        return PictureOut(**words, share=use.share, image=image)

    def video(self, one: Video) -> VideoOut:
        """Footage; its owner's errors and stages are nobody else's business."""
        mine = access.can_change_video(self.viewer, one)

        def file(name: str, stored: Any) -> str | None:
            return self.address(links.video_media(one, name, self.viewer)) if stored else None

        return VideoOut(
            **_same(
                one, "ref", "title", "description", "tags", "visibility", "state", "progress", "frame_count"
            ),
            **_same(one, "width", "height", "has_audio", "images_per_second", "views", "created_at"),
            owner=one.owner.get_username(),
            stage=one.stage if mine else "",
            error=one.error if mine else "",
            before=queue.place(one) if one.state == Video.State.RECEIVING else 0,
            rate=f"{one.rate_numerator}/{one.rate_denominator}",
            duration=float(one.duration),
            may_change=mine,
            page=self.address(one.get_absolute_url()),
            footage=file("footage.mp4", one.footage),
            poster=file("poster.jpg", one.poster),
            filmstrip=file("filmstrip.jpg", one.filmstrip),
        )

    def frame(self, one: Frame) -> FrameOut:
        """A separated image."""
        return FrameOut(
            **_same(one, "index", "luminance", "contrast", "colourfulness", "sharpness", "palette"),
            timestamp=float(one.timestamp),
            image=self.address(links.frame_media(one, self.viewer)),
        )

    def suggestion(self, one: Suggestion) -> SuggestionOut:
        """A suggested filter."""
        page = self.address(one.filter.get_absolute_url())
        names = {"filter": one.filter.slug, "name": one.filter.name, "page": page}
        return SuggestionOut(**names, score=round(one.score, 3), reasons=one.reasons)

    def render(self, one: Render) -> RenderOut:
        """A render."""

        def file(name: str, stored: Any) -> str | None:
            return self.address(links.render_media(one, name, self.viewer)) if stored else None

        return RenderOut(
            **_same(one, "ref", "state", "error", "progress", "frames_done", "frames_total", "keep_colours"),
            **_same(one, "images_per_second", "cross_fade", "width", "height", "start_frame", "stop_frame"),
            **_same(one, "engine_seconds", "views", "created_at", "finished_at"),
            of=one.video.ref,
            filter=one.version.filter.slug,
            version=one.version.number,
            owner=one.owner.get_username(),
            before=queue.place(one) if one.state == Render.State.QUEUED else 0,
            seconds_left=queue.seconds_left(one),
            strength=float(one.strength),
            smoothing=float(one.smoothing),
            live=one.version.is_live,
            duration=float(one.duration),
            cost=float(one.cost),
            may_change=access.can_change_render(self.viewer, one),
            page=self.address(one.get_absolute_url()),
            video=file("video.mp4", one.output),
            poster=file("poster.jpg", one.poster),
            preview=file("preview.mp4", one.preview),
        )

    def segment(self, one: Segment) -> SegmentOut:
        """A segment."""
        names = (
            "index",
            "start",
            "stop",
            "state",
            "attempts",
            "error",
            "images",
            "images_done",
            "engine_seconds",
        )
        return SegmentOut(**_same(one, *names, "finished_at"), cost=float(one.cost))

    def still(self, one: Still) -> StillOut:
        """A still."""
        image = self.address(links.still_media(one, self.viewer)) if one.image else None
        return StillOut(
            **_same(one, "keep_colours", "height", "state", "error"),
            id=one.pk,
            video=one.video.ref,
            filter=one.version.filter.slug,
            version=one.version.number,
            frame=one.frame_index,
            strength=float(one.strength),
            image=image,
        )

    def comparison(self, one: Comparison) -> ComparisonOut:
        """A comparison, without the renders that the viewer may not see."""
        items = one.items.select_related("render__video", "render__version__filter").order_by("position")
        seen = [
            item.render
            for item in items
            if item.render is None or access.can_see_render(self.viewer, item.render)
        ]
        return ComparisonOut(
            **_same(one, "ref", "title", "text", "layout", "visibility", "views", "created_at"),
            video=one.video.ref,
            owner=one.owner.get_username(),
            renders=[render.ref if render else None for render in seen],
            may_change=access.can_change_own(self.viewer, one),
            page=self.address(one.get_absolute_url()),
        )

    def collection(self, one: Collection) -> CollectionOut:
        """A collection, without the works that the viewer may not see."""
        items = one.items.select_related("render__video", "comparison__video", "comparison__owner")
        shown = []
        for item in items.order_by("position"):
            if item.render is not None and access.can_see_render(self.viewer, item.render):
                shown.append(ItemOut(render=item.render.ref, comparison=None))
            if item.comparison is not None and access.can_see_comparison(self.viewer, item.comparison):
                shown.append(ItemOut(render=None, comparison=item.comparison.ref))
        return CollectionOut(
            **_same(one, "ref", "title", "text", "visibility", "created_at"),
            owner=one.owner.get_username(),
            items=shown,
            may_change=access.can_change_own(self.viewer, one),
            page=self.address(one.get_absolute_url()),
        )

    def share(self, one: ShareLink) -> ShareOut:
        """A share link."""
        names = ("label", "downloads", "opened", "is_open", "expires_at", "created_at")
        return ShareOut(**_same(one, *names), id=one.pk, kind=one.target._meta.model_name, ref=one.target.ref)


def _same(row: Any, *names: str) -> dict[str, Any]:
    """Attributes that are told as they are."""
    return {name: getattr(row, name) for name in names}
