"""Who may see or do what with filters and trainings: the part of access.py that is about these, asked for there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from filters.models import Filter, FilterVersion, StyleImage, TrainingRun
from filters.models.filter import FilterQuerySet

if TYPE_CHECKING:
    from videos.access import Viewer


def filters_for(viewer: Viewer) -> FilterQuerySet:
    """Filters that the viewer may render with now: published ones, and drafts of their own (staff: all drafts)."""
    return filters_shown_to(viewer).filter(unavailable_reason="")


def filters_shown_to(viewer: Viewer) -> FilterQuerySet:
    """The same with those that cannot run now."""
    drafts = Q(state=Filter.State.DRAFT)
    if not viewer.is_staff:
        drafts &= Q(owner_id=viewer.user.pk, owner__isnull=False)
    return Filter.objects.filter(Q(state=Filter.State.PUBLISHED) | drafts, current__isnull=False)


def filters_seen_by(viewer: Viewer) -> FilterQuerySet:
    """All filters that the viewer may look at: the right to one, can_see_filter, as the database has it."""
    if viewer.is_staff:
        return Filter.objects.all()
    mine = Q(owner_id=viewer.user.pk, owner__isnull=False)
    return Filter.objects.filter(~Q(state=Filter.State.DRAFT) | mine)


def can_see_filter(viewer: Viewer, filter: Filter) -> bool:
    """Look at a filter: published and retired ones all, drafts their owner and staff, also before anything can run."""
    return filter.state != Filter.State.DRAFT or viewer.is_staff or viewer.owns(filter)


def can_train(viewer: Viewer) -> bool:
    """Train filters: any signed-in person; publishing is the curators' (staff) business."""
    return bool(viewer.user.is_authenticated and viewer.user.is_active)


def can_see_run(viewer: Viewer, run: TrainingRun) -> bool:
    """Look at a training run and stop it: whoever started it, and staff."""
    return viewer.owns(run) or viewer.is_staff


def can_publish(viewer: Viewer, run: TrainingRun) -> bool:
    """Let everybody use what a training made: staff, once it is over and has made something that is still here."""
    return viewer.is_staff and run.is_over and run.filter is not None and run.version is not None


def can_see_style(viewer: Viewer, style: StyleImage) -> bool:
    """Look at a style image: when a filter that is or was published was made after it, or one of one's own."""
    if viewer.is_staff:
        return True
    mine = Q(owner_id=viewer.user.pk, owner__isnull=False)
    shown = Q(state__in=[Filter.State.PUBLISHED, Filter.State.RETIRED])
    made = Filter.objects.filter(Q(style_image=style) | Q(style_uses__style_image=style))
    learned_from = Q(style_image=style) | Q(settings__contains={"pictures": [style.pk]})
    return made.filter(shown | mine).exists() or TrainingRun.objects.filter(mine, learned_from).exists()


def can_export(viewer: Viewer, filter: Filter) -> bool:
    """Take a filter away as a file: its owner, staff, and any signed-in person what ships with Rotoscope.

    A mix too, where they may take away all that it is made of: with little of the others it is nearly the one.
    """
    if filter.current is None:
        return False
    signed_in = bool(viewer.user.is_authenticated and viewer.user.is_active)
    return viewer.is_staff or (signed_in and _may_take(viewer, filter, filter.current))


def _may_take(viewer: Viewer, filter: Filter, version: FilterVersion) -> bool:
    """Whether a version, and every one that it is mixed of, is theirs or ships; of one that is gone nobody knows."""
    parents = [part.parent for part in version.mix_parts.select_related("parent__filter")]
    return (viewer.owns(filter) or filter.shipped) and all(
        parent is not None and _may_take(viewer, parent.filter, parent) for parent in parents
    )
