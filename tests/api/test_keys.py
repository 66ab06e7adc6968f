"""API keys: whose request it is."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import Program
from videos.models import ApiKey


def test_a_key_acts_for_its_owner(olgas: Program) -> None:
    told = olgas.get("/me")
    assert told["username"] == "olga"
    assert told["quota_bytes"] > told["used_bytes"] == 0


def test_only_the_hash_is_stored(owner: User) -> None:
    row, plain = ApiKey.make(owner, "a script")
    assert plain not in str(row.__dict__)
    assert ApiKey.find(plain) == row


def test_a_wrong_key_is_401_even_where_anybody_may_read(nobodys: Program) -> None:
    for path in ("/videos", "/me"):
        answer = Program("roto_wrong").ask("GET", path)
        assert answer.status_code == 401
        assert "not valid" in answer.json()["detail"]
    assert nobodys.get("/videos")["count"] == 0


def test_a_revoked_key_and_one_of_somebody_who_left_open_nothing(owner: User, olgas: Program) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert olgas.ask("GET", "/me").status_code == 401
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert olgas.ask("GET", "/me").status_code == 200
    assert ApiKey.objects.get().revoke()
    assert olgas.ask("GET", "/me").status_code == 401


def test_without_a_key_nothing_of_ones_own_is_told(nobodys: Program) -> None:
    assert nobodys.get("/me", 401)["detail"].startswith("Sign in")
    assert nobodys.ask("POST", "/videos", {"filename": "x.mp4", "length": 5}).status_code == 401


def test_a_signed_in_browser_needs_its_csrf_token(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.get("/api/me").json()["username"] == "olga"
    body = {"title": "Dunes"}
    assert browser.post("/api/collections", body, content_type="application/json").status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    answer = browser.post(
        "/api/collections", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert answer.status_code == 201


def test_a_key_does_not_open_the_admin_or_the_pages(staff: User) -> None:
    plain = ApiKey.make(staff, "a script")[1]
    answer = Client().get("/admin/", headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 302


def test_use_is_noted(owner: User, olgas: Program) -> None:
    olgas.get("/me")
    assert ApiKey.objects.get().last_used_at is not None


def test_a_person_makes_sees_and_revokes_a_key(owner_client: Client, stranger_client: Client) -> None:
    page = owner_client.post("/accounts/keys/", {"name": "my script"}).content.decode()
    found = re.search(r'value="(roto_[\w-]+)"', page)
    assert found
    key = ApiKey.find(found[1])
    assert key is not None
    listed = owner_client.get("/accounts/keys/").content.decode()
    assert "my script" in listed
    assert found[1] not in listed
    assert stranger_client.post(f"/accounts/keys/{key.pk}/revoke/").status_code == 404
    assert ApiKey.find(found[1]) is not None
    owner_client.post(f"/accounts/keys/{key.pk}/revoke/")
    assert ApiKey.find(found[1]) is None


def test_a_key_needs_a_name_and_a_person(owner_client: Client, visitor: Client) -> None:
    assert owner_client.post("/accounts/keys/", {"name": " "}).status_code == 422
    assert visitor.get("/accounts/keys/").status_code == 302
    assert not ApiKey.objects.exists()


def test_staff_sees_and_revokes_all_keys(staff_client: Client, owner: User) -> None:
    key, plain = ApiKey.make(owner, "a script")
    page = staff_client.get("/admin/videos/apikey/").content.decode()
    assert "a script" in page
    assert plain not in page
    data = {"action": "revoke_chosen", "_selected_action": [key.pk]}
    staff_client.post("/admin/videos/apikey/", data)
    assert ApiKey.find(plain) is None
