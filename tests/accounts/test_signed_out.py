"""A form that is sent after the session has ended leads back to its page, which can be opened."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from rotoscope.accounts.signed_out import SENTENCE
from tests.factories import make_render_row, make_video_row
from videos.models import Render

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.fixture
def render(owner: User) -> Render:
    """Of public footage."""
    return make_render_row(make_video_row(owner))


def test_after_signing_in_one_is_where_the_form_stands(visitor: Client, render: Render) -> None:
    page = f"{HERE}{render.video.get_absolute_url()}compare/?layout=wipe&a=o&b={render.ref}&cut=31.5"
    addresses = (
        reverse("comparison-save", args=[render.video.ref]),
        reverse("collection-add"),
        reverse("render-cancel", args=[render.ref]),
        reverse("contact-paint", args=[render.video.ref]),
    )
    for address in addresses:
        door = visitor.post(address, {"title": "Two"}, headers={"Referer": page})
        assert parse_qs(urlsplit(door["Location"]).query) == {"next": [page]}
        assert SENTENCE in visitor.get(door["Location"]).content.decode()
    words = {"username": "olga", "password": "olga's password", "next": page}
    inside = visitor.post(reverse("login"), words)
    assert inside["Location"] == page
    assert visitor.get(inside["Location"]).status_code == 200


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/page", "about:blank"])
def test_a_form_from_nowhere_leads_to_the_front_page(visitor: Client, render: Render, referer: str) -> None:
    address = reverse("comparison-save", args=[render.video.ref])
    door = visitor.post(address, headers={"Referer": referer} if referer else {})
    assert door["Location"] == reverse("login")


def test_a_page_that_is_asked_for_comes_after_signing_in_and_a_script_is_left_alone(
    visitor: Client, render: Render
) -> None:
    queue, estimate = reverse("queue"), reverse("lab-estimate", args=[render.video.ref])
    assert visitor.get(queue)["Location"] == f"{reverse('login')}?next={queue}"
    headers = {"X-Requested-With": "fetch", "Referer": f"{HERE}/"}
    assert visitor.post(estimate, headers=headers)["Location"] == f"{reverse('login')}?next={estimate}"
    assert SENTENCE not in visitor.get(reverse("login")).content.decode()
