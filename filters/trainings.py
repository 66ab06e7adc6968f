"""Making a filter from a picture: what happens to the rows while `filters.training` does the work.

`order` writes down what is wanted, `run` does it and can be killed and called again: it goes on from the last
checkpoint. PyTorch is only imported by `run`.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from numpy.typing import NDArray
from PIL import Image

from filters.models import Filter, FilterVersion, StyleImage, TrainingRun
from filters.service import BASES
from filters.shipped import CATALOGUE
from rotoscope.files import local_path, store, work_folder
from rotoscope.lease import claim, renewing

if TYPE_CHECKING:
    from torch import Tensor

    from filters.training.content import ContentSet
    from filters.training.tune import Tuned

Picture = NDArray[np.uint8]
DRAWN = 160  # landscapes drawn by ourselves, where footage is short of pictures
WRITE_EVERY = 2.0  # seconds between two updates of the row
MOST_POINTS = 500  # of the stored curve
CODE_VERSION = "1"  # raise it when training the same again gives other numbers
BEST_SCALE, MOST_MINUTES = (0.3, 3.0), 24 * 60.0


class CannotTrain(ValueError):
    """The wish cannot be fulfilled; the message is a sentence for whoever made it."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants: kept in `TrainingRun.settings`.

    `style_scale` is the size of strokes (1: style image at 512 lines), `footage` local paths of clips, `images`
    storage names of pictures to train on. With `steps` the result does not depend on the machine's speed.
    """

    minutes: float = 5.0
    steps: int = 0
    style_scale: float = 1.0
    style_weight: float = 4.0
    content_weight: float = 1.0
    footage: tuple[str, ...] = ()
    images: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise CannotTrain for what makes no sense."""
        if not 0 < self.minutes <= MOST_MINUTES:
            raise CannotTrain("Training takes more than 0 and at most 1440 minutes.")
        if not BEST_SCALE[0] <= self.style_scale <= BEST_SCALE[1]:
            raise CannotTrain("The size of strokes lies between 0.3 and 3.")
        if (
            min(self.style_weight, self.content_weight) < 0
            or max(self.style_weight, self.content_weight) > 100
        ):
            raise CannotTrain("Weights lie between 0 and 100.")


def order(
    picture: Path,
    name: str,
    owner: Any,
    wish: Wish,
    *,
    seed: int = 1,
    title: str = "",
    artist: str = "",
    origin: str = "",
    licence: str = "",
    kept: StyleImage | None = None,
) -> TrainingRun:
    """A queued run for a draft filter called `name`. `kept`: the row that `picture` belongs to, where it has one.

    Raises CannotTrain or styles.UnusableStyle.
    """
    from filters.training.pictures import load_style_image

    wish.check()
    if not slugify(name):
        raise CannotTrain("A filter needs a name with at least one letter or digit.")
    image = load_style_image(picture)
    with transaction.atomic():
        style = kept or _style_image(image, title or name, artist, origin, licence)
        made = Filter.objects.create(
            slug=_free_slug(name), name=name, owner=owner, style_image=style, engine=Filter.Engine.NETWORK
        )
        return TrainingRun.objects.create(
            name=name,
            owner=owner,
            style_image=style,
            filter=made,
            seed=seed,
            settings=asdict(wish),
            steps=wish.steps,
            code_version=CODE_VERSION,
        )


def run(pk: int, on_step: Callable[[int, int, dict[str, float]], None] | None = None) -> bool:
    """Train, to the end or until the run is cancelled or claimed by another. True where a version was made.

    Does nothing where somebody else works on it, or where it is over.
    """
    open_states = [TrainingRun.State.QUEUED, TrainingRun.State.RUNNING]
    rows = TrainingRun.objects.filter(pk=pk, state__in=open_states)
    token = claim(rows, state=TrainingRun.State.RUNNING)
    if token is None:
        return False
    row = TrainingRun.objects.select_related("style_image", "filter").get(pk=pk)
    mine = TrainingRun.objects.filter(pk=pk, state=TrainingRun.State.RUNNING).held_by(token)
    mine.update(attempts=row.attempts + 1, started_at=row.started_at or timezone.now(), error="")
    with renewing(mine, token) as lost:
        try:
            tuned, figures = _train(row, Diary(mine, on_step), lost.is_set)
        except Exception as problem:
            mine.update(
                state=TrainingRun.State.FAILED,
                error=_sentence(problem),
                finished_at=timezone.now(),
                lease_until=None,
            )
            if _is_expected(problem):
                return False
            raise
    if tuned is None:
        return False
    return _finish(row, mine, tuned, figures)


