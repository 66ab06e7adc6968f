"""What journeys ask of a real installation from outside: by its own programs and its own database."""

import subprocess
import sys
from typing import Any

import psycopg

from rotoscope.database.embedded import Server
from tests.platform.installation import BASE, Installation, environment, manage


def begin(installation: Installation, *words: str) -> int:
    """Run begin_render with the installation's settings; the number that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.begin_render", *words],
        cwd=BASE,
        env=environment(installation.home, **installation.more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


def run_there(installation: Installation, code: str) -> str:
    """Run Python within the installation, as `manage.py shell` does; what it prints."""
    done = manage(installation.home, "shell", "-v", "0", "-c", code, **installation.more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def one(installation: Installation, query: Any, *values: object) -> Any:
    """The one value that a query of the installation's database gives; None while it is away."""
    try:
        with psycopg.connect(Server(installation.home).url()) as connection:
            row = connection.execute(query, values).fetchone()
    except psycopg.OperationalError:
        return None
    return row[0] if row else None
