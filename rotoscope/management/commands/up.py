"""`manage.py up`: everything, under one supervisor."""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters.catalogue import CatalogueError
from rotoscope import env, statics
from rotoscope.database.join import Lock
from rotoscope.database.programs import EmbeddedError
from rotoscope.supervisor.console import Console
from rotoscope.supervisor.plan import Wishes, numeric
from rotoscope.supervisor.run import Supervisor


class Command(BaseCommand):
    """Start the database, the web server, the workers and the reconciler; Ctrl-C stops them all."""

    help = "Start everything on one machine, and stop it with Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, how much, and whether a first start brings the sample."""
        parser.add_argument("--port", type=int, default=env.whole("PORT", 8000, least=1, most=65535))
        parser.add_argument("--host", default=env.text("ROTOSCOPE_HOST", "127.0.0.1"))
        parser.add_argument(
            "--workers", type=int, default=settings.ROTOSCOPE_WORKERS, help="processes that render"
        )
        parser.add_argument("--no-sample", action="store_true", help="leave out the sample flight")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C."""
        wishes = Wishes(options["host"], options["port"], options["workers"], not options["no_sample"])
        if not 1 <= wishes.port <= 65535:
            raise CommandError("--port must be from 1 to 65535.", returncode=2)
        if not 1 <= wishes.workers <= 64:
            raise CommandError("--workers must be from 1 to 64.", returncode=2)
        if refusal := statics.refusal():
            raise CommandError(refusal)
        home = settings.ROTOSCOPE_HOME
        lock = Lock(home / "run" / "up.lock")
        if not lock.try_alone():
            raise CommandError(f"Rotoscope is already running on the data in {home}.")
        _refuse_taken_port(wishes.host, wishes.port)
        supervisor = Supervisor(
            settings.BASE_DIR, home, wishes, embedded=settings.EMBEDDED_DATABASE, console=Console.here()
        )
        _write_down(home / "run" / "pid")
        try:
            supervisor.run()
        except (EmbeddedError, CatalogueError) as error:
            raise CommandError(str(error)) from None
        except OSError as problem:  # a folder of the data that is another user's, say; the text names it
            raise CommandError(f"Rotoscope cannot go on: {problem}.") from None


def _write_down(pid: Path) -> None:
    """For people; where the disk is full the database says so in a moment."""
    with suppress(OSError):
        pid.unlink(missing_ok=True)  # of another user, perhaps
        pid.write_text(f"{os.getpid()}\n")


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        address = numeric(host)
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as problem:
        raise CommandError(_why_not(host, port, problem)) from None


def _why_not(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken: choose another, as in `make up PORT=8001`."
    if problem.errno == errno.EACCES:
        return f"You may not listen on port {port}: choose one from 1024 on, as in `make up PORT=8001`."
    return f"This machine cannot listen on “{host}” ({problem.strerror}): ROTOSCOPE_HOST or --host names it."
