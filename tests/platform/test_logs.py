"""Logs under `manage.py up` stay small, while their writers go on."""

import shutil
from pathlib import Path

import pytest

from rotoscope.supervisor import logs
from rotoscope.supervisor.console import Console
from rotoscope.supervisor.plan import Wishes
from rotoscope.supervisor.run import Supervisor
from rotoscope.supervisor.service import Service


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of a thousand bytes, of which a hundred are enough."""
    monkeypatch.setattr(logs, "LARGEST", 100)
    (tmp_path / "web.log").write_bytes(b"old line\n" * 111)
    return tmp_path / "web.log"


def test_a_large_log_is_put_aside_and_its_writer_goes_on(log: Path) -> None:
    with log.open("ab", buffering=0) as writer:  # as a service's output is
        assert logs.put_aside(log)
        writer.write(b"new line\n")
    assert log.read_bytes() == b"new line\n"
    assert (log.parent / "web.log.1").read_bytes() == b"old line\n" * 111
    assert not logs.put_aside(log)
    assert not logs.put_aside(log.parent / "none.log")


def test_a_full_disk_is_no_reason_to_keep_it(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    assert logs.put_aside(log)
    assert [path.name for path in log.parent.iterdir()] == ["web.log"]
    assert log.read_bytes() == b""


def test_the_supervisor_looks_at_the_logs_of_what_runs(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Supervisor, "_start_sweeper", lambda _: None)
    monkeypatch.setattr(Service, "look", lambda _: None)
    wishes = Wishes("127.0.0.1", 8000, 1, sample=False)
    supervisor = Supervisor(log.parent, log.parent, wishes, embedded=False, console=Console(colour=False))
    supervisor.services = [Service("web", ["true"], {}, log)]
    supervisor._look()
    assert log.read_bytes() == b""
    log.write_bytes(b"x" * 200)
    supervisor._look()
    assert log.stat().st_size == 200, "a minute has not passed"
