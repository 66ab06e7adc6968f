"""Makes the API's answers from rows, for one request and its viewer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse

from filters.models import Filter, FilterVersion, StyleUse
from rotoscope.api.shapes import (
    CollectionOut,
    ComparisonOut,
    FilterOut,
    FrameOut,
    ItemOut,
    PartOut,
    PictureOut,
    RemovedOut,
    RenderOut,
    SegmentOut,
    SharedOut,
    ShareOut,
    StillOut,
    SuggestionOut,
    VersionOut,
    VideoOut,
)
from rotoscope.api.wishes import Lens, Look, Zoom
from videos import access, arrangement, links
from videos.gathered import Gathered, gathered
from videos.models import (
    Collection,
    CollectionItem,
    Comparison,
    ComparisonItem,
    Frame,
    Render,
    Segment,
    ShareLink,
    Still,
    Video,
)
from videos.pipeline import queue, removal, stills
from videos.suggestions.suggest import Suggestion

EMBEDDED = 100
"""Works that are told with their collection; its items are a list of their own besides."""


def compared() -> Prefetch[Any]:
    """What is told of the places of comparisons; lists ask for it once for all rows of a page."""
    return Prefetch(
        "items", ComparisonItem.objects.select_related("render__video__owner").order_by("position")
    )


class Told:
    """Makes answers for one request: absolute addresses, and only what its viewer may see."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer = access.viewer_of(request)
        self._places: dict[int, int] = {}
        self._gathered: dict[int, Gathered] = {}
        self._footage_places: dict[int, int] = {}

    def address(self, path: str) -> str:
        """An absolute address."""
        return self.request.build_absolute_uri(path)

    def page(self, work: Video | Render | Comparison | Collection) -> str:
        """The absolute address of a work's page, which opens to whoever asks: with the share token, if there is one."""
        return self._opened(work.get_absolute_url())

    def _opened(self, path: str) -> str:
        """An absolute address with the share token, if there is one."""
        token = f"?{urlencode({'share': self.viewer.token})}" if self.viewer.token else ""
        return self.address(path + token)

    def _pages(self, work: Video | Render | Comparison) -> dict[str, Any]:
        """Its page, its player for other people's pages, and where those learn of it."""
        page, player = self.page(work), reverse("embed", args=[work._meta.model_name, work.ref])
        return {
            "page": page,
            "embed": self._opened(player),
            "oembed": self.address(f"{reverse('oembed')}?{urlencode({'url': page})}"),
        }

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
            live=one.live_id is not None,
            mine=self.viewer.owns(one),
            metrics=one.current.metrics if one.current else {},
            style_image=style,
            pictures=[self.picture(use) for use in one.pictures()],
            mixed_of=[
                PartOut(name=part.parent_name, sha256=part.parent_sha256, share=part.share)
                for part in (one.current.mix_parts.all() if one.current else ())
            ],
            page=self.address(one.get_absolute_url()),
        )

    def version(self, one: FilterVersion) -> VersionOut:
        """A version of a filter."""
        return VersionOut(
            **_same(one, "number", "kind", "base", "sha256", "metrics", "created_at"),
            current=one.pk == one.filter.current_id,
            live=one.pk == one.filter.live_id,
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
            before=self._before_footage(one),
            codec=str(one.probe.get("codec", "")),
            source_name=one.source_name if mine else "",
            source_size=one.source_size if mine else 0,
            rate=f"{one.rate_numerator}/{one.rate_denominator}",
            duration=float(one.duration),
            may_change=mine,
            may_download=access.can_download(self.viewer, one),
            **self._pages(one),
            footage=file("footage.mp4", one.footage),
            proxy=file("proxy.mp4", one.proxy),
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

    def expect(self, those: list[Render]) -> None:
        """Look up the places in the queue of renders that are told next, all at once."""
        self._places = queue.places(those)

    def expect_footage(self, those: list[Video]) -> None:
        """The same of footage."""
        self._footage_places = queue.footage_places(those)

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
            before=self._before(one),
            seconds_left=queue.seconds_left(one),
            strength=float(one.strength),
            smoothing=float(one.smoothing),
            live=one.version.is_live,
            duration=float(one.duration),
            cost=float(one.cost),
            may_change=access.can_change_render(self.viewer, one),
            may_download=access.can_download(self.viewer, one),
            **self._pages(one),
            video=file("video.mp4", one.output),
            poster=file("poster.jpg", one.poster),
            preview=file("preview.mp4", one.preview),
            proxy=file("proxy.mp4", one.proxy),
        )

    def _before(self, one: Render) -> int:
        """How many come before it; 0 once it does not wait any more."""
        if one.state != Render.State.QUEUED:
            return 0
        return self._places[one.pk] if one.pk in self._places else queue.place(one)

    def _before_footage(self, one: Video) -> int:
        """The same of footage."""
        if one.state != Video.State.RECEIVING:
            return 0
        return self._footage_places[one.pk] if one.pk in self._footage_places else queue.place(one)

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
        forgotten = stills.is_forgotten(one)
        return StillOut(
            **_same(one, "keep_colours", "height"),
            state=Still.State.FAILED if forgotten else one.state,
            error="Nobody painted it in time. Ask for it again." if forgotten else one.error,
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
        prefetch_related_objects([one], compared())
        seen = [
            item.render
            for item in one.items.all()
            if item.render is None or access.can_see_render(self.viewer, item.render)
        ]
        return ComparisonOut(
            **_same(one, "ref", "title", "text", "layout", "visibility", "views", "created_at"),
            video=one.video.ref,
            owner=one.owner.get_username(),
            renders=[render.ref if render else None for render in seen],
            look=look_at(one),
            may_change=access.can_change_own(self.viewer, one),
            **self._pages(one),
        )

    def gather(self, those: list[Collection]) -> None:
        """Look up what is in collections that are told next, all at once."""
        self._gathered = gathered(self.viewer, those, EMBEDDED, "render", "comparison")

    def collection(self, one: Collection) -> CollectionOut:
        """A collection, without the works that the viewer may not see."""
        if one.pk not in self._gathered:
            self.gather([one])
        works = self._gathered.pop(one.pk)
        return CollectionOut(
            **_same(one, "ref", "title", "text", "visibility", "created_at"),
            owner=one.owner.get_username(),
            items=[self.item(item) for item in works.first],
            count=works.count,
            may_change=access.can_change_own(self.viewer, one),
            page=self.page(one),
        )

    def item(self, one: CollectionItem) -> ItemOut:
        """What stands at one place of a collection."""
        return ItemOut(
            render=one.render.ref if one.render else None,
            comparison=one.comparison.ref if one.comparison else None,
        )

    def share(self, one: ShareLink) -> ShareOut:
        """A share link: what it does now, which may be less than was once asked for."""
        return ShareOut(
            **_same(one, "label", "opened", "expires_at", "revoked_at", "last_opened_at", "created_at"),
            downloads=access.gives_away(one),
            is_open=access.opens_now(one),
            id=one.pk,
            kind=one.target._meta.model_name,
            ref=one.target.ref,
        )

    def removed(self, one: removal.Thing) -> RemovedOut:
        """What was deleted."""
        assert one.removed_at is not None
        assert one.kept_until is not None
        return RemovedOut(
            **_same(one, "ref", "removed_at", "kept_until"),
            kind=removal.kind_of(one),
            title=str(one),
            owner=one.owner.get_username(),
            takes_bytes=one.source_size if isinstance(one, Video) else 0,
        )

    def shared(self, link: ShareLink) -> SharedOut:
        """What the viewer's link opens."""
        target = link.target
        return SharedOut(
            kind=target._meta.model_name,
            ref=target.ref,
            downloads=access.gives_away(link),
            expires_at=link.expires_at,
            page=self.page(target),
        )


def look_at(one: Comparison) -> Look:
    """How a comparison is looked at."""
    kept = arrangement.look_of(one)
    zoom = dict(zip(("scale", "x", "y"), kept.zoom, strict=True))
    lens = dict(zip(("x", "y"), kept.lens, strict=True))
    ends = {"first_frame": kept.start, "last_frame": kept.stop}
    return Look(frame=kept.t, **ends, zoom=Zoom(**zoom), cut=kept.cut, lens=Lens(**lens))


def _same(row: Any, *names: str) -> dict[str, Any]:
    """Attributes that are told as they are."""
    return {name: getattr(row, name) for name in names}
