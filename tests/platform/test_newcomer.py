"""The first start's owner: there as soon as the password was shown, and not before."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from rotoscope import preparation
from rotoscope.accounts import passing
from rotoscope.supervisor import plan
from rotoscope.supervisor.console import Console
from rotoscope.supervisor.run import Interrupted, Supervisor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stand_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """What `manage.py up` does, without its processes; what is given happens while the web server is awaited."""
    monkeypatch.setattr(preparation, "prepare", list)
    monkeypatch.setattr(plan, "services", lambda *_: [])
    monkeypatch.setattr(Supervisor, "_start_sweeper", lambda _: None)

    def start(meanwhile: Any) -> None:
        monkeypatch.setattr(Supervisor, "_await_web", meanwhile)
        wishes = plan.Wishes("127.0.0.1", 8000, 1, sample=False)
        Supervisor(tmp_path, tmp_path, wishes, embedded=False, console=Console(colour=False))._stand_up()

    return start


def interrupt(_: Supervisor) -> None:
    """Ctrl-C."""
    raise Interrupted


def test_a_first_start_that_is_cut_short_is_still_the_first(
    stand_up: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Interrupted):
        stand_up(interrupt)
    assert not User.objects.exists()
    stand_up(lambda _: None)
    shown = re.search(r"^\s*password\s+(\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert shown is not None
    assert User.objects.get(username="owner", is_superuser=True).check_password(shown.group(1))


def test_later_starts_make_nobody(
    stand_up: Callable[[Any], None], owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_up(lambda _: None)
    assert "password" not in capsys.readouterr().out
    assert User.objects.get() == owner


def test_what_a_killed_command_left_is_nobody(
    stand_up: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """`manage.py render` may have been the first word that somebody typed."""
    passing.make()
    stand_up(lambda _: None)
    assert "password" in capsys.readouterr().out
    assert User.objects.filter(username="owner", is_superuser=True).exists()
