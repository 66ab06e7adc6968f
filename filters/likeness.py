"""Which filters are alike: cosines of their signatures, after what all have in common is taken away. No PyTorch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filters.models import Filter

NEIGHBOURS = 3


def cosines(signatures: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """(N, N) in -1..1: 1 for the same manner, 0 for filters that have no more in common than any two.

    Filters without a signature, or with one of another length than most have, are like no other.
    """
    count = len(signatures)
    lengths = Counter(len(one) for one in signatures if one)
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    known = [at for at, one in enumerate(signatures) if one and len(one) == usual]
    result = np.eye(count)
    if len(known) < 2:
        return result
    numbers = np.array([signatures[at] for at in known], np.float64)
    numbers = numbers - numbers.mean(axis=0)
    numbers /= np.maximum(np.linalg.norm(numbers, axis=1, keepdims=True), 1e-12)
    # Not numbers @ numbers.T: BLAS wakes threads for that, and on busy cores they wait for each other for much longer.
    result[np.ix_(known, known)] = np.einsum("ik,jk->ij", numbers, numbers)
    return result


def nearest(filters: Sequence[Filter], count: int = NEIGHBOURS) -> dict[int, list[tuple[Filter, float]]]:
    """For each filter (by primary key) the most alike others with their cosine, the most alike first.

    The filters' `current__judgement` should be selected; those that were not judged have no neighbours.
    """
    marks = [signature_of(one) for one in filters]
    alike = cosines(marks)
    found: dict[int, list[tuple[Filter, float]]] = {}
    for at, one in enumerate(filters):
        others = (
            [other for other in np.argsort(-alike[at]) if other != at and marks[other]] if marks[at] else []
        )
        found[one.pk] = [(filters[other], float(alike[at, other])) for other in others[:count]]
    return found


def signature_of(one: Filter) -> list[float]:
    """The signature of the current version; empty where it was not judged."""
    judged = getattr(one.current, "judgement", None)
    return list(judged.signature) if judged is not None else []
