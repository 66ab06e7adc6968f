"""The description is a promise: every answer is one that it describes, and what it excludes is refused.

Every operation is asked once as it should be and then in all ways in which a program might get it wrong: other values
in each field, fields left out and made up, other parameters, things that are not there, and no key. The values are the
same each time. Each request is undone before the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.utils import timezone
from openapi_schema_validator import OAS31Validator

from filters.models import TrainingRun
from tests.api.conftest import Program
from tests.api.test_schema import BODIES, OPERATIONS, QUERIES, SCHEMA, filled, world
from videos.models import Render

__all__ = ["world"]

VALUES: list[Any] = [None, True, -1, 10**20, "x" * 5000, "ü\u202e\U0001f600", [], {"x": 1}]
LOOSE = (True,)  # and 1: taken for a number, though its type is another
TEXTS = ["x", "-1", "9" * 30]
NAMES = ["ü", "9" * 30]


@dataclass(frozen=True)
class Asked:
    """A request, and whether the description allows its body."""

    method: str
    path: str
    body: Any = None
    allowed: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path} {json.dumps(self.body)[:200]}"


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Whether a value is as a schema of the description says."""
    whole = {**schema, "components": SCHEMA["components"]}
    return bool(OAS31Validator(whole).is_valid(value))


def described(told: dict[str, Any], asked: Asked, answer: Any) -> None:
    """Fail the test where an answer is none that is described for its operation."""
    said = told["responses"].get(str(answer.status_code))
    assert said is not None, f"{asked}: {answer.status_code} is not described: {answer.content[:300]!r}"
    assert set(said.get("headers", {})) <= set(answer.headers), f"{asked}: {answer.headers}"
    contents = said.get("content")
    if contents is None:
        assert not answer.content, f"{asked}: {answer.content[:300]!r} is not described"
        return
    kind = answer["Content-Type"].split(";")[0]
    assert kind in contents, f"{asked}: {kind} is not described for {answer.status_code}"
    if kind == "application/json":
        assert fits(contents[kind]["schema"], answer.json()), f"{asked}: {answer.json()}"


def bodies(schema: dict[str, Any], right: dict[str, Any]) -> Iterator[tuple[Any, bool]]:
    """Bodies that differ from the right one in one thing, and whether they are allowed."""
    yield from ((value, fits(schema, value)) for value in VALUES)
    yield right | {"made_up": 1}, False
    name = schema.get("$ref", "").rpartition("/")[2]
    for field in SCHEMA["components"]["schemas"][name]["properties"]:
        without = {key: value for key, value in right.items() if key != field}
        yield without, fits(schema, without)
        for value in VALUES:
            body = right | {field: value}
            yield body, value in LOOSE or fits(schema, body)


def variations(method: str, path: str, told: dict[str, Any], world: dict[str, str]) -> Iterator[Asked]:
    """All that is asked of one operation; the right request comes first."""
    name = told["operationId"]
    right, query = right_body(name, world), filled(QUERIES.get(name, ""), world)
    there = filled(path, world)
    yield Asked(method, there + query, right)
    for parameter in told.get("parameters", []):
        if parameter["in"] == "path":
            braces = f"{{{parameter['name']}}}"
            for other in NAMES:
                yield Asked(method, filled(path.replace(braces, quote(other), 1), world) + query, right)
        else:
            for text in TEXTS:
                yield Asked(method, f"{there}?{urlencode({parameter['name']: text})}", right)
    yield Asked(method, f"{there}?made_up=1", right)
    if right is None:
        return
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    for body, allowed in bodies(schema, right):
        yield Asked(method, there + query, body, allowed)


def right_body(name: str, world: dict[str, str]) -> Any:
    """A body that an operation takes; None where it takes none."""
    refs = {"create_share_link": "/videos/{ref}", "add_item": "/comparisons/{ref}"}
    return {**BODIES[name], "ref": world[refs[name]]} if name in refs else BODIES.get(name)


def ask(program: Program, asked: Asked) -> Any:
    """The answer; what it did is undone."""
    with transaction.atomic():
        answer = program.ask(asked.method, asked.path, asked.body)
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def everything(world: dict[str, str]) -> dict[str, str]:
    """One of everything, in states in which most can be done."""
    Render.objects.update(state="paused")
    TrainingRun.objects.update(state="finished", started_at=timezone.now())
    return world


@pytest.mark.slow
def test_whatever_is_asked_the_answer_is_one_that_is_described(
    olgas: Program, everything: dict[str, str]
) -> None:
    """One test for all operations: what they are about is made once."""
    count = 0
    for method, path, told in OPERATIONS:
        if told["operationId"] in ("create_training", "import_filter"):
            continue  # forms: see test_trainings and test_curating
        for asked in variations(method, path, told, everything):
            answer = ask(olgas, asked)
            described(told, asked, answer)
            assert asked.allowed or answer.status_code in (404, 409, 422), f"{asked}: {answer.status_code}"
            count += 1
    assert count > 600


@pytest.mark.slow
def test_without_a_key_that_is_said_which_the_description_says(
    nobodys: Program, everything: dict[str, str]
) -> None:
    for method, path, told in OPERATIONS:
        asked = next(variations(method, path, told, everything))
        answer = ask(nobodys, asked)
        described(told, asked, answer)
        assert (answer.status_code == 401) == ({} not in told["security"]), asked
