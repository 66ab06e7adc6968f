"""The next version of a filter, wherever its weights come from: a training, a mix, a file."""

from __future__ import annotations

from typing import Any

from filters import sha256
from filters.models import Filter, FilterVersion
from rotoscope.common import loose

SUFFIXES = {FilterVersion.Kind.STYLE: "safetensors", FilterVersion.Kind.ONNX: "onnx"}


def add_version(made: Filter, kind: FilterVersion.Kind, weights: bytes, **values: Any) -> FilterVersion:
    """Store `weights` as the next version of a filter; nothing renders with it before it is adopted.

    To be called in a transaction that holds the filter or makes it, so that versions are numbered one after another.
    """
    digest = sha256.of_bytes(weights)
    stored = loose.store_bytes(weights, f"weights/{made.slug}-{digest[:16]}.{SUFFIXES[kind]}")
    version = FilterVersion.objects.create(
        filter=made, number=made.next_number(), kind=kind, weights=stored, sha256=digest, **values
    )
    loose.named(stored)
    return version
