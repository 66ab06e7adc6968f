"""`manage.py prepare`: tables, the queue and the shipped filters, whatever of it is missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from filters.catalogue import CatalogueError
from rotoscope.preparation import prepare


class Command(BaseCommand):
    """Make what must be there before anything can run. Safe to repeat; a second run is quick."""

    help = "Apply migrations, make the queue's tables and load the shipped filters, whatever is missing."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was done, or that nothing was missing."""
        try:
            done = prepare()
        except CatalogueError as problem:
            raise CommandError(str(problem)) from None
        if options["verbosity"] > 0:
            self.stdout.write("; ".join(done) + "." if done else "Everything was there.")
