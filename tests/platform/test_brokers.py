"""Every broker that DRAMATIQ_BROKER_URL may name, for real: a killed worker's message comes back, and only once."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

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
