"""Footage, its frames and renders, and the ways to look at them and share them."""

from .api_key import ApiKey
from .collection import Collection, CollectionItem
from .comparison import Comparison, ComparisonItem
from .frame import Frame
from .looks import DayOfLooks
from .profile import Profile
from .render import Render
from .segment import Segment
from .share_link import ShareLink
from .still import Still
from .upload import Upload
from .video import Video, Visibility

__all__ = [
    "ApiKey",
    "Collection",
    "CollectionItem",
    "Comparison",
    "ComparisonItem",
    "DayOfLooks",
    "Frame",
    "Profile",
    "Render",
    "Segment",
    "ShareLink",
    "Still",
    "Upload",
    "Video",
    "Visibility",
]
