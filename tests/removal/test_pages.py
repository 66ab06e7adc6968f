"""An Undo beside the word that it is gone, a page of what was deleted lately, and questions that need no script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import make_filter, make_render_row, make_video_row
from tests.removal.conftest import KINDS, World
from tests.removal.test_bringing_back import names, three
from videos.models import ApiKey, Collection, Comparison, Render, ShareLink, Video
from videos.pipeline import removal

UNDO = re.compile(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*Undo</button></form>', re.DOTALL)


def deleted_by_page(client: Client, world: World, kind: str) -> str:
    """The next page, after the deletion that each thing has on its pages."""
    thing = getattr(world, kind)
    return text(client.post(reverse(f"{kind}-delete", args=[thing.ref]), follow=True))


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def undo_on(page: str) -> str:
    """Where the one Undo on a page leads."""
    [address] = UNDO.findall(page)
    return str(address)


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_page_says_that_it_is_gone_and_undoes_it(
    world: World, kind: str, owner_client: Client
) -> None:
    page = deleted_by_page(owner_client, world, kind)
    thing = world.thing(kind)
    assert f"“{thing}” is gone." in page
    assert thing.removed_at is not None
    undo = undo_on(page)
    assert "Undo</button>" not in text(owner_client.get("/")), "it is said once"
    answer = owner_client.post(undo)
    assert answer.headers["Location"] == thing.get_absolute_url()
    assert f"“{thing}” is back." in text(owner_client.get(thing.get_absolute_url()))
    assert world.thing(kind).removed_at is None
    assert owner_client.post(undo).headers["Location"] == thing.get_absolute_url(), "pressed twice"


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_brings_it_back_or_removes_it_or_learns_of_it(
    world: World, kind: str, stranger_client: Client, visitor: Client, staff_client: Client
) -> None:
    removal.put_away(world.thing(kind))
    ref = world.thing(kind).ref
    restore, delete, picture = (
        reverse(f"removed-{name}", args=[kind, ref]) for name in ("restore", "delete", "picture")
    )
    for ask, address in (
        (stranger_client.post, restore),
        (stranger_client.get, delete),
        (stranger_client.post, delete),
        (stranger_client.get, picture),
    ):
        assert ask(address).status_code == 404
    for address in (restore, delete):
        assert "login" in visitor.post(address).headers["Location"]
    assert ref not in text(stranger_client.get("/removed/"))
    assert stranger_client.get(restore).status_code == 405
    assert world.thing(kind).removed_at is not None
    assert staff_client.post(restore).status_code == 302, "staff may, as it might have deleted it"
    assert world.thing(kind).removed_at is None


def test_a_form_from_elsewhere_brings_nothing_back(world: World, owner: User) -> None:
    removal.put_away(world.video)
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(reverse("removed-restore", args=["video", world.video.ref])).status_code == 403


def test_the_page_lists_what_it_was_until_when_and_what_it_takes(world: World, owner_client: Client) -> None:
    assert "Nothing was deleted lately" in text(owner_client.get("/removed/"))
    removal.put_away(world.collection)
    removal.put_away(world.video)
    page = text(owner_client.get("/removed/"))
    assert re.findall(r'<h2 class="work">(.*?)</h2>', page) == ["Low tide", "For water"]
    assert "1 render · 1 comparison" in page
    assert "takes 700\xa0bytes" in page
    assert "for good frees <b>700\xa0bytes</b>" in page
    until = world.thing("video").kept_until
    assert until is not None
    assert f"{until:%H:%M} UTC" in page
    picture = owner_client.get(reverse("removed-picture", args=["video", world.video.ref]))
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert "private" in picture["Cache-Control"]


def test_a_comparison_of_footage_that_one_does_not_see_has_no_picture_and_no_name_of_it(
    colleague: User, colleague_client: Client, world: World
) -> None:
    theirs = Comparison.objects.create(video=world.video, owner=colleague, title="Mine")
    theirs.items.create(position=0, render=world.render)
    removal.put_away(theirs)
    address = reverse("removed-picture", args=["comparison", theirs.ref])
    assert colleague_client.get(address).status_code == 200
    assert "of Low tide" in text(colleague_client.get("/removed/"))
    Video.objects.update(visibility="private")
    assert colleague_client.get(address).status_code == 404
    assert "Low tide" not in text(colleague_client.get("/removed/"))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_removed_for_good_after_a_question(world: World, kind: str, owner_client: Client) -> None:
    ref = getattr(world, kind).ref
    address = reverse("removed-delete", args=[kind, ref])
    assert owner_client.get(address).status_code == 404, "nothing that was not deleted is removed from here"
    assert owner_client.post(address).status_code == 404
    removal.put_away(world.thing(kind))
    page = text(owner_client.get(address))
    assert "Nobody can bring it back" in page
    assert ("frees 700\xa0bytes" in page) == (kind == "video")
    assert world.thing(kind)
    assert "is gone for good." in text(owner_client.post(address, follow=True))
    assert not type(getattr(world, kind)).everything.filter(ref=ref).exists()


def test_what_is_taken_out_of_a_collection_is_put_back_where_it_stood(
    owner_client: Client, owner: User
) -> None:
    collection, works = three(owner)
    item = collection.items.get(render=works[1])
    page = text(
        owner_client.post(
            reverse("collection-move", args=[collection.ref, item.pk]), {"by": "0"}, follow=True
        )
    )
    assert f"“{works[1]}” is taken out of this collection." in page
    assert names(collection) == ["f0", "f2"]
    for _ in range(2):
        owner_client.post(undo_on(page))
        assert names(collection) == ["f0", "f1", "f2"]


def test_nobody_else_puts_anything_into_it(owner: User, stranger_client: Client) -> None:
    collection, works = three(owner)
    collection.items.get(render=works[1]).delete()
    Collection.objects.update(visibility="public")
    address = reverse("collection-put-back", args=[collection.ref, "render", works[1].ref, 1])
    assert stranger_client.post(address).status_code == 404
    assert names(collection) == ["f0", "f2"]


def test_links_and_keys_are_revoked_for_good_after_a_question(
    world: World, owner: User, owner_client: Client, stranger_client: Client
) -> None:
    link, key = ShareLink.objects.get(label="of the video"), ApiKey.make(owner, "a script")[0]
    for row, address in (
        (link, reverse("share-revoke", args=[link.pk])),
        (key, reverse("api-key-revoke", args=[key.pk])),
    ):
        listed = "/shares/" if row is link else "/accounts/keys/"
        assert address in text(owner_client.get(listed))
        assert stranger_client.get(address).status_code == 404
        page = text(owner_client.get(address))
        assert "Revoke" in page and str(link.target if row is link else key.name) in page
        row.refresh_from_db()
        assert row.revoked_at is None
        owner_client.post(address)
        row.refresh_from_db()
        assert row.revoked_at is not None


def test_the_page_of_renders_of_others_footage(
    owner: User, colleague: User, colleague_client: Client
) -> None:
    """Whose footage it is brings back what somebody made of it who was staff then; and so do they, while they are."""
    render = make_render_row(make_video_row(colleague), make_filter())
    Render.objects.update(owner=owner)
    removal.put_away(render)
    assert render.ref in text(colleague_client.get("/removed/"))
    client = Client()
    client.force_login(owner)
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert render.ref in text(client.get("/removed/"))
    User.objects.filter(pk=owner.pk).update(is_staff=False)
    assert render.ref not in text(client.get("/removed/"))
    assert client.post(reverse("removed-restore", args=["render", render.ref])).status_code == 404
    assert colleague_client.post(reverse("removed-restore", args=["render", render.ref])).status_code == 302
