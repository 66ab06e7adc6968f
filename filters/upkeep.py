"""What is needed now and then: unavailable filters tried again, lost measurements asked for, old files cleared away.

It waits on the queue of odds and ends. Taking in a long clip lasts hours, and filters would be away for as long.
"""

from __future__ import annotations

import time

from django.core.management import call_command

from filters import judgements, service, trainings
from filters.deepfilter import store

EVERY = 300.0  # seconds

_last = float("-inf")  # when this process asked
_done = float("-inf")  # when this process did it


def ask() -> bool:
    """For the reconciler, as often as it likes: put `run` on the queue when it is time; whether it was."""
    global _last
    now = time.monotonic()
    if now - _last < EVERY:
        return False
    _last = now
    from filters.actors import upkeep  # late: the one arrow that points up (docs/architecture.md)

    upkeep.send()
    return True


def asked() -> bool:
    """For the worker: `run`, unless it did so a moment ago; whether it did. Each of several reconcilers asks, and
    messages pile up while no worker is there."""
    global _done
    now = time.monotonic()
    if now - _done < EVERY / 2:
        return False
    _done = now
    run()
    return True


def run() -> None:
    """Do it now. A service that does not answer takes half a minute, so this is work for a worker."""
    service.available_again()
    store.forget_old_objects()
    trainings.clear_checkpoints()
    judgements.ask_again()
    call_command("clearsessions")  # Django keeps those that have expired for ever
