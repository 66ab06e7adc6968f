"""Whether this machine has the programs that the tests use: `python -m tests.machine`.

They are Debian packages, not Python ones, so pip cannot bring them. A missing one stops `make test` with one
line; nothing is skipped in silence.
"""

import os
import shutil
import sys

PROGRAMS = {"chromium": "chromium", "redis-server": "redis-server", "rabbitmq-server": "rabbitmq-server"}
"""Program to Debian package."""

PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def find(program: str) -> str | None:
    """Where a program is, also looking where only root's PATH leads."""
    return shutil.which(program, path=PLACES)


def missing() -> list[str]:
    """The Debian packages that are missing."""
    return [package for program, package in PROGRAMS.items() if find(program) is None]


def main() -> int:
    """0 when all are there; else 1 and one line that says how to get them."""
    packages = missing()
    if packages:
        print(f"The tests need {', '.join(packages)}: apt-get install {' '.join(packages)}", file=sys.stderr)
    return 1 if packages else 0


if __name__ == "__main__":
    sys.exit(main())
