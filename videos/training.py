"""Trainings as the pages and the API know them: what may be used, what is missing, going on and publishing."""

from __future__ import annotations

from functools import reduce
from importlib.util import find_spec
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from filters import bases, orders, training_queue, trainings
from filters.models import Filter, StyleImage, StyleUse, TrainingRun
from filters.training import usual
from filters.training_work import shipped_styles
from videos.models import Video

USUAL = {
    "minutes": usual.MINUTES,
    "style_weight": usual.STYLE_WEIGHT,
    "content_weight": usual.CONTENT_WEIGHT,
    "style_scale": usual.STYLE_SCALE,
    "seed": usual.SEED,
}
NOTHING_YET = "There is nothing to publish yet."


class CannotPublish(Exception):
    """What a training made is not published now; the message is a sentence."""


class NothingToPublish(CannotPublish):
    """It is under way, has made nothing, or its filter was removed."""


class NotTheNewest(CannotPublish):
    """Somebody would publish another version than the one that was looked at."""


def what_is_missing() -> str:
    """Why nothing can be trained here: "torch", "base", or "" where it can."""
    if find_spec("torch") is None:
        return "torch"
    base = TrainingRun._meta.get_field("base").get_default()
    try:
        bases.shipped(base)
    except FileNotFoundError:
        return "base"
    return "" if shipped_styles(base) else "base"


def too_many(user: Any) -> str:
    """Why this person may order no training now, as a sentence; "" where they may."""
    try:
        orders.refuse_too_many(user)
    except orders.TooManyTrainings as refusal:
        return str(refusal)
    return ""


def another_seed(run: TrainingRun, user: Any) -> TrainingRun:
    """The same once more with another seed, on the queue. Raises CannotTrain."""
    again = orders.another_seed(run, user)
    training_queue.begin(again)
    return again


def go_on(run: TrainingRun, minutes: float = 0.0) -> None:
    """Put one that is over on the queue again, for `minutes` more, or to where it was meant to end.

    Raises CannotTrain. How many run or wait is asked of its owner, whoever goes on with it.
    """
    if run.filter is None:
        raise orders.CannotTrain("Its filter was removed: there is nothing to go on with.")
    if not trainings.can_go_on(run):
        raise orders.CannotTrain("It came in as a file: there is nothing to go on with.")
    if run.is_over:
        orders.refuse_too_many(run.owner)
    if not training_queue.go_on(run, minutes):
        raise orders.CannotTrain("It is under way, or at its end: say how many minutes more.")


def publish(run: TrainingRun, seen: int | None = None) -> Filter:
    """Let everybody use what a run that is over made last; the filter.

    `seen` is the number of the version that was looked at. Raises CannotPublish.
    """
    made, version = run.filter, run.version
    if not run.is_over or made is None or version is None:
        raise NothingToPublish(NOTHING_YET)
    if seen is not None and seen != version.number:
        raise NotTheNewest(
            f"This training has made a newer version meanwhile, number {version.number}. Look at it, then publish it."
        )
    if made.current_id != version.pk:
        made.adopt(version)
    if made.state != Filter.State.PUBLISHED and not made.publish():
        raise NothingToPublish(NOTHING_YET)
    return made


def styles_for(user: Any) -> QuerySet[StyleImage]:
    """Style images of published filters, and of the person's own.

    Found by their keys: joined, what goes back to one picture would be multiplied with itself.
    """
    filters = Filter.objects.filter(Q(state=Filter.State.PUBLISHED) | Q(owner=user)).order_by()
    uses = StyleUse.objects.filter(filter__in=filters).order_by()
    runs = TrainingRun.objects.filter(owner=user).order_by()
    ways = (rows.values("style_image") for rows in (filters, uses, runs))
    known = reduce(or_, (Q(pk__in=pictures) for pictures in ways))
    return StyleImage.objects.filter(known).order_by("title")


def footage_for(user: Any) -> QuerySet[Video]:
    """Ready footage of a person's own."""
    return Video.objects.ready().filter(owner=user).order_by("-created_at")
