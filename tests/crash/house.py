"""What a real installation does while nobody looks, without waiting for it: time passes, the reconciler comes round,
workers work off the queue, and what is old is cleared away."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from queue import Queue

import dramatiq
from django.apps import apps
from django.conf import settings
from django.db.models import F
from dramatiq.brokers.stub import StubBroker

from filters import upkeep
from filters.deepfilter import store
from filters.models import FilterVersion
from rotoscope.common.files import PARTS
from rotoscope.common.lease import Leased
from rotoscope.models import LooseFile
from videos.pipeline import reconcile

ROUNDS = 3
HOUR = timedelta(hours=1)


def come_round() -> None:
    """As often as it takes; then some days later once more."""
    for _ in range(ROUNDS):
        pass_an_hour()
        reconcile.run()
        upkeep.run()
        work_off()
    pass_days()
    reconcile.run()
    upkeep.run()


def pass_an_hour() -> None:
    """Leases of the dead run out, and messages that nobody had are missed."""
    FilterVersion.objects.update(created_at=F("created_at") - HOUR)
    for table in apps.get_models():
        if issubclass(table, Leased):
            table._base_manager.update(lease_until=F("lease_until") - HOUR, nudged_at=F("nudged_at") - HOUR)


def pass_days() -> None:
    """What lies in scratch has been there for long, and what no row names."""
    LooseFile.objects.update(due=F("due") - timedelta(days=3))
    home, media = Path(settings.ROTOSCOPE_HOME), Path(settings.MEDIA_ROOT)
    for folder in (
        settings.SCRATCH,
        media / PARTS,
        media / store.FOLDER,
        home / "training",
        home / "uploads",
    ):
        for path in Path(folder).rglob("*"):
            os.utime(path, (0, 0))


def work_off() -> None:
    """Everything that is on the queue, and what that puts there; what is put off now waits for the next round."""
    broker = dramatiq.get_broker()
    assert isinstance(broker, StubBroker)
    due = {name: queue for name, queue in broker.queues.items() if name not in broker.delay_queues}
    for name in broker.delay_queues:
        for _ in range(broker.queues[name].qsize()):
            _begin(broker, broker.queues[name])
    while waiting := [queue for queue in due.values() if not queue.empty()]:
        for queue in waiting:
            _begin(broker, queue)


def _begin(broker: StubBroker, queue: Queue[bytes]) -> None:
    message = dramatiq.Message.decode(queue.get_nowait())
    queue.task_done()
    broker.get_actor(message.actor_name).fn(*message.args, **message.kwargs)
