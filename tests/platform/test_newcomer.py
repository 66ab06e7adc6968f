"""The first start's owner: there as soon as the password was shown, and not before."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from rotoscope import preparation
from rotoscope.accounts import passing
from rotoscope.supervisor import plan
from rotoscope.supervisor.console import Console
from rotoscope.supervisor.run import Interrupted, Supervisor
from rotoscope.supervisor.service import Service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owners() -> list[str | None]:
    """Whom each start brought the sample for; None where it brought none."""
    return []


@pytest.fixture
def stand_up(
    tmp_path: Path, owners: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """What `manage.py up` does, without its processes; what is given happens while the web server is awaited."""

    def services(*told: Any) -> list[Service]:
        owners.append(told[-1])
        return []

    monkeypatch.setattr(preparation, "prepare", list)
    monkeypatch.setattr(plan, "services", services)
    monkeypatch.setattr(Supervisor, "_start_sweeper", lambda _: None)

    def start(meanwhile: Any = lambda _: None, sample: bool = False) -> None:
        monkeypatch.setattr(Supervisor, "_await_web", meanwhile)
        wishes = plan.Wishes("127.0.0.1", 8000, 1, sample=sample)
        Supervisor(tmp_path, tmp_path, wishes, embedded=False, console=Console(colour=False))._stand_up()

    return start


def interrupt(_: Supervisor) -> None:
    """Ctrl-C."""
    raise Interrupted


def test_a_first_start_that_is_cut_short_is_still_the_first(
    stand_up: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Interrupted):
        stand_up(interrupt)
    assert not User.objects.exists()
    stand_up(lambda _: None)
    shown = re.search(r"^\s*password\s+(\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert shown is not None
    assert User.objects.get(username="owner", is_superuser=True).check_password(shown.group(1))


def test_later_starts_make_nobody(
    stand_up: Callable[..., None], owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_up(lambda _: None)
    assert "password" not in capsys.readouterr().out
    assert User.objects.get() == owner


def test_the_sample_is_brought_until_it_is_there_and_never_again(
    stand_up: Callable[..., None], owners: list[str | None], settings: Any, tmp_path: Path
) -> None:
    """Whoever deletes it has seen enough of it."""
    settings.ROTOSCOPE_HOME = tmp_path
    stand_up(sample=True)
    stand_up(sample=True)  # the first was ended before it had drawn it
    with patch("videos.pipeline.sample.ensure_sample") as ensured:
        call_command("sample", owner="owner")
    ensured.assert_called_once_with(User.objects.get(username="owner"))
    stand_up(sample=True)
    assert owners == ["owner", "owner", None]


def test_a_first_start_without_the_sample_is_followed_by_none_with_it(
    stand_up: Callable[..., None], owners: list[str | None]
) -> None:
    stand_up(sample=False)
    stand_up(sample=True)
    assert owners == [None, None]


def test_what_a_killed_command_left_is_nobody(
    stand_up: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """`manage.py render` may have been the first word that somebody typed."""
    passing.make()
    stand_up(lambda _: None)
    assert "password" in capsys.readouterr().out
    assert User.objects.filter(username="owner", is_superuser=True).exists()
