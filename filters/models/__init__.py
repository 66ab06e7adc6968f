"""What a filter is: its pictures, its versions and how it was trained."""

from .deepfilter import DeepFilterKey, DeepFilterObject
from .filter import RESERVED_SLUGS, Filter
from .judgement import Judgement
from .provenance import MixPart, StyleUse
from .style_image import StyleImage
from .training_run import TrainingRun
from .version import FilterVersion

__all__ = [
    "RESERVED_SLUGS",
    "DeepFilterKey",
    "DeepFilterObject",
    "Filter",
    "FilterVersion",
    "Judgement",
    "MixPart",
    "StyleImage",
    "StyleUse",
    "TrainingRun",
]
