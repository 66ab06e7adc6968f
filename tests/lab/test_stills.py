"""Painted stills, asked for by the wall."""

from __future__ import annotations

import errno
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from filters.engines.base import Frames
from filters.models import Filter
from filters.service import engine_for_version
from rotoscope.common import lease, loose
from rotoscope.common.files import store
from rotoscope.common.silence import StoreSilent
from tests.factories import make_filter, make_video, make_video_row
from videos.models import Still, Video
from videos.pipeline import reconcile, removal, renders, stills


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's flight, a row alone."""
    return make_video_row(owner, frame_count=240, width=1280, height=720)


def ask(client: Client, video: Video, *filters: Filter, **also: Any) -> Any:
    data = {"filter": [one.slug for one in filters], "frame": "24", **also}
    return client.post(reverse("lab-stills", args=[video.ref]), data)


def test_a_still_is_queued_once_however_often_it_is_asked_for(
    owner_client: Client, video: Video, queue: StubBroker
) -> None:
    one = make_filter()
    first = ask(owner_client, video, one).json()["stills"]
    again = ask(owner_client, video, one).json()["stills"]
    assert [still["id"] for still in first] == [still["id"] for still in again]
    assert first[0]["state"] == "queued"
    assert first[0]["filter"] == one.slug
    assert Still.objects.get().height == 720


def test_stills_are_queued_in_the_order_they_are_asked_for(
    owner_client: Client, video: Video, queue: StubBroker
) -> None:
    early, middle, late = (make_filter(name=name) for name in ("Alley", "Meadow", "Zenith"))
    wanted = [late, early, middle]
    told = ask(owner_client, video, *wanted).json()["stills"]
    assert [still["filter"] for still in told] == [one.slug for one in wanted]
    queued = Still.objects.order_by("pk").values_list("version__filter__slug", flat=True)
    assert list(queued) == [one.slug for one in wanted]


