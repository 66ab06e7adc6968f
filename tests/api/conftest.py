"""Programs that speak to the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.waiting import render as render
from tests.waiting import video as video
from videos.models import ApiKey, Render


@dataclass
class Program:
    """A program with a key (none: a visitor)."""

    key: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request below /api/; CSRF is checked as for real."""
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        data = json.dumps(body) if body is not None else ""
        client = Client(enforce_csrf_checks=True)
        return client.generic(method, f"/api{path}", data, content_type="application/json", headers=headers)

    def get(self, path: str, status: int = 200) -> Any:
        """The JSON of an answer with this status."""
        answer = self.ask("GET", path)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        """The same, of a POST."""
        answer = self.ask("POST", path, body)
        assert answer.status_code == status, answer.content
        return answer.json()


def program_of(user: User) -> Program:
    """A program that acts for somebody."""
    return Program(ApiKey.make(user, "a script")[1])


@pytest.fixture
def olgas(owner: User) -> Program:
    """Olga's script."""
    return program_of(owner)


@pytest.fixture
def stellas(stranger: User) -> Program:
    """A stranger's script."""
    return program_of(stranger)


@pytest.fixture
def nobodys(db: None) -> Program:
    """A script without a key."""
    return Program()


def finish(render: Render) -> Render:
    """As if it were painted."""
    Render.objects.filter(pk=render.pk).update(
        state="finished", output="renders/x.mp4", finished_at=timezone.now()
    )
    render.refresh_from_db()
    return render
