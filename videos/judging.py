"""Measure a version in the background: one that was just trained or mixed, or that a curator asks about."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from filters import judgements
from filters.engines.base import EngineError
from filters.models import FilterVersion
from videos.evaluation import Evaluator, NotMeasurable

logger = logging.getLogger(__name__)


def ask(version: FilterVersion, **_: Any) -> None:
    """Queue it; the receiver of `judgement_wanted`."""
    from videos.actors import judge  # late: the one arrow that points up (docs/architecture.md)

    transaction.on_commit(lambda: judge.send(version.pk))


def run(pk: int) -> bool:
    """Figures on the sample flight and a profile, kept with the version; True where that was done.

    One that was measured already, or was removed, is left alone; what cannot be measured is said in the log.
    """
    version = FilterVersion.objects.select_related("filter").filter(pk=pk).first()
    if version is None or judgements.is_judged(version):
        return False
    if not judgements.begin(version):
        logger.warning("%s is not measured: that was begun often enough, and came to no end", version)
        return False
    try:
        found = Evaluator().evaluate(version.filter, version)
    except ModuleNotFoundError:
        logger.info("%s is not measured: PyTorch is not installed", version)
        return False
    except (NotMeasurable, EngineError) as problem:
        logger.warning("%s is not measured: %s", version, problem)
        return False
    judgements.keep(version, found)
    return True
