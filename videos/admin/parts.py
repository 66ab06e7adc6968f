"""What these pages share."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from rotoscope.common.admin_parts import RemovesFiles, badge, progress_bar
from videos.models import Render

STATE_COLOURS = {
    "receiving": "info",
    "ingesting": "info",
    "ready": "success",
    "queued": "info",
    "rendering": "info",
    "rebuilding": "info",
    "paused": "warning",
    "pending": "default",
    "running": "info",
    "finished": "success",
    "failed": "danger",
    "cancelled": "default",
}
VISIBILITY_COLOURS = {"public": "success", "unlisted": "warning", "private": "default"}


def thumb(address: str) -> SafeString:
    """A small picture."""
    return format_html('<img class="thumb" loading="lazy" alt="" src="{}">', address)


def seconds(value: Any) -> str:
    """Seconds for people."""
    return f"{float(value):.1f} s"


class RenderProgress:
    """How far renders are."""

    @display(description="state", ordering="state")
    def state_badge(self, render: Render) -> str:
        """Queued to finished."""
        return badge(render.get_state_display(), STATE_COLOURS, render.state)

    @display(description="progress")
    def progress(self, render: Render) -> str:
        """By painted images."""
        return progress_bar(render.progress)


class WithFiles(RemovesFiles):
    """Rows that have files: a poster to show, and more than a row to delete."""

    def poster_address(self, row: Any) -> str:
        """Where the poster of a row is to be had."""
        raise NotImplementedError

    @display(description="")
    def small_poster(self, row: Any) -> str:
        """Small, for the list. Not `poster`: there the name of a field goes before that of a method."""
        return thumb(self.poster_address(row)) if row.poster else ""

    @display(description="poster")
    def large_poster(self, row: Any) -> str:
        """Large."""
        if not row.poster:
            return "None yet."
        return format_html('<img class="style" alt="" src="{}">', self.poster_address(row))
