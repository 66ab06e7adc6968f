"""Ingest: from an upload to footage that plays everywhere, with its frames, poster and filmstrip."""

from __future__ import annotations

import hashlib
import logging
import secrets
import uuid
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils import timezone

from rotoscope.common import loose
from rotoscope.common.files import local_path, work_folder
from rotoscope.common.lease import claim, released, renewing
from videos.media.errors import MediaError, Refused, Stopped
from videos.media.footage import Footage, make_footage
from videos.media.probe import Probe, probe
from videos.models import Video
from videos.pipeline import dispatch, outage, proxies, renders, separate
from videos.pipeline.progress import VideoProgress

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
UNEXPECTED = (
    "Something went wrong on our side while reading this video. Try again; if it fails again, tell us."
)


def begin(video: Video) -> None:
    """Queue the ingest of a video whose source is stored; safe to repeat."""
    dispatch.send(video, "ingest")


def retry(video: Video) -> bool:
    """failed → receiving, and onto the queue again."""
    if not video.source or not video.queue_ingest():
        return False
    begin(video)
    return True


def run(pk: int) -> bool:
    """Ingest a video. False when there was nothing to do, or somebody else does it.

    Where storage is away it waits. Other unexpected errors are raised after the lease is given back, so that the
    queue tries again; after MAX_ATTEMPTS, kills included, the video fails with the last sentence that there was.
    """
    waiting = Video.objects.filter(pk=pk, state__in=[Video.State.RECEIVING, Video.State.INGESTING]).exclude(
        source=""
    )
    token = claim(waiting, state=Video.State.INGESTING, attempts=F("attempts") + 1, started_at=timezone.now())
    if token is None:
        return False
    video = Video.objects.get(pk=pk)
    if video.attempts > MAX_ATTEMPTS:
        return video.mark_failed(token, video.error or UNEXPECTED)
    with renewing(Video.objects.filter(pk=pk), token) as lost:
        try:
            _ingest(video, token, VideoProgress(video, token, lost))
        except Refused as refusal:
            _refuse(video, token, str(refusal))
        except Stopped:
            logger.info("ingest of %s was taken over or ended", video.ref)
            return False
        except Exception as problem:
            if outage.is_outage(problem):
                _wait(video, token, outage.stage(problem))
                return False
            _give_back(video, token, str(problem) if isinstance(problem, MediaError) else "")
            raise
    return True


def _ingest(video: Video, token: uuid.UUID, progress: VideoProgress) -> None:
    source = local_path(video.source)
    progress.stage("looking at the file", 0.0, 0.05)
    found = probe(source)
    facts: dict[str, Any] = {"probe": probe_facts(found), "checksum": checksum(source)}
    if not video.footage:
        progress.stage("making it playable", 0.05, 0.7)
        facts |= _make_footage(video, source, found, progress)
    _save(video, token, facts)
    progress.stage("separating images", 0.7, 1.0)
    separate.separate(video, token, progress)
    if video.mark_ready(token):
        renders.fulfil_plans(video)
        proxies.ask(video)


def _make_footage(video: Video, source: Path, found: Probe, progress: VideoProgress) -> dict[str, Any]:
    with work_folder() as folder:
        target = Path(folder) / "footage.mp4"
        made = make_footage(source, target, found, progress=progress, should_stop=progress.should_stop)
        name = loose.store(target, f"footage/{video.ref}/{secrets.token_hex(4)}.mp4")
    # Attempts are counted anew: what may have taken hours is not done again.
    return {"footage": name, "attempts": 1, **footage_facts(made)}


def footage_facts(made: Footage) -> dict[str, Any]:
    """The columns of Video that describe its footage."""
    return {
        "rate_numerator": made.rate.numerator,
        "rate_denominator": made.rate.denominator,
        "frame_count": made.frame_count,
        "width": made.width,
        "height": made.height,
        "has_audio": made.has_audio,
    }


def probe_facts(found: Probe) -> dict[str, Any]:
    """A probe as plain JSON; fractions as text, since they are exact."""
    return {key: _plain(value) for key, value in asdict(found).items()}


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _save(video: Video, token: uuid.UUID, facts: dict[str, Any]) -> None:
    """New footage goes where the video was deleted meanwhile, or somebody else was first."""
    mine = Video.objects.held_by(token).filter(pk=video.pk)
    if not loose.name_on(mine, *filter(None, [facts.get("footage")]), **facts):
        raise Stopped("Somebody else works on this video now.")
    video.refresh_from_db()


def _refuse(video: Video, token: uuid.UUID, sentence: str) -> None:
    """Keep the row, which tells the owner why; nothing of the file stays, nor counts towards the quota."""
    with loose.removing() as files:
        if not video.mark_failed(token, sentence):
            return
        Video.objects.filter(pk=video.pk).update(source="", source_size=0, footage="", proxy="")
        files += [video.source, video.footage, video.proxy]


def _wait(video: Video, token: uuid.UUID, stage: str) -> None:
    """It failed in nothing, and somebody comes back for it."""
    logger.warning("ingest of %s: %s", video.ref, stage)
    mine = Video.objects.held_by(token).filter(pk=video.pk)
    if mine.update(
        state=Video.State.RECEIVING, stage=stage, error="", attempts=F("attempts") - 1, **outage.rested()
    ):
        dispatch.send(video, "ingest", delay=outage.REST)


def _give_back(video: Video, token: uuid.UUID, sentence: str) -> None:
    """For the next attempt; `sentence` is told only when there is none any more."""
    Video.objects.held_by(token).filter(pk=video.pk).update(
        state=Video.State.RECEIVING,
        stage="waiting to try again",
        error=sentence,
        **released(),
    )
