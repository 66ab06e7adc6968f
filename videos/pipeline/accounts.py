"""Accounts for the time of one command that runs the pipeline by itself, and what is left of those that were killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from rotoscope.accounts import passing
from rotoscope.common.alone import alone, at_it
from videos.models import Video
from videos.pipeline import renders

AT_WORK = 768_683_469  # of PostgreSQL's advisory locks, with the account's key: held while its command runs
ABANDONED = timedelta(days=1)


@contextmanager
def account() -> Iterator[Any]:
    """A name to work under for the time of the block; nobody can sign in with it."""
    clear_abandoned()
    one = passing.make()
    with alone(AT_WORK, one.pk):
        try:
            yield one
        finally:
            one.delete()


def clear_abandoned() -> None:
    """Remove what commands that were killed left behind a day ago. One that runs for longer keeps what it has."""
    if not (old := passing.those().filter(date_joined__lt=timezone.now() - ABANDONED)).exists():
        return
    for one in old.exclude(pk__in=at_it(AT_WORK)):
        for video in Video.everything.filter(owner=one):
            renders.remove_video(video)
        one.delete()
