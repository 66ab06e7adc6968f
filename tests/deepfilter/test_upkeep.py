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

from filters import service, upkeep
from filters.deepfilter import store


def test_it_is_asked_for_every_few_minutes_only(queue: StubBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_last", float("-inf"))
    done: list[str] = []
    monkeypatch.setattr(service, "available_again", lambda: done.append("again"))
    monkeypatch.setattr(store, "forget_old_objects", lambda: done.append("forgot"))
    monkeypatch.setattr(upkeep, "call_command", done.append)
    assert upkeep.ask()
    assert not upkeep.ask()
    worker = Worker(queue, worker_timeout=50)
    worker.start()
    queue.join("ingest")
    worker.stop()
    assert done == ["again", "forgot", "clearsessions"]


@pytest.mark.django_db
def test_sessions_that_have_expired_go(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for browser in (Client(), Client()):
        browser.force_login(owner)
    expired, current = Session.objects.all()
    Session.objects.filter(pk=expired.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    upkeep.run()
    assert list(Session.objects.all()) == [current]
