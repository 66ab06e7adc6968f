"""Real servers for the tests, each on loopback ports of its own, each gone when its block ends."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rotoscope import tied
from tests import machine
from tests.platform.installation import free_port, wait_until

KILL = 9


def listens(port: int) -> bool:
    """Whether anybody takes connections on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def program(name: str) -> str:
    """Where a Debian program is; the test fails, rather than being skipped, where it is missing."""
    found = machine.find(name)
    assert found is not None, f"{name} is missing: apt-get install {machine.PROGRAMS.get(name, name)}"
    return found


@contextmanager
def running(
    words: list[str], log: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program tied to the tests, ended with its block."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            tied.command(words, signal_number=KILL), stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis; its address."""
    port = free_port()
    words = [
        program("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with running(words, folder / "redis.log"):
        wait_until("Redis listens", lambda: listens(port))
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """A RabbitMQ with its own name daemon; its address."""
    program("rabbitmq-server")
    port, names, distribution = free_port(), free_port(), free_port()
    config = folder / "rabbitmq.conf"
    config.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    env = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
    # Started here, or Erlang would start one as a daemon that stays.
    with running([program("epmd")], folder / "epmd.log", env):
        wait_until("epmd listens", lambda: listens(names))
        with running(["/usr/lib/rabbitmq/bin/rabbitmq-server"], folder / "rabbitmq.log", env):
            wait_until("RabbitMQ listens", lambda: listens(port))
            yield f"amqp://guest:guest@127.0.0.1:{port}/"


@dataclass(frozen=True)
class Bucket:
    """A bucket at a real S3 server, and the keys to it."""

    endpoint: str
    name: str = "rotoscope"
    access_key: str = "tests-access"
    secret_key: str = "tests-secret-of-forty-characters-or-so"

    def environment(self) -> dict[str, str]:
        """The settings of an installation that keeps its files there."""
        return {
            "ROTOSCOPE_STORAGE": "s3",
            "ROTOSCOPE_S3_ENDPOINT": self.endpoint,
            "ROTOSCOPE_S3_BUCKET": self.name,
            "ROTOSCOPE_S3_ACCESS_KEY": self.access_key,
            "ROTOSCOPE_S3_SECRET_KEY": self.secret_key,
        }


@contextmanager
def seaweed(folder: Path) -> Iterator[Bucket]:
    """An S3 server (SeaweedFS) with one private bucket."""
    weed = Path(sys.executable).parent / "weed"
    ports = {f"-{name}": free_port() for name in (
        "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
        "s3.port", "s3.port.grpc",
    )}  # fmt: skip
    bucket = Bucket(f"http://127.0.0.1:{ports['-s3.port']}")
    env = {
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
    }
    words = [str(weed), "mini", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    words += [f"{name}={port}" for name, port in ports.items()]
    words += ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    (folder / "data").mkdir()
    try:
        with running(words, folder / "seaweed.log", env):
            wait_until("SeaweedFS listens", lambda: listens(ports["-s3.port"]))
            _make(bucket)
            yield bucket
    finally:
        for port in ports.values():  # sockets of its own, which it leaves there
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                left.unlink()


def _make(bucket: Bucket) -> None:
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url=bucket.endpoint,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 10}),
    )
    client.create_bucket(Bucket=bucket.name)
