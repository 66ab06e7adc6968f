"""A progress bar for a terminal; silent where the stream is a file or a pipe."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self, TextIO

WIDTH = 32
EVERY = 0.1  # seconds


class Bar:
    """Call it with words and a share from 0 to 1. One line, rewritten in place, gone at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._shown = 0.0
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.stream.isatty():
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def __call__(self, words: str, share: float) -> None:
        """Show where the work is."""
        now = time.monotonic()
        if not self.stream.isatty() or now - self._shown < EVERY:
            return
        self._shown = now
        full = round(WIDTH * min(1.0, max(0.0, share)))
        bar = "━" * full + "─" * (WIDTH - full)
        self.stream.write(f"\r\x1b[K{bar} {share:4.0%}  {words}  {now - self._begun:.0f} s")
        self.stream.flush()
