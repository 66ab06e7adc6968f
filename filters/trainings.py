"""A training run as a row: worked on by whoever claims it, stopped, gone on with, finished as a version.

`run` can be killed at any instant and called again: it goes on from the last checkpoint.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from filters.judgements import MEASURED_ON
from filters.models import Filter, FilterVersion, TrainingRun
from filters.orders import ANEW, MOST_MINUTES
from filters.training.refusals import Refusal
from filters.training_diary import Diary, OnStep
from filters.training_record import PART, told_by
from filters.training_work import train
from filters.versions import StoredWeights, add_version, store_weights
from rotoscope.common import malloc
from rotoscope.common.files import work_folder
from rotoscope.common.lease import claim, released, renewing

if TYPE_CHECKING:
    from filters.training.tune import Tuned

State = TrainingRun.State
OPEN = (State.QUEUED, State.RUNNING)
REMOVED = "The filter was removed meanwhile."
KEEP_CHECKPOINTS = timedelta(days=60)


def run(pk: int, on_step: OnStep | None = None) -> bool:
    """Train, to the end or until the run is stopped or claimed by another. True where a version was made.

    Does nothing where somebody else works on it, or where it is over.
    """
    token = taken(pk)
    return token is not None and work(pk, token, on_step)


def taken(pk: int) -> UUID | None:
    """queued or running → running, and ours under this token; None where somebody else works on it, or it is over."""
    runs = TrainingRun.objects.filter(pk=pk, state__in=OPEN)
    return claim(runs, state=State.RUNNING, worked_at=Now())


def work(pk: int, token: UUID, on_step: OnStep | None = None) -> bool:
    """Train a run that was taken, as `run` does."""
    row = TrainingRun.objects.select_related("style_image", "filter").get(pk=pk)
    mine = TrainingRun.objects.filter(pk=pk, state=State.RUNNING).held_by(token)
    mine.update(attempts=row.attempts + 1, started_at=row.started_at or timezone.now(), error="")
    if row.filter is None:
        _end(mine, State.FAILED, error=REMOVED)
        return False
    with renewing(mine, token) as lost:
        try:
            tuned, figures = train(row, Diary(mine, on_step), lost.is_set)
        except Exception as problem:
            _end(mine, State.FAILED, error=_sentence(problem))
            if isinstance(problem, Refusal):
                return False
            raise
        finally:
            malloc.give_back()
        weights = _stored(tuned, row.filter.slug) if tuned is not None else None
    if tuned is None or weights is None:
        if not lost.is_set():
            _end(mine, State.CANCELLED)
        return False
    return _finish(mine, tuned, weights, figures)


def not_measured(pk: int) -> FilterVersion | None:
    """The newest version that a finished run made, if nobody evaluated it yet."""
    row = TrainingRun.objects.filter(pk=pk, state=State.FINISHED).first()
    version = row.version if row is not None else None
    return version if version is not None and MEASURED_ON not in version.metrics else None


def stop(row: TrainingRun) -> bool:
    """Stop early and keep what is there; whoever works on it notices within seconds. False where it is over.

    One that still waits for its turn has nothing to keep and is cancelled.
    """
    queued = TrainingRun.objects.filter(pk=row.pk, state=State.QUEUED)
    if queued.update(state=State.CANCELLED, finished_at=timezone.now(), **released()):
        return True
    running = TrainingRun.objects.filter(pk=row.pk, state=State.RUNNING)
    return bool(running.update(stop_asked_at=timezone.now()))


def cancel(row: TrainingRun) -> bool:
    """End a run that is not over, at once and without a version; its last checkpoint stays to go on from."""
    return bool(
        TrainingRun.objects.filter(pk=row.pk, state__in=OPEN).update(
            state=State.CANCELLED,
            finished_at=timezone.now(),
            **released(),
        )
    )


def end_those_of(removed: Filter) -> int:
    """End runs for a filter that is about to be deleted: what they learn could not be kept. How many."""
    return TrainingRun.objects.filter(filter=removed, state__in=OPEN).update(
        state=State.FAILED,
        error=REMOVED,
        finished_at=timezone.now(),
        **released(),
    )


def go_on(row: TrainingRun, minutes: float = 0.0) -> bool:
    """Queue a run that is over again, to go on from its last checkpoint for `minutes` more.

    Without `minutes` a cancelled or failed one goes on to where it was meant to end; a finished one is at its end.
    One that came in as a file was never worked on here, and has no checkpoint; one whose filter was removed has nothing
    to go on for.
    """
    if not can_go_on(row):
        return False
    again = [State.CANCELLED, State.FAILED, *([State.FINISHED] if minutes > 0 else [])]
    wish = _longer(row, minutes)
    return bool(
        TrainingRun.objects.filter(pk=row.pk, state__in=again).update(
            state=State.QUEUED,
            settings=wish,
            steps=wish.get("steps") or 0,  # by minutes nobody knows yet
            finished_at=None,
            stop_asked_at=None,
            attempts=0,
            error="",
            **released(),
        )
    )


def can_go_on(row: TrainingRun) -> bool:
    """Whether a run that is over has a filter, and was worked on here unless it is still to begin."""
    return row.filter_id is not None and (row.state != State.FINISHED or row.started_at is not None)


def _longer(row: TrainingRun, minutes: float) -> dict[str, Any]:
    """The settings of a run that takes so many minutes more than it has taken."""
    first = {f"first_{name}": row.settings.get(name, 0) for name in ("minutes", "steps")}
    wish: dict[str, Any] = {**first, **row.settings}
    wish.pop(ANEW, None)
    if minutes <= 0:
        return wish
    unknown = row.step and not row.seconds  # cancelled by a Rotoscope that wrote the seconds only at the end
    before = wish.get("parts", [])
    if row.step > (before[-1]["step"] if before else 0):
        part = {**wish, "step": row.step}
        wish["parts"] = [*before, {name: part.get(name, 0) for name in PART}]
    taken = wish["minutes"] if unknown else row.seconds / 60
    wish["minutes"] = min(MOST_MINUTES, taken + minutes)
    if wish.get("steps"):
        pace = row.step / row.seconds if row.seconds else 1.0
        wish["steps"] = max(row.step, 1) + max(1, round(pace * minutes * 60))
    return wish


def clear_checkpoints() -> int:
    """Remove checkpoints that nobody went on from for two months; how many."""
    oldest = (timezone.now() - KEEP_CHECKPOINTS).timestamp()
    folder = Path(settings.ROTOSCOPE_HOME) / "training"
    gone = 0
    for path in folder.glob("*.ckpt*"):
        with suppress(FileNotFoundError):  # trainings rename what they have written
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
    return gone


def _stored(tuned: Tuned, slug: str) -> StoredWeights:
    """What was learned, in storage."""
    with work_folder() as folder:
        path = Path(folder) / "style.safetensors"
        tuned.write(path, slug)
        return store_weights(FilterVersion.Kind.STYLE, path.read_bytes(), slug)


def _finish(mine: Any, tuned: Tuned, weights: StoredWeights, figures: dict[str, float]) -> bool:
    """The new version and the end of the run, together or not at all.

    Run and filter are read again, and held: a curator may have published in the hours since the run began.
    """
    with transaction.atomic():
        held = mine.select_for_update().first()
        if held is None:
            return False
        made = Filter.objects.select_for_update().filter(pk=held.filter_id).first()
        if made is None:
            _end(mine, State.FAILED, error=REMOVED)
            return False
        too_late = {"stop_asked_at": None} if tuned.is_whole else {}  # while the result was judged
        _end(
            mine,
            State.FINISHED,
            metrics=figures,
            device=tuned.device,
            seconds=tuned.seconds,
            content_sha256=tuned.content_sha256,
            step=tuned.steps,
            steps=tuned.steps,
            **too_late,
        )
        held.refresh_from_db()
        version = add_version(
            made, weights, base=held.base, training_run=held, metrics=figures, record=told_by(held)
        )
        if made.state == made.State.DRAFT or made.current_id is None:
            made.adopt(version)  # what others render with changes only when a curator says so
    return True


def _end(mine: Any, state: str, **values: Any) -> bool:
    """Write the end of a run into a row that is still ours."""
    moments = {"finished_at": timezone.now(), "worked_at": Now()}
    return bool(mine.update(state=state, **moments, **released(), **values))


def _sentence(problem: Exception) -> str:
    if isinstance(problem, Refusal):
        return str(problem)
    return (
        f"Training broke off ({type(problem).__name__}). Go on with it from its last checkpoint; "
        "where it breaks off again, the log of the worker for trainings says why."
    )
