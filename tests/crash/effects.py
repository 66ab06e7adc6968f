"""The effects of a step on what outlives its process: the database, the file system, programs that it starts.

What only reads changes nothing, and what is written within a transaction is there from its COMMIT on or not at all:
so the moments at which a kill can leave something else behind are those before each COMMIT, each statement outside
of a transaction, each change of the file system and each start of a program. Just after an effect is just before the
next, save where a file was opened, which is empty then, or a program was started, which runs then.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]
HARNESS = str(Path(__file__).parent)
CHANGES = {
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.utime",
}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STARTS = ("fork_exec", "posix_spawn")  # what starts a program in the end


@dataclass(frozen=True)
class Effect:
    """What is changed, and the lines of ours that say so, the innermost first."""

    kind: str
    site: str

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from others: its kind and the innermost line."""
        return self.kind, self.site.partition(" < ")[0]

    @property
    def leaves_a_moment(self) -> bool:
        """Whether just after it is another moment than just before the next effect."""
        return self.kind in ("open", "subprocess.Popen")

    def __str__(self) -> str:
        return f"{self.kind} at {self.site}"


class Watch:
    """Listens to the effects of this process's main thread; kills it at one of them, if that is wanted.

    For a process that ends with the step: nothing of it can be taken back.
    """

    def __init__(self, below: Path, at: int | None = None, *, after: bool = False) -> None:
        """`below` is the folder in which files count; `at` counts effects from 0."""
        self.below, self.at, self.after = str(below), at, after
        self.seen: list[Effect] = []
        self.listening = False

    def begin(self) -> None:
        """Listen from now on."""
        connection.ensure_connection()
        here: Any = connection
        commit = here._commit
        here._commit = lambda: self._within("COMMIT", commit)
        connection.execute_wrappers.append(self._execute)
        self.listening = True
        sys.addaudithook(self._hear)

    def end(self) -> None:
        """The step is over; where it was to be killed after its last effect, that is now."""
        self.listening = False
        if self.at == len(self.seen):
            die()

    def _execute(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        words = str(sql).split()
        if connection.in_atomic_block or words[0] == "SELECT":
            return execute(sql, *rest)
        return self._within(words[0], lambda: execute(sql, *rest))

    def _within(self, kind: str, effect: Callable[[], Any]) -> Any:
        if self.listening:
            self._met(kind)
        return effect()

    def _hear(self, event: str, words: tuple[Any, ...]) -> None:
        if not self.listening or threading.current_thread() is not threading.main_thread():
            return
        writes = event == "open" and isinstance(words[2], int) and words[2] & WRITING
        if event == "subprocess.Popen" or ((writes or event in CHANGES) and self._counts(words[0])):
            self._met(event)

    def _counts(self, path: Any) -> bool:
        """Whether a path is one of ours. Relative ones are of folders that are cleared away."""
        if isinstance(path, int):
            return True
        name = os.fsdecode(path)
        return not os.path.isabs(name) or name.startswith(self.below)

    def _met(self, kind: str) -> None:
        if len(self.seen) == self.at:
            if not self.after:
                die()
            sys.setprofile(self._die_once_done)
        self.seen.append(Effect(kind, _site(sys._getframe(1))))

    def _die_once_done(self, frame: FrameType, event: str, what: Any) -> None:
        """The next thing that happens outside of this file comes just after the effect."""
        if _is_ours(frame.f_code):
            return
        if self.seen[-1].kind != "subprocess.Popen" or (event == "c_return" and what.__name__ in STARTS):
            die()


def die() -> None:
    """As kill -9 does it."""
    os.kill(os.getpid(), signal.SIGKILL)


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(HARNESS)


def _site(frame: FrameType | None) -> str:
    lines = []
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PROJECT) and not _is_ours(frame.f_code) and ".venv" not in path.parts:
            lines.append(f"{path.relative_to(PROJECT)}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(lines)
