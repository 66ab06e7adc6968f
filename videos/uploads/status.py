"""What the page of uploads shows of one: how far it is, and what became of it."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from videos.models import Upload, Video
from videos.pipeline import queue


def status(upload: Upload) -> dict[str, Any]:
    """As JSON: bytes, and the video once there is one."""
    return {
        "id": str(upload.pk),
        "filename": upload.filename,
        "offset": upload.offset,
        "length": upload.length,
        "expires": upload.expires_at.isoformat(),
        "video": video_status(upload.video) if upload.video else None,
    }


def video_status(video: Video) -> dict[str, Any]:
    """As JSON: state, stage, progress 0 to 1, how many videos are before it, and where it is to be seen."""
    waiting = video.state == Video.State.RECEIVING
    return {
        "ref": video.ref,
        "title": video.title,
        "state": video.state,
        "stage": video.stage,
        "progress": video.progress,
        "error": video.error,
        "before": queue.place(video) if waiting else 0,
        "address": _address("video", video.ref),
        "lab": _address("lab", video.ref),
        "poster": reverse("media-video", args=[video.ref, "poster.jpg"]) if video.poster else "",
    }


def _address(name: str, ref: str) -> str:
    try:
        return reverse(name, args=[ref])
    except NoReverseMatch:
        return ""
