"""What the machine lacks is not taken for a fault of the file."""

import errno
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest

from tests.media.clips import simple_clip
from videos.media import opening, probe_worker
from videos.media.errors import Refused


class Failing:
    """Raises this when it is asked for a picture, and passes everything else on."""

    def __init__(self, whole: object, problem: Exception) -> None:
        self.whole, self.problem = whole, problem

    def __getattr__(self, name: str) -> object:
        return getattr(self.whole, name)

    def decode(self, *_: object) -> None:
        raise self.problem


OUT_OF_MEMORY = av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")
NO_THREAD = av.error.BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
STORAGE_AWAY = av.error.OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("problem", [OUT_OF_MEMORY, NO_THREAD, STORAGE_AWAY])
@pytest.mark.parametrize("place", ["open", "first", "end"])
def test_what_the_machine_lacks_is_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, problem: OSError
) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 5)
    monkeypatch.setattr(opening, "_read", raising(problem))
    with pytest.raises((MemoryError, OSError)) as caught:
        failing_to(place, clip, problem, monkeypatch)
    assert caught.value is problem


def test_pictures_that_a_decoder_without_memory_calls_invalid_are_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SPARE", 2**60)
    invalid = av.error.InvalidDataError(errno.EINVAL, "Invalid data found when processing input")
    with pytest.raises(MemoryError):
        failing_to("end", simple_clip(tmp_path / "a.mp4", 5), invalid, monkeypatch)


@pytest.mark.parametrize("place", ["open", "first", "end"])
def test_a_file_that_can_be_read_is_refused_where_its_decoder_speaks_of_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with pytest.raises(Refused):
        failing_to(place, simple_clip(tmp_path / "a.mp4", 5), STORAGE_AWAY, monkeypatch)


def failing_to(place: str, clip: Path, problem: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the clip, decode its first picture or its end, and meet this problem there."""
    with opening.open_video(clip) as container:
        stream = container.streams.video[0]
        context = Failing(stream.codec_context, problem)
        streams = SimpleNamespace(video=[Failing(SimpleNamespace(codec_context=context), problem)])
        failing: Any = Failing(container, problem)
        shell: Any = Failing(
            SimpleNamespace(streams=streams, demux=lambda _: container.demux(stream)), problem
        )
        if place == "open":
            monkeypatch.setattr(av, "open", raising(problem))
            opening.open_video(clip)
        elif place == "first":
            monkeypatch.setattr(probe_worker, "open_video", lambda path: nullcontext(shell))
            probe_worker._first_picture(clip, 0)
        else:
            probe_worker._check_end(clip, failing, stream, 4)


def raising(problem: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise problem

    return fail
