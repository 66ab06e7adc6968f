"""Once all segments are painted: the rebuild, what is dropped then, and what removing leaves."""

from functools import partial
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from dramatiq.brokers.stub import StubBroker

from filters.models import Filter
from rotoscope.common.files import local_path
from tests.at_once import at_once
from tests.factories import make_render
from tests.pipeline.worked import asked, numbers, painted, worked_off
from videos.media.errors import RebuildError
from videos.media.preview import make_preview
from videos.models import Render, Video
from videos.pipeline import dispatch, rebuild, reconcile, renders

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own


def test_the_last_of_two_workers_rebuilds_once(video: Video, negative: Filter, queue: StubBroker) -> None:
    render = asked(video, negative)
    at_once(*(partial(worked_off, Render.objects.get(pk=render.pk)) for _ in range(2)))
    while rebuild.run(render.pk):
        pass
    render.refresh_from_db()
    assert render.state == Render.State.FINISHED
    assert {segment.attempts for segment in render.segments.all()} == {1}


def test_the_reconciler_begins_a_rebuild_that_nobody_began(
    video: Video, negative: Filter, queue: StubBroker
) -> None:
    render = painted(asked(video, negative))
    Render.objects.filter(pk=render.pk).update(state=Render.State.RENDERING)
    reconcile.run()
    render.refresh_from_db()
    assert render.state == Render.State.REBUILDING
    assert rebuild.run(render.pk)


def test_segments_are_dropped_once_the_whole_is_there(video: Video, negative: Filter) -> None:
    render = make_render(video, negative)
    assert not any(segment.file for segment in render.segments.all())
    assert not default_storage.listdir(f"segments/{render.ref}")[1]


def test_segments_are_dropped_by_the_reconciler_where_the_rebuild_was_ended_before(
    video: Video, negative: Filter, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rebuild, "drop_segments", lambda render: None)
        render = make_render(video, negative)
    assert default_storage.listdir(f"segments/{render.ref}")[1]
    reconcile.run()
    assert not any(segment.file for segment in render.segments.all())
    assert not default_storage.listdir(f"segments/{render.ref}")[1]


def test_a_render_resumed_with_all_its_segments_is_rebuilt_although_nobody_said_so(
    video: Video, negative: Filter, queue: StubBroker
) -> None:
    render = painted(asked(video, negative))
    assert renders.cancel(Render.objects.get(pk=render.pk))
    assert Render.objects.get(pk=render.pk).resume(), "and whoever resumed it is ended here"
    reconcile.run()
    render.refresh_from_db()
    assert render.state == Render.State.REBUILDING
    assert rebuild.run(render.pk)
    render.refresh_from_db()
    assert render.state == Render.State.FINISHED


@pytest.mark.parametrize("harm", ["gone", "cut short", "empty"])
def test_a_segment_that_was_lost_is_painted_again_by_a_retry(
    video: Video, negative: Filter, queue: StubBroker, harm: str
) -> None:
    render = painted(asked(video, negative))
    path = local_path(render.segments.get(index=1).file)
    whole = path.read_bytes()
    path.unlink() if harm == "gone" else path.write_bytes(
        whole[: len(whole) // 2 if harm == "cut short" else 0]
    )
    for _ in range(rebuild.MAX_ATTEMPTS):
        with pytest.raises((RebuildError, FileNotFoundError)):
            rebuild.run(render.pk)
    rebuild.run(render.pk)
    render.refresh_from_db()
    assert (render.state, render.frames_done) == (Render.State.FAILED, 72)
    assert render.error == "1 of 3 segments are missing or damaged. Retry paints those again."
    with dispatch.inline():
        assert renders.resume(render)
    assert worked_off(render).state == Render.State.FINISHED
    assert numbers(render) == list(range(120))
    assert [segment.attempts for segment in render.segments.order_by("index")] == [1, 1, 1]


def test_a_render_that_is_cancelled_while_it_is_rebuilt_leaves_nothing(
    video: Video, negative: Filter, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make_preview

    def cancelled(source: Path, target: Path) -> None:
        real(source, target)
        assert Render.objects.get(pk=render.pk).cancel()

    render = painted(asked(video, negative))
    monkeypatch.setattr("videos.pipeline.rebuild.make_preview", cancelled)
    assert rebuild.run(render.pk)
    render.refresh_from_db()
    assert (render.state, render.output.name, render.attempts) == (Render.State.CANCELLED, "", 1)
    assert not any(default_storage.listdir(f"{kind}/{render.ref}")[1] for kind in ("renders", "posters"))


def test_removing_a_render_removes_what_was_made_since_it_was_looked_at(
    video: Video, negative: Filter
) -> None:
    looked_at = asked(video, negative)
    render = worked_off(Render.objects.get(pk=looked_at.pk))
    names = [str(field.name) for field in (render.output, render.poster, render.preview)]
    assert all(default_storage.exists(name) for name in names)
    renders.remove(looked_at)
    assert not any(default_storage.exists(name) for name in names)
    renders.remove(looked_at)
    assert not Render.objects.exists()


def test_removing_a_video_leaves_no_file(video: Video, negative: Filter) -> None:
    render = make_render(video, negative)
    fields = [video.source, video.footage, video.poster, render.output, video.frames.get(index=0).image]
    names = [str(field.name) for field in fields]
    assert all(default_storage.exists(name) for name in names)
    renders.remove_video(video)
    assert not any(default_storage.exists(name) for name in names)
    assert not Video.objects.exists()
