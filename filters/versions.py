"""The next version of a filter, wherever its weights come from: a training, a mix, a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filters import sha256
from filters.models import Filter, FilterVersion
from filters.naming import stem_of
from rotoscope.common import loose

SUFFIXES = {FilterVersion.Kind.STYLE: "safetensors", FilterVersion.Kind.ONNX: "onnx"}


@dataclass(frozen=True)
class StoredWeights:
    """Weights that are in storage, and noted there as what no row names yet."""

    kind: FilterVersion.Kind
    file: str
    sha256: str


def store_weights(kind: FilterVersion.Kind, weights: bytes, name: str) -> StoredWeights:
    """Store the weights of a filter that is called `name`, or is to be.

    To be called before the transaction that adds the version: storage may be slow, and whoever waits for names, filters
    or runs is not to wait for it. Where nothing comes of the version, the file goes in time as all that no row names.
    """
    digest = sha256.of_bytes(weights)
    stored = loose.store_bytes(weights, f"weights/{stem_of(name)}-{digest[:16]}.{SUFFIXES[kind]}")
    return StoredWeights(kind, stored, digest)


def add_version(made: Filter, weights: StoredWeights, **values: Any) -> FilterVersion:
    """Stored weights as the next version of a filter; nothing renders with it before it is adopted.

    To be called in a transaction that holds the filter or makes it, so that versions are numbered one after another.
    """
    version = FilterVersion.objects.create(
        filter=made,
        number=made.next_number(),
        kind=weights.kind,
        weights=weights.file,
        sha256=weights.sha256,
        **values,
    )
    loose.named(weights.file)
    return version