def test_a_still_has_never_more_lines_than_the_footage(
    owner_client: Client, video: Video, queue: StubBroker
) -> None:
    ask(owner_client, video, make_filter(), height="4000")
    assert Still.objects.get().height == 720


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # leases are renewed from a thread, which must see the row
def test_a_painted_still_has_an_address_and_the_time_it_took(
    owner: User, owner_client: Client, queue: StubBroker
) -> None:
    video, one = make_video(owner), make_filter()
    asked = ask(owner_client, video, one).json()["stills"][0]
    assert stills.run(asked["id"])
    found = owner_client.get(reverse("lab-stills", args=[video.ref]), {"id": asked["id"]}).json()["stills"]
    assert found[0]["state"] == "finished"
    assert found[0]["url"] == reverse("media-still", args=[asked["id"]])
    assert found[0]["seconds"] > 0
    assert owner_client.get(found[0]["url"]).status_code == 200


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_a_service_was_paid_for_is_not_paid_for_again(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, version = make_video(owner), make_filter(cost_per_image="0.01").current
    assert version is not None
    assert stills.run(stills.request(video, version, 24).pk)
    monkeypatch.setattr(stills, "engine_for_version", None)
    softer = stills.request(video, version, 24, strength=0.5, keep_colours=True)
    assert stills.run(softer.pk)
    softer.refresh_from_db()
    assert (softer.state, softer.error) == ("finished", "")


class Paid:
    """An engine that paints what it is given, for a cent each time."""

    cost = Decimal(0)

    def apply(self, frames: Frames) -> Frames:
        self.cost += Decimal("0.01")
        return frames


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_that_cannot_be_stored_waits_and_what_it_paid_counts(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, version = make_video(owner), make_filter(cost_per_image="0.01").current
    assert version is not None
    engine = Paid()
    monkeypatch.setattr(stills, "engine_for_version", lambda version: engine)
    still = stills.request(video, version, 24)

    def full(path: Path, name: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(loose, "store", full)
        assert not stills.run(still.pk)
    still.refresh_from_db()
    assert (still.state, still.attempts, still.cost) == ("queued", 1, Decimal("0.01"))
    assert not stills.run(still.pk)  # it rests
    assert engine.cost == Decimal("0.01")
    Still.objects.update(lease_until=None)
    assert stills.run(still.pk)
    still.refresh_from_db()
    assert (still.state, still.cost, still.error) == ("finished", Decimal("0.02"), "")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_whose_footage_cannot_be_read_waits_without_an_attempt(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = make_filter().current
    assert version is not None
    still = stills.request(make_video(owner), version, 24)

    def away(file: object) -> str:
        raise StoreSilent("The files cannot be reached at the moment.")

    with monkeypatch.context() as patch:
        patch.setattr(stills, "local_path", away)
        assert not stills.run(still.pk)
    still.refresh_from_db()
    assert (still.state, still.attempts) == ("queued", 0)
    assert still.lease_until is not None and still.lease_until > timezone.now()


def test_those_of_deleted_footage_are_in_nobodys_way(
    owner: User, video: Video, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "MOST_UNFINISHED", 2)
    version = make_filter().current
    assert version is not None
    for frame in range(2):
        stills.request(video, version, frame)
    with pytest.raises(stills.TooManyStills):
        stills.request(video, version, 2)
    removal.put_away(video)
    stills.request(make_video_row(owner, frame_count=9), version, 2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_still_of_footage_that_is_deleted_while_it_is_painted_leaves_no_file(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(owner)
    version = make_filter().current
    assert version is not None
    wanted = stills.request(video, version, 24)
    stored: list[str] = []

    def deleted_meanwhile(path: Path, name: str) -> str:
        stored.append(store(path, name))
        renders.remove_video(video)
        return stored[-1]

    monkeypatch.setattr(loose, "store", deleted_meanwhile)
    stills.run(wanted.pk)
    assert len(stored) == 1 and not default_storage.exists(stored[0])


def test_one_that_failed_says_why_and_is_queued_anew_when_asked_again(
    owner_client: Client, video: Video, queue: StubBroker
) -> None:
    one = make_filter()
    asked = ask(owner_client, video, one).json()["stills"][0]
    Still.objects.update(state=Still.State.FAILED, error="This frame could not be painted. Try again.")
    look = owner_client.get(reverse("lab-stills", args=[video.ref]), {"id": asked["id"]}).json()["stills"][0]
    assert (look["state"], look["error"]) == ("failed", "This frame could not be painted. Try again.")
    assert ask(owner_client, video, one).json()["stills"][0]["state"] == "queued"


def test_one_that_everybody_forgot_is_queued_anew_when_asked_again(
    owner_client: Client, video: Video, queue: StubBroker
) -> None:
    one = make_filter()
    ask(owner_client, video, one)
    sent = Still.objects.get().nudged_at
    ask(owner_client, video, one)
    assert Still.objects.get().nudged_at == sent
    long_ago = timezone.now() - 2 * stills.REMEMBERED
    Still.objects.update(created_at=long_ago, nudged_at=long_ago)
    reconcile.run()
    assert Still.objects.get().nudged_at == long_ago
    ask(owner_client, video, one)
    assert Still.objects.get().nudged_at != long_ago
    Still.objects.update(nudged_at=long_ago)  # where that message is lost, it is sent again
    reconcile.run()
    assert Still.objects.get().nudged_at != long_ago


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_slow_filter_keeps_its_still_while_it_paints(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, one = make_video(owner), make_filter()
    version = one.version_for(live=False)
    assert version is not None
    still = stills.request(video, version, 24)
    monkeypatch.setattr(lease, "RENEW_EVERY", 0.05)
    usual = engine_for_version(version)

    class Slow:
        """Paints once the lease was renewed, for ten seconds at most."""

        def apply(self, frames: Frames) -> Frames:
            first = Still.objects.get().lease_until
            until = time.monotonic() + 10
            while Still.objects.get().lease_until == first and time.monotonic() < until:
                time.sleep(0.02)
            assert Still.objects.get().lease_until != first
            assert not stills.run(still.pk)
            return usual.apply(frames)

    monkeypatch.setattr(stills, "engine_for_version", lambda version: Slow())
    assert stills.run(still.pk)
    assert Still.objects.get().state == Still.State.FINISHED


class Killed(BaseException):
    """What the process would not survive."""


def test_one_that_ends_its_worker_each_time_fails_instead_of_ending_the_next(
    owner_client: Client, video: Video, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    one = make_filter()
    pk = ask(owner_client, video, one).json()["stills"][0]["id"]
    monkeypatch.setattr(stills, "_paint", kill)
    for _ in range(stills.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            stills.run(pk)
        Still.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert not stills.run(pk)
    look = owner_client.get(reverse("lab-stills", args=[video.ref]), {"id": pk}).json()["stills"][0]
    assert (look["state"], look["error"]) == ("failed", stills.ENDED_ITS_WORKER)
    ask(owner_client, video, one)
    with pytest.raises(Killed):
        stills.run(pk)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"frame": "240"}, "The footage has 240 frames."), ({"filter": ["unheard-of"]}, "unheard-of")],
)
def test_what_is_not_there_is_refused_with_a_sentence(
    owner_client: Client, video: Video, wrong: dict[str, Any], sentence: str
) -> None:
    answer = ask(owner_client, video, make_filter(), **wrong)
    assert answer.status_code == 422
    assert sentence in " ".join(answer.json()["sentences"])
    assert not Still.objects.exists()


def test_a_filter_that_was_unpublished_meanwhile_holds_up_no_other(
    owner_client: Client, video: Video, queue: StubBroker
) -> None:
    gone, there = make_filter(name="Gone"), make_filter(name="There")
    gone.retire()
    told = {still["filter"]: still for still in ask(owner_client, video, gone, there).json()["stills"]}
    assert told[there.slug]["state"] == "queued"
    assert (told[gone.slug]["state"], "cannot run now" in told[gone.slug]["error"]) == ("failed", True)


def test_not_too_many_at_once(owner_client: Client, video: Video) -> None:
    answer = ask(owner_client, video, *[make_filter() for _ in range(13)])
    assert answer.status_code == 422
    assert "At most 12" in answer.json()["sentences"][0]


def test_a_stranger_learns_nothing(stranger_client: Client, video: Video) -> None:
    assert ask(stranger_client, video, make_filter()).status_code == 404
    assert stranger_client.get(reverse("lab-stills", args=[video.ref]), {"id": 1}).status_code == 404


def test_stills_of_other_footage_are_not_told(
    owner: User, owner_client: Client, video: Video, queue: StubBroker
) -> None:
    other = make_video_row(owner, frame_count=48)
    still = ask(owner_client, other, make_filter(), frame="1").json()["stills"][0]
    look = owner_client.get(reverse("lab-stills", args=[video.ref]), {"id": still["id"]})
    assert look.json() == {"stills": []}


@pytest.mark.parametrize("asked", ["1; drop", "²", "9" * 19, "9" * 5000])
def test_numbers_that_are_none_are_refused(owner_client: Client, video: Video, asked: str) -> None:
    assert owner_client.get(reverse("lab-stills", args=[video.ref]), {"id": asked}).status_code == 422
