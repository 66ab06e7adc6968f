"""What somebody deletes is put away for a while, can be brought back, and is then removed with its files.

A row that was put away carries the moment, and `objects` hides it from everything (videos/models/removable.py). Footage
takes along what was made of it, at the same moment. Whoever wants something gone for good, and the reconciler for what
was put away long ago, writes FOR_GOOD in place of the moment: from then on nobody brings it back while it goes, and
whoever is killed over it leaves what the next round finds.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from rotoscope.common.changed import delete_whole
from videos.models import Collection, Comparison, Render, Video
from videos.models.removable import FOR_GOOD, kept_for, kept_since
from videos.pipeline import renders

logger = logging.getLogger(__name__)

Thing = Video | Render | Comparison | Collection
KINDS: dict[str, type[Thing]] = {
    "video": Video,
    "render": Render,
    "comparison": Comparison,
    "collection": Collection,
}
"""Whatever goes with another comes after it."""


def kind_of(thing: Thing) -> str:
    """Its name in addresses."""
    return str(thing._meta.model_name)


def put_away(thing: Thing) -> None:
    """Delete it, with what was made of it; nobody sees it any more. Where nothing is kept it is gone for good."""
    if not kept_for():
        remove_for_good(thing)
        return
    with transaction.atomic():
        # Whoever makes something of footage holds its row, or waits here and finds none.
        now: Any = type(thing)._default_manager.select_for_update().filter(pk=thing.pk).first()
        if now is None:
            return
        moment = timezone.now()
        if isinstance(now, Render):
            _stop(Render.objects.filter(pk=now.pk))
        elif isinstance(now, Video):
            _stop(now.renders.all())
            now.renders.all().update(removed_at=moment)
            now.comparisons.all().update(removed_at=moment)
        type(thing)._default_manager.filter(pk=thing.pk).update(removed_at=moment)


def bring_back(thing: Thing) -> bool:
    """Put it where it was, and what went with it; False where it is there, or will never be again.

    `thing` is as it was looked at: one that was brought back and deleted anew since is another deletion.
    """
    moment = thing.removed_at
    if moment is None or moment <= kept_since():
        return False
    with transaction.atomic():
        if isinstance(thing, Render | Comparison) and not Video.objects.hold(thing.video_id):
            return False
        rows = type(thing).everything.filter(pk=thing.pk, removed_at=moment)
        if not rows.update(removed_at=None):
            return False
        if isinstance(thing, Video):
            Render.everything.filter(video=thing, removed_at=moment).update(removed_at=None)
            Comparison.everything.filter(video=thing, removed_at=moment).update(removed_at=None)
    thing.refresh_from_db()
    return True


def remove_for_good(thing: Thing) -> None:
    """Remove it with its files, whether or not it was put away before."""
    type(thing).everything.filter(pk=thing.pk).update(removed_at=FOR_GOOD)
    _remove(thing)


def clear() -> int:
    """Remove what was put away long enough ago, for the reconciler; how many things."""
    removed, end = 0, kept_since()
    for model in KINDS.values():
        model.everything.filter(removed_at__lte=end).exclude(removed_at=FOR_GOOD).update(removed_at=FOR_GOOD)
        for thing in model.everything.filter(removed_at=FOR_GOOD).order_by("pk"):
            _remove(thing)
            removed += 1
    if removed:
        logger.info("removed %d deleted things for good", removed)
    return removed


def removed_of(user: Any) -> list[Thing]:
    """What somebody may bring back, what went last first. What went with footage comes back with it."""
    alone = {"removed_at__gt": kept_since(), "video__removed_at": None}
    own = Q(owner_id=user.pk)
    rendered = Q(video__owner_id=user.pk) | own if user.is_staff else Q(video__owner_id=user.pk)
    found: list[Thing] = [
        *Video.everything.filter(own, removed_at__gt=kept_since()).select_related("owner"),
        *Render.everything.with_names().filter(rendered, **alone),
        *Comparison.everything.filter(own, **alone).select_related("video", "owner").with_places(),
        *Collection.everything.filter(own, removed_at__gt=kept_since()).select_related("owner"),
    ]
    return sorted(found, key=lambda thing: (thing.removed_at, thing.pk), reverse=True)


def find(kind: str, ref: str) -> Thing | None:
    """What can be brought back and is called this, whoever's it is; None where there is no such thing."""
    if kind not in KINDS:
        return None
    rows: Any = KINDS[kind].everything.filter(ref=ref, removed_at__gt=kept_since()).select_related("owner")
    if kind in ("render", "comparison"):
        rows = rows.filter(video__removed_at=None).select_related("video__owner")
    if kind == "render":
        rows = rows.select_related("version__filter")
    found: Thing | None = rows.first()
    return found


def taken_by(user: Any) -> int:
    """Bytes of somebody's quota that footage takes which they could remove for good."""
    rows = Video.everything.filter(owner_id=user.pk, removed_at__gt=kept_since())
    return int(rows.aggregate(sum=Sum("source_size"))["sum"] or 0)


def _stop(rows: Any) -> None:
    """Cancel what is being painted; what is paused stays so."""
    for render in rows.filter(state__in=Render.ACTIVE):
        render.cancel()


def _remove(thing: Thing) -> None:
    if isinstance(thing, Video):
        renders.remove_video(thing)
    elif isinstance(thing, Render):
        renders.remove(thing)
    else:
        delete_whole(thing)
