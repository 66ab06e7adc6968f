from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos: footage, its frames, its renders and the ways to look at and share them."""

    name = "videos"

    def ready(self) -> None:
        """Measure what the filters want measured."""
        from filters.signals import judgement_wanted
        from videos.judging import ask

        judgement_wanted.connect(ask, dispatch_uid="videos.judging")
