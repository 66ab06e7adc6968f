"""Training a filter from a picture: ordered here, watched here, published here by staff."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filters import training_queue, trainings
from filters.curves import curves_of
from filters.models import Filter, StyleImage, TrainingRun
from filters.service import BASES
from rotoscope.files import local_path, work_folder
from videos import access
from videos.forms.training import MINUTES, TrainingForm
from videos.models import Video

USUAL = {"minutes": 5, "style_weight": 4, "content_weight": 1, "style_scale": 1, "seed": 1}
ENDED = (TrainingRun.State.FINISHED, TrainingRun.State.FAILED, TrainingRun.State.CANCELLED)


@login_required
@require_http_methods(["GET", "POST"])
def train(request: HttpRequest) -> HttpResponse:
    """Hand in or choose a picture, and say how to learn from it."""
    if not access.can_train(access.viewer_of(request)):
        raise PermissionDenied
    missing = what_is_missing()
    styles, footage = _styles_for(request.user), _footage_for(request.user)
    form = TrainingForm(styles, footage, request.POST or None, request.FILES or None, initial=USUAL)
    if request.method == "POST" and not missing and form.is_valid():
        run = _order(request, form)
        if run is not None:
            messages.success(request, f"“{run.name}” is being learned. You can leave this page.")
            return redirect("training-run", pk=run.pk)
    context = {
        "form": form,
        "styles": styles[:60],
        "footage": footage,
        "missing": missing,
        "minutes": MINUTES,
        "values": {name: form.data.get(name, USUAL.get(name, "")) for name in form.fields},
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
    """Stop a training; what it learned is kept for going on."""
    run = access.training_run_or_404(request, pk)
    if trainings.cancel(run):
        messages.success(request, f"“{run.name}” is stopped. It can go on from its last checkpoint.")
    else:
        messages.info(request, f"“{run.name}” is {run.state} already.")
    return redirect("training-run", pk=pk)


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a training that was stopped or failed."""
    run = access.training_run_or_404(request, pk)
    if training_queue.resume(run):
        messages.success(request, f"“{run.name}” goes on.")
    else:
        messages.info(request, f"“{run.name}” is {run.state}: there is nothing to go on with.")
    return redirect("training-run", pk=pk)


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let everybody use what a training made: the curators' business."""
    run = access.training_run_or_404(request, pk)
    if not access.viewer_of(request).is_staff:
        raise PermissionDenied
    if run.filter is None or not run.filter.publish():
        messages.error(request, "There is nothing to publish yet.")
        return redirect("training-run", pk=pk)
    messages.success(request, f"“{run.filter.name}” is published: everybody may render with it.")
    return redirect(run.filter)


@login_required
@require_GET
def preview(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """A preview of a training, by its place in the list."""
    run = access.training_run_or_404(request, pk)
    if number >= len(run.previews) or not default_storage.exists(run.previews[number]["image"]):
        raise Http404
    answer = FileResponse(default_storage.open(run.previews[number]["image"]), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def what_is_missing() -> str:
    """Why nothing can be trained here: "torch", "base", or "" where it can."""
    if find_spec("torch") is None:
        return "torch"
    base = TrainingRun._meta.get_field("base").get_default()
    return "" if (BASES / f"{base}.safetensors").is_file() and trainings.shipped_styles(base) else "base"


def _order(request: HttpRequest, form: TrainingForm) -> TrainingRun | None:
    """The run on the queue, or None with the reason among the form's errors."""
    from filters.training.pictures import UnusableStyle

    picture: UploadedFile[bytes] | None = form.cleaned_data["picture"]
    kept: StyleImage | None = None if picture else form.cleaned_data["kept"]
    words = {name: form.cleaned_data[name] for name in ("title", "artist", "origin", "licence")}
    try:
        with work_folder() as folder:
            path = local_path(kept.image) if kept else _written(picture, Path(folder) / "picture")
            run = trainings.order(
                path,
                form.cleaned_data["name"],
                request.user,
                form.wish(),
                seed=form.cleaned_data["seed"],
                kept=kept,
                **words,
            )
    except (UnusableStyle, trainings.CannotTrain) as problem:
        form.add_error("picture", str(problem))
        return None
    training_queue.begin(run)
    return run


def _written(picture: UploadedFile[bytes] | None, path: Path) -> Path:
    assert picture is not None
    with path.open("wb") as file:
        for chunk in picture.chunks():
            file.write(chunk)
    return path


def _watched(request: HttpRequest, pk: int) -> dict[str, Any]:
    run = access.training_run_or_404(request, pk)
    return {
        "run": run,
        "curves": curves_of(run.losses),
        "active": run.state not in ENDED,
        "share": run.step / run.steps if run.steps else None,
        "previews": [(number, one["step"]) for number, one in enumerate(run.previews)][::-1][:12],
        "can_publish": access.viewer_of(request).is_staff and run.state == TrainingRun.State.FINISHED,
        "figures": run.metrics,
    }


def _styles_for(user: Any) -> QuerySet[StyleImage]:
    """Style images of published filters, and of the person's own."""
    known = Q(filter__state=Filter.State.PUBLISHED) | Q(filter__owner=user) | Q(training_runs__owner=user)
    return StyleImage.objects.filter(known).distinct().order_by("title")


def _footage_for(user: Any) -> QuerySet[Video]:
    return Video.objects.ready().filter(owner=user).order_by("-created_at")
