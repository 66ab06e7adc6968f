"""Proxies in storage: made of films that can be played already, by a process of its own, whenever there is time.

Pages show the film itself until there is one, so nobody waits for it, and what cannot be made is only written down.
"""

from __future__ import annotations

import logging
import secrets
import threading
import uuid
from pathlib import Path
from typing import Any

from django.db.models import F

from rotoscope.common import loose
from rotoscope.common.files import local_path, work_folder
from rotoscope.common.lease import LeasedQuerySet, claim, released, renewing
from videos.media.errors import Stopped
from videos.media.proxy import LEAST, make_proxy, proxy_size
from videos.models import Render, Video
from videos.pipeline import dispatch, outage

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # kills included: each may take hours
MODELS: dict[str, type[Video] | type[Render]] = {"video": Video, "render": Render}
KINDS = {model: kind for kind, model in MODELS.items()}
FILMS = {Video: "footage", Render: "output"}


def ask(row: Video | Render) -> None:
    """Queue the making of its proxy, where it needs one; safe to repeat."""
    if lacking(type(row)).filter(pk=row.pk).exists():
        dispatch.send(row, "proxy", KINDS[type(row)])


def lacking(model: type[Video] | type[Render]) -> LeasedQuerySet[Any]:
    """The rows whose films should have a proxy and have none, save where that was tried too often.

    Of footage whose images are being separated there is time for it afterwards: both are done under its lease.
    """
    films = _wide_footage() if model is Video else _wide_renders()
    films = films.filter(height__gte=LEAST, proxy="", proxy_attempts__lt=MAX_ATTEMPTS)
    return films.exclude(**{FILMS[model]: ""})


def _wide_footage() -> LeasedQuerySet[Any]:
    return Video.objects.ready().filter(stage="", width__gte=LEAST)


def _wide_renders() -> LeasedQuerySet[Any]:
    """The width of a render is not in its row; it is multiplied out, since a division would round, or fail."""
    wide, least = F("video__width") * F("height"), LEAST * F("video__height")
    return Render.objects.finished().alias(wide=wide, least=least).filter(wide__gte=F("least"))


def run(kind: str, pk: int) -> bool:
    """Make the proxy of a video or a render. False where none is lacking, somebody else does it, or it failed."""
    model = MODELS[kind]
    token = claim(lacking(model).filter(pk=pk), proxy_attempts=F("proxy_attempts") + 1)
    if token is None:
        return False
    row, rows = model.objects.get(pk=pk), model.objects.filter(pk=pk)
    with renewing(rows, token) as lost:
        try:
            return _make(row, token, lost)
        except Stopped:  # its images are to be separated, or it is removed: that was no attempt
            rows.update(proxy_attempts=F("proxy_attempts") - 1)
        except Exception as problem:
            if outage.is_outage(problem):
                _wait(row, token, outage.stage(problem))
            else:
                logger.exception("the proxy of %s %s could not be made", kind, row.ref)
        finally:
            rows.held_by(token).update(**released())
    return False


def _wait(row: Video | Render, token: uuid.UUID, stage: str) -> None:
    """It failed in nothing, and somebody comes back for it."""
    logger.warning("the proxy of %s: %s", row.ref, stage)
    mine = type(row).objects.held_by(token).filter(pk=row.pk)
    if mine.update(proxy_attempts=F("proxy_attempts") - 1, **outage.rested()):
        dispatch.send(row, "proxy", KINDS[type(row)], delay=outage.REST)


def _make(row: Video | Render, token: uuid.UUID, lost: threading.Event) -> bool:
    """False where the film is not the same any more, or has a proxy by now: then this one goes."""
    column = FILMS[type(row)]
    film = str(getattr(row, column))
    size = proxy_size(row.width, row.height)
    assert size is not None  # it is lacking one
    with work_folder() as folder:
        target = Path(folder) / "proxy.mp4"
        rate = row.rate if isinstance(row, Video) else row.video.rate
        make_proxy(
            local_path(film), target, size, rate=rate, frame_count=row.frame_count, should_stop=lost.is_set
        )
        name = loose.store(target, f"proxies/{row.ref}/{secrets.token_hex(4)}.mp4")
    same = type(row).objects.held_by(token).filter(pk=row.pk, proxy="", **{column: film})
    return loose.name_on(same, name, proxy=name)
