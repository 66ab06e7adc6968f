"""The first start on a machine: an owner with a password made here, so that nothing is open and nothing is empty."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import transaction

from rotoscope.accounts import passing

NAME = "owner"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that can be mistaken for another letter


@dataclass(frozen=True)
class Welcome:
    """What is printed once. Only a hash of the password is stored."""

    name: str
    password: str


@contextmanager
def arriving() -> Iterator[Welcome | None]:
    """Make the first account, which may do everything; None where anybody has an account already.

    The account is kept at the end of the block, which tells the password: a start that is cut short before leaves
    none, and the next one makes it anew.
    """
    with transaction.atomic():
        yield _make_owner()


def sample_mark(home: Path) -> Path:
    """A file that is there once the sample was brought, or was not wanted: who deletes it has seen enough of it."""
    return home / "run" / "sample"


def sample_is_due(home: Path, welcome: Welcome | None, wanted: bool) -> bool:
    """Whether this start brings the sample: the first one does, or the next where that was cut short."""
    mark = sample_mark(home)
    if welcome is not None and not wanted:
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
    return wanted and (welcome is not None or not mark.exists())


def _make_owner() -> Welcome | None:
    if get_user_model()._default_manager.exclude(pk__in=passing.those()).exists():
        return None
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    get_user_model().objects.create_superuser(NAME, password=password)
    return Welcome(NAME, password)


def owner_name() -> str | None:
    """The name of the oldest account that may do everything: the sample belongs to it."""
    users = get_user_model()._default_manager
    first = users.filter(is_superuser=True, is_active=True).order_by("pk").first()
    return first.get_username() if first is not None else None
