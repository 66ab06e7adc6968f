"""The work of a training run: content, pictures and base brought together for `filters.training`.

It needs PyTorch, and imports it only when it works.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.core.files.storage import default_storage
from numpy.typing import NDArray

from filters import bases, sha256
from filters.catalogue import FOLDER as CATALOGUE
from filters.models import TrainingRun
from filters.orders import ANEW, Wish, as_first_ordered, cut_picture, new_mark, pictures_of
from filters.training.pictures import refuse_too_long
from filters.training.refusals import Refusal
from filters.training_diary import Diary
from filters.training_record import keep_curves
from rotoscope.common import machine
from rotoscope.common.files import local_path

if TYPE_CHECKING:
    from filters.training.content import ContentSet
    from filters.training.drawn import GrowingContent
    from filters.training.metrics import Judge
    from filters.training.perceptual import Perception
    from filters.training.settings import Settings
    from filters.training.tune import Tuned

logger = logging.getLogger(__name__)

Picture = NDArray[np.uint8]
DRAWN = 96  # landscapes drawn by ourselves, where footage is short of pictures
OF_EACH_CLIP = 60  # frames
NO_PYTORCH = "This worker cannot train: PyTorch is not installed on it (make setup without TRAIN=0)."
STANDING_SIDE = 384  # pixels a side, at most, of the parts of frames that previews are painted of
Figures = dict[str, float]


def get_ready() -> None:
    """Load PyTorch, where there is any, before somebody waits for it: over three of the first preview's ten seconds."""
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("filters.training.tune")


def keep_to_our_cores() -> None:
    """No more threads than cores that we may use: PyTorch knows nothing of a container's quota."""
    import torch

    torch.set_num_threads(min(torch.get_num_threads(), machine.cores()))


def train(row: TrainingRun, diary: Diary, lost: Callable[[], bool]) -> tuple[Tuned | None, Figures]:
    """Learn, to the end or until somebody wants it to stop: the numbers, and how good they are.

    (None, {}) where the row was `lost` to somebody else, or nothing was learned before the stop. Raises Refusal.
    """
    _refuse_without_pytorch()
    from filters.training.perceptual import Perception
    from filters.training.trainer import TrainingFailed

    if not shipped_styles(row.base):
        raise TrainingFailed("No style ships on this base network, so there is nothing to start from.")
    keep_to_our_cores()
    _begin_anew_without_checkpoint(row, diary)
    wish = Wish.of(row)
    styles = [cut_picture(image, wish.crop(place)) for place, image in enumerate(pictures_of(row))]
    for style in styles:  # of a run that was ordered when nobody asked
        refuse_too_long(style, wish.style_scale)
    content = _content(wish, diary.learned_on)
    standing = standing_parts(content.pictures[:2])
    diary.first_look(_painted_before(row, standing))
    perception = Perception()
    tuned = _learned(row, wish, styles, content, standing, diary, lost, perception)
    if tuned is None or lost():
        return None, {}
    diary.write(tuned.steps, tuned.steps, tuned.seconds)
    return tuned, _figures(row, tuned, styles, content, perception)


def _refuse_without_pytorch() -> None:
    try:
        importlib.import_module("torch")
    except ModuleNotFoundError as missing:
        raise Refusal(NO_PYTORCH) from missing


def _begin_anew_without_checkpoint(row: TrainingRun, diary: Diary) -> None:
    """As it was ordered first, where there is nothing to go on from: a checkpoint goes after two months, with the base
    that its numbers belong to, and lies on one machine alone.
    """
    if not row.step or checkpoint_path(row).exists():
        return
    logger.warning("the checkpoint of %s is gone; it begins anew", row)
    keep_curves(row)
    row.settings = as_first_ordered(row.settings) | {ANEW: True, "mark": new_mark()}
    row.step, row.seconds = 0, 0.0
    diary.begin_anew(row.settings)


def checkpoint_path(row: TrainingRun) -> Path:
    """Where the checkpoint of a run lies, on this machine. Numbers belong to their base, so it is in the name.

    So is the run's mark: after a restore of the database numbers of runs are given again, and files stay; and where it
    begins anew, another machine may still have the checkpoint of before. Runs of before 2026-12 have none.
    """
    digest = sha256.of_file(base_file(row))
    name = "-".join(filter(None, (str(row.pk), row.settings.get("mark"), digest[:12])))
    return Path(settings.ROTOSCOPE_HOME) / "training" / f"{name}.ckpt"


def base_file(row: TrainingRun) -> Path:
    """The base network that a run learns on. Raises FileNotFoundError."""
    return bases.shipped(row.base)


def shipped_styles(base: str) -> list[Path]:
    """The style files of the catalogue on a base ("base-fine"), from whose middle a new style starts."""
    return sorted((CATALOGUE / "weights" / base.removeprefix("base-")).glob("*.safetensors"))


def _learned(
    row: TrainingRun,
    wish: Wish,
    styles: list[Picture],
    content: GrowingContent,
    standing: list[Picture],
    diary: Diary,
    lost: Callable[[], bool],
    perception: Perception,
) -> Tuned | None:
    from filters.training.salvage import tuned_so_far
    from filters.training.tune import tune

    checkpoint = checkpoint_path(row)

    def should_stop() -> bool:
        content.raise_problem()
        return lost() or diary.should_stop()

    with _lack_of_memory_told():
        tuned = tune(
            styles,
            content,
            base_file(row),
            shipped_styles(row.base),
            _settings(row, wish),
            style_scale=wish.style_scale,
            checkpoint=checkpoint,
            standing=standing,
            on_progress=diary,
            should_stop=should_stop,
            perception=perception,
        )
    if tuned is not None or lost():
        return tuned
    return tuned_so_far(checkpoint, base_file(row), content, next(perception.buffers()).device.type)


