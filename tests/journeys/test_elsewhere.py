"""The whole way of a video with its queue in Redis and its media in S3, both real."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from tests.clips import decoded, number_of
from tests.journeys.installed import begin, one
from tests.platform import servers
from tests.platform.installation import Installation, wait_until
from tests.platform.servers import Bucket

pytestmark = pytest.mark.slow

FRAMES = 72


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """An S3 server with an empty bucket."""
    with servers.seaweed(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture(scope="module")
def running(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that keeps its media there and its queue in Redis."""
    with servers.redis(tmp_path_factory.mktemp("redis")) as queue:
        installation = Installation(
            tmp_path_factory.mktemp("elsewhere") / "home",
            DRAMATIQ_BROKER_URL=queue,
            ROTOSCOPE_MEDIA_DELIVERY="presigned",
            **bucket.environment(),
        )
        installation.start()
        yield installation
        installation.stop_all()


def objects(bucket: Bucket) -> list[str]:
    """The names of everything in the bucket."""
    client = boto3.client(
        "s3",
        endpoint_url=bucket.endpoint,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    return [found["Key"] for found in client.list_objects_v2(Bucket=bucket.name).get("Contents", [])]


def fetch(address: str, target: Path) -> Path:
    """Download; redirects are followed."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        target.write_bytes(answer.read())
    return target


def test_a_render_goes_its_whole_way(running: Installation, bucket: Bucket, tmp_path: Path) -> None:
    video = begin(running, "footage", str(FRAMES))
    state = "SELECT state FROM videos_video WHERE id = %s"
    wait_until("the footage is ready", lambda: one(running, state, video) == "ready")
    render = begin(running, "render", str(video), "elsewhere")
    done = "SELECT state FROM videos_render WHERE id = %s"
    wait_until("the render is finished", lambda: one(running, done, render) == "finished", patience=180)

    kept = objects(bucket)
    assert one(running, "SELECT output FROM videos_render WHERE id = %s", render) in kept
    assert not [name for name in kept if name.startswith("segments/")]
    media = running.home / "media"
    assert not [path for path in media.rglob("*") if path.is_file()]

    reference = one(running, "SELECT ref FROM videos_render WHERE id = %s", render)
    address = f"{running.address}/media/render/{reference}/video.mp4"
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(address, tmp_path / "refused.mp4")
    assert refused.value.code == 404  # private, and we are nobody

    make_public = "UPDATE videos_video SET visibility = 'public' WHERE id = %s RETURNING id"
    assert one(running, make_public, video) == video
    film = fetch(address, tmp_path / "film.mp4")
    assert [number_of(picture, inverted=True) for picture in decoded(film)] == list(range(FRAMES))
