"""From a version in the database to an engine that paints, and back to service after an outage.

Making an engine is slow (a session of ONNX Runtime, a first connection), so the last few are kept. An engine
serves one thread at a time, so each thread keeps its own.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from contextlib import closing
from decimal import Decimal

import numpy as np
from django.conf import settings

from filters.bases import base_of
from filters.engines.algorithmia import AlgorithmiaEngine, Patience
from filters.engines.base import Engine, EngineBusy, EngineError, EngineUnavailable
from filters.models import Filter, FilterVersion
from rotoscope.common.files import local_path

logger = logging.getLogger(__name__)

KEPT = 3
Key = tuple[int, Decimal]
"""A version's number and what an image costs."""
PROBE_SIDE = 64  # pixels: the cheapest picture that a service can be asked for
PROBE_PATIENCE = Patience(answer=20, whole=30, attempts=1, queueing=0)

_mine = threading.local()


def engine_for_version(version: FilterVersion) -> Engine:
    """An engine for `version`, kept by this thread until three others were asked for (then it is closed).

    One whose images have another price by now is made anew, so that what is painted costs what was estimated.
    Use it in the thread that asked; do not close it. Raises EngineUnavailable, with a sentence for people,
    where weights, base or key are missing.
    """
    kept: OrderedDict[Key, Engine] = _mine.__dict__.setdefault("engines", OrderedDict())
    paid = version.kind == FilterVersion.Kind.DEEPFILTER
    key = (version.pk, version.filter.cost_per_image if paid else Decimal(0))
    engine = kept.get(key)
    if engine is None:
        engine = make_engine(version)
        kept[key] = engine
        while len(kept) > KEPT:
            kept.popitem(last=False)[1].close()
    kept.move_to_end(key)
    return engine


def forget_engines() -> None:
    """Close what this thread keeps."""
    kept: OrderedDict[Key, Engine] = _mine.__dict__.pop("engines", OrderedDict())
    for engine in kept.values():
        engine.close()


def make_engine(version: FilterVersion) -> Engine:
    """A new engine for `version`; the caller closes it. Raises EngineUnavailable."""
    if version.kind == FilterVersion.Kind.DEEPFILTER:
        return _deepfilter_engine(version)
    from filters.engines.network import NetworkEngine

    threads: int | None = getattr(settings, "ROTOSCOPE_ENGINE_THREADS", None)
    full_precision: bool = getattr(settings, "ROTOSCOPE_FULL_PRECISION", False)
    try:
        weights = local_path(version.weights)
        if version.kind == FilterVersion.Kind.ONNX:
            return NetworkEngine.trying_half(weights, threads=threads, full_precision=full_precision)
        return NetworkEngine.from_files(
            base_of(version), weights, threads=threads, full_precision=full_precision
        )
    except FileNotFoundError as missing:
        raise EngineUnavailable(
            f"The weights of {version} are missing: {missing}.", temporary=False
        ) from missing


def _deepfilter_engine(version: FilterVersion, patience: Patience | None = None) -> Engine:
    if not settings.ALGORITHMIA_API_KEY:
        raise EngineUnavailable("No Algorithmia key is set (ALGORITHMIA_API_KEY).", temporary=False)
    return AlgorithmiaEngine(
        settings.ALGORITHMIA_API_KEY,
        settings.ALGORITHMIA_API_ADDRESS,
        version.deepfilter_name,
        cost_per_image=Decimal(version.filter.cost_per_image),
        batch=settings.ALGORITHMIA_BATCH,
        at_once=settings.ALGORITHMIA_CALLS_AT_ONCE,
        patience=patience,
    )


def available_again() -> list[Filter]:
    """Ask unavailable filters, drafts too, for one small picture each, until one refuses; those that answer come back.

    For the reconciler, every few minutes. In any order, so that one that is broken for good holds up nobody;
    the breakers of the engines refuse tries that come too early, so a service that is down costs little.
    """
    back: list[Filter] = []
    waiting = Filter.objects.filter(current__isnull=False).exclude(state=Filter.State.RETIRED)
    waiting = waiting.exclude(unavailable_reason="").select_related("current__filter")
    for one in waiting.order_by("?"):
        if not _answers(one):
            break
        one.mark_unavailable("")
        back.append(one)
    return back


def _answers(one: Filter) -> bool:
    assert one.current is not None
    picture = np.full((1, PROBE_SIDE, PROBE_SIDE, 3), 128, np.uint8)
    try:
        with closing(_probe_engine(one.current)) as engine:
            engine.apply(picture)
    except EngineBusy:  # with others, and their calls are answered
        return True
    except EngineError as still:
        logger.info("%s is still unavailable: %s", one, still)
        return False
    return True


def _probe_engine(version: FilterVersion) -> Engine:
    if version.kind == FilterVersion.Kind.DEEPFILTER:
        return _deepfilter_engine(version, PROBE_PATIENCE)
    return make_engine(version)