@contextlib.contextmanager
def _lack_of_memory_told() -> Iterator[None]:
    """Raises TrainingFailed with a sentence where the block found no memory."""
    from filters.training.trainer import TrainingFailed

    try:
        yield
    except (MemoryError, RuntimeError) as problem:
        if not _is_lack_of_memory(problem):
            raise
        raise TrainingFailed("There was not enough memory to train with.") from problem


def _is_lack_of_memory(problem: Exception) -> bool:
    """PyTorch has an exception of its own for a graphics card, and nothing but words for the machine's memory."""
    import torch

    own = isinstance(problem, MemoryError | torch.OutOfMemoryError)
    return own or "can't allocate memory" in str(problem)


def _settings(row: TrainingRun, wish: Wish) -> Settings:
    from filters.training.tune import tuning_settings

    return tuning_settings(
        minutes=wish.minutes,
        seed=row.seed,
        steps=wish.steps,
        style_weight=wish.style_weight,
        content_weight=wish.content_weight,
    )


def _painted_before(row: TrainingRun, standing: list[Picture]) -> list[Picture]:
    """The standing pictures under the style that training starts from."""
    from filters.training.evaluate import painter_as_function
    from filters.training.export import assemble, mean_style, read_style

    base = base_file(row)
    middle = mean_style([read_style(path) for path in shipped_styles(row.base)])
    paint = painter_as_function(assemble(base, [middle]))
    return [paint(picture) for picture in standing]


def _figures(
    row: TrainingRun, tuned: Tuned, styles: list[Picture], content: ContentSet, perception: Perception
) -> Figures:
    """Style and content distance on two pictures of the content."""
    from filters.training.evaluate import evaluate, painter_as_function
    from filters.training.export import assemble
    from filters.training.network import channels_last

    paint = painter_as_function(channels_last(assemble(base_file(row), [tuned.numbers])))
    stills = content.pictures[:: max(1, len(content.pictures) // 2)][:2]
    return evaluate(paint, _judge(styles, perception.to("cpu")), stills).rounded()


def _judge(styles: list[Picture], perception: Perception) -> Judge:
    """Judges against the mean of the pictures' Gram matrices, which is what was learned."""
    import torch

    from filters.training.metrics import Judge

    judges = [Judge(style, perception) for style in styles]
    for layer in judges[0].targets:
        judges[0].targets[layer] = torch.stack([one.targets[layer] for one in judges]).mean(0)
    return judges[0]


def _content(wish: Wish, read: Counter[str]) -> GrowingContent:
    """Frames of chosen footage and stored pictures, mixed with landscapes of our own. Begins with a few.

    How many of each are there is counted in `read`.
    """
    from filters.training.drawn import GrowingContent, forget_older_landscapes, interleaved

    folder = Path(settings.ROTOSCOPE_HOME) / "training" / "landscapes"
    forget_older_landscapes(folder)
    mixed = interleaved(_of_kind("frames", _given(wish)), _of_kind("landscapes", _drawn(folder, wish)))
    return GrowingContent(_counted(mixed, read), wait=bool(wish.steps))


def _of_kind(kind: str, pictures: Iterable[Picture]) -> Iterator[tuple[str, Picture]]:
    return ((kind, picture) for picture in pictures)


def _counted(pictures: Iterable[tuple[str, Picture]], read: Counter[str]) -> Iterator[Picture]:
    """The pictures alone, each counted by its kind as it is handed out."""
    for kind, picture in pictures:
        read[kind] += 1
        yield picture


def _drawn(folder: Path, wish: Wish) -> Iterator[Picture]:
    """Landscapes, the fewer the more was chosen to learn on and is still there.

    That is asked after the first quarter, when others wait for nothing: a store of files takes its time to answer.
    """
    from filters.training.drawn import kept_landscapes

    drawn = kept_landscapes(folder, DRAWN)
    yield from itertools.islice(drawn, DRAWN // 4)
    there = itertools.islice(filter(default_storage.exists, wish.images), DRAWN)
    count = OF_EACH_CLIP * len(wish.footage) + sum(1 for _ in there)
    wanted = DRAWN // 4 if count >= DRAWN else DRAWN // 2 if count else DRAWN
    yield from itertools.islice(drawn, wanted - DRAWN // 4)


def _given(wish: Wish) -> Iterator[Picture]:
    """The pictures that were chosen to learn on, read one by one."""
    from filters.training.clips import frames_to_learn_on

    frames = itertools.chain.from_iterable(
        frames_to_learn_on(Path(clip), OF_EACH_CLIP) for clip in wish.footage
    )
    return itertools.chain(frames, _stored(wish.images))


def _stored(names: tuple[str, ...]) -> Iterator[Picture]:
    """Stored pictures; those of footage that was deleted meanwhile are left out."""
    from filters.training.content import read_picture

    for name in names:
        try:
            yield read_picture(local_path(name))
        except (FileNotFoundError, OSError):
            logger.warning("%s is gone, and is not trained on", name)


def standing_parts(pictures: Sequence[Picture]) -> list[Picture]:
    """The middles of pictures, squares of one size, as large as in a render of 720 lines.

    Strokes are so many pixels large: on a frame made smaller they would look three times as large as they will be.
    """
    shortest = min(min(picture.shape[:2]) for picture in pictures)
    side = min(STANDING_SIDE, shortest) // 8 * 8
    corners = [((picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2) for picture in pictures]
    return [
        picture[top : top + side, left : left + side].copy()
        for picture, (top, left) in zip(pictures, corners, strict=True)
    ]
