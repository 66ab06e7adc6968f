"""Rebuild: the segments of a render become one video again, with the sound of the footage."""

from __future__ import annotations

import logging
import secrets
import uuid
from fractions import Fraction
from pathlib import Path

from django.db.models import F

from rotoscope.common import loose
from rotoscope.common.files import forget, local_path, work_folder
from rotoscope.common.lease import claim, released, renewing
from videos.media import decode, stills
from videos.media.checks import packet_count
from videos.media.errors import MediaError
from videos.media.preview import make_preview
from videos.media.rebuild import rebuild
from videos.models import Render, Segment
from videos.pipeline import dispatch, outage, proxies, renders

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
POSTER_HEIGHT = 720


def run(pk: int) -> bool:
    """Rebuild a render whose segments are all finished. False when somebody else does, or did."""
    rebuilding = Render.objects.filter(pk=pk, state=Render.State.REBUILDING)
    token = claim(rebuilding, attempts=F("attempts") + 1)
    if token is None:
        return False
    render = Render.objects.with_names().get(pk=pk)
    if render.attempts > MAX_ATTEMPTS:
        return _give_up(render)
    with renewing(Render.objects.filter(pk=pk), token):
        try:
            renders.tally(render)  # whoever finished the last segment may have been ended before
            _rebuild(render, token)
        except Exception as problem:
            if outage.is_outage(problem):
                return _wait(render, token, problem)
            Render.objects.held_by(token).filter(pk=pk).update(**released(), error=_reason(problem))
            raise
    return True


def _wait(render: Render, token: uuid.UUID, problem: Exception) -> bool:
    """It failed in nothing, and somebody comes back for it. False: nothing is put together."""
    logger.warning("rebuild of %s, %s: %s", render.ref, outage.stage(problem), problem)
    mine = Render.objects.held_by(token).filter(pk=render.pk)
    if mine.update(attempts=F("attempts") - 1, **outage.rested()):
        dispatch.send(render, "rebuild", delay=outage.REST)
    return False


def _reason(problem: Exception) -> str:
    """What is told when there is no further attempt."""
    said = str(problem) if isinstance(problem, MediaError) else f"{type(problem).__name__}: {problem}"
    return said[:2000]


def _rebuild(render: Render, token: uuid.UUID) -> None:
    segments = list(render.segments.order_by("index"))
    video = render.video
    footage = local_path(video.footage)
    with work_folder() as folder:
        target = Path(folder) / "render.mp4"
        rebuild(
            [local_path(segment.file) for segment in segments],
            audio_from=footage if video.has_audio else None,
            rate=video.rate,
            frame_count=render.frame_count,
            target=target,
            start=Fraction(render.start_frame) / video.rate,
        )
        files = {
            "poster": _poster(render, target, Path(folder)),
            "preview": _preview(render, target, Path(folder)),
        }
        size = target.stat().st_size
        files["output"] = loose.store(target, _name("renders", render, "mp4"))
    if not render.mark_finished(token, size, **files):
        return  # cancelled meanwhile, or somebody else was first
    logger.info("render %s is finished", render.ref)
    drop_segments(render)
    proxies.ask(render)


def _give_up(render: Render) -> bool:
    """→ failed. Segments whose files are gone or damaged are to be painted again, or no retry would ever help."""
    spoilt = [segment for segment in render.segments.all() if not _is_whole(segment)]
    if not spoilt:
        return render.mark_failed(
            f"The video could not be put together again. Retry, or tell us if it fails again. {render.error}".strip()
        )
    with loose.removing() as files:
        render.segments.filter(pk__in=[segment.pk for segment in spoilt]).update(
            state=Segment.State.PENDING, file="", images_done=0, attempts=0
        )
        files += [segment.file for segment in spoilt]
    renders.tally(render)
    return render.mark_failed(
        f"{len(spoilt)} of {render.segments.count()} segments are missing or damaged. Retry paints those again."
    )


def _is_whole(segment: Segment) -> bool:
    try:
        return packet_count(local_path(segment.file)) == segment.stop - segment.start
    except FileNotFoundError:
        return False


def drop_segments(render: Render) -> None:
    """The files of segments are not needed once the whole is there; the rows tell how it went."""
    for segment in render.segments.exclude(file=""):
        forget(segment.file)
    render.segments.update(file="")


def _poster(render: Render, path: Path, folder: Path) -> str:
    """The same third of the clip as the footage's own poster, so that slices of a card fit together."""
    index = render.video.frame_count // 3 - render.start_frame
    if not 0 <= index < render.frame_count:
        index = render.frame_count // 3
    picture = decode.frame_at(path, index)
    if picture.shape[0] > POSTER_HEIGHT:
        picture = stills.resize(picture, height=POSTER_HEIGHT)
    poster = folder / "poster.jpg"
    stills.write_jpeg(picture, poster)
    return loose.store(poster, _name("posters", render, "jpg"))


def _preview(render: Render, path: Path, folder: Path) -> str:
    preview = folder / "preview.mp4"
    make_preview(path, preview)
    return loose.store(preview, _name("previews", render, "mp4"))


def _name(kind: str, render: Render, suffix: str) -> str:
    """A storage name that was never used before: caches may keep its bytes for ever."""
    return f"{kind}/{render.ref}/{secrets.token_hex(4)}.{suffix}"
