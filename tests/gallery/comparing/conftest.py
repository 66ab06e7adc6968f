"""Footage of numbered pictures with renders that show them as negatives."""

from fractions import Fraction
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from tests.clips import draw_clip, numbered_picture
from tests.factories import make_video_row
from tests.gallery.comparing.screen import FRAMES, add_render
from videos.media.encode import SegmentWriter
from videos.models import Video


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Three seconds of numbered pictures, and their negatives written as renders are."""
    folder = tmp_path_factory.mktemp("clips")
    negative = folder / "negative.mp4"
    with SegmentWriter(negative, 160, 90, Fraction(24)) as writer:
        for number in range(FRAMES):
            writer.write(255 - numbered_picture(number))
    return draw_clip(folder / "clip.mp4", frames=FRAMES, audio=True), negative


@pytest.fixture
def video(transactional_db: None, clips: tuple[Path, Path]) -> Video:
    """Footage with two finished renders, which show it as negatives."""
    owner = User.objects.create_user("olga", password="olga's password")
    made = make_video_row(owner, title="Numbers", frame_count=FRAMES, has_audio=True)
    footage, negative = clips
    made.footage.save("clip.mp4", ContentFile(footage.read_bytes()))
    for name in ("One", "Two"):
        add_render(made, negative, name)
    return made
