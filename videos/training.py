"""Trainings as the pages and the API order them: what may be used for it, and what is missing."""

from __future__ import annotations

from functools import reduce
from importlib.util import find_spec
from operator import or_
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet

from filters import bases, orders, training_queue
from filters.models import Filter, StyleImage, StyleUse, TrainingRun
from filters.training import usual
from filters.training.pictures import UnusableStyle
from filters.training_work import shipped_styles
from rotoscope.common.files import work_folder
from videos.forms.training import TrainingForm
from videos.models import Video

USUAL = {
    "minutes": usual.MINUTES,
    "style_weight": usual.STYLE_WEIGHT,
    "content_weight": usual.CONTENT_WEIGHT,
    "style_scale": usual.STYLE_SCALE,
    "seed": usual.SEED,
}


class NotTheNewest(Exception):
    """Somebody would publish another version than the one that was looked at; the message is a sentence."""


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


def order(form: TrainingForm, user: Any) -> TrainingRun | None:
    """The run of a valid form, on the queue; or None with the reason among the form's errors."""
    try:
        with work_folder() as folder:
            pieces = form.pieces(Path(folder))
            run = orders.order(
                pieces, form.cleaned_data["name"], user, form.wish(), seed=form.cleaned_data["seed"]
            )
    except (UnusableStyle, orders.CannotTrain, FileNotFoundError) as problem:
        gone = "One of these pictures is gone." if isinstance(problem, FileNotFoundError) else str(problem)
        form.add_error(None, gone)
        return None
    training_queue.begin(run)
    return run


def too_many(user: Any) -> str:
    """Why this person may order no training now, as a sentence; "" where they may."""
    try:
        orders.refuse_too_many(user)
    except orders.TooMany as refusal:
        return str(refusal)
    return ""


def another_seed(run: TrainingRun, user: Any) -> TrainingRun:
    """The same once more with another seed, on the queue. Raises CannotTrain."""
    again = orders.another_seed(run, user)
    training_queue.begin(again)
    return again


def publish(run: TrainingRun, seen: int | None = None) -> Filter | None:
    """Let everybody use what a run made last; None where it has made nothing.

    `seen` is the number of the version that was looked at. Raises NotTheNewest where that is another one.
    """
    version = run.version
    if run.filter is None or version is None:
        return None
    if seen is not None and seen != version.number:
        raise NotTheNewest(
            f"This training has made a newer version meanwhile, number {version.number}. Look at it, then publish it."
        )
    if run.filter.current_id != version.pk:
        run.filter.adopt(version)
    if run.filter.state != Filter.State.PUBLISHED and not run.filter.publish():
        return None
    return run.filter


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
