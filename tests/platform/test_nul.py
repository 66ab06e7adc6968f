"""A NUL character in an address, a form or JSON, or half a character there, is answered with a sentence, not a 500."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filters.models import DeepFilterKey
from rotoscope.common.unkeepable import cannot_be_kept
from rotoscope.middleware.nul import SENTENCE
from tests.api.conftest import program_of
from tests.factories import make_render_row, make_video_row
from videos.models import Collection


@pytest.mark.parametrize(
    "address",
    ["/?q=%00", "/?tag=a%00b", "/v/%00/", "/filters/a%00/", "/people/%00/", "/static/%00", "/oembed/?%00=1"],
)
def test_an_address_with_a_nul_is_refused_in_a_sentence(db: None, visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    assert (answer.status_code, answer.content.decode()) == (400, SENTENCE)


@pytest.mark.parametrize("address", ["/api/videos?q=%00", "/api/videos/%00", "/api/filters?tag=%00"])
def test_the_api_refuses_it_as_it_refuses_everything(db: None, visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    assert (answer.status_code, answer.json()) == (422, {"detail": SENTENCE})


def test_a_form_with_a_nul_changes_nothing(owner_client: Client, owner: User) -> None:
    render = make_render_row(make_video_row(owner))
    wish = {"kind": "render", "ref": render.ref, "title": "a\x00"}
    answer = owner_client.post("/collections/add/", wish)
    assert (answer.status_code, answer.content.decode()) == (400, SENTENCE)
    assert not Collection.objects.exists()


def test_the_deepfilter_server_refuses_it_in_its_clients_words(owner: User, visitor: Client) -> None:
    _, plain = DeepFilterKey.make(owner, "a script")
    key = {"Authorization": plain}
    call = {"images": ["data://.my/a.png"], "filterName": "a\x00"}
    address = "/v1/algo/deeplearning/DeepFilter"
    answers = [
        visitor.post(address, call, content_type="application/json", headers=key),
        visitor.get("/v1/data/.my?marker=%00", headers=key),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert "NUL" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"description": "\ud800 x"}),
        ("POST", "/renders", {"filter": "\ud800"}),
        ("POST", "/comparisons", {"title": "Two", "renders": [None, "\udfff"]}),
    ],
)
def test_half_of_a_surrogate_pair_in_json_is_refused_too(
    owner: User, method: str, path: str, body: dict[str, object]
) -> None:
    answer = program_of(owner).ask(method, f"/videos/{make_video_row(owner).ref}{path}", body)
    assert (answer.status_code, "surrogate" in answer.json()["detail"]) == (422, True)


def test_the_deepfilter_server_refuses_half_of_a_pair(owner: User, visitor: Client) -> None:
    _, plain = DeepFilterKey.make(owner, "a script")
    call = {"images": ["data://.my/\udfff.png"], "filterName": "a"}
    answer = visitor.post(
        "/v1/algo/deeplearning/DeepFilter",
        call,
        content_type="application/json",
        headers={"Authorization": plain},
    )
    assert (answer.status_code, "surrogate" in answer.json()["error"]["message"]) == (400, True)


def test_what_only_looks_like_one_is_let_through(db: None, visitor: Client) -> None:
    assert visitor.get("/?q=%2500").status_code == 200
    assert not cannot_be_kept({"a": ["\\u0000", "\\ud800", 0, None, "%00", "\U0001f3a8"]})
