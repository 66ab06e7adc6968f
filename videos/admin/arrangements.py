"""Comparisons and collections."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from unfold.decorators import display

from rotoscope.common.admin_parts import HouseAdmin, ShownInline, ShownOnly, badge
from videos.admin.parts import VISIBILITY_COLOURS
from videos.models import Collection, CollectionItem, Comparison, ComparisonItem


class ComparisonItemInline(ShownInline):
    """The places of a comparison."""

    model = ComparisonItem
    fields = ("position", "render")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """With names."""
        return super().get_queryset(request).select_related("render__video", "render__version__filter")


class CollectionItemInline(ShownInline):
    """What is in a collection."""

    model = CollectionItem
    fields = ("position", "render", "comparison")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """With names."""
        names = ("render__video", "render__version__filter", "comparison")
        return super().get_queryset(request).select_related(*names)


class _Arranged(ShownOnly, HouseAdmin):
    """What both have."""

    list_filter = ("visibility",)
    set_elsewhere = ("title", "text", "visibility")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With owners and numbers."""
        return super().get_queryset(request).select_related("owner").annotate(n_items=Count("items"))

    @display(description="visibility", ordering="visibility")
    def visibility_badge(self, one: Comparison | Collection) -> str:
        """Public, unlisted, private."""
        return badge(one.get_visibility_display(), VISIBILITY_COLOURS, one.visibility)

    @display(description="items", ordering="n_items")
    def item_count(self, one: Any) -> int:
        """How many."""
        return int(one.n_items)


@admin.register(Comparison)
class ComparisonAdmin(_Arranged):
    """Comparisons; they are arranged on their own page."""

    list_display = (
        "title",
        "video",
        "owner",
        "layout",
        "item_count",
        "visibility_badge",
        "views",
        "created_at",
    )
    search_fields = ("title", "ref", "owner__username")
    fields = ("title", "text", "visibility", "layout", "video", "owner", "views", "created_at")
    readonly_fields = ("layout", "video", "owner", "views", "created_at")
    inlines = (ComparisonItemInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the footage too."""
        return super().get_queryset(request).select_related("video")


@admin.register(Collection)
class CollectionAdmin(_Arranged):
    """Collections; they are filled on their own page."""

    list_display = ("title", "owner", "item_count", "visibility_badge", "created_at")
    search_fields = ("title", "ref", "owner__username")
    fields = ("title", "text", "visibility", "owner", "created_at")
    readonly_fields = ("owner", "created_at")
    inlines = (CollectionItemInline,)
