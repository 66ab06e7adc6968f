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


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            b"[out#0/mp4 @ 0x2a] Nothing was written into output file.",
            "Nothing was written into output file.",
        ),
        (b"[a @ 0x1] [b @ 0x2] Broken.\n", "Broken."),
        (b"Error opening input file file:/srv/media/a.mp4.", "Error opening input file the file"),
        (
            b"/srv/media/a.mp4: Invalid data found when processing input",
            "the file: Invalid data found when processing input",
        ),
        (b"", "no reason given"),
    ],
)
def test_what_is_told_of_a_failure_is_for_people(said: bytes, told: str) -> None:
    assert transcode._last_line(said) == told
