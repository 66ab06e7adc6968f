"""What the tests themselves leave on a machine: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import environment


def test_what_a_killed_session_left_goes_with_the_next_one(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead, alive, other = (
        tmp_path / name
        for name in (
            f"rotoscope-tests-{gone.pid}-x",
            f"rotoscope-tests-{os.getpid()}-x",
            "rotoscope-tests-abc",
        )
    )
    for folder in (dead, alive, other):
        folder.mkdir()
    environment.sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, other])
