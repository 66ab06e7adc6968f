"""Rendering: planned, painted in segments, rebuilt to the frame."""

import threading
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from filters.engines.base import EngineError, EngineUnavailable, Frames
from filters.engines.network import NetworkEngine
from filters.models import Filter, FilterVersion
from filters.service import forget_engines
from rotoscope.common.files import local_path, store
from rotoscope.common.lease import LEASE, claim
from tests.clips import decoded
from tests.factories import inverting_model, make_render, make_render_row, make_video, make_video_row
from tests.pipeline.worked import asked, numbers, worked_off
from videos.media.probe import probe
from videos.models import Render, Segment, Video
from videos.models.segment import MAX_ATTEMPTS, SegmentQuerySet
from videos.pipeline import dispatch, paint, rebuild, reconcile, renders, stills
from videos.pipeline.renders import CannotRender, RenderSettings

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own


def test_it_paints_every_frame_in_order(video: Video, negative: Filter) -> None:
    render = make_render(video, negative)
    assert render.segments.count() > 1
    assert numbers(render) == list(range(120))
    assert (render.frames_done, render.frames_total) == (120, 120)


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "25/2"])
def test_it_keeps_rate_count_duration_and_sound(owner: User, negative: Filter, rate: str) -> None:
    video = make_video(owner, frames=61, rate=Fraction(rate), audio=True)
    render = make_render(video, negative)
    found = probe(local_path(render.output))
    assert (found.rate, found.frame_count) == (Fraction(rate), 61)
    assert found.duration == 61 / Fraction(rate)
    assert found.audio is not None


def test_it_paints_a_range(video: Video, negative: Filter) -> None:
    assert numbers(make_render(video, negative, start_frame=31, stop_frame=90)) == list(range(31, 90))


def test_it_holds_images_below_the_source_rate(video: Video, negative: Filter) -> None:
    render = make_render(video, negative, images_per_second=2)
    assert numbers(render) == [12 * (index // 12) for index in range(120)]
    assert render.frames_done == 10


def test_it_cross_fades_on_request(video: Video, negative: Filter) -> None:
    pictures = decoded(local_path(make_render(video, negative, images_per_second=2, cross_fade=True).output))
    between = (pictures[0].astype(float) + pictures[12]) / 2
    assert len(pictures) == 120
    assert np.abs(pictures[6] - between).mean() < 3
    assert np.abs(pictures[6].astype(float) - pictures[0]).mean() > 6


def test_strength_zero_is_the_original(video: Video, negative: Filter) -> None:
    pictures = decoded(local_path(make_render(video, negative, strength=0).output))
    originals = decoded(local_path(video.footage))
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(pictures, originals, strict=True)) < 3


def test_smoothing_does_not_break_at_segments(video: Video, negative: Filter) -> None:
    assert numbers(make_render(video, negative, smoothing=0.5)) == list(range(120))


def test_it_scales_to_the_height(video: Video, negative: Filter) -> None:
    render = make_render(video, negative, height=66)
    assert decoded(local_path(render.output))[0].shape == (66, render.width, 3)


def test_a_live_render_is_painted_by_the_live_twin(video: Video, negative: Filter) -> None:
    twin = FilterVersion.objects.create(
        filter=negative, number=2, kind=FilterVersion.Kind.ONNX, base="base-live", weights=_weights(negative)
    )
    assert negative.current is not None
    negative.adopt(negative.current, live=twin)
    fine, live = asked(video, negative), asked(video, negative, live=True)
    assert (fine.version, live.version) == (negative.current, twin)
    assert (fine.version.is_live, live.version.is_live) == (False, True)
    assert asked(video, negative, live=True) == live


def test_a_live_render_of_a_filter_without_a_twin_is_refused(video: Video, negative: Filter) -> None:
    with pytest.raises(CannotRender, match="has no live version"):
        asked(video, negative, live=True)


def _weights(filter: Filter) -> str:
    assert filter.current is not None
    return str(filter.current.weights.name)


def test_the_same_wish_is_the_same_render(video: Video, negative: Filter) -> None:
    first = asked(video, negative, images_per_second=None)
    assert renders.request(video, negative, video.owner, RenderSettings(images_per_second=60)) == (
        first,
        False,
    )


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"start_frame": 50, "stop_frame": 50}, "range"),
        ({"stop_frame": 121}, "range"),
        ({"strength": 1.5}, "Strength"),
        ({"images_per_second": 0}, "at least one image"),
        ({"height": 10}, "height"),
    ],
)
def test_it_refuses_settings_with_a_sentence(
    video: Video, negative: Filter, wish: dict[str, float], words: str
) -> None:
    with pytest.raises(CannotRender, match=words):
        asked(video, negative, **wish)


