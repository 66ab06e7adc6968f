"""What these pages share."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

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
