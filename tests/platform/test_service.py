"""One child of the supervisor that cannot be started is no reason to end the others."""

import errno
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rotoscope.database.embedded import Server
from rotoscope.database.programs import EmbeddedError
from rotoscope.supervisor.console import Console
from rotoscope.supervisor.plan import Wishes
from rotoscope.supervisor.run import Supervisor
from rotoscope.supervisor.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A program that ends at once and well."""
    return Service(
        "render-1", ["true"], {"PATH": "/usr/bin:/bin"}, tmp_path / "logs" / "render-1.log", once=True
    )


def no_memory(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOMEM, "Cannot allocate memory")


def look_until_done(service: Service) -> None:
    deadline = time.monotonic() + 30
    while not service.done:
        assert time.monotonic() < deadline
        assert service.look() is None
        time.sleep(0.01)


def test_one_that_finds_no_memory_is_tried_again_after_a_pause(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr(subprocess, "Popen", no_memory)
        assert service.look() == (
            f"render-1 cannot be started: Cannot allocate memory; starting it again in 0.5 s (see {service.log})"
        )
        assert service.look() is None  # not before its pause is over
    look_until_done(service)


def test_one_whose_logs_were_cleared_away_makes_their_folder_anew(service: Service) -> None:
    service.log.parent.mkdir()
    shutil.rmtree(service.log.parent)
    look_until_done(service)
    assert service.log.exists()


def test_the_supervisor_goes_on_where_nothing_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").mkdir()
    wishes = Wishes("127.0.0.1", 8000, 1, sample=False)
    supervisor = Supervisor(tmp_path, tmp_path, wishes, embedded=True, console=Console(colour=False))
    monkeypatch.setattr(subprocess, "Popen", no_memory)
    monkeypatch.setattr("rotoscope.database.embedded.Server.start", no_memory)
    supervisor._look()
    assert "the database cannot be started: [Errno 12] Cannot allocate memory" in capsys.readouterr().out


def test_a_database_that_does_not_start_again_ends_nothing_and_is_tried_after_pauses_that_grow(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a disk that is full for a night."""
    tries: list[None] = []

    def full(server: Server, meanwhile: Callable[[], None]) -> None:
        tries.append(None)
        meanwhile()
        assert service.process is not None, "looked after while the database starts"
        raise EmbeddedError(f"PostgreSQL does not start. The end of {server.log}:\nNo space left\nshut down")

    (tmp_path / "logs").mkdir()
    wishes = Wishes("127.0.0.1", 8000, 1, sample=False)
    supervisor = Supervisor(tmp_path, tmp_path, wishes, embedded=True, console=Console(colour=False))
    supervisor.services = [service]
    monkeypatch.setattr(Server, "start", full)
    monkeypatch.setattr(Supervisor, "_start_sweeper", lambda _: None)
    supervisor._look()
    supervisor._look()
    assert len(tries) == 1, "not before the pause is over"
    supervisor.database_due = 0.0
    supervisor._look()
    assert [line for line in capsys.readouterr().out.splitlines() if "cannot" in line] == [
        f"  ! the database cannot be started: PostgreSQL does not start; trying again in {pause} s "
        f"(see {tmp_path / 'logs' / 'postgres.log'})"
        for pause in (0.5, 1)
    ]
    monkeypatch.setattr(Server, "start", lambda *_, **__: None)
    supervisor.database_due = 0.0
    supervisor._look()
    assert "the database is back" in capsys.readouterr().out
    service.finish(0.0)


def test_ctrl_c_is_heard_also_where_a_library_goes_on_after_any_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second one does nothing, so that the first must not be lost."""

    def stand_up(supervisor: Supervisor) -> None:
        with suppress(Exception):
            supervisor._interrupt(signal.SIGINT, None)
        raise AssertionError("it goes on")

    monkeypatch.setattr("rotoscope.supervisor.run.signal.signal", lambda *_: None)
    monkeypatch.setattr(Supervisor, "_stand_up", stand_up)
    wishes = Wishes("127.0.0.1", 8000, 1, sample=False)
    Supervisor(tmp_path, tmp_path, wishes, embedded=False, console=Console(colour=False)).run()
    assert capsys.readouterr().out.split("\n")[:2] == ["  · stopping…", "  · stopped; everything is kept."]
