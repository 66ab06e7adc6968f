"""What the supervisor says, and that nobody needs to hear it."""

import errno
import io
import os
import sys
from typing import Any

import pytest

from rotoscope.supervisor.console import Console


class Deaf(io.StringIO):
    """A stream that refuses what is written to it, until `number` is taken away."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        if self.number:
            raise OSError(self.number, os.strerror(self.number))
        return super().write(text)


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO, errno.ENOSPC])
def test_words_that_cannot_be_written_do_not_end_the_server(number: int, monkeypatch: Any) -> None:
    """A pipe or a terminal that was closed, a log on a full disk."""
    monkeypatch.setattr(sys, "stdout", Deaf(number))
    console = Console(colour=False)
    console.trouble("the database ended; starting it again")
    console.step("the database is back")


def test_it_is_heard_again_once_the_disk_has_room(monkeypatch: Any) -> None:
    stream = Deaf(errno.ENOSPC)
    monkeypatch.setattr(sys, "stdout", stream)
    console = Console(colour=False)
    console.step("nobody hears this")
    stream.number = 0
    console.step("stopped; everything is kept.")
    assert "everything is kept" in stream.getvalue()
