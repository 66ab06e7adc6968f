"""A person leaves, and all that is theirs goes: the rows with their files, which a cascade would leave behind.

What others have got to know or go on using stays: filters that are or were published, with the trainings behind them,
drafts that other people's footage was rendered with, and what was rendered of that footage, as its owners'. Rows are
looked for with `_base_manager`: all of them, also such as lists leave out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, ProtectedError, QuerySet, Subquery

from filters import removal
from filters import trainings as runs
from filters.deepfilter import store
from filters.models import DeepFilterObject, Filter, FilterVersion, TrainingRun
from videos import uploads
from videos.models import Render, Upload, Video
from videos.pipeline import renders


def remove(person: User) -> None:
    """Delete an account with all that is theirs. Where it breaks off it can be done again."""
    User.objects.filter(pk=person.pk).update(is_active=False)  # what they send from now on is refused
    while not _is_gone(person):
        _remove_what_is_theirs(person)


def drafts(people: Sequence[User]) -> QuerySet[Filter]:
    """Filters that go with these people: drafts that nobody else's footage was rendered with."""
    elsewhere = Render._base_manager.exclude(video__owner__in=people).values("version")
    used = FilterVersion.objects.filter(pk__in=elsewhere)
    return Filter.objects.filter(owner__in=people, state=Filter.State.DRAFT, shipped=False).exclude(
        versions__in=used
    )


def trainings(people: Sequence[User]) -> QuerySet[TrainingRun]:
    """Trainings that go with these people: all but those behind a filter that is or was published."""
    known = [Filter.State.PUBLISHED, Filter.State.RETIRED]
    return TrainingRun.objects.filter(owner__in=people).exclude(filter__state__in=known)


def renders_elsewhere(people: Sequence[User]) -> QuerySet[Render]:
    """What these people rendered of others' footage."""
    return Render._base_manager.filter(owner__in=people).exclude(video__owner__in=people)


def _remove_what_is_theirs(person: User) -> None:
    for run in TrainingRun.objects.filter(owner=person):
        runs.cancel(run)
    owners = Video._base_manager.filter(pk=OuterRef("video")).values("owner")
    renders_elsewhere([person]).update(owner=Subquery(owners))
    uploads.remove(Upload.objects.filter(owner=person))
    store.remove_all(person)
    for video in Video._base_manager.filter(owner=person):
        renders.remove_video(video)
    for draft in drafts([person]):
        with suppress(ProtectedError):  # somebody rendered with it just now
            removal.remove(draft)
    for run in trainings([person]):
        removal.remove_run(run)


def _is_gone(person: User) -> bool:
    """Delete the row, unless something is theirs: what was under way when they left may have come in since.

    Nothing more comes in while the row is locked, and nothing can afterwards.
    """
    with transaction.atomic():
        row = User.objects.select_for_update().filter(pk=person.pk).first()
        if row is not None and _has_something(row):
            return False
        if row is not None:
            row.delete()
    return True


def _has_something(person: User) -> bool:
    models = (Upload, Video, Render, DeepFilterObject)
    rows = [model._base_manager.filter(owner=person) for model in models]
    return any(found.exists() for found in (*rows, drafts([person]), trainings([person])))
