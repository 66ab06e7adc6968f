"""Uploads that come in piece by piece, or whole: their files, their rules, and how a whole one becomes a video."""

from .expiry import expire, remove

__all__ = ["expire", "remove"]