def test_it_refuses_an_unavailable_filter(video: Video, negative: Filter) -> None:
    negative.mark_unavailable("The service does not answer.")
    with pytest.raises(CannotRender, match="does not answer"):
        asked(video, negative)


def test_a_cancel_stops_a_running_segment_and_a_resume_keeps_what_is_finished(
    video: Video, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = asked(video, negative)
    with dispatch.inline():
        paint.run(render.pk)
    real = NetworkEngine.apply

    def cancelling(engine: NetworkEngine, frames: Frames) -> Frames:
        renders.cancel(Render.objects.get(pk=render.pk))
        return real(engine, frames)

    with monkeypatch.context() as patch, dispatch.inline():
        patch.setattr(NetworkEngine, "apply", cancelling)
        assert paint.run(render.pk) is False
    render.refresh_from_db()
    assert render.state == Render.State.CANCELLED
    kept = render.segments.get(state="finished").file.name
    with dispatch.inline():
        assert renders.resume(render)
    assert render.segments.get(index=0).file.name == kept
    assert worked_off(render).state == Render.State.FINISHED
    assert numbers(render) == list(range(120))


def test_a_paused_render_is_left_alone(video: Video, negative: Filter) -> None:
    render = asked(video, negative)
    assert renders.pause(render)
    assert paint.run(render.pk) is False
    assert renders.resume(render)
    assert worked_off(render).state == Render.State.FINISHED


def test_a_segment_whose_worker_died_is_painted_by_another(video: Video, negative: Filter) -> None:
    render = asked(video, negative)
    render.start()
    segments = Segment.objects.filter(render=render, index=0)
    assert claim(segments, state=Segment.State.RUNNING, attempts=1)
    with dispatch.inline():
        while paint.run(render.pk):
            pass
    render.refresh_from_db()
    assert render.state == Render.State.RENDERING, "the dead worker's segment is not free yet"
    segments.update(lease_until=timezone.now() - LEASE)
    assert worked_off(render).state == Render.State.FINISHED
    assert render.segments.get(index=0).attempts == 2


def test_a_late_worker_does_not_overwrite(
    video: Video, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = asked(video, negative)
    stored: list[str] = []

    def taken_over(path: Path, name: str) -> str:
        Segment.objects.filter(render=render, index=0).update(lease_token=None, lease_until=None)
        stored.append(store(path, name))
        return stored[0]

    monkeypatch.setattr("rotoscope.common.loose.store", taken_over)
    with dispatch.inline():
        assert paint.run(render.pk) is False
    segment = Segment.objects.get(render=render, index=0)
    assert (segment.state, segment.file.name) == ("running", "")
    assert not default_storage.exists(stored[0])


def test_it_fails_with_a_reason_after_five_attempts(
    video: Video, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*args: object) -> None:
        raise EngineError("out of luck", temporary=True)

    monkeypatch.setattr(NetworkEngine, "apply", failing)
    render = asked(video, negative)
    with dispatch.inline():
        for _ in range(MAX_ATTEMPTS):
            Segment.objects.update(lease_until=None)  # rested enough
            assert paint.run(render.pk)
        render.refresh_from_db()
        assert render.state == Render.State.RENDERING, "not one attempt too few"
        assert paint.run(render.pk)
    render.refresh_from_db()
    assert render.state == Render.State.FAILED
    assert "out of luck" in render.error


@pytest.mark.parametrize("passing", [True, False])
def test_an_unavailable_service_marks_the_filter(
    video: Video, negative: Filter, monkeypatch: pytest.MonkeyPatch, passing: bool
) -> None:
    """What passes is waited for; the render fails where that makes no sense."""

    def unavailable(*args: object) -> None:
        raise EngineUnavailable("DeepFilter does not answer.", temporary=passing)

    monkeypatch.setattr(NetworkEngine, "apply", unavailable)
    render = asked(video, negative)
    with dispatch.inline():
        paint.run(render.pk)
    render.refresh_from_db()
    negative.refresh_from_db()
    state, error = (
        (Render.State.RENDERING, "") if passing else (Render.State.FAILED, "DeepFilter does not answer.")
    )
    assert (render.state, render.error) == (state, error)
    assert negative.unavailable_reason == "DeepFilter does not answer."


def test_an_older_version_that_cannot_run_leaves_the_filter_as_it_is(
    video: Video, negative: Filter, queue: StubBroker
) -> None:
    """As one whose files are gone; so does a live twin. What new renders use runs on."""
    older = negative.current
    assert older is not None
    render, _ = renders.request(video, negative, video.owner, RenderSettings())
    still = stills.request(video, older, 0)
    newer = FilterVersion(filter=negative, number=2, kind=FilterVersion.Kind.ONNX)
    newer.weights.save("newer.onnx", ContentFile(inverting_model()), save=True)
    negative.adopt(newer)
    older.weights.storage.delete(str(older.weights.name))
    forget_engines()
    worked_off(render)
    assert stills.run(still.pk)
    still.refresh_from_db()
    for row in (render, still):
        assert (row.state, "weights of Negative v1 are missing" in row.error) == ("failed", True)
    negative.refresh_from_db()
    assert negative.is_available


def test_of_two_sums_at_once_the_later_one_stays(
    owner: User, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = make_render_row(make_video_row(owner), negative, state=Render.State.RENDERING)
    Segment.objects.bulk_create(
        Segment(render=render, index=n, start=24 * n, stop=24 * n + 24, images=24) for n in range(2)
    )

    def finishes_another() -> None:
        Segment.objects.filter(render=render).update(images_done=24)
        renders.tally(render)
        connections.close_all()

    another = threading.Thread(target=finishes_another)
    aggregate = SegmentQuerySet.aggregate

    def slowly(rows: SegmentQuerySet, *args: object, **sums: object) -> dict[str, object]:
        summed = aggregate(rows, *args, **sums)
        if another.ident is None:
            another.start()
            another.join(timeout=0.5)  # enough where nothing holds it up
        return summed

    monkeypatch.setattr(SegmentQuerySet, "aggregate", slowly)
    renders.tally(render)
    another.join()
    render.refresh_from_db()
    assert render.frames_done == 48


def test_a_worker_that_was_ended_before_it_summed_up_leaves_no_wrong_sum(
    video: Video, negative: Filter, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = asked(video, negative)

    class Ended(BaseException):
        """As a kill: nothing that follows is done."""

    def killed(render: Render) -> None:
        if not render.segments.unfinished().exists():
            raise Ended

    with dispatch.inline():
        while render.segments.filter(state="pending").count() > 1:
            assert paint.run(render.pk)
        with monkeypatch.context() as patch, pytest.raises(Ended):
            patch.setattr(renders, "tally", killed)
            paint.run(render.pk)
    reconcile.run()
    assert rebuild.run(render.pk)
    render.refresh_from_db()
    assert (render.state, render.frames_done) == (Render.State.FINISHED, 120)


def test_the_reconciler_sends_lost_messages_again(video: Video, negative: Filter, queue: StubBroker) -> None:
    asked(video, negative)
    assert reconcile.run() == 1
    assert reconcile.run() == 0, "patience, until the message is old"


@pytest.mark.parametrize(
    ("metrics", "seconds"),
    [
        ({"milliseconds_per_frame": 240.0}, 120 * 0.24 * (160 * 90) / (1280 * 720)),
        ({"milliseconds_per_frame": "240"}, None),
        ({"milliseconds_per_frame": -1.0}, None),
        ({}, None),
    ],
)
def test_before_its_first_render_an_estimate_comes_from_the_evaluation(
    video: Video, negative: Filter, metrics: dict[str, object], seconds: float | None
) -> None:
    FilterVersion.objects.update(metrics=metrics)
    negative.refresh_from_db()
    assert (video.width, video.height) == (160, 90)
    assert renders.estimate(video, negative, RenderSettings()).seconds == pytest.approx(seconds)


def test_an_estimate_comes_from_what_was_measured(video: Video, negative: Filter) -> None:
    assert renders.estimate(video, negative, RenderSettings()).seconds is None
    FilterVersion.objects.update(metrics={"milliseconds_per_frame": 60_000.0})
    render = make_render(video, negative)
    negative.refresh_from_db()
    estimate = renders.estimate(video, negative, RenderSettings(images_per_second=2))
    assert (estimate.images, estimate.cost) == (10, Decimal(0))
    assert estimate.seconds == pytest.approx(render.engine_seconds / 12)
