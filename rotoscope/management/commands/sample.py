"""`manage.py sample`: the sample flight, taken in and rendered like any upload."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rotoscope.supervisor.newcomer import sample_mark


class Command(BaseCommand):
    """Draw the sample flight and hand it to the pipeline, unless it is there already."""

    help = "Draw the sample flight, take it in and have it rendered with four filters."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose it is."""
        parser.add_argument("--owner", required=True, help="name of an account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Leave the rest to the pipeline."""
        from videos.pipeline.sample import ensure_sample

        owner = get_user_model()._default_manager.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"Nobody here is called “{options['owner']}”.", returncode=2)
        ensure_sample(owner)
        mark = sample_mark(settings.ROTOSCOPE_HOME)
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
