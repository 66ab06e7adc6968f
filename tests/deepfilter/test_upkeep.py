"""What the reconciler asks for now and then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from dramatiq import Worker
from dramatiq.brokers.stub import StubBroker

from filters import judgements, service, upkeep
from filters.deepfilter import store
from filters.models import FilterVersion, MixPart
from filters.signals import judgement_wanted
from tests.styled import make_styled


def test_it_is_asked_for_every_few_minutes_only(queue: StubBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    for when in ("_last", "_done"):
        monkeypatch.setattr(upkeep, when, float("-inf"))
    done: list[str] = []
    monkeypatch.setattr(service, "available_again", lambda: done.append("again"))
    monkeypatch.setattr(store, "forget_old_objects", lambda: done.append("forgot"))
    monkeypatch.setattr(judgements, "ask_again", lambda: done.append("asked"))
    monkeypatch.setattr(upkeep, "call_command", done.append)
    assert upkeep.ask()
    assert not upkeep.ask()
    worker = Worker(queue, worker_timeout=50)
    worker.start()
    queue.join("default")
    worker.stop()
    assert done == ["again", "forgot", "asked", "clearsessions"]


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_no_ingest_and_what_piled_up_is_done_once(
    queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_done", float("-inf"))
    done: list[str] = []
    monkeypatch.setattr(service, "available_again", lambda: done.append("again"))
    for _ in range(3):  # no worker was there, or several reconcilers are
        monkeypatch.setattr(upkeep, "_last", float("-inf"))
        upkeep.ask()
    worker = Worker(queue, queues={"default", "stills"}, worker_timeout=50)
    worker.start()
    queue.join("default")
    worker.stop()
    assert done == ["again"]


@pytest.mark.django_db
def test_what_was_mixed_an_hour_ago_and_is_not_measured_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ages = {
        "Lost": 65,
        "Missed before": 125,
        "Lately asked": 90,
        "Waiting": 5,
        "Given up": 65,
        "Measured": 65,
    }
    for place, (name, minutes) in enumerate(ages.items()):
        version = make_styled(name, place).current
        assert version is not None
        MixPart.objects.create(version=version, position=0, share=1.0, parent_name="Deep Sea")
        metrics = {judgements.MEASURED_ON: "the sample flight"} if name == "Measured" else {}
        made = timezone.now() - timedelta(minutes=minutes)
        tried = judgements.MOST_MEASURINGS if name == "Given up" else 0
        FilterVersion.objects.filter(pk=version.pk).update(created_at=made, metrics=metrics, measurings=tried)
    asked: list[str] = []
    monkeypatch.setattr(
        judgement_wanted, "send_robust", lambda sender, version: asked.append(version.filter.name)
    )
    assert judgements.ask_again() == 2
    assert sorted(asked) == ["Lost", "Missed before"]


@pytest.mark.django_db
def test_sessions_that_have_expired_go(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for browser in (Client(), Client()):
        browser.force_login(owner)
    expired, current = Session.objects.all()
    Session.objects.filter(pk=expired.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    upkeep.run()
    assert list(Session.objects.all()) == [current]
