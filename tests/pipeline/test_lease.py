"""Claims: one holder at a time, also where two ask at the same moment; and nobody waits for ever for another."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from rotoscope.common.lease import claim
from tests.factories import make_filter, make_video
from videos.models import Render, Segment, Video
from videos.pipeline import dispatch, paint, removal, renders
from videos.pipeline.renders import RenderSettings

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # seconds


@pytest.fixture
def segment(owner: User) -> Segment:
    with dispatch.inline():
        render, _ = renders.request(
            make_video(owner, frames=24), make_filter("negative"), owner, RenderSettings()
        )
    render.start()
    return render.segments.get()


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_of_two_claims_at_once_one_has_the_row(segment: Segment) -> None:
    def late() -> uuid.UUID | None:
        try:
            claimed = paint.claim_next(segment.render_id)
            return claimed[1] if claimed else None
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # the first claim is made, and nobody can see it yet
            first = claim(Segment.objects.claimable().filter(pk=segment.pk), state=Segment.State.RUNNING)
            second = pool.submit(late)
            until = time.monotonic() + PATIENCE
            while not waits_for_a_lock():
                assert time.monotonic() < until, "the second claim never met the first"
                time.sleep(0.02)
        assert second.result(PATIENCE) is None
    segment.refresh_from_db()
    assert segment.lease_token == first
    assert segment.attempts == 0, "the one that came late wrote nothing"


def test_footage_is_deleted_while_a_segment_of_it_is_given_back(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = claim(Segment.objects.filter(pk=segment.pk), state=Segment.State.RUNNING)
    assert token
    begun, has_the_render = threading.Event(), threading.Event()
    tally, move = renders.tally, Render._move

    def later(render: Render) -> None:
        """Both have begun by then: whoever deletes has the render, or waits for it."""
        begun.set()
        until = time.monotonic() + PATIENCE
        while not has_the_render.wait(0.02) and not waits_for_a_lock():
            assert time.monotonic() < until, "whoever deletes never came"
        tally(render)

    def moved(render: Render, *args: Any, **values: Any) -> bool:
        done = move(render, *args, **values)
        has_the_render.set()
        return done

    def delete() -> None:
        try:
            assert begun.wait(PATIENCE)
            removal.put_away(segment.render.video)
        finally:
            connection.close()

    monkeypatch.setattr(renders, "tally", later)
    monkeypatch.setattr(Render, "_move", moved)
    with ThreadPoolExecutor(1) as pool:
        deleting = pool.submit(delete)
        paint._give_back(segment, token, "out of luck")
        deleting.result(PATIENCE)
    segment.refresh_from_db()
    assert (segment.state, segment.lease_token) == (Segment.State.PENDING, None)
    assert not Video.objects.exists()


@pytest.mark.parametrize(("holder", "other"), [(-60, 0), (0, 60)], ids=["behind", "ahead"])
def test_a_clock_that_is_wrong_takes_nobodys_work(
    segment: Segment, monkeypatch: pytest.MonkeyPatch, holder: int, other: int
) -> None:
    right = timezone.now
    rows = Segment.objects.claimable().filter(pk=segment.pk)
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(seconds=holder))
    assert claim(rows)
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(seconds=other))
    assert claim(rows) is None
