"""Style images: where filters come from."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from filters import removal
from filters.models import StyleImage
from rotoscope.common.admin_parts import HouseAdmin, RemovesFiles, ShownOnly


@admin.register(StyleImage)
class StyleImageAdmin(RemovesFiles, ShownOnly, HouseAdmin):
    """Pictures with their origin; they come and go with filters and trainings, so here only their words change."""

    list_display = ("thumb", "title", "artist", "year", "licence", "size")
    list_display_links = ("thumb", "title")
    search_fields = ("title", "artist", "origin")
    readonly_fields = ("picture", "size", "owner", "sha256", "created_at")
    fields = (
        "picture",
        "title",
        "artist",
        "year",
        "origin",
        "licence",
        "owner",
        "size",
        "sha256",
        "created_at",
    )

    def has_delete_permission(self, request: HttpRequest, obj: StyleImage | None = None) -> bool:
        """Its origin belongs to the filters that learned from it; one that nothing goes back to may go."""
        used = obj is not None and not StyleImage.objects.unused().filter(pk=obj.pk).exists()
        return bool(super().has_delete_permission(request, obj)) and not used

    def remove(self, row: StyleImage) -> None:
        """With its file."""
        removal.remove_picture(row)

    @display(description="")
    def thumb(self, image: StyleImage) -> SafeString:
        """Small."""
        address = reverse("media-style", args=[image.pk])
        return format_html('<img class="thumb" loading="lazy" alt="" src="{}">', address)

    @display(description="picture")
    def picture(self, image: StyleImage) -> SafeString:
        """Large."""
        return format_html('<img class="style" alt="" src="{}">', reverse("media-style", args=[image.pk]))

    @display(description="size")
    def size(self, image: StyleImage) -> str:
        """In pixels."""
        return f"{image.width} × {image.height}"
