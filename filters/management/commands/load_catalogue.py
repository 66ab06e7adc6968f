"""`manage.py load_catalogue`: the shipped filters, from files into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from filters import shipped
from filters.catalogue import CatalogueError
from filters.deepfilter.catalogue import ensure_deepfilter_filters


class Command(BaseCommand):
    """Bring the shipped filters up to the catalogue. Safe to repeat."""

    help = "Load the filters that ship with Rotoscope; what curators changed is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many filters changed."""
        try:
            changed = shipped.load()
        except CatalogueError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{changed} shipped filters added or brought up to date.")
        self.stdout.write(f"{ensure_deepfilter_filters()} DeepFilter filters are offered.")
