"""The pages of the admin for footage, what was made of it, and the people."""

from .arrangements import CollectionAdmin, ComparisonAdmin
from .keys import ApiKeyAdmin
from .people import PeopleAdmin
from .renders import RenderAdmin
from .sharing import ShareLinkAdmin
from .videos import UploadAdmin, VideoAdmin

__all__ = [
    "ApiKeyAdmin",
    "CollectionAdmin",
    "ComparisonAdmin",
    "PeopleAdmin",
    "RenderAdmin",
    "ShareLinkAdmin",
    "UploadAdmin",
    "VideoAdmin",
]
