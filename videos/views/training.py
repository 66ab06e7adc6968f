"""Training a filter from pictures: ordered here, watched here, published here by staff."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from PIL import Image

from filters import orders, trainings
from filters.curves import curves_of
from filters.models import Filter, TrainingRun
from filters.style_images import WORDS
from filters.training.pictures import UnusableStyle
from videos import access, training
from videos.forms.training import MINUTES, MORE_MINUTES, MOST_BYTES, NEEDED, TrainingForm, by_size, named

SHOWN_PREVIEWS = 12


@login_required
@require_http_methods(["GET", "POST"])
def train(request: HttpRequest) -> HttpResponse:
    """Hand in or choose pictures, and say how to learn from them."""
    if not access.can_train(access.viewer_of(request)):
        raise PermissionDenied
    missing = training.what_is_missing()
    styles, footage = training.styles_for(request.user), training.footage_for(request.user)
    form = TrainingForm(styles, footage, request.POST or None, request.FILES or None, initial=training.USUAL)
    if request.method == "POST" and not missing and form.is_valid():
        run = form.order(request.user)
        if run is not None:
            messages.success(request, f"“{run.name}” is being learned. You can leave this page.")
            if form.left_out:
                messages.info(request, f"Not learned on: {named(form.left_out)}; {NEEDED}.")
            return redirect("training-run", pk=run.pk)
    values = {name: form.data.get(name, training.USUAL.get(name, "")) for name in (*form.fields, *WORDS)}
    large, small = by_size(footage)
    context = {
        "form": form,
        "styles": styles,
        "footage": large,
        "too_small": f"Not to be learned on: {named(small)}; {NEEDED}." if small else "",
        "missing": missing,
        "too_many": "" if form.errors else training.too_many(request.user),
        "minutes": MINUTES,
        "most_pictures": orders.MOST_PICTURES,
        "most_bytes": MOST_BYTES,
        "values": values,
        "chosen": {name: _list(form, name) for name in ("kept", "footage")},
        "section": "lab",
    }
    return render(request, "lab/train.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
@never_cache
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """A training: its curves, its previews, and what may be done."""
    return render(request, "lab/run.html", _watched(request, pk) | {"section": "lab"})


@login_required
@require_GET
@never_cache
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a training's page that changes."""
    return render(request, "lab/_run.html", _watched(request, pk))


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a training early; what it learned so far becomes the filter."""
    run = access.training_run_or_404(request, pk)
    if trainings.stop(run):
        run.refresh_from_db(fields=["state"])
        waited = run.state == TrainingRun.State.CANCELLED
        words = "was cancelled before its turn." if waited else "stops. What it has learned is kept."
        messages.success(request, f"“{run.name}” {words}")
    else:
        messages.info(request, f"“{run.name}” is {run.state} already.")
    return redirect("training-run", pk=pk)


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a training that is over, for some minutes more."""
    run = access.training_run_or_404(request, pk)
    minutes = request.POST.get("minutes", "")
    more = float(minutes) if minutes in dict(MORE_MINUTES) else 0.0
    try:
        training.go_on(run, more)
    except orders.CannotTrain as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"“{run.name}” goes on.")
    return redirect("training-run", pk=pk)


@login_required
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same pictures and settings with another seed, as a filter of its own to compare with."""
    before = access.training_run_or_404(request, pk)
    try:
        run = training.another_seed(before, request.user)
    except orders.CannotTrain as problem:
        messages.error(request, str(problem))
        return redirect("training-run", pk=pk)
    messages.success(request, f"“{run.name}” is being learned: {_how_alike(before)}.")
    return redirect("training-run", pk=run.pk)


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let everybody use what a training made: the curators' business. The form names the version that was seen."""
    run = access.training_run_or_404(request, pk)
    if not access.viewer_of(request).is_staff:
        raise PermissionDenied
    try:
        published = training.publish(run, _number(request.POST.get("version", "")))
    except training.CannotPublish as refusal:
        messages.error(request, str(refusal))
        return redirect("training-run", pk=pk)
    messages.success(request, f"“{published.name}” is published: everybody may render with it.")
    return redirect(published)


