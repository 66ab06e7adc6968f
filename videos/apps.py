from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos: footage, its frames, its renders and the ways to look at and share them."""

    name = "videos"
