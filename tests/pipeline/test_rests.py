"""A segment that failed rests before it is tried again, and the others of its render go on meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import dramatiq
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from filters.engines.base import EngineBusy, EngineError, EngineUnavailable
from rotoscope.common.lease import LEASE, claim
from tests.factories import make_filter, make_video_row
from tests.pipeline.worked import asked
from videos.models import Render, Segment
from videos.models.segment import MAX_ATTEMPTS
from videos.pipeline import paint, reconcile, renders

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own

HOUR = timedelta(hours=1)
Failing = Callable[..., None]


@pytest.fixture
def render(owner: User, queue: StubBroker) -> Render:
    """A render of three segments."""
    return asked(make_video_row(owner, frame_count=144), make_filter())


@pytest.fixture
def long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rest that no test outlasts, however busy the machine is."""
    monkeypatch.setattr(Segment, "rest", HOUR)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Says which segments cannot be painted; the others are, without pictures."""

    def fail(*indices: int) -> None:
        def painted(segment: Segment, token: uuid.UUID, lost: object) -> None:
            if segment.index in indices:
                raise EngineError("out of luck", temporary=True)
            mine = Segment.objects.held_by(token)
            mine.update(state=Segment.State.FINISHED, lease_token=None, lease_until=None)

        monkeypatch.setattr(paint, "_paint", painted)

    return fail


def failed(render: Render, attempt: int = 1) -> Segment:
    """The first segment, right after this attempt at it failed."""
    render.segments.filter(index=0).update(attempts=attempt - 1)
    assert paint.run(render.pk)
    return render.segments.get(index=0)


def raising(monkeypatch: pytest.MonkeyPatch, problem: EngineError, cost: str = "0") -> None:
    """Each segment ends so, when it had cost that much."""

    def painted(segment: Segment, token: uuid.UUID, lost: object) -> None:
        Segment.objects.filter(pk=segment.pk).update(cost=F("cost") + Decimal(cost))
        raise problem

    monkeypatch.setattr(paint, "_paint", painted)


def rest_of(segment: Segment) -> timedelta:
    """What is left of it."""
    assert segment.lease_until is not None
    return segment.lease_until - database_time()


def states(render: Render) -> list[str]:
    return list(render.segments.order_by("index").values_list("state", flat=True))


def let_them_rest() -> None:
    """As if their time had passed."""
    Segment.objects.update(lease_until=F("lease_until") - HOUR)


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def sent(queue: StubBroker, name: str = "render") -> list[dramatiq.Message[Any]]:
    """The messages that wait on a queue, which is empty afterwards."""
    found = []
    while not queue.queues[name].empty():
        found.append(dramatiq.Message.decode(queue.queues[name].get_nowait()))
        queue.queues[name].task_done()
    return found


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 0)])
def test_it_rests_twice_as_long_each_time_by_the_clock_of_the_database(
    render: Render, failing: Failing, monkeypatch: pytest.MonkeyPatch, attempt: int, seconds: int
) -> None:
    failing(0)
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + HOUR)
    begun = database_time()
    segment = failed(render, attempt)
    assert segment.lease_until is not None
    assert begun <= segment.lease_until - timedelta(seconds=seconds) <= database_time()
    assert (segment.state, segment.lease_token, segment.attempts) == ("pending", None, attempt)


@pytest.mark.usefixtures("long_rest")
def test_the_others_go_on_meanwhile_and_somebody_comes_back_for_it(
    render: Render, queue: StubBroker, failing: Failing
) -> None:
    failing(0)
    resting = failed(render)
    assert len(sent(queue)) == 1, "for the next one, at once"
    assert paint.run(render.pk)
    assert states(render) == ["pending", "finished", "pending"]
    assert not sent(queue, "render.DQ")
    sent(queue)
    assert paint.run(render.pk)
    assert states(render) == ["pending", "finished", "finished"]
    assert not sent(queue), "there is nothing to be done at once"
    (back,) = sent(queue, "render.DQ")
    assert (back.actor_name, back.args) == ("paint", (render.pk,))
    assert resting.lease_until is not None
    assert back.options["eta"] / 1000 == pytest.approx(resting.lease_until.timestamp(), abs=60)
    assert back.options["eta"] / 1000 > resting.lease_until.timestamp() - 0.01, "not too early"
    failing()
    let_them_rest()
    assert paint.run(render.pk)
    render.refresh_from_db()
    assert render.state == Render.State.REBUILDING


@pytest.mark.usefixtures("long_rest")
def test_a_worker_that_finds_only_resting_segments_comes_back_later(
    render: Render, queue: StubBroker, failing: Failing
) -> None:
    render.segments.exclude(index=0).delete()
    failing(0)
    failed(render)
    sent(queue, "render.DQ")
    assert not paint.run(render.pk)
    assert (len(sent(queue)), len(sent(queue, "render.DQ"))) == (0, 1)
    assert render.segments.get().attempts == 1
    render.refresh_from_db()
    assert render.state == Render.State.RENDERING


def test_a_worker_that_finds_the_rest_in_other_hands_does_not_come_back(
    render: Render, queue: StubBroker
) -> None:
    render.start()
    for segment in render.segments.all():
        assert claim(Segment.objects.filter(pk=segment.pk), state=Segment.State.RUNNING)
    assert not paint.run(render.pk)
    assert (len(sent(queue)), len(sent(queue, "render.DQ"))) == (0, 0)


@pytest.mark.usefixtures("long_rest")
def test_nobody_is_told_that_it_failed(render: Render, owner_client: Client, failing: Failing) -> None:
    failing(0)
    failed(render)
    for address in (render.get_absolute_url(), reverse("queue")):
        page = owner_client.get(address).content.decode()
        assert render.version.filter.name in page
        assert "out of luck" not in page
        assert "failed" not in page


@pytest.mark.usefixtures("long_rest")
@pytest.mark.parametrize("halt", [renders.pause, renders.cancel])
def test_a_rest_ends_where_its_render_is_halted(
    render: Render, failing: Failing, halt: Callable[[Render], bool]
) -> None:
    failing(0)
    failed(render)
    assert halt(render)
    assert render.segments.get(index=0).lease_until is None
    assert renders.resume(render)
    failing()
    assert paint.run(render.pk)
    assert states(render) == ["finished", "pending", "pending"]


@pytest.mark.usefixtures("long_rest")
def test_a_rest_ends_where_another_segment_fails_for_good(render: Render, failing: Failing) -> None:
    failing(0, 1)
    failed(render)
    render.segments.filter(index=1).update(attempts=MAX_ATTEMPTS)
    assert paint.run(render.pk)
    render.refresh_from_db()
    assert render.state == Render.State.FAILED
    assert renders.resume(render)
    failing()
    assert paint.run(render.pk)
    assert states(render) == ["finished", "pending", "pending"]


@pytest.mark.usefixtures("long_rest")
def test_where_that_message_is_lost_the_reconciler_sends_another_after_the_rest(
    render: Render, queue: StubBroker, failing: Failing
) -> None:
    render.segments.exclude(index=0).delete()
    failing(0)
    failed(render)
    sent(queue, "render.DQ")
    Render.objects.update(nudged_at=timezone.now() - HOUR)
    assert reconcile.requeue() == 0, "it rests"
    let_them_rest()
    assert reconcile.requeue() == 1
    assert len(sent(queue)) == 1


@pytest.mark.parametrize("asked", [300, 1e15])
def test_one_that_the_service_has_no_room_for_rests_as_asked_and_failed_in_nothing(
    render: Render, monkeypatch: pytest.MonkeyPatch, asked: float
) -> None:
    raising(monkeypatch, EngineBusy("too many calls", retry_after=asked))
    segment = failed(render, attempt=MAX_ATTEMPTS)
    assert segment.attempts == MAX_ATTEMPTS - 1
    longest = timedelta(seconds=min(asked, paint.LONGEST_REST))
    assert longest - timedelta(minutes=2) < rest_of(segment) <= longest
    render.refresh_from_db()
    assert render.state == Render.State.RENDERING
    assert render.version.filter.is_available


def test_pictures_are_not_paid_for_without_end_where_a_service_has_no_room_for_the_others(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, EngineBusy("too many calls"), cost="0.25")
    assert failed(render).attempts == 1


def test_one_whose_service_is_away_rests_until_that_may_be_tried_again(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, EngineUnavailable("It does not answer.", retry_after=600))
    segment = failed(render, attempt=MAX_ATTEMPTS - 1)
    assert (segment.state, segment.attempts) == ("pending", MAX_ATTEMPTS - 1)
    assert timedelta(minutes=8) < rest_of(segment) <= timedelta(minutes=10)
    render.refresh_from_db()
    assert render.state == Render.State.RENDERING
    let_them_rest()
    assert rest_of(failed(render, attempt=MAX_ATTEMPTS)) <= timedelta(0), "it was the last"
    assert paint.run(render.pk)
    render.refresh_from_db()
    assert render.state == Render.State.FAILED
    assert "It does not answer." in render.error


def test_what_a_killed_worker_held_does_not_rest(render: Render, failing: Failing) -> None:
    failing()
    render.start()
    first = Segment.objects.filter(render=render, index=0)
    assert claim(first, state=Segment.State.RUNNING, attempts=3)
    first.update(lease_until=F("lease_until") - LEASE)
    assert paint.run(render.pk)
    assert states(render) == ["finished", "pending", "pending"]
    assert first.get().attempts == 4


def test_a_real_worker_waits_for_the_rest_and_comes_back(
    render: Render, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each segment fails twice, and the queue does the rest."""
    begun: dict[tuple[int, int], datetime] = {}

    def painted(segment: Segment, token: uuid.UUID, lost: object) -> None:
        begun[segment.index, segment.attempts] = database_time()
        if segment.attempts <= 2:
            raise EngineError("out of luck", temporary=True)
        Segment.objects.held_by(token).update(state="finished", lease_token=None, lease_until=None)

    rest = timedelta(seconds=0.2)
    monkeypatch.setattr(Segment, "rest", rest)
    monkeypatch.setattr(paint, "_paint", painted)
    worker = dramatiq.Worker(queue, queues={"render"}, worker_threads=2, worker_timeout=20)
    renders.enqueue(render)
    worker.start()
    try:
        queue.join("render", timeout=60_000)
    finally:
        worker.stop()
    render.refresh_from_db()
    assert render.state == Render.State.REBUILDING
    for index in range(3):
        for attempt in (1, 2):
            assert begun[index, attempt + 1] - begun[index, attempt] >= rest
