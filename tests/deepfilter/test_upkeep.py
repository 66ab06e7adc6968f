"""What the reconciler asks for now and then."""

from __future__ import annotations

import pytest
from dramatiq import Worker
from dramatiq.brokers.stub import StubBroker

from filters import service, upkeep
from filters.deepfilter import store


def test_it_is_asked_for_every_few_minutes_only(queue: StubBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_last", float("-inf"))
    done: list[str] = []
    monkeypatch.setattr(service, "available_again", lambda: done.append("again"))
    monkeypatch.setattr(store, "forget_old_objects", lambda: done.append("forgot"))
    assert upkeep.ask()
    assert not upkeep.ask()
    worker = Worker(queue, worker_timeout=50)
    worker.start()
    queue.join("ingest")
    worker.stop()
    assert done == ["again", "forgot"]
