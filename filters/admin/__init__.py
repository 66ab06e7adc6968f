"""The filters' pages of the admin."""

from .filters import FilterAdmin
from .keys import DeepFilterKeyAdmin
from .styles import StyleImageAdmin
from .training import TrainingRunAdmin

__all__ = ["DeepFilterKeyAdmin", "FilterAdmin", "StyleImageAdmin", "TrainingRunAdmin"]
