"""The figures on the admin's first page: what waits, what is worked on, what went wrong, what is full."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from filters.models import DeepFilterKey, Filter, TrainingRun
from rotoscope.admin_theme import may_open
from rotoscope.common.admin_parts import in_bytes
from videos.models import Render, Segment, Video
from videos.pipeline import queue, stills

RECENTLY = timedelta(days=1)
SHOWN = 6


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the first page. What is not open to whoever looks is told without a link."""
    user = request.user
    context["figures"] = figures(user)
    context["running"] = Render.objects.active().with_names().order_by("created_at")[:SHOWN]
    context["failures"] = failures(user)
    context["unavailable"] = Filter.objects.published().exclude(unavailable_reason="")
    context["keepers"] = keepers(user)
    context["open"] = {
        "renders": may_open(user, "videos_render"),
        "filters": may_open(user, "filters_filter"),
    }
    return context


def figures(user: Any) -> list[dict[str, Any]]:
    """Tiles: {"name", "number", "words", "href"}."""
    renders = dict(Render.objects.values_list("state").annotate(n=Count("pk")))
    videos = dict(Video.objects.values_list("state").annotate(n=Count("pk")))
    waiting = Segment.objects.claimable().count()
    receiving = videos.get(Video.State.RECEIVING, 0) + videos.get(Video.State.INGESTING, 0)
    training = TrainingRun.objects.filter(state__in=["queued", "running"]).count()
    calls = DeepFilterKey.objects.aggregate(n=Sum("images"))["n"] or 0
    frames = stills.waiting().count()
    painting, paused = f"{waiting} segments wait", f"{renders.get('paused', 0)} paused"
    rendering = _list(user, "videos_render")
    return [
        _tile(
            "Painting now", queue.working_now(), painting, rendering and f"{rendering}?state__exact=rendering"
        ),
        _tile("Renders queued", renders.get("queued", 0), paused, rendering),
        _tile("Stills queued", frames, "painted before renders", ""),
        _tile("Footage coming in", receiving, f"{videos.get('ready', 0)} ready", _list(user, "videos_video")),
        _tile("Training", training, "queued or running", _list(user, "filters_trainingrun")),
        _tile("DeepFilter images", calls, "painted for others", _list(user, "filters_deepfilterkey")),
    ]


def failures(user: Any) -> list[dict[str, Any]]:
    """What failed within a day, newest first: {"what", "sentence", "href", "when"}."""
    runs = _lately(TrainingRun.objects.filter(state=TrainingRun.State.FAILED), "finished_at")
    found = [
        *(_failure(user, "videos_render", one) for one in _failed_renders().with_names()[:SHOWN]),
        *(_failure(user, "videos_video", one) for one in _failed_videos()[:SHOWN]),
        *(_failure(user, "filters_trainingrun", one) for one in runs[:SHOWN]),
    ]
    return sorted(found, key=lambda one: one["when"], reverse=True)[:SHOWN]


def keepers(user: Any) -> list[dict[str, Any]]:
    """The people whose uploads take the most: {"name", "words", "share", "href"}."""
    people = (
        User.objects.annotate(kept=Sum("videos__source_size")).filter(kept__gt=0).select_related("profile")
    )
    rows = []
    for one in people.order_by("-kept")[:SHOWN]:
        quota = one.profile.quota_bytes if hasattr(one, "profile") else 0
        share = one.kept / quota if quota else 0.0
        words = f"{in_bytes(one.kept)} of {in_bytes(quota)}" if quota else in_bytes(one.kept)
        href = _page(user, "auth_user", one)
        rows.append({"name": one.get_username(), "words": words, "percent": round(100 * share), "href": href})
    return rows


def failed_within_a_day() -> dict[str, int | None]:
    """Numbers of failed videos and renders; None for none."""
    return {"videos": _failed_videos().count() or None, "renders": _failed_renders().count() or None}


def _failed_renders() -> Any:
    return _lately(Render.objects.filter(state=Render.State.FAILED), "finished_at")


def _failed_videos() -> Any:
    """Of a video the last attempt's beginning is known, not its end."""
    return _lately(Video.objects.filter(state=Video.State.FAILED), "started_at")


def _lately(failed: Any, moment: str) -> Any:
    """Those whose `moment` (or, where that is not known, beginning) lies within a day, the newest first."""
    since = timezone.now() - RECENTLY
    return (
        failed.annotate(when=Coalesce(moment, "created_at")).filter(when__gt=since).order_by("-when", "-pk")
    )


def _tile(name: str, number: int, words: str, href: str) -> dict[str, Any]:
    return {"name": name, "number": number, "words": words, "href": href}


def _failure(user: Any, model: str, what: Any) -> dict[str, Any]:
    return {"what": str(what), "sentence": what.error, "href": _page(user, model, what), "when": what.when}


def _list(user: Any, model: str) -> str:
    """The address of a model's list; "" where that is not open to somebody."""
    return reverse(f"admin:{model}_changelist") if may_open(user, model) else ""


def _page(user: Any, model: str, row: Any) -> str:
    """The same of a row's page."""
    return reverse(f"admin:{model}_change", args=[row.pk]) if may_open(user, model) else ""
