"""kill -9 in the middle of a render: of its worker, of the database, of the web server, of the supervisor.

Several real processes, one real queue. Each time the render ends with every frame in its place, and what was
finished before the kill is not done again.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import class_row

from rotoscope.database.embedded import Server
from tests.clips import decoded, number_of
from tests.journeys.installed import begin, one
from tests.platform.installation import Installation, wait_until

pytestmark = pytest.mark.slow

FRAMES = 144
SEGMENTS = 3  # two seconds each


@dataclass(frozen=True)
class Segment:
    """What the database tells of a segment."""

    index: int
    state: str
    attempts: int
    images_done: int
    finished_at: datetime | None


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that stands."""
    installation = Installation(tmp_path_factory.mktemp("kill") / "home")
    installation.start()
    yield installation
    installation.stop_all()


@pytest.fixture(scope="module")
def footage(running: Installation) -> int:
    """The number of a video that is ready."""
    video = begin(running, "footage", str(FRAMES))
    wait_until(
        "the footage is ready",
        lambda: one(running, "SELECT state FROM videos_video WHERE id = %s", video) == "ready",
    )
    return video


def segments(installation: Installation, render: int) -> list[Segment]:
    """The segments of a render, in order."""
    query = """
        SELECT index, state, attempts, images_done, finished_at
        FROM videos_segment WHERE render_id = %s ORDER BY index
    """
    with (
        psycopg.connect(Server(installation.home).url()) as connection,
        connection.cursor(row_factory=class_row(Segment)) as cursor,
    ):
        return cursor.execute(query, [render]).fetchall()


def in_mid_segment(installation: Installation, render: int) -> list[Segment]:
    """Wait until one segment is finished and the next is half painted; all as they are then."""
    seen: list[Segment] = []

    def halfway() -> bool:
        seen[:] = segments(installation, render)
        finished = any(segment.state == "finished" for segment in seen)
        return finished and any(s.state == "running" and 0 < s.images_done < 40 for s in seen)

    wait_until("a segment is half painted", halfway)
    return seen


def assert_it_ends_right(
    installation: Installation, render: int, before: list[Segment], *, killed: int
) -> None:
    """Every frame in its place, and nothing that was finished `before` the kill done again."""
    state = "SELECT state FROM videos_render WHERE id = %s"
    wait_until("the render is finished", lambda: one(installation, state, render) == "finished", patience=180)
    after = segments(installation, render)
    assert len(after) == SEGMENTS
    for old, new in zip(before, after, strict=True):
        if old.state == "finished":
            assert new == old
    assert sum(segment.attempts for segment in after) == SEGMENTS + killed
    name = one(installation, "SELECT output FROM videos_render WHERE id = %s", render)
    pictures = decoded(installation.home / "media" / name)
    assert [number_of(picture, inverted=True) for picture in pictures] == list(range(FRAMES))


def assert_nothing_is_left_over(installation: Installation) -> None:
    """No half-written file among the media, no message on the queue."""
    assert list((installation.home / "media").rglob(".*")) == []
    assert list((installation.home / "media" / "segments").rglob("*.ts")) == []
    wait_until("the queue is empty", lambda: one(installation, "SELECT count(*) FROM dramatiq.queue") == 0)


def test_a_worker_killed_in_mid_segment(running: Installation, footage: int) -> None:
    render = begin(running, "render", str(footage), "worker-killed")
    before = in_mid_segment(running, render)
    os.kill(running.find("manage.py work", "render"), signal.SIGKILL)
    assert_it_ends_right(running, render, before, killed=1)
    assert_nothing_is_left_over(running)


def test_the_database_killed_in_mid_segment(running: Installation, footage: int) -> None:
    render = begin(running, "render", str(footage), "database-killed")
    before = in_mid_segment(running, render)
    os.kill(running.find("bin/postgres -D"), signal.SIGKILL)
    wait_until("the web server answers again", running.answers)
    state = "SELECT state FROM videos_render WHERE id = %s"
    wait_until("the render is finished", lambda: one(running, state, render) == "finished", patience=180)
    # Whether the worker notices depends on the moment: between two reports it never learns of it.
    tries = sum(segment.attempts for segment in segments(running, render))
    assert_it_ends_right(running, render, before, killed=tries - SEGMENTS)
    assert tries <= SEGMENTS + 1
    assert_nothing_is_left_over(running)


def test_the_web_server_killed_in_mid_segment(running: Installation, footage: int) -> None:
    render = begin(running, "render", str(footage), "web-killed")
    before = in_mid_segment(running, render)
    os.kill(running.find("granian", "rotoscope.wsgi"), signal.SIGKILL)
    wait_until("the web server answers again", running.answers)
    assert_it_ends_right(running, render, before, killed=0)
    assert_nothing_is_left_over(running)


def test_everything_killed_in_mid_segment_and_started_again(running: Installation, footage: int) -> None:
    render = begin(running, "render", str(footage), "all-killed")
    before = in_mid_segment(running, render)
    running.kill_supervisor()
    wait_until("nothing is left running", lambda: running.processes() == {})
    running.start()
    assert_it_ends_right(running, render, before, killed=1)
    assert_nothing_is_left_over(running)


def test_footage_whose_worker_is_killed_is_taken_in_all_the_same(running: Installation, footage: int) -> None:
    video = begin(running, "footage", "960")
    stage = "SELECT state FROM videos_video WHERE id = %s"
    wait_until("the ingest has begun", lambda: one(running, stage, video) == "ingesting")
    os.kill(running.find("manage.py work", "ingest"), signal.SIGKILL)
    wait_until("the footage is ready", lambda: one(running, stage, video) == "ready", patience=180)
    assert one(running, "SELECT frame_count FROM videos_video WHERE id = %s", video) == 960
    frames = "SELECT count(*) FROM videos_frame WHERE video_id = %s"
    assert one(running, frames, video) == 40  # one a second
    assert_sources_are_whole(running)


def assert_sources_are_whole(installation: Installation) -> None:
    """Every video has its upload, once."""
    sources = [path for path in (installation.home / "media" / "sources").rglob("*") if path.is_file()]
    assert len(sources) == one(installation, "SELECT count(*) FROM videos_video")
    assert all(Path(path).stat().st_size > 0 for path in sources)
