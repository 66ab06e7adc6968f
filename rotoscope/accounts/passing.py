"""Accounts for the time of one command: nobody signs in with them, and nobody is meant by them."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import QuerySet

PREFIX = "command-"


def make() -> Any:
    """A new one."""
    person = get_user_model()(username=f"{PREFIX}{secrets.token_hex(6)}", is_active=False)
    person.set_unusable_password()
    person.save()
    return person


def those() -> QuerySet[Any]:
    """All that there are. The name alone does not make one: whoever signs up may call themselves so."""
    return get_user_model()._default_manager.filter(
        username__regex=rf"^{PREFIX}[0-9a-f]{{12}}$",
        is_active=False,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    )
