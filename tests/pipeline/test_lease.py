"""Claims: one holder at a time, also where two ask at the same moment."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from rotoscope.common.lease import claim
from tests.factories import make_filter, make_video
from videos.models import Segment
from videos.pipeline import dispatch, paint, renders
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