def cancel(row: TrainingRun) -> bool:
    """Stop a run that is not over; whoever works on it notices within seconds."""
    open_states = [TrainingRun.State.QUEUED, TrainingRun.State.RUNNING]
    return bool(
        TrainingRun.objects.filter(pk=row.pk, state__in=open_states).update(
            state=TrainingRun.State.CANCELLED,
            lease_until=None,
            lease_token=uuid.uuid4(),
            finished_at=timezone.now(),
        )
    )


def resume(row: TrainingRun) -> bool:
    """Put a cancelled or failed run back on the queue, to go on from its last checkpoint."""
    ended = [TrainingRun.State.CANCELLED, TrainingRun.State.FAILED]
    return bool(
        TrainingRun.objects.filter(pk=row.pk, state__in=ended).update(
            state=TrainingRun.State.QUEUED, lease_until=None, finished_at=None, error=""
        )
    )


class Diary:
    """Writes what the training tells into the row, every two seconds, and previews as they come."""

    def __init__(self, mine: Any, on_step: Callable[[int, int, dict[str, float]], None] | None) -> None:
        self.mine, self.on_step = mine, on_step
        self.row = mine.get()
        self.losses: list[list[float]] = list(self.row.losses)
        self.previews: list[dict[str, Any]] = list(self.row.previews)
        self.written = 0.0

    def __call__(self, step: int, total: int, losses: dict[str, float], preview: Tensor | None) -> None:
        """The trainer's `on_progress`."""
        self.losses = [point for point in self.losses if point[0] < step]
        keys = ("total", "content", "style", "variation", "steadiness")
        self.losses.append([step, *(round(losses[key], 5) for key in keys)])
        if preview is not None:
            self.previews = [one for one in self.previews if one["step"] < step]
            self.previews.append({"step": step, "image": self._store(step, preview)})
        if preview is not None or time.monotonic() - self.written > WRITE_EVERY:
            self.write(step, total)
        if self.on_step is not None:
            self.on_step(step, total, losses)

    def write(self, step: int, total: int) -> None:
        """One update of the row; a row that is no longer ours takes nothing."""
        self.written = time.monotonic()
        self.mine.update(step=step, steps=total, losses=self.curve(), previews=self.previews)

    def curve(self) -> list[list[float]]:
        """The curve in at most 500 points, evenly thinned, the last always there."""
        every = -(-len(self.losses) // MOST_POINTS)
        return (
            self.losses[::every]
            if (len(self.losses) - 1) % max(1, every) == 0
            else [*self.losses[::every], self.losses[-1]]
        )

    def _store(self, step: int, preview: Tensor) -> str:
        pictures = (preview.clamp(0, 1) * 255 + 0.5).byte().permute(0, 2, 3, 1).numpy()
        name = f"training/{self.row.pk}/{step:06d}.jpg"
        with work_folder() as folder:
            path = Path(folder) / "preview.jpg"
            Image.fromarray(np.concatenate(list(pictures), axis=1)).save(path, quality=88)
            return store(path, name)


def _train(
    row: TrainingRun, diary: Diary, stopped: Callable[[], bool]
) -> tuple[Tuned | None, dict[str, float]]:
    import torch

    from filters.training.content import ContentSet
    from filters.training.evaluate import evaluate, painter_as_function
    from filters.training.export import assemble
    from filters.training.metrics import Judge
    from filters.training.network import channels_last
    from filters.training.perceptual import Perception
    from filters.training.pictures import load_style_image
    from filters.training.tune import tune, tuning_settings

    torch.set_num_threads(
        max(1, int(getattr(settings, "ROTOSCOPE_TRAINING_THREADS", 0)) or torch.get_num_threads())
    )
    wish = Wish(
        **{**row.settings, "footage": tuple(row.settings["footage"]), "images": tuple(row.settings["images"])}
    )
    base = BASES / f"{row.base}.safetensors"
    content = ContentSet(_content(wish, row.seed))
    style, perception = load_style_image(local_path(row.style_image.image)), Perception()
    options = tuning_settings(
        minutes=wish.minutes,
        seed=row.seed,
        steps=wish.steps,
        style_weight=wish.style_weight,
        content_weight=wish.content_weight,
    )
    tuned = tune(
        [style],
        content,
        base,
        shipped_styles(row.base),
        options,
        style_scale=wish.style_scale,
        checkpoint=checkpoint_path(row),
        standing=_standing(content),
        on_progress=diary,
        should_stop=stopped,
        perception=perception,
    )
    if tuned is None:
        return None, {}
    diary.write(tuned.steps, tuned.steps)
    paint = painter_as_function(channels_last(assemble(base, [tuned.numbers])))
    judge = Judge(style, perception)
    return tuned, evaluate(
        paint, judge, content.pictures[:: max(1, len(content.pictures) // 2)][:2]
    ).rounded()


def _finish(row: TrainingRun, mine: Any, tuned: Tuned, figures: dict[str, float]) -> bool:
    """The new version and the end of the run, together or not at all."""
    made = row.filter
    if made is None:
        mine.update(
            state=TrainingRun.State.FAILED, error="The filter was removed meanwhile.", lease_until=None
        )
        return False
    with work_folder() as folder, transaction.atomic():
        if not mine.update(
            state=TrainingRun.State.FINISHED,
            finished_at=timezone.now(),
            metrics=figures,
            device=tuned.device,
            seconds=tuned.seconds,
            content_sha256=tuned.content_sha256,
            step=tuned.steps,
            steps=tuned.steps,
            lease_until=None,
        ):
            return False
        path = Path(folder) / f"{made.slug}.safetensors"
        digest = tuned.write(path, made.slug)
        number = 1 + max(made.versions.values_list("number", flat=True), default=0)
        version = FilterVersion.objects.create(
            filter=made,
            number=number,
            kind=FilterVersion.Kind.STYLE,
            base=row.base,
            sha256=digest,
            metrics=figures,
            weights=store(path, f"weights/{made.slug}-{digest[:16]}.safetensors"),
            training_run=row,
        )
        made.adopt(version)
    checkpoint_path(row).unlink(missing_ok=True)
    return True


def checkpoint_path(row: TrainingRun) -> Path:
    """Where the checkpoint of a run lies, on this machine."""
    return Path(settings.ROTOSCOPE_HOME) / "training" / f"{row.pk}.ckpt"


def shipped_styles(base: str) -> list[Path]:
    """The style files of the catalogue on a base ("base-fine"), from whose middle a new style starts."""
    return sorted((CATALOGUE / "weights" / base.removeprefix("base-")).glob("*.safetensors"))


def _content(wish: Wish, seed: int) -> Iterator[Picture]:
    """Frames of the chosen footage and stored pictures, mixed with landscapes of our own."""
    from filters.training.content import read_picture
    from filters.training.footage import read_frames
    from filters.training.scenes import landscapes

    given: list[Picture] = list(
        itertools.chain.from_iterable(read_frames(Path(clip), 60) for clip in wish.footage)
    )
    given += [read_picture(local_path(name)) for name in wish.images]
    yield from given
    yield from landscapes(DRAWN // 4 if len(given) >= DRAWN else DRAWN // 2 if given else DRAWN, seed)


def _standing(content: ContentSet) -> list[Picture]:
    """Two squares of 256 pixels that previews are painted of."""
    chosen: Iterable[Picture] = (content.pictures[0], content.pictures[-1])
    return [_square(picture, 256) for picture in chosen]


def _square(picture: Picture, side: int) -> Picture:
    """The middle of a picture, (side, side, 3)."""
    short = min(picture.shape[:2])
    top, left = (picture.shape[0] - short) // 2, (picture.shape[1] - short) // 2
    middle = Image.fromarray(picture[top : top + short, left : left + short])
    return np.asarray(middle.resize((side, side), Image.Resampling.LANCZOS), np.uint8)


def _style_image(picture: Picture, title: str, artist: str, origin: str, licence: str) -> StyleImage:
    """The picture as we keep it: decoded and written anew, so that nothing of the upload's bytes survives."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=92)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    found = StyleImage.objects.filter(sha256=digest).first()
    if found is not None:
        return found
    name = default_storage.save(f"styles/{digest[:24]}.jpg", ContentFile(buffer.getvalue()))
    height, width = picture.shape[:2]
    return StyleImage.objects.create(
        image=name,
        sha256=digest,
        width=width,
        height=height,
        title=title[:200],
        artist=artist[:200],
        origin=origin,
        licence=licence[:100],
    )


def _free_slug(name: str) -> str:
    """A slug for `name` that no filter has."""
    stem = slugify(name)[:70]
    taken = set(Filter.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(
        s for s in itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2))) if s not in taken
    )


def _is_expected(problem: Exception) -> bool:
    """Whether the problem lies in what was asked for, and its message is a sentence for people."""
    from filters.training.export import WrongFile
    from filters.training.pictures import UnusableStyle
    from filters.training.trainer import TrainingFailed

    return isinstance(problem, UnusableStyle | TrainingFailed | WrongFile)


def _sentence(problem: Exception) -> str:
    return str(problem) if _is_expected(problem) else f"Training broke off: {type(problem).__name__}."
