"""`manage.py serve`: the web server alone, for installations that something else supervises."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rotoscope import statics
from rotoscope.database.newer import refuse_newer_where_it_answers
from rotoscope.supervisor.plan import web_server


class Command(BaseCommand):
    """Become the web server. Starts no database and no workers: that is `manage.py up`."""

    help = "Run the web server alone; a database must be there, and something that restarts it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace this process by the server's."""
        if not 1 <= options["port"] <= 65535:
            raise CommandError("--port must be from 1 to 65535.", returncode=2)
        if refusal := statics.refusal():
            raise CommandError(refusal)
        refuse_newer_where_it_answers()
        try:
            words = web_server(options["host"], options["port"])
        except OSError as problem:
            raise CommandError(
                f"--host “{options['host']}” is no address: {problem.strerror}.", returncode=2
            ) from None
        os.execv(words[0], words)
