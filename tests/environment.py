"""The environment of the tests: set before anything reads Django's settings, so conftest imports this first.

Data lies in a folder of its own that goes when the session ends, or where it was killed with the next one; the queue
is in memory; nothing of the developer's own installation is touched. DATABASE_URL, where set, is respected.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
from django.conf import settings

from tests.surroundings import is_setting

PREFIX = "rotoscope-tests-"


def sweep(folder: Path) -> None:
    """Remove what sessions left that were killed: their process ids are in the names."""
    for left in folder.glob(f"{PREFIX}*"):
        number = left.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        pass
    return True


sweep(Path(tempfile.gettempdir()))
HOME = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

for name in list(os.environ):
    if is_setting(name) and name != "DATABASE_URL":
        del os.environ[name]
os.environ["ROTOSCOPE_HOME"] = str(HOME)
os.environ["DRAMATIQ_BROKER_URL"] = "stub://"
os.environ["ALLOWED_HOSTS"] = "testserver,127.0.0.1,localhost"
os.environ["DJANGO_SETTINGS_MODULE"] = "rotoscope.settings"
# Playwright's pages run in an event loop beside the tests' own database calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

if settings.configured:
    raise RuntimeError("Unset DJANGO_SETTINGS_MODULE: the tests choose their settings themselves.")
django.setup()
# A second process of tests (`-n 2`) inherits this environment, and has to come by here before Django is set up.
del os.environ["DJANGO_SETTINGS_MODULE"]
