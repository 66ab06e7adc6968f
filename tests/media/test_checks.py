"""What we wrote is checked packet by packet, without being held in memory."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from rotoscope.common.children import PROJECT, environment
from tests.media.clips import run_ffmpeg, simple_clip
from videos.media.checks import check_video

MEASURE = """
import re, sys
from fractions import Fraction
from pathlib import Path
from videos.media.checks import check_video
def most():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
assert check_video(Path(sys.argv[1]), Fraction(25), 1)  # everything is loaded; the wrong number of frames
before = most()
assert check_video(Path(sys.argv[2]), Fraction(25), 100) is None
print(most() - before)
"""


def test_a_wrong_number_of_frames_is_told(tmp_path: Path) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 5, 25)
    assert check_video(clip, Fraction(25), 5) is None
    assert check_video(clip, Fraction(25), 6) == "5 frames instead of 6."


def test_a_large_video_is_not_held_in_memory(tmp_path: Path) -> None:
    small, large = simple_clip(tmp_path / "small.mp4", 5, 25), tmp_path / "large.mov"
    run_ffmpeg(
        "-f", "lavfi", "-i", "testsrc=size=640x480:rate=25", "-frames:v", "100", "-c:v", "rawvideo", large
    )
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(large)],
        capture_output=True,
        check=True,
        text=True,
        cwd=PROJECT,
        env=environment(),
    )
    assert int(told.stdout) < large.stat().st_size / 4
