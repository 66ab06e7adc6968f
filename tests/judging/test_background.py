"""Versions that are measured by a worker, after training or because a curator asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker

from filters.judgements import MEASURED_ON
from filters.models import Judgement
from tests.clips import draw_clip
from tests.factories import make_filter
from tests.judging.test_evaluate_command import styled
from videos import evaluation, judging

pytest.importorskip("torch")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A course of six small frames and one standing frame instead of the whole sample flight."""
    from filters.training import course, metrics
    from videos.media import standing_frames

    clip = draw_clip(tmp_path / "clip.mp4", frames=6, width=128, height=72)
    monkeypatch.setattr(evaluation, "_flight", lambda frames, report: course.course_of(clip, None, 6))
    monkeypatch.setattr(metrics.at_lines, "__defaults__", (72,))
    monkeypatch.setattr(standing_frames.standing_frames, "__defaults__", ((standing_frames.PLACES[1],),))
    yield


@pytest.mark.slow
def test_a_version_is_measured_once(db: None, small: None) -> None:
    version = styled(published=False).current
    assert version is not None
    assert judging.run(version.pk)
    version.refresh_from_db()
    assert version.metrics["style_distance"] > 0
    assert version.metrics[MEASURED_ON]
    assert Judgement.objects.filter(version=version).exists()
    assert not judging.run(version.pk)


def test_what_cannot_be_measured_is_left_as_it_is(db: None, small: None) -> None:
    version = make_filter("without-a-picture").current
    assert version is not None
    assert not judging.run(version.pk)
    version.refresh_from_db()
    assert MEASURED_ON not in version.metrics
    assert not judging.run(version.pk + 1000)


def test_a_curator_has_it_measured_from_its_page(
    staff_client: Client, queue: StubBroker, django_capture_on_commit_callbacks: Any
) -> None:
    from tests.admin.test_filters_admin import press

    one = styled(published=False)
    page = reverse("admin:filters_filter_change", args=[one.pk])
    assert "measure_one" in staff_client.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(staff_client, one, "measure_one", style_image=one.style_image_id)
    assert "measures it next" in answer.content.decode()
    (message,) = queue.queues["judging"].queue
    assert b'"judge"' in message
    assert one.current is not None
    one.current.metrics = {MEASURED_ON: "the sample flight"}
    one.current.save()
    assert "measure_one" not in staff_client.get(page).content.decode()
