from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RotoscopeConfig(AppConfig):
    """The project itself: the commands that start and keep it."""

    name = "rotoscope"

    def ready(self) -> None:
        """Make the queue's tables together with ours."""
        post_migrate.connect(make_queue_tables, sender=self, dispatch_uid="rotoscope.queue")


def make_queue_tables(using: str, **_: object) -> None:
    """After `migrate`: the tables of a queue that lives in PostgreSQL."""
    from django.conf import settings

    from rotoscope import broker

    if using == "default" and settings.DRAMATIQ_BROKER["BROKER"] == broker.POSTGRES_BROKER:
        broker.make_tables(settings.DRAMATIQ_BROKER_URL)
