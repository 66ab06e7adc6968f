"""What staff with some rights only may do in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from filters.models import TrainingRun
from tests.factories import make_filter, make_video_row
from videos.models import ApiKey, Render, ShareLink
from videos.pipeline import renders


@pytest.fixture
def helper(db: None) -> User:
    """Hanna, who helps: she comes into the admin, and may do what a test lets her."""
    return User.objects.create_user("hanna", "", "hanna's password", is_staff=True)


@pytest.fixture
def helpers_client(helper: User) -> Client:
    """Hanna's browser."""
    client = Client()
    client.force_login(helper)
    return client


def let(user: User, *codenames: str) -> None:
    """Give somebody rights."""
    found = Permission.objects.filter(codename__in=codenames)
    assert found.count() == len(codenames)
    user.user_permissions.add(*found)


def choose(client: Client, model: str, action: str, row: Any) -> None:
    """Do something with a row that is ticked in its list."""
    data = {"action": action, "_selected_action": [row.pk]}
    answer = client.post(reverse(f"admin:{model}_changelist"), data, follow=True)
    assert answer.status_code == 200
    row.refresh_from_db()


def test_whoever_may_only_look_changes_nothing_from_a_list(
    helpers_client: Client, helper: User, owner: User, queue: Any
) -> None:
    made = make_filter("negative")
    render = renders.request(make_video_row(owner), made, owner, renders.RenderSettings())[0]
    key, _ = ApiKey.make(owner, "a script")
    link, _ = ShareLink.make(owner, render.video)
    let(helper, "view_filter", "view_render", "view_apikey", "view_sharelink")
    choose(helpers_client, "filters_filter", "retire_chosen", made)
    choose(helpers_client, "videos_render", "cancel_chosen", render)
    choose(helpers_client, "videos_apikey", "revoke_chosen", key)
    choose(helpers_client, "videos_sharelink", "revoke_chosen", link)
    assert (made.state, render.state) == ("published", Render.State.QUEUED)
    assert key.revoked_at is None
    assert link.is_open


def test_whoever_may_change_does(helpers_client: Client, helper: User, owner: User, queue: Any) -> None:
    render = renders.request(make_video_row(owner), make_filter(), owner, renders.RenderSettings())[0]
    let(helper, "change_render")
    choose(helpers_client, "videos_render", "cancel_chosen", render)
    assert render.state == Render.State.CANCELLED


def test_every_action_of_a_list_says_which_right_it_takes() -> None:
    unsaid = [
        f"{model.__name__}.{name}"
        for model, pages in admin.site._registry.items()
        for name in pages.actions or ()
        if isinstance(name, str) and not hasattr(getattr(pages, name), "allowed_permissions")
    ]
    assert TrainingRun in admin.site._registry
    assert unsaid == []
