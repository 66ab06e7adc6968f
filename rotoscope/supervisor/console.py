"""What the supervisor says on the terminal: short lines, colour only where a person reads."""

import errno
import os
import sys
from dataclasses import dataclass

WIDTH = 72


@dataclass(frozen=True)
class Console:
    """Lines to standard output, flushed at once so that a log shows them too."""

    colour: bool

    @classmethod
    def here(cls) -> "Console":
        """Colours on a terminal, unless NO_COLOR is set."""
        return cls(colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR"))

    def step(self, text: str) -> None:
        """Something is being done, or was."""
        self._say(f"  {self._paint('36', '·')} {text}")

    def trouble(self, text: str) -> None:
        """Something went wrong and is being dealt with."""
        self._say(f"  {self._paint('33', '!')} {text}")

    def box(self, lines: list[str]) -> None:
        """What one must see: where to open it, and with which words."""
        rule = self._paint("36", "─" * WIDTH)
        self._say("\n".join(["", rule, *(f"  {line}" for line in lines), rule, ""]))

    def strong(self, text: str) -> str:
        """Bold on a terminal."""
        return self._paint("1", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def _say(self, text: str) -> None:
        try:
            print(text, flush=True)
        except OSError as problem:
            # The server goes on where its words find no room, or whoever read them is gone for good: the other end of
            # a pipe (`make up | head`), a terminal that was closed.
            if problem.errno in (errno.EPIPE, errno.EIO):
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115
