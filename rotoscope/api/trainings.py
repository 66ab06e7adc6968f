"""Trainings: filters learned from pictures, ordered, followed, stopped, gone on with, published."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Query, Router, Schema
from ninja.errors import AuthorizationError
from ninja.files import UploadedFile
from pydantic import Field

from filters import orders
from filters import trainings as steps
from filters.models import StyleImage, StyleUse, TrainingRun
from filters.style_images import WORDS
from filters.training import usual
from rotoscope.api.auth import SIGNED_IN
from rotoscope.api.errors import Refused
from rotoscope.api.files import file_answer
from rotoscope.api.made import made, says_where
from rotoscope.api.paging import Page, Paging, page_of
from rotoscope.api.shapes import FilterOut, PictureOut, Problem
from rotoscope.api.told import Told
from rotoscope.api.wishes import Wish
from videos import access, training
from videos.forms.training import (
    CONTENT_WEIGHTS,
    MOST_MINUTES,
    STYLE_SCALES,
    STYLE_WEIGHTS,
    TrainingForm,
)

router = Router(tags=["trainings"])
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem}
BETWEEN = "{0:g} to {1:g}."
Words = Annotated[list[str], Field(description="Of each new picture, in their order.")]


class TrainingWish(Wish):
    """How to learn, and what is known of the pictures; the pictures themselves are files called `picture`."""

    name: Annotated[str, Field(examples=["Quilt"])]
    minutes: float = usual.MINUTES
    style_weight: Annotated[float, Field(description=f"How strong, {BETWEEN.format(*STYLE_WEIGHTS)}")] = (
        usual.STYLE_WEIGHT
    )
    content_weight: Annotated[
        float, Field(description=f"How true to what is seen, {BETWEEN.format(*CONTENT_WEIGHTS)}")
    ] = usual.CONTENT_WEIGHT
    style_scale: Annotated[float, Field(description=f"Size of strokes, {BETWEEN.format(*STYLE_SCALES)}")] = (
        usual.STYLE_SCALE
    )
    seed: int = usual.SEED
    footage: Annotated[
        list[str],
        Field(
            description="Footage of one's own to fit it to, by ref; its images need at least "
            f"{usual.LEAST_FRAME_SIDE} pixels on each side."
        ),
    ] = []
    all_footage: Annotated[
        bool, Field(description="Fit it to all footage of one's own that is large enough.")
    ] = False
    kept: Annotated[
        list[int], Field(description="Style images that are here, by the number in their address.")
    ] = []
    crop: Annotated[
        list[str],
        Field(
            description="“left,top,width,height,turn” of each new picture in order; “NUMBER:…” of a kept one."
        ),
    ] = []
    title: Words = []
    artist: Words = []
    year: Words = []
    origin: Words = []
    licence: Words = []


class MoreMinutes(Wish):
    """How much longer to train. Without it a cancelled or failed training goes on to its end."""

    minutes: Annotated[float, Field(ge=0, le=MOST_MINUTES)] = 0.0


class PreviewOut(Schema):
    """The standing frames as they were painted at a step."""

    step: int
    image: str


class LearnedPictureOut(PictureOut):
    """A picture with the part of it that is learned from."""

    crop: list[float] = Field(
        description="Left, top, width, height as shares of the picture; turn in degrees."
    )


class ListedTrainingOut(Schema):
    """A training as lists tell of it: its curve and its previews are told of it alone."""

    id: int
    name: str
    state: str = Field(description="queued, running, finished, failed or cancelled")
    stopping: bool = Field(description="Whether it was asked to stop and keep what it learned.")
    error: str
    filter: str | None
    version: int | None = Field(description="Number of the newest version that it made.")
    step: int
    steps: int = Field(description="About how many there will be; 0 while that is not known.")
    progress: float
    seed: int
    settings: dict[str, Any]
    learned_on: dict[str, int] = Field(
        description="Frames of footage and drawn landscapes, as they were read so far; empty where that is not known."
    )
    pictures: list[LearnedPictureOut]
    metrics: dict[str, Any]
    seconds: float
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    page: str


class TrainingOut(ListedTrainingOut):
    """A training. `filter` can be rendered with as soon as `version` is there."""

    losses: list[list[float]] = Field(
        description="[step, total, content, style, variation, steadiness, tone, evenness, lattice] each; "
        "those of old trainings end with steadiness or with evenness."
    )
    previews: list[PreviewOut]


@router.get("/trainings", response={200: Page[ListedTrainingOut], 401: Problem}, auth=SIGNED_IN)
def list_trainings(request: HttpRequest, which: Paging) -> object:
    """Trainings of one's own, newest first; without their curves and previews."""
    found = TrainingRun.objects.filter(owner_id=request.user.pk).defer("losses", "previews")
    found = found.select_related("style_image", "filter__style_image")
    found = found.prefetch_related("filter__style_uses__style_image", "filterversion_set")
    known: dict[int, StyleImage] = {}

    def expect(runs: list[TrainingRun]) -> None:
        known.update(orders.pictures_named_by(runs))

    def tell(run: TrainingRun) -> ListedTrainingOut:
        return ListedTrainingOut(**_listed(request, run, orders.pictures_of(run, known)))

    return page_of(found.order_by("-created_at", "-pk"), which, tell, expect)


