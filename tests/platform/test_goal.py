"""Where one goes on to after a form is on this server, and never a server error."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import make_render_row, make_video_row

OTHERS = [
    "word",
    "gallery",
    "https://elsewhere.example/x",
    "//elsewhere.example",
    "javascript:alert(1)",
    "/\\else",
]


@pytest.mark.parametrize("wanted", OTHERS)
def test_what_is_no_address_of_ours_counts_as_none(owner_client: Client, owner: User, wanted: str) -> None:
    render = make_render_row(make_video_row(owner))
    asked = {"next": wanted}
    collected = {"kind": "render", "ref": render.ref, "title": "Coasts"} | asked
    for address, sent in (
        (reverse("signup"), asked),
        (reverse("collection-add"), collected),
        (reverse("render-cancel", args=[render.ref]), asked),
    ):
        answer = owner_client.post(address, sent)
        assert answer.status_code == 302
        assert wanted not in answer["Location"].split("/")
        assert answer["Location"].startswith("/") and not answer["Location"].startswith(("//", "/\\"))


def test_an_address_of_ours_is_where_one_goes(owner_client: Client) -> None:
    for wanted in ("/queue/?x=1", "http://testserver/queue/"):
        assert owner_client.get(reverse("signup"), {"next": wanted})["Location"] == wanted


def test_a_word_does_not_break_the_making_of_an_account(visitor: Client, db: None) -> None:
    words = {"username": "nora", "password1": "a long password 17", "password2": "a long password 17"}
    answer = visitor.post(reverse("signup"), words | {"next": "word"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
