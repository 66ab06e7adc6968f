"""A child that works is waited for, however little it says; one that stands still is not."""

import sys
from pathlib import Path

import pytest

from videos.media import transcode


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python in ffmpeg's place, and a patience of three seconds instead of five minutes."""
    monkeypatch.setattr(transcode, "ffmpeg", lambda: sys.executable)
    monkeypatch.setattr(transcode, "bounded", lambda command, memory: [command[0], *command[-3:]])
    monkeypatch.setattr(transcode, "STALL_SECONDS", 3.0)


def test_moving_the_finished_file_takes_as_long_as_it_takes(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    writes = "import sys, time\nfor n in range(45):\n  open(sys.argv[1], 'ab').write(b'x'); time.sleep(0.1)"
    transcode.run(["-c", writes, str(target)], frame_count=5)
    assert target.stat().st_size == 45


def test_a_child_that_stands_still_is_ended(tmp_path: Path) -> None:
    with pytest.raises(transcode.TranscodeError, match="nothing moved"):
        transcode.run(["-c", "import time; time.sleep(60)", str(tmp_path / "out.mp4")], frame_count=5)
