"""What is nobody's fault and passes: a full disk, a store of files that does not answer. It is no attempt.

Whatever waits would else be given up within half a minute, and somebody would have to start all of it again.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rotoscope.common.lease import released
from rotoscope.common.silence import StoreSilent, unanswered
from videos.pipeline import dispatch

REST = timedelta(seconds=60)
FULL = "waiting: the server's disk is full"
AWAY = "waiting for the store of files"
STAGES = (FULL, AWAY)

_FULL = {errno.ENOSPC, errno.EDQUOT}
_AWAY = {errno.EIO, errno.ESTALE}
_FULL_SAYS_FFMPEG = "No space left"


def is_outage(problem: BaseException) -> bool:
    """Whether it fails for want of storage, and somebody will come back for it: who runs commands is told at once."""
    return bool(stage(problem)) and not dispatch.is_inline()


def stage(problem: BaseException) -> str:
    """What is waited for, in words for people; nothing where it fails for another reason."""
    for one in _with_causes(problem):
        number = one.errno if isinstance(one, OSError) else None
        if number in _FULL or _FULL_SAYS_FFMPEG in str(one):
            return FULL
        if number in _AWAY or isinstance(one, StoreSilent) or unanswered(one):
            return AWAY
    return ""


def rested() -> dict[str, Any]:
    """The columns of a row that is given back, and free again after a rest."""
    return released(REST)


def _with_causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__
