"""Videos and what is still coming in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.decorators import action, display

from rotoscope.common.admin_goes import CountsWhatGoes
from rotoscope.common.admin_parts import (
    HouseAdmin,
    RemovesFiles,
    ShownInline,
    ShownOnly,
    badge,
    do_each,
    in_bytes,
    progress_bar,
)
from rotoscope.common.tags import clean_tags
from videos.admin.parts import STATE_COLOURS, VISIBILITY_COLOURS, RenderProgress, WithFiles, seconds
from videos.links import video_media
from videos.models import Render, Upload, Video
from videos.pipeline import ingest, renders
from videos.pipeline.separate import SOURCE
from videos.uploads import expiry


class RenderInline(RenderProgress, ShownInline):
    """What was made of a video."""

    model = Render
    fields = ("version", "state_badge", "progress", "height", "cost", "owner", "created_at")
    readonly_fields = fields
    show_change_link = True
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Render]:
        """With names."""
        found: QuerySet[Render] = super().get_queryset(request)
        return found.select_related("version__filter", "owner", "video")


class WordsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be typed."""

    def clean_tags(self) -> list[str]:
        """As the gallery looks for them."""
        return clean_tags(self.cleaned_data["tags"])


@admin.register(Video)
class VideoAdmin(WithFiles, ShownOnly, CountsWhatGoes, HouseAdmin):
    """Footage. It comes in by upload; its words and visibility may be changed here, everything else is shown."""

    form = WordsForm
    list_display = (
        "small_poster", "title", "owner", "state_badge", "visibility_badge", "shape", "length", "render_count", "size",
        "created_at",
    )  # fmt: skip
    list_display_links = ("small_poster", "title")
    list_filter = ("state", "visibility")
    search_fields = ("title", "ref", "owner__username", "source_name", "tags__icontains")
    fieldsets = (
        (None, {"fields": (("state_badge", "ingest_progress"), "error", "large_poster")}),
        ("Words", {"fields": ("title", "description", "tags", "visibility")}),
        (
            "Footage",
            {"fields": (("shape", "length", "rate_in_words", "has_audio"), ("frame_count", "separated"))},
        ),
        (
            "Upload",
            {
                "fields": (
                    ("source_name", "size"),
                    "checksum",
                    "owner",
                    "attempts",
                    ("created_at", "ready_at"),
                )
            },
        ),
    )
    inlines = (RenderInline,)
    actions = ("retry_chosen",)
    actions_submit_line = ("retry_one",)
    TYPED = frozenset({"title", "description", "tags", "visibility"})
    set_elsewhere = tuple(TYPED)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Video]:
        """With what the list shows."""
        found: QuerySet[Video] = super().get_queryset(request)
        return found.select_related("owner").annotate(
            n_renders=Count("renders", filter=Q(renders__removed_at=None))
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the words."""
        names: list[str] = []
        for _, options in self.fieldsets:
            for field in options["fields"]:
                names += [field] if isinstance(field, str) else list(field)
        return [name for name in names if name not in self.TYPED]

    def poster_address(self, row: Video) -> str:
        """For those who may see the admin."""
        return video_media(row, "poster.jpg")

    def remove(self, row: Video) -> None:
        """With everything made of it, and the upload that it came by."""
        renders.remove_video(row)

    def offered(self, row: Video) -> set[str]:
        """Try again what failed, where its file is still there."""
        return {"retry_one"} if row.state == Video.State.FAILED and not row.was_not_kept else set()

    @display(description="state", ordering="state")
    def state_badge(self, video: Video) -> str:
        """Receiving, ingesting, ready, failed."""
        return badge(video.get_state_display(), STATE_COLOURS, video.state)

    @display(description="visibility", ordering="visibility")
    def visibility_badge(self, video: Video) -> str:
        """Public, unlisted, private."""
        return badge(video.get_visibility_display(), VISIBILITY_COLOURS, video.visibility)

    @display(description="progress")
    def ingest_progress(self, video: Video) -> str:
        """Of the ingest, with what is done now."""
        return format_html("{} {}", progress_bar(video.progress), video.stage)

    @display(description="size")
    def shape(self, video: Video) -> str:
        """In pixels."""
        return f"{video.width} × {video.height}" if video.width else "–"

    @display(description="length")
    def length(self, video: Video) -> str:
        """In seconds."""
        return seconds(video.duration) if video.frame_count else "–"

    @display(description="rate")
    def rate_in_words(self, video: Video) -> str:
        """Exact, and as people say it."""
        return f"{video.rate} ({float(video.rate):.3f} a second)" if video.rate_numerator else "–"

    @display(description="separated images")
    def separated(self, video: Video) -> str:
        """How many, at which rate."""
        rate = video.images_per_second
        return f"{video.frames.count()}, {'every frame' if rate == SOURCE else f'{rate} a second'}"

    @display(description="renders", ordering="n_renders")
    def render_count(self, video: Any) -> int:
        """How many."""
        return int(video.n_renders)

    @display(description="upload", ordering="source_size")
    def size(self, video: Video) -> str:
        """Of the untouched upload."""
        return in_bytes(video.source_size)

    @admin.action(description="Try the ingest again", permissions=["change"])
    def retry_chosen(self, request: HttpRequest, chosen: QuerySet[Video]) -> None:
        """An action of the list."""
        do_each(request, chosen, ingest.retry, "queued again", "had not failed, or were refused and not kept")

    @action(description="Try the ingest again")
    def retry_one(self, request: HttpRequest, video: Video) -> None:
        """A button of the page."""
        do_each(request, [video], ingest.retry, "video queued again", "video had not failed, or was not kept")


@admin.register(Upload)
class UploadAdmin(RemovesFiles, ShownOnly, HouseAdmin):
    """Uploads that come in, or came to a halt. They expire by themselves, and their bytes with them."""

    list_display = ("filename", "owner", "arrived", "video", "created_at", "expires_at")
    list_filter = (("video", admin.EmptyFieldListFilter),)
    list_select_related = ("owner", "video")
    search_fields = ("filename", "owner__username")
    goes_with_others = True

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        """Only the uploader goes on with it."""
        return False

    @display(description="arrived")
    def arrived(self, upload: Upload) -> str:
        """Share of all bytes."""
        share = upload.offset / upload.length if upload.length else 1.0
        return format_html("{} of {}", progress_bar(share), in_bytes(upload.length))

    def has_delete_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        """Those that are a video already go with it."""
        return bool(super().has_delete_permission(request, obj)) and (obj is None or obj.video_id is None)

    def remove(self, row: Upload) -> None:
        """End it."""
        expiry.terminate(row)