@login_required
@require_GET
def preview(request: HttpRequest, pk: int, step: int) -> FileResponse:
    """The preview of a step. One that goes back to its checkpoint has others at the same places of its list."""
    run = access.training_run_or_404(request, pk)
    image = next((one["image"] for one in run.previews if one["step"] == step), None)
    if image is None or not default_storage.exists(image):
        raise Http404
    answer = FileResponse(default_storage.open(image), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


@login_required
@require_GET
def picture(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """What a training learns from: the chosen part of one of its pictures."""
    run = access.training_run_or_404(request, pk)
    images = orders.pictures_of(run)
    if place >= len(images):
        raise Http404
    try:
        cut = orders.cut_picture(images[place], orders.Wish.of(run).crop(place))
    except (UnusableStyle, FileNotFoundError, ValueError) as problem:
        raise Http404 from problem
    data = io.BytesIO()
    Image.fromarray(cut).save(data, "JPEG", quality=88)
    headers = {"Cache-Control": "private, max-age=86400"}
    return HttpResponse(data.getvalue(), content_type="image/jpeg", headers=headers)


def _watched(request: HttpRequest, pk: int) -> dict[str, Any]:
    run = access.training_run_or_404(request, pk)
    version = run.version
    wish = orders.Wish.of(run)
    return {
        "run": run,
        "curves": curves_of(run.losses),
        "active": not run.is_over,
        "share": run.step / run.steps if run.steps else None,
        "previews": [one["step"] for one in run.previews][::-1][:SHOWN_PREVIEWS],
        "version": version,
        "still_used": _still_used(run.filter, version) if run.is_over else None,
        "can_publish": access.can_publish(access.viewer_of(request), run) and not _is_published(run),
        "pictures": [(image, wish.crop(place)) for place, image in enumerate(orders.pictures_of(run))],
        "learned_on": _learned_on(run, wish),
        "more_minutes": MORE_MINUTES if trainings.can_go_on(run) else (),
    }


def _learned_on(run: TrainingRun, wish: orders.Wish) -> dict[str, Any]:
    """How much of footage and of landscapes was read; before that, and of older runs, what was chosen.

    Files of older versions do not say what a training learned on.
    """
    came_in = run.state == TrainingRun.State.FINISHED and run.started_at is None
    chosen = {"frames_chosen": len(wish.images), "clips": len(wish.footage)}
    return {**run.learned_on, **chosen, "is_read": bool(run.learned_on), "is_known": not came_in}


def _how_alike(before: TrainingRun) -> str:
    """What is the same with another seed: footage does not come along in a filter's file."""
    wish = orders.Wish.of(before)
    if before.learned_on.get("frames") and not (wish.images or wish.footage):
        return (
            f"with another seed, and on drawn landscapes alone, since the footage that “{before.name}” was fitted to "
            "is not here"
        )
    return "all as before, only with another seed"


def _still_used(made: Filter | None, version: Any) -> Any:
    """The version that the lab paints with instead of the one that was made last; None where there is none."""
    if made is None or version is None or made.current_id == version.pk or made.state == Filter.State.RETIRED:
        return None
    return made.current


def _is_published(run: TrainingRun) -> bool:
    """Whether others render with its newest version already."""
    made, version = run.filter, run.version
    if made is None or version is None:
        return False
    return made.state == Filter.State.PUBLISHED and made.current_id == version.pk


def _number(said: str) -> int:
    """A version's number as a form said it; 0, which none has, for anything else."""
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def _list(form: TrainingForm, name: str) -> list[str]:
    return list(form.data.getlist(name)) if isinstance(form.data, MultiValueDict) else []
