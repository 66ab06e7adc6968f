"""What was deleted comes back as it was, to where it was, and with what went with it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.http import Http404
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from filters.models import Filter
from rotoscope.common.changed import save_changed
from tests.at_once import at_once
from tests.factories import make_filter, make_render_row, make_video_row
from tests.removal.conftest import World
from videos.forms.comparison import ComparisonForm
from videos.models import Collection, Comparison, ComparisonItem, Render, Still, Video
from videos.models.removable import FOR_GOOD
from videos.pipeline import dispatch, ingest, receive, reconcile, removal, renders, sample, stills


@pytest.fixture
def negative(db: None) -> Filter:
    return make_filter("negative")


def aged(thing: removal.Thing, **since: float) -> None:
    """It was deleted so long ago."""
    moment = timezone.now() - timedelta(**since)
    type(thing).everything.filter(pk=thing.pk).update(removed_at=moment)


def deleted(thing: removal.Thing) -> removal.Thing:
    """As it is once it is deleted."""
    removal.put_away(thing)
    found: removal.Thing = type(thing).everything.get(pk=thing.pk)
    return found


def names(collection: Collection) -> list[str]:
    """Of its works, in their order."""
    return [str(item.render.version.filter.slug) for item in collection.items.all() if item.render]


def three(owner: User) -> tuple[Collection, list[Render]]:
    """A collection of three renders of one video."""
    video = make_video_row(owner)
    works = [make_render_row(video, make_filter(f"f{number}")) for number in range(3)]
    collection = Collection.objects.create(owner=owner, title="Three")
    for work in works:
        collection.add(render=work)
    return collection, works


def test_footage_brings_back_exactly_what_went_with_it(owner: User) -> None:
    video = make_video_row(owner)
    before, beside = make_render_row(video), make_render_row(video)
    comparison = Comparison.objects.create(video=video, owner=owner, title="Two")
    removal.put_away(before)
    gone = deleted(video)
    assert not (Video.objects.exists() or Render.objects.exists() or Comparison.objects.exists())
    assert removal.removed_of(owner) == [video], "what went with it is not brought back without it"
    assert removal.bring_back(gone)
    assert list(Render.objects.all()) == [beside]
    assert list(Comparison.objects.all()) == [comparison]
    assert removal.removed_of(owner) == [before]


def test_a_render_comes_back_to_its_places(owner: User) -> None:
    collection, (first, second, _) = three(owner)
    comparison = Comparison.objects.create(video=first.video, owner=owner, title="Two")
    for position, render in enumerate((first, second)):
        comparison.items.create(position=position, render=render)
    gone = deleted(second)
    assert names(collection) == ["f0", "f2"]
    assert [item.render for item in comparison.items.all()] == [first]
    collection.put_in_order([item.pk for item in collection.items.order_by("-position")])
    collection.add(render=make_render_row(first.video, make_filter("f3")))
    assert names(collection) == ["f2", "f0", "f3"]
    assert removal.bring_back(gone)
    assert names(collection) == ["f2", "f1", "f0", "f3"]
    assert [item.render for item in comparison.items.all()] == [first, second]


def test_a_collection_is_put_in_order_as_often_as_one_likes_around_what_is_deleted(owner: User) -> None:
    collection, works = three(owner)
    gone = deleted(works[0])
    for _ in range(5):
        collection.put_in_order([item.pk for item in collection.items.order_by("-position")])
    assert removal.bring_back(gone)
    assert names(collection) == ["f0", "f2", "f1"]
    assert [item.position for item in collection.items.all()] == [0, 1, 2]


def test_a_comparison_that_was_arranged_anew_keeps_its_new_places(owner: User) -> None:
    _, (first, second, third) = three(owner)
    comparison = Comparison.objects.create(video=first.video, owner=owner, title="Two")
    for position, render in enumerate((first, second)):
        comparison.items.create(position=position, render=render)
    gone = deleted(second)
    ComparisonItem.everything.filter(comparison=comparison).delete()  # as both doors do it
    comparison.items.create(position=1, render=third)
    assert removal.bring_back(gone)
    assert [item.render for item in comparison.items.all()] == [third]


def test_what_was_being_painted_is_cancelled_and_gone_on_with(
    owner: User, negative: Filter, queue: StubBroker
) -> None:
    video = make_video_row(owner, frame_count=96)
    wish = renders.RenderSettings(stop_frame=48)
    painting = renders.request(video, negative, owner, wish)[0]
    paused = renders.request(video, negative, owner, renders.RenderSettings())[0]
    assert painting.start() and paused.pause()
    painting.segments.update(state="running", lease_until=timezone.now() + timedelta(hours=1))
    gone = deleted(video)
    segment = painting.segments.get()
    assert (segment.state, segment.lease_until) == ("pending", None), "its worker meets no row of its own"
    assert not Render.resume(painting), "nobody goes on with what is deleted"
    queue.flush_all()
    assert reconcile.requeue() == 0
    assert removal.bring_back(gone)
    states = dict(Render.objects.values_list("pk", "state"))
    assert states == {painting.pk: "cancelled", paused.pk: "paused"}
    assert renders.resume(Render.objects.get(pk=painting.pk))


def test_the_same_settings_bring_back_what_was_deleted_instead_of_painting_it_anew(
    owner: User, negative: Filter, queue: StubBroker
) -> None:
    video = make_video_row(owner)
    first = renders.request(video, negative, owner, renders.RenderSettings())[0]
    Render.objects.update(state="finished")
    removal.put_away(first)
    assert renders.request(video, negative, owner, renders.RenderSettings()) == (first, False)
    assert Render.objects.get().state == "finished"
    Render.objects.update(removed_at=FOR_GOOD)
    again, new = renders.request(video, negative, owner, renders.RenderSettings())
    assert new and list(Render.everything.all()) == [again] != [first]


def test_one_that_was_paused_when_it_was_deleted_is_gone_on_with_when_it_is_asked_for(
    owner: User, negative: Filter, queue: StubBroker
) -> None:
    video = make_video_row(owner)
    paused = renders.request(video, negative, owner, renders.RenderSettings())[0]
    assert paused.pause()
    removal.put_away(paused)
    again = renders.request(video, negative, owner, renders.RenderSettings())[0]
    assert (again.pk, again.state) == (paused.pk, "queued")


def test_one_that_is_refused_as_too_dear_stays_deleted(
    owner: User, negative: Filter, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video_row(owner)
    first = renders.request(video, negative, owner, renders.RenderSettings())[0]
    removal.put_away(first)
    monkeypatch.setattr(renders, "too_dear", lambda cost: "It would cost too much.")
    with pytest.raises(renders.CannotRender):
        renders.request(video, negative, owner, renders.RenderSettings())
    assert not Render.objects.exists() and Render.everything.get().removed_at is not None


@pytest.mark.django_db(transaction=True)
def test_one_is_deleted_and_asked_for_at_the_same_moment(owner: User, queue: StubBroker) -> None:
    video, filter = make_video_row(owner), make_filter("negative")
    ask = partial(renders.request, video, filter, owner, renders.RenderSettings())
    for _ in range(12):
        made = ask()[0]
        assert len(at_once(partial(removal.put_away, made), ask)) == 2, "neither meets an error"
        assert Render.everything.get() == made


def test_nothing_is_made_of_footage_that_was_deleted_since_it_was_looked_at(
    owner: User, negative: Filter
) -> None:
    video = make_video_row(owner)
    removal.put_away(video)
    with pytest.raises(Video.DoesNotExist):
        renders.request(video, negative, owner, renders.RenderSettings())
    assert not Render.everything.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_made_of_it_at_the_same_moment(owner: User, queue: StubBroker) -> None:
    """Whoever comes second meets what the first one did."""
    filter = make_filter("negative")

    def ask(video: Video) -> None:
        with suppress(Video.DoesNotExist):
            renders.request(video, filter, owner, renders.RenderSettings())

    for _ in range(6):
        video = make_video_row(owner)
        at_once(partial(removal.put_away, video), partial(ask, video))
        assert not Render.objects.filter(video=video).exists()
        assert removal.bring_back(Video.everything.get(pk=video.pk))
        assert Render.everything.filter(video=video).count() == video.renders.count() <= 1


def test_it_comes_back_once_and_in_time(owner: User) -> None:
    video = make_video_row(owner)
    assert not removal.bring_back(video), "it was never deleted"
    gone = deleted(video)
    assert removal.bring_back(gone)
    assert not removal.bring_back(gone)
    looked_at = deleted(video)
    assert removal.bring_back(Video.everything.get())
    removal.put_away(video)
    assert not removal.bring_back(looked_at), "that was another deletion"
    for past in (timezone.now() - timedelta(hours=25), FOR_GOOD):
        Video.everything.update(removed_at=past)
        assert not removal.bring_back(Video.everything.get())
        assert removal.removed_of(owner) == []
        assert removal.find("video", video.ref) is None


def test_a_render_is_not_brought_back_without_its_footage(owner: User) -> None:
    render = make_render_row(make_video_row(owner))
    gone = deleted(render)
    removal.put_away(render.video)
    assert removal.find("render", render.ref) is None
    assert not removal.bring_back(gone)
    assert not Render.objects.exists()


def test_footage_that_was_coming_in_is_gone_on_with_once_it_is_back(
    owner: User, tmp_path: Path, queue: StubBroker
) -> None:
    """Its file arrives although it was deleted, and is read only after it was brought back."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a clip")
    video = receive.make_video(owner, "clip.mp4", size=6)
    gone = deleted(video)
    with dispatch.inline():
        receive.take_file(video, path)
    assert default_storage.exists(str(Video.everything.get().source.name))
    assert not ingest.run(video.pk)
    assert reconcile.requeue() == 0
    assert removal.bring_back(gone)
    assert reconcile.requeue() == 1


def test_stills_of_deleted_footage_wait(owner: User, world: World, queue: StubBroker) -> None:
    Still.objects.update(state="queued")
    gone = deleted(world.video)
    assert not stills.run(world.still.pk)
    assert reconcile.requeue() == 0
    assert removal.bring_back(gone)
    assert reconcile.requeue() == 1


def test_a_sample_that_was_deleted_is_brought_back_and_not_drawn_anew(staff: User) -> None:
    video = make_video_row(staff, source_name=sample.FILENAME, source="sources/x.mp4")
    removal.put_away(video)
    assert sample.ensure_sample(staff) == video
    assert Video.objects.get() == video


def test_no_words_are_saved_to_what_was_deleted_since_the_page_was_shown(world: World) -> None:
    words = {"title": "Noon", "text": "", "visibility": "public"}
    form = ComparisonForm(words, instance=Comparison.objects.get())
    assert form.is_valid()
    removal.put_away(world.comparison)
    with pytest.raises(Http404):
        save_changed(form)
    assert Comparison.everything.get().title == "Ebb and flow"
