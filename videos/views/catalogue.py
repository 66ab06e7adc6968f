"""The catalogue of filters. It stands with the videos, since it shows what was made with each filter."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from filters import testframes
from filters.figures import COMPARED, FIGURES, Figure
from filters.judgements import MEASURED_ON
from filters.likeness import nearest
from filters.models import Filter, FilterVersion, MixPart, TrainingRun
from rotoscope.common import tags
from videos import access
from videos.access import Viewer
from videos.models import Render, Video
from videos.views.gallery import page_of

TAGS = 12
ALIKE = 0.15  # cosine of signatures from which two filters are said to be close


@require_safe
def filters(request: HttpRequest) -> HttpResponse:
    """All published filters and the viewer's own drafts; `?q=` searches, `?tag=` chooses."""
    viewer = access.viewer_of(request)
    query = request.GET.get("q", "").strip()[:100]
    tag = request.GET.get("tag", "").strip()[:40].lower()
    every = access.filters_shown_to(viewer)
    found = every.search(query)
    chosen = found.tagged(tag) if tag else found
    shown = page_of(chosen.with_pictures().order_by("name", "pk"), request, 24)
    samples = samples_of([one.pk for one in shown])
    context = {
        "section": "filters",
        "page": shown,
        "cards": [(one, look_of(one), samples.get(one.pk)) for one in shown],
        "filter_query": query,
        "tag": tag,
        "tags": tags.popular(every, TAGS),
        "total": found.count() if tag else shown.paginator.count,
    }
    return render(request, "filters/catalogue.html", context)


@require_safe
def filter(request: HttpRequest, slug: str) -> HttpResponse:
    """One filter: whose manner it has and where that comes from, how well it does, what was made with it."""
    viewer = access.viewer_of(request)
    shown = access.filter_or_404(request, slug)
    works = (
        _public_works().filter(version__filter=shown).with_names().order_by("-views", "-finished_at", "pk")
    )
    page = page_of(works, request)
    metrics: dict[str, Any] = shown.current.metrics if shown.current else {}
    context: dict[str, Any] = {
        "section": "filters",
        "filter": shown,
        "page": page,
        "sample": page[0] if len(page) and page.number == 1 else None,
        "looks": looks_of(shown),
        "versions": [(version, cells_of(version)) for version in shown.versions.order_by("-number")],
        "columns": COMPARED,
        "measures": measures(metrics),
        "measured_on": metrics.get(MEASURED_ON, ""),
        "neighbours": neighbours(viewer, shown),
        "drafted": shown.state == Filter.State.DRAFT,
        "pictures": shown.pictures(),
        "mix_parts": _mixed_of(viewer, shown),
        "can_export": access.can_export(viewer, shown),
        "run": _run_of(viewer, shown),
    }
    return render(request, "filters/filter.html", context)


def _mixed_of(viewer: Viewer, shown: Filter) -> list[MixPart]:
    """What the current version was mixed of; `shown` says whether the viewer may see that filter."""
    if shown.current is None:
        return []
    parts = list(shown.current.mix_parts.select_related("parent__filter").order_by("-share"))
    seen = set(
        access.filters_shown_to(viewer).filter(versions__mixed_into__in=parts).values_list("pk", flat=True)
    )
    for part in parts:
        part.shown = part.parent is not None and part.parent.filter_id in seen  # type: ignore[attr-defined]
    return parts


def _run_of(viewer: Viewer, shown: Filter) -> TrainingRun | None:
    """The training of the current version, for who may look at it."""
    run = shown.current.training_run if shown.current else None
    return run if run is not None and access.can_see_run(viewer, run) else None


def looks_of(shown: Filter) -> list[tuple[str, str, str]]:
    """(what is seen, static file before, address after) of the standing frames, where painting them costs nothing."""
    if shown.current is None or not testframes.is_free(shown.current):
        return []
    return [
        (name, f"looks/{name}.jpg", reverse("media-look", args=[shown.current.pk, number]))
        for number, name in enumerate(testframes.NAMES)
    ]


def look_of(shown: Filter) -> str:
    """Address of the first of them; "" without."""
    looks = looks_of(shown)
    return looks[0][2] if looks else ""


def measures(metrics: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(name, figure, meaning) of the figures that are known; other metrics are nobody's business here."""
    values = [(one, one.of(metrics)) for one in FIGURES]
    return [(one.name, one.written(value), one.meaning) for one, value in values if value is not None]


def cells_of(version: FilterVersion) -> list[tuple[Figure, str]]:
    """The figures by which versions are compared, as they are written; "" where one was not measured."""
    values = [(one, one.of(version.metrics)) for one in COMPARED]
    return [(one, "" if value is None else one.written(value)) for one, value in values]


def neighbours(viewer: Viewer, shown: Filter) -> list[Filter]:
    """The filters most like this one, of those that the viewer sees; none where it was not judged."""
    every = list(access.filters_shown_to(viewer).exclude(pk=shown.pk).select_related("current__judgement"))
    return [one for one, cosine in nearest([shown, *every])[shown.pk] if cosine >= ALIKE]


def samples_of(filter_ids: list[int]) -> dict[int, Render]:
    """For each filter the public render of it that was looked at most, for a before and after: one query."""
    best = (
        _public_works()
        .filter(version__filter__in=filter_ids)
        .exclude(Q(poster="") | Q(video__poster=""))
        .order_by("version__filter_id", "-views", "-finished_at")
        .distinct("version__filter_id")
    )
    # Sorted as keys, not as rows a kilobyte wide.
    found = Render.objects.filter(pk__in=best.values("pk")).select_related("video", "version")
    return {render.version.filter_id: render for render in found}


def _public_works() -> Any:
    return Render.objects.finished().filter(video__in=Video.objects.listed())