NOTHING_ELSE = {"content": {"multipart/form-data": {"schema": {"additionalProperties": False}}}}


@router.post(
    "/trainings",
    response={201: TrainingOut, 409: Problem, 413: Problem, 422: Problem, 507: Problem, **NO},
    auth=SIGNED_IN,
    openapi_extra={"requestBody": NOTHING_ELSE, **says_where()},
)
def create_training(
    request: HttpRequest,
    response: HttpResponse,
    wish: Form[TrainingWish],
    picture: File[list[UploadedFile] | None] = None,
) -> object:
    """Learn a filter from one picture or several, as multipart/form-data. The result is a draft."""
    if not access.can_train(access.viewer_of(request)):
        raise AuthorizationError
    missing = training.what_is_missing()
    if missing:
        what = "PyTorch is" if missing == "torch" else "The base network is"
        raise Refused(f"{what} not installed here, and training needs it.")
    if sentence := training.too_many(request.user):
        raise Refused(sentence)
    _refuse_excess(wish, len(picture or []))
    form = _form(request, wish, picture or [])
    run = form.order(request.user) if form.is_valid() else None
    if run is None:
        raise Refused(" ".join(form.sentences()), 422)
    return made(request, response, "get_training", run.pk, told(request, run))


@router.get("/trainings/{id}", response={200: TrainingOut, **NO}, auth=SIGNED_IN)
def get_training(request: HttpRequest, id: int) -> TrainingOut:
    """How far a training is: its curve, its previews, what it made."""
    return told(request, access.training_run_or_404(request, id))


@router.get(
    "/trainings/{id}/previews/{number}", response=NO, auth=SIGNED_IN, openapi_extra=file_answer("image/jpeg")
)
def get_training_preview(request: HttpRequest, id: int, number: int) -> FileResponse:
    """A preview by its place in the list."""
    run = access.training_run_or_404(request, id)
    if not 0 <= number < len(run.previews) or not default_storage.exists(run.previews[number]["image"]):
        raise Http404
    return FileResponse(default_storage.open(run.previews[number]["image"]), content_type="image/jpeg")


@router.post("/trainings/{id}/stop", response={200: TrainingOut, 409: Problem, **NO}, auth=SIGNED_IN)
def stop_training(request: HttpRequest, id: int) -> TrainingOut:
    """Stop early; what it has learned becomes the filter within seconds."""
    if not steps.stop(access.training_run_or_404(request, id)):
        raise Refused("It is over already.")
    return told(request, access.training_run_or_404(request, id))


@router.post("/trainings/{id}/resume", response={200: TrainingOut, 409: Problem, **NO}, auth=SIGNED_IN)
def resume_training(request: HttpRequest, id: int, wish: MoreMinutes) -> TrainingOut:
    """Go on from the last checkpoint, `minutes` longer."""
    run = access.training_run_or_404(request, id)
    try:
        training.go_on(run, wish.minutes)
    except orders.CannotTrain as problem:
        raise Refused(str(problem)) from problem
    return told(request, access.training_run_or_404(request, id))


