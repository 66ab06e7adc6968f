"""Who runs the embedded server: whoever needs it first, for as long as anybody needs it.

Two locks in the data folder, both given back by the kernel however their holder ends: `owner.lock`, held by
the process whose child the server is, and `users.lock`, shared by all others that use it. An owner that is
done waits for the users before it stops the server.
"""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rotoscope.database.embedded import Server
from rotoscope.database.programs import ITS_STARTER, EmbeddedError

PATIENCE = 90.0  # seconds that another process is given to bring its server up or down


class Lock:
    """An advisory lock on a file; another process's kill -9 frees it too."""

    def __init__(self, path: Path) -> None:
        """Raises EmbeddedError where the file, or the folder it is to lie in, is somebody else's.

        What root makes belongs to whom the folder belongs to, who would be shut out otherwise.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.geteuid() == 0:
                os.fchown(self.handle, path.parent.stat().st_uid, -1)
        except PermissionError:
            raise EmbeddedError(f"We may not write {path}: {ITS_STARTER}.") from None

    def try_alone(self) -> bool:
        """Take the lock for ourselves if nobody has it; at once."""
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Take it together with other sharers; waits while somebody has it alone."""
        fcntl.flock(self.handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Give it back."""
        fcntl.flock(self.handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give it back and forget it."""
        os.close(self.handle)


def own(home: Path, *, waiting: Callable[[], None]) -> Lock:
    """The right to be the one that runs the server; `waiting` is called once if another process has it now.

    Raises EmbeddedError when that process does not end within a minute and a half.
    """
    lock = Lock(home / "run" / "owner.lock")
    if lock.try_alone():
        return lock
    waiting()
    deadline = time.monotonic() + PATIENCE
    while not lock.try_alone():
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"Another command keeps the database in {home} busy; try again when it is done."
            )
        time.sleep(0.1)
    return lock


@contextmanager
def server(home: Path) -> Iterator[None]:
    """A server that answers, for as long as the block runs: the one that is there, else one of our own."""
    home.mkdir(parents=True, exist_ok=True)
    owner, users = Lock(home / "run" / "owner.lock"), Lock(home / "run" / "users.lock")
    ours = Server(home)
    try:
        if not _join(ours, owner, users):
            yield
            return
        try:
            ours.start()
            yield
        finally:
            _leave(ours, users)
    finally:
        users.close()
        owner.close()


def _join(ours: Server, owner: Lock, users: Lock) -> bool:
    """Wait until there is a server (False) or it is on us to start one (True)."""
    deadline = time.monotonic() + PATIENCE
    while True:
        users.share()
        if ours.answers():
            return False
        users.release()
        if owner.try_alone():
            return True
        if time.monotonic() > deadline:
            raise EmbeddedError("Another process holds the database's lock but brings no server up.")
        time.sleep(0.05)


def _leave(ours: Server, users: Lock) -> None:
    """Stop our server once nobody else uses it."""
    if not users.try_alone():
        print("Waiting for another command that uses the same database…", file=sys.stderr)
        while not users.try_alone():
            time.sleep(0.1)
    ours.stop()
