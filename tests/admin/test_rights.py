"""What staff with some rights only may do in the admin."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
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


def person_form(user: User, **more: Any) -> dict[str, Any]:
    """What a person's page sends, without its inlines."""
    fields = {"username": user.username, "email": user.email, "is_active": "on"}
    dates = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    return {**fields, **dates, "profile-TOTAL_FORMS": "0", "profile-INITIAL_FORMS": "0", **more}


def test_whoever_may_change_people_gives_nobody_rights(
    helpers_client: Client, helper: User, owner: User
) -> None:
    let(helper, "change_user")
    every = [str(one.pk) for one in Permission.objects.all()[:3]]
    rights = {"is_superuser": "on", "is_staff": "on", "user_permissions": every}
    for one in (helper, owner):
        address = reverse("admin:auth_user_change", args=[one.pk])
        answer = helpers_client.post(address, person_form(one, first_name="Changed", **rights))
        assert answer.status_code == 302
        one.refresh_from_db()
        assert one.first_name == "Changed"
    assert not helper.is_superuser
    assert helper.user_permissions.count() == 1
    assert not owner.is_staff
    assert not owner.is_superuser
    assert not owner.user_permissions.exists()


def test_nobody_takes_over_an_account_with_more_rights(
    helpers_client: Client, helper: User, staff: User
) -> None:
    let(helper, "change_user", "delete_user")
    words = {"password1": "seven grey herons", "password2": "seven grey herons", "usable_password": "true"}
    before = staff.password
    address = reverse("admin:auth_user_change", args=[staff.pk])
    password = reverse("admin:auth_user_password_change", args=[staff.pk])
    assert helpers_client.post(password, words).status_code == 403
    assert helpers_client.post(address, person_form(staff, email="hanna@example.org")).status_code == 403
    for gone in (reverse("admin:auth_user_delete", args=[staff.pk]), reverse("admin:auth_user_changelist")):
        chosen = {"action": "delete_selected", "_selected_action": [staff.pk], "post": "yes"}
        helpers_client.post(gone, chosen)
    staff.refresh_from_db()
    assert (staff.password, staff.email) == (before, "ada@example.org")


@pytest.mark.parametrize("model", ["videos_apikey", "filters_deepfilterkey"])
def test_nobody_makes_a_key_of_somebody_with_more_rights(
    helpers_client: Client, helper: User, staff_client: Client, staff: User, owner: User, model: str
) -> None:
    let(helper, f"add_{model.partition('_')[2]}", "view_user")
    app, _, name = model.partition("_")
    asked = {"app_label": app, "model_name": name, "field_name": "owner"}
    offered = helpers_client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert {one["id"] for one in offered} == {str(owner.pk), str(helper.pk)}
    add, keys = reverse(f"admin:{model}_add"), apps.get_model(app, name).objects
    for one, refused in ((staff, True), (owner, False), (helper, False)):
        answer = helpers_client.post(add, {"name": "a script", "owner": one.pk})
        assert ('class="once"' not in answer.content.decode()) is refused
        assert keys.filter(owner=one).exists() is not refused
    assert 'class="once"' in staff_client.post(add, {"name": "mine", "owner": helper.pk}).content.decode()


def test_the_owner_of_a_filter_is_looked_for_by_who_may_see_people(
    helpers_client: Client, helper: User, staff_client: Client, owner: User, stranger: User
) -> None:
    made = make_filter("negative", owner=owner)
    address = reverse("admin:filters_filter_change", args=[made.pk])
    let(helper, "change_filter")
    for client in (helpers_client, staff_client):
        page = client.get(address).content.decode()
        assert owner.username in page
        assert stranger.username not in page
    typed = {"name": made.name, "slug": made.slug, "current": made.current_id, "cost_per_image": "0"}
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    for client, now in ((helpers_client, owner), (staff_client, stranger)):
        assert client.post(address, {**typed, **inline, "owner": stranger.pk}).status_code == 302
        made.refresh_from_db()
        assert made.owner == now


def test_who_gives_staff_status_is_told_what_it_opens(staff_client: Client, owner: User) -> None:
    page = staff_client.get(reverse("admin:auth_user_change", args=[owner.pk])).content.decode()
    assert "may change and delete everything on the pages, whatever their rights here" in page


def test_nobody_gives_rights_to_a_group_of_their_own(
    helpers_client: Client, helper: User, staff_client: Client
) -> None:
    let(helper, "view_group", "change_group", "add_group")
    group = Group.objects.create(name="Helpers")
    helper.groups.add(group)
    rights = {"name": "Helpers", "permissions": [str(Permission.objects.all()[0].pk)]}
    address = reverse("admin:auth_group_change", args=[group.pk])
    assert helpers_client.get(address).status_code == 200
    assert helpers_client.post(address, rights).status_code == 403
    assert helpers_client.post(reverse("admin:auth_group_add"), rights | {"name": "More"}).status_code == 403
    assert staff_client.post(address, rights).status_code == 302
    assert group.permissions.count() == 1


def test_a_superuser_gives_rights(staff_client: Client, staff: User, owner: User) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    assert staff_client.post(address, person_form(owner, is_staff="on")).status_code == 302
    owner.refresh_from_db()
    assert owner.is_staff


def test_staff_is_led_only_to_what_is_open_to_them(
    helpers_client: Client, helper: User, staff_client: Client, owner: User, queue: Any
) -> None:
    broken = make_filter("broken")
    renders.request(make_video_row(owner, source_size=9), broken, owner, renders.RenderSettings())
    make_video_row(owner, state="failed", error="Cut off.")
    broken.mark_unavailable("It is down.")
    let(helper, "view_filter")
    led = set(re.findall(r'href="(/admin/[a-z]+/[a-z]+/)', helpers_client.get("/admin/").content.decode()))
    assert led == {reverse("admin:filters_filter_changelist")}
    assert all(helpers_client.get(address).status_code == 200 for address in led)
    led = set(re.findall(r'href="(/admin/[a-z]+/[a-z]+/)', staff_client.get("/admin/").content.decode()))
    assert {reverse("admin:videos_render_changelist"), reverse("admin:auth_user_changelist")} <= led
    assert len(led) == 13


def test_whoever_may_only_look_is_offered_no_button(
    helpers_client: Client, helper: User, staff_client: Client
) -> None:
    address = reverse("admin:filters_filter_change", args=[make_filter("negative").pk])
    let(helper, "view_filter")
    assert "filters_filter_retire_one" not in helpers_client.get(address).content.decode()
    assert "filters_filter_retire_one" in staff_client.get(address).content.decode()
    listed = helpers_client.get(reverse("admin:filters_filter_changelist")).content.decode()
    assert "Import a filter file" not in listed
    assert "retire_chosen" not in listed