@router.post(
    "/trainings/{id}/again",
    response={201: TrainingOut, 409: Problem, **NO},
    auth=SIGNED_IN,
    openapi_extra=says_where(),
)
def repeat_training(request: HttpRequest, response: HttpResponse, id: int) -> object:
    """The same with the next seed, as a filter of its own."""
    run = access.training_run_or_404(request, id)
    try:
        again = training.another_seed(run, request.user)
    except orders.CannotTrain as problem:
        raise Refused(str(problem)) from problem
    return made(request, response, "get_training", again.pk, told(request, again))


@router.post("/trainings/{id}/publish", response={200: FilterOut, 409: Problem, **NO}, auth=SIGNED_IN)
def publish_training(
    request: HttpRequest,
    id: int,
    version: Annotated[
        int | None, Query(description="The one that was looked at: 409 where there is a newer one.")
    ] = None,
) -> FilterOut:
    """Let everybody use what a training made: for staff."""
    run = access.training_run_or_404(request, id)
    if not access.viewer_of(request).is_staff:
        raise AuthorizationError
    try:
        return Told(request).filter(training.publish(run, version))
    except training.CannotPublish as refusal:
        raise Refused(str(refusal)) from refusal


def told(request: HttpRequest, run: TrainingRun) -> TrainingOut:
    """A training as the API tells it."""
    say = Told(request)
    return TrainingOut(
        **_listed(request, run, orders.pictures_of(run)),
        losses=run.losses,
        previews=[
            PreviewOut(
                step=one["step"],
                image=say.address(reverse("api:get_training_preview", args=[run.pk, number])),
            )
            for number, one in enumerate(run.previews)
        ],
    )


def _listed(request: HttpRequest, run: TrainingRun, images: list[StyleImage]) -> dict[str, Any]:
    """What lists tell too."""
    say, version = Told(request), run.version
    names = ("name", "state", "error", "step", "steps", "seed", "metrics", "seconds", "learned_on")
    times = ("created_at", "started_at", "finished_at")
    hidden = ("footage", "images", "crops", "pictures", "mark")  # names of places on this machine
    return {
        **{name: getattr(run, name) for name in (*names, *times)},
        "id": run.pk,
        "stopping": run.is_stopping,
        "filter": run.filter.slug if run.filter else None,
        "version": version.number if version else None,
        "progress": min(1.0, run.step / run.steps) if run.steps else 0.0,
        "settings": {name: value for name, value in run.settings.items() if name not in hidden},
        "pictures": _pictures(say, run, images),
        "page": say.address(reverse("training-run", args=[run.pk])),
    }


def _refuse_excess(wish: TrainingWish, pictures: int) -> None:
    """Raises Refused for what is said of pictures that are not there."""
    for word in WORDS:
        if len(getattr(wish, word)) > pictures:
            raise Refused(
                f"{word}: it is said once for each new picture, in their order, and is here too often.", 422
            )
    named = [one.partition(":") for one in wish.crop]
    if sum(not colon for _, colon, _ in named) > pictures:
        raise Refused(
            "crop: it is said once for each new picture, in their order, and is here too often.", 422
        )
    kept = set(map(str, wish.kept))
    if others := [number for number, colon, _ in named if colon and number.strip() not in kept]:
        raise Refused(f"crop: picture {others[0][:20]} is not among those of `kept`.", 422)


def _pictures(say: Told, run: TrainingRun, images: list[StyleImage]) -> list[LearnedPictureOut]:
    wish = orders.Wish.of(run)
    return [
        LearnedPictureOut(
            **say.picture(StyleUse(style_image=image, share=1 / len(images))).model_dump(),
            crop=wish.crop(place).as_numbers(),
        )
        for place, image in enumerate(images)
    ]


def _form(request: HttpRequest, wish: TrainingWish, pictures: list[UploadedFile]) -> TrainingForm:
    """The form of the page, which knows all the rules."""
    data = QueryDict(mutable=True)
    for name, value in wish.model_dump().items():
        data.setlist(name, [str(one) for one in value] if isinstance(value, list) else [_plain(value)])
    styles, footage = training.styles_for(request.user), training.footage_for(request.user)
    return TrainingForm(styles, footage, data, MultiValueDict({"picture": pictures}))


def _plain(value: object) -> str:
    """As a browser's form would say it."""
    return ("on" if value else "") if isinstance(value, bool) else str(value)
