"""Every broker that DRAMATIQ_BROKER_URL may name, for real: a killed worker's message comes back, and only once."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import dramatiq
import psycopg
import pytest
from django.utils.module_loading import import_string

from rotoscope import broker, postgres_queue
from rotoscope.database.embedded import Server
from tests.platform import servers
from tests.platform.installation import BASE, wait_until

pytestmark = pytest.mark.slow


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own; its address."""
    server = Server(folder, throwaway=True)
    server.start()
    try:
        yield server.url()
    finally:
        server.stop()


def program(word: str, url: str, told: Path) -> list[str]:
    """The command line of a sender or a worker."""
    return [sys.executable, "-m", "tests.platform.queue_program", word, url, str(told)]


@contextmanager
def worker(url: str, told: Path, word: str = "work") -> Iterator[subprocess.Popen[bytes]]:
    """A worker process."""
    with servers.running(program(word, url, told), told.with_suffix(".log")) as process:
        yield process


each = pytest.mark.parametrize(
    "server", [postgres, servers.redis, servers.rabbitmq], ids=["postgres", "redis", "rabbitmq"]
)


@each
def test_a_killed_workers_message_comes_back_once(
    server: Callable[[Path], AbstractContextManager[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BASE)
    told = tmp_path / "told"
    told.touch()
    with server(tmp_path) as url:
        with worker(url, told) as first:
            subprocess.run(program("send", url, told), check=True, timeout=60)
            wait_until("the first worker begins", lambda: told.read_text().startswith("begin"))
            first.kill()
            first.wait()
        with worker(url, told):
            wait_until("the message comes back", lambda: told.read_text().count("begin") == 2)
            Path(f"{told}.go").touch()
            wait_until("the message is done", lambda: "end" in told.read_text())
        with worker(url, told):
            # A message that was acknowledged badly would come again within this worker's first rounds.
            with pytest.raises(AssertionError, match="in vain"):
                wait_until("nothing comes again", lambda: told.read_text().count("begin") > 2, patience=3)
    lines = [line.split()[0] for line in told.read_text().splitlines()]
    assert lines == ["begin", "begin", "end"]


@each
def test_a_message_that_is_put_off_comes_and_not_too_early(
    server: Callable[[Path], AbstractContextManager[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a segment's rest."""
    monkeypatch.chdir(BASE)
    told = tmp_path / "told"
    told.touch()
    Path(f"{told}.go").touch()
    with server(tmp_path) as url, worker(url, told):
        before = time.time()
        subprocess.run(program("put-off", url, told), check=True, timeout=60)
        wait_until("the message comes", lambda: "end" in told.read_text())
        assert time.time() - before >= 1


@each
def test_a_worker_with_two_threads_works_on_two_messages_at_once(
    server: Callable[[Path], AbstractContextManager[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BASE)
    told = tmp_path / "told"
    told.touch()
    with server(tmp_path) as url, worker(url, told, "work-two"):
        for _ in range(2):
            subprocess.run(program("send", url, told), check=True, timeout=60)
        wait_until("both are begun, and neither is done", lambda: told.read_text().count("begin") == 2)
        Path(f"{told}.go").touch()
        wait_until("both are done", lambda: told.read_text().count("end") == 2)


@contextmanager
def in_postgres(url: str) -> Iterator[Any]:
    """The queue of an address as Django is told to make it."""
    told = broker.settings_for(url, production=True)
    made = import_string(told["BROKER"])(middleware=[], **told["OPTIONS"])
    yield made
    made.close()


def message() -> "dramatiq.Message[Any]":
    """Any."""
    return dramatiq.Message(queue_name="render", actor_name="paint", args=(1,), kwargs={}, options={})


def test_a_postgresql_is_found_by_its_socket_alone(tmp_path: Path) -> None:
    """As on Debian, where a user of the machine needs neither host nor password."""
    server = Server(tmp_path, throwaway=True)
    server.start()
    try:
        url = f"postgresql:///rotoscope?host={quote(str(server.socket))}&user=rotoscope"
        assert broker.make_tables(url)
        with in_postgres(url) as queue:
            queue.enqueue(message())
            queue.enqueue(message(), delay=1000)
        with psycopg.connect(server.url()) as connection:
            waiting = connection.execute("SELECT queue_name, state FROM dramatiq.queue ORDER BY 1").fetchall()
        assert waiting == [("render", "queued"), ("render.DQ", "queued")]
    finally:
        server.stop()


def test_who_sends_to_a_postgresql_that_is_away_is_told_so_and_of_many_only_the_first_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_queue, "PATIENCE", 0.2)
    monkeypatch.setattr(postgres_queue, "REST", 1000.0)
    with in_postgres("postgresql://q:hidden@127.0.0.1:1/q") as queue:
        asked = Mock(wraps=queue.pool.connection)
        monkeypatch.setattr(queue.pool, "connection", asked)
        for _ in range(16):
            with pytest.raises(psycopg.OperationalError):
                queue.enqueue(message())
        asked.assert_called_once_with(timeout=0.2)


def test_no_postgresql_over_the_network_is_waited_for_for_ever() -> None:
    told = broker.connection_of("postgresql://q@db.example.org/q?connect_timeout=20")
    assert (told["connect_timeout"], told["tcp_user_timeout"]) == ("20", 10_000)
    assert "tcp_user_timeout" not in broker.connection_of("postgresql:///q?host=/run/postgresql")
