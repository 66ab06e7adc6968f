"""An installation in which steps are killed, with a person, a clip and a filter."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from filters.models import Filter
from filters.service import forget_engines
from tests.clips import draw_clip
from tests.crash.killing import Killing, brought
from tests.factories import make_filter
from videos.models import Video
from videos.pipeline import dispatch, ingest, receive


@pytest.fixture
def killing(
    transactional_db: None, queue: StubBroker, settings: Settings, tmp_path: Path, folders: None
) -> Killing:
    """Everything lies below one folder; engines keep to one thread, since processes are forked."""
    home = Path(django_settings.MEDIA_ROOT).parent
    settings.ROTOSCOPE_HOME = home
    settings.FILE_UPLOAD_TEMP_DIR = settings.SCRATCH
    settings.ROTOSCOPE_ENGINE_THREADS = 1
    forget_engines()
    return Killing(home, tmp_path / "aside")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Three pictures in a second and a half."""
    return draw_clip(tmp_path / "clip.mp4", frames=3, rate=2)


@pytest.fixture
def received(killing: Killing, owner: User, clip: Path) -> Video:
    """Footage that waits for its ingest."""
    with dispatch.inline():
        return receive.video_from_file(owner, clip, "clip.mp4")


@pytest.fixture
def video(received: Video) -> Video:
    """Footage that is ready. Other processes do what has threads of its own."""
    return brought(received, ingest.run, Video.State.READY)


@pytest.fixture
def negative(killing: Killing) -> Filter:
    """A filter that paints negatives."""
    return make_filter("negative")
