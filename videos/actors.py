"""Dramatiq actors: load, call, done. Attempts are counted in our own tables, so retries here are few."""

from __future__ import annotations

from typing import Any

import dramatiq

from videos import judging
from videos.pipeline import ingest as ingest_step
from videos.pipeline import paint as paint_step
from videos.pipeline import proxies as proxy_step
from videos.pipeline import rebuild as rebuild_step
from videos.pipeline import separate as separate_step
from videos.pipeline import stills as still_step

MINUTE = 60_000  # milliseconds
SOON: dict[str, Any] = {"max_retries": 5, "min_backoff": 2_000, "max_backoff": MINUTE}


@dramatiq.actor(queue_name="ingest", time_limit=12 * 60 * MINUTE, **SOON)
def ingest(pk: int) -> None:
    """Make playable footage of an upload."""
    ingest_step.run(pk)


@dramatiq.actor(queue_name="ingest", time_limit=6 * 60 * MINUTE, **SOON)
def separate(pk: int) -> None:
    """Separate the images of footage at another rate."""
    separate_step.run(pk)


@dramatiq.actor(queue_name="stills", time_limit=5 * MINUTE, priority=0, **SOON)
def still(pk: int) -> None:
    """Paint one frame for somebody who waits."""
    still_step.run(pk)


@dramatiq.actor(queue_name="render", time_limit=60 * MINUTE, priority=10, **SOON)
def paint(pk: int) -> None:
    """Paint the next free segment of a render."""
    paint_step.run(pk)


@dramatiq.actor(queue_name="default", time_limit=2 * 60 * MINUTE, **SOON)
def rebuild(pk: int) -> None:
    """Put a render's segments together: a second's work that must not wait behind the segments of others."""
    rebuild_step.run(pk)


@dramatiq.actor(queue_name="proxies", time_limit=12 * 60 * MINUTE, max_retries=0)
def proxy(pk: int, kind: str) -> None:
    """Make the small copy of a film: nobody waits for it, and the reconciler asks again."""
    proxy_step.run(kind, pk)


@dramatiq.actor(queue_name="judging", time_limit=60 * MINUTE, **SOON)
def judge(pk: int) -> None:
    """Measure a version on the sample flight."""
    judging.run(pk)
