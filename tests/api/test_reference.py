"""The page on which people read what the API can do: all of it, with addresses within it that lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape

import pytest
from django.test import Client

from rotoscope.api import reference
from rotoscope.api.api import api
from rotoscope.api.reference import Kind, Operation

SCHEMA = api.get_openapi_schema()
OPERATIONS = {one.name: one for group in reference.groups(SCHEMA) for one in group.operations}


@pytest.fixture
def page(db: None) -> str:
    answer = Client().get("/api/docs")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_has_every_operation_and_every_shape(page: str) -> None:
    known = {told["operationId"] for methods in SCHEMA["paths"].values() for told in methods.values()}
    assert set(OPERATIONS) == known
    for name in known:
        assert f'id="{name}"' in page
    for name in SCHEMA["components"]["schemas"]:
        assert f'id="shape-{name}"' in page


def test_links_within_it_lead_somewhere_and_names_are_there_once(page: str) -> None:
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(names)


def test_it_says_what_is_sent_and_answered() -> None:
    render = OPERATIONS["create_render"]
    fields = {field.name: field for field in render.body}
    assert (render.method, render.path, render.open) == ("POST", "/api/videos/{ref}/renders", False)
    assert fields["filter"].needed
    assert not fields["strength"].needed
    assert fields["strength"].kind == Kind("number 0 to 1")
    assert fields["strength"].default == "1.0"
    assert fields["height"].kind == Kind("integer from 2 or null")
    answers = {answer.status: answer.kind for answer in render.answers}
    assert answers[201] == Kind("", "RenderOut")
    assert answers[422] == Kind("", "Problem")
    assert OPERATIONS["list_videos"].open


def test_names_of_fields_in_sentences_are_code(page: str) -> None:
    assert "by words in <code>q</code>, by <code>tag</code>." in page
    assert "`" not in page


def test_lists_and_choices_are_told_in_words() -> None:
    assert reference.kind({"type": "array", "items": {"$ref": "#/components/schemas/A"}}) == Kind(
        "list of", "A"
    )
    either = {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}
    assert reference.kind(either) == Kind("", "A", " or null")
    assert reference.kind({"enum": ["a", "b"]}) == Kind('"a" or "b"')


@pytest.mark.parametrize("one", OPERATIONS.values(), ids=list(OPERATIONS))
def test_its_commands_are_ones_of_a_shell(one: Operation) -> None:
    """With a body that has all that is needed."""
    words = shlex.split(one.command)
    assert words[:2] == ["curl", "-s"]
    sent = json.loads(words[words.index("-d") + 1]) if "-d" in words else {}
    if one.media_type == reference.JSON:
        assert {field.name for field in one.body if field.needed} <= set(sent)
    assert ("-H $AUTH" in " ".join(words)) is not one.open


def test_addresses_in_it_are_those_of_this_server(page: str) -> None:
    assert "export ROTOSCOPE=http://testserver AUTH=" in unescape(page)


def test_it_can_be_tried_out_beside_it(visitor: Client) -> None:
    answer = visitor.get("/api/try")
    assert answer.status_code == 200
    assert "cdn" not in answer.content.decode()
    token = re.search(r'data-csrf-token="(\w+)"', answer.content.decode())
    assert token and answer.cookies["csrftoken"].value, "a signed-in browser needs both to change something"
