"""The figures on the admin's first page: what waits, what is worked on, what went wrong, what is full."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from filters.models import DeepFilterKey, Filter, TrainingRun
from rotoscope.admin_parts import in_bytes
from videos.models import Render, Segment, Still, Video
from videos.pipeline import queue

RECENTLY = timedelta(days=1)
SHOWN = 6


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the first page."""
    context["figures"] = figures()
    context["running"] = Render.objects.active().with_names().order_by("created_at")[:SHOWN]
    context["failures"] = failures()
    context["unavailable"] = Filter.objects.published().exclude(unavailable_reason="")
    context["keepers"] = keepers()
    return context


def figures() -> list[dict[str, Any]]:
    """Tiles: {"name", "number", "words", "href"}."""
    renders = dict(Render.objects.values_list("state").annotate(n=Count("pk")))
    videos = dict(Video.objects.values_list("state").annotate(n=Count("pk")))
    waiting = Segment.objects.claimable().count()
    receiving = videos.get(Video.State.RECEIVING, 0) + videos.get(Video.State.INGESTING, 0)
    training = TrainingRun.objects.filter(state__in=["queued", "running"]).count()
    calls = DeepFilterKey.objects.aggregate(n=Sum("images"))["n"] or 0
    return [
        _tile("Painting now", queue.working_now(), f"{waiting} segments wait", "videos_render", "rendering"),
        _tile(
            "Renders queued", renders.get("queued", 0), f"{renders.get('paused', 0)} paused", "videos_render"
        ),
        _tile(
            "Stills queued", Still.objects.filter(state=Still.State.QUEUED).count(), "painted before renders"
        ),
        _tile("Footage coming in", receiving, f"{videos.get('ready', 0)} ready", "videos_video"),
        _tile("Training", training, "queued or running", "filters_trainingrun"),
        _tile("DeepFilter images", calls, "painted for others", "filters_deepfilterkey"),
    ]


def failures() -> list[dict[str, Any]]:
    """What failed within a day, newest first: {"what", "sentence", "href", "when"}."""
    since = timezone.now() - RECENTLY
    found = [
        _failure("videos_render", one, one.error, one.finished_at or one.created_at)
        for one in Render.objects.filter(state=Render.State.FAILED, created_at__gt=since).with_names()[:SHOWN]
    ]
    found += [
        _failure("videos_video", one, one.error, one.created_at)
        for one in Video.objects.filter(state=Video.State.FAILED, created_at__gt=since)[:SHOWN]
    ]
    found += [
        _failure("filters_trainingrun", one, one.error, one.finished_at or one.created_at)
        for one in TrainingRun.objects.filter(state=TrainingRun.State.FAILED, created_at__gt=since)[:SHOWN]
    ]
    return sorted(found, key=lambda one: one["when"], reverse=True)[:SHOWN]


def keepers() -> list[dict[str, Any]]:
    """The people whose uploads take the most: {"name", "words", "share", "href"}."""
    people = (
        User.objects.annotate(kept=Sum("videos__source_size")).filter(kept__gt=0).select_related("profile")
    )
    rows = []
    for one in people.order_by("-kept")[:SHOWN]:
        quota = one.profile.quota_bytes if hasattr(one, "profile") else 0
        share = one.kept / quota if quota else 0.0
        words = f"{in_bytes(one.kept)} of {in_bytes(quota)}" if quota else in_bytes(one.kept)
        href = reverse("admin:auth_user_change", args=[one.pk])
        rows.append({"name": one.get_username(), "words": words, "percent": round(100 * share), "href": href})
    return rows


def failed_within_a_day() -> dict[str, int | None]:
    """Numbers of failed videos and renders; None for none."""
    since = timezone.now() - RECENTLY
    videos = Video.objects.filter(state=Video.State.FAILED, created_at__gt=since).count()
    renders = Render.objects.filter(state=Render.State.FAILED, created_at__gt=since).count()
    return {"videos": videos or None, "renders": renders or None}


def _tile(name: str, number: int, words: str, model: str = "", state: str = "") -> dict[str, Any]:
    href = reverse(f"admin:{model}_changelist") if model else ""
    return {
        "name": name,
        "number": number,
        "words": words,
        "href": href + (f"?state__exact={state}" if state else ""),
    }


def _failure(model: str, what: Any, sentence: str, when: Any) -> dict[str, Any]:
    href = reverse(f"admin:{model}_change", args=[what.pk])
    return {"what": str(what), "sentence": sentence, "href": href, "when": when}
