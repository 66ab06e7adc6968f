"""DeepFilter keys in the admin: shown once, counted, revoked."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from filters.models import DeepFilterKey

LIST = reverse("admin:filters_deepfilterkey_changelist")
ADD = reverse("admin:filters_deepfilterkey_add")


def make_key(client: Client, owner: User) -> str:
    """A key made by hand; its plain text as the page shows it."""
    answer = client.post(ADD, {"name": "GPU", "owner": owner.pk})
    assert answer.status_code == 200
    found = re.search(r'<code class="once">(sim[\w-]+)</code>', answer.content.decode())
    assert found
    return found[1]


def test_a_new_key_is_shown_once_and_works(staff_client: Client, owner: User) -> None:
    plain = make_key(staff_client, owner)
    key = DeepFilterKey.find(plain)
    assert key is not None
    assert (key.name, key.owner) == ("GPU", owner)
    for address in (LIST, reverse("admin:filters_deepfilterkey_change", args=[key.pk])):
        page = staff_client.get(address).content.decode()
        assert "GPU" in page
        assert plain not in page


def test_a_key_is_in_no_cookie_and_no_cache(staff_client: Client, owner: User) -> None:
    answer = staff_client.post(ADD, {"name": "GPU", "owner": owner.pk})
    plain = re.search(r'<code class="once">([^<]+)', answer.content.decode())
    assert plain
    assert not any(plain[1] in morsel.value for morsel in staff_client.cookies.values())
    assert "no-store" in answer["Cache-Control"]


def test_a_key_is_renamed_but_stays_its_owners(staff_client: Client, owner: User, stranger: User) -> None:
    make_key(staff_client, owner)
    key = DeepFilterKey.objects.get()
    address = reverse("admin:filters_deepfilterkey_change", args=[key.pk])
    staff_client.post(address, {"name": "Old GPU", "owner": stranger.pk})
    key.refresh_from_db()
    assert (key.name, key.owner) == ("Old GPU", owner)


def test_a_key_is_revoked_by_button_and_in_the_list(staff_client: Client, owner: User) -> None:
    plain = [make_key(staff_client, owner) for _ in range(2)]
    first, second = DeepFilterKey.objects.order_by("pk")
    address = reverse("admin:filters_deepfilterkey_change", args=[first.pk])
    staff_client.post(address, {"name": "GPU", "filters_deepfilterkey_revoke_one": "1"})
    assert DeepFilterKey.find(plain[0]) is None
    staff_client.post(LIST, {"action": "revoke_chosen", "_selected_action": [second.pk]})
    assert DeepFilterKey.find(plain[1]) is None


def test_keys_are_for_staff(owner_client: Client, owner: User) -> None:
    assert owner_client.post(ADD, {"name": "mine", "owner": owner.pk}).status_code == 302
    assert not DeepFilterKey.objects.exists()
