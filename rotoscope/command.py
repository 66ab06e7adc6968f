"""What `manage.py` does around Django's commands: settings told plainly, and a database where one is needed."""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext, suppress

from django.db import OperationalError

from rotoscope.broker import QueueAway
from rotoscope.common.endings import Ended
from rotoscope.database.newer import NewerDatabase
from rotoscope.database.programs import EmbeddedError
from rotoscope.env import SettingError
from rotoscope.storage import StorageRefuses

SUPERVISED = "ROTOSCOPE_SUPERVISED"
"""Set in the environment of everything that the supervisor starts: the database is its business."""

WITHOUT_DATABASE = {
    "up", "serve", "help", "version", "check", "collectstatic", "findstatic", "diffsettings", "startapp",
    "startproject", "compilemessages", "makemessages", "test", "testserver",
}  # fmt: skip
NEEDS_TABLES = {"render", "train", "filters", "evaluate", "check_suggestions", "bench", "sample"}
"""Words of ours that somebody may type before anything was ever started."""


def run(argv: list[str]) -> None:
    """Run one command; a mistake in the settings is one line on standard error and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rotoscope.settings")
    try:
        with _database(argv):
            _execute(argv)
    except SettingError as error:
        _stop(str(error), 2)
    except (EmbeddedError, NewerDatabase, QueueAway, StorageRefuses) as error:
        _stop(str(error), 1)
    except OperationalError as error:
        if "--traceback" in argv:
            raise
        _stop(f"The database cannot be used: {str(error).splitlines()[0]}.", 1)
    except KeyboardInterrupt as told:
        _end_as_told(told.number if isinstance(told, Ended) else signal.SIGINT)


def _database(argv: list[str]) -> AbstractContextManager[None]:
    word = argv[1] if len(argv) > 1 else "help"
    asks_help = any(one in ("--help", "-h", "--version") for one in argv[2:])
    if word.startswith("-") or word in WITHOUT_DATABASE or asks_help or os.environ.get(SUPERVISED):
        return nullcontext()
    from django.conf import settings

    if not settings.EMBEDDED_DATABASE:
        return nullcontext()
    from rotoscope.database.join import server

    return server(settings.ROTOSCOPE_HOME)


def _execute(argv: list[str]) -> None:
    from django.core.management import ManagementUtility, call_command

    if len(argv) > 1 and argv[1] in NEEDS_TABLES and not {"--help", "-h"} & set(argv):
        import django

        django.setup()
        call_command("prepare", verbosity=0)
    ManagementUtility(argv).execute()


def _end_as_told(number: int) -> None:
    """End by the signal itself, without a traceback: a shell that runs us in a loop ends its loop then, too."""
    with suppress(OSError):  # the terminal may be closed
        print("\nStopped.", file=sys.stderr)
        sys.stdout.flush()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _stop(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(code)
