"""OpenAPI: valid, and everything that it documents is answered as documented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate

from filters.models import TrainingRun
from rotoscope.api.api import api
from tests.api.conftest import Program
from tests.factories import make_filter, make_video_row
from tests.lab.pictures import good
from tests.styled import make_styled
from videos.models import Collection, Comparison, Render, ShareLink, Still, Upload, Video
from videos.pipeline import removal, renders

SCHEMA: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder))
OPERATIONS = [
    (method.upper(), path, told)
    for path, methods in SCHEMA["paths"].items()
    for method, told in methods.items()
]
OWN = [one for one in OPERATIONS if "{ref}" in one[1] or "{id}" in one[1]]
BODIES: dict[str, Any] = {
    "create_video": {"filename": "x.mp4", "length": 1000},
    "change_video": {"title": "Other"},
    "separate_video": {"images_per_second": 2},
    "create_render": {"filter": "negative", "strength": 0.25},
    "estimate_render": {"filter": "negative"},
    "create_still": {"filter": "negative", "frame": 1},
    "create_comparison": {"title": "Two", "renders": [None, None]},
    "change_comparison": {"title": "Other"},
    "create_collection": {"title": "Some"},
    "change_collection": {"title": "Other"},
    "create_share_link": {"kind": "video", "ref": "VIDEO"},
    "add_item": {"kind": "comparison", "ref": "COMPARISON"},
    "arrange_items": {"items": []},
    "resume_training": {"minutes": 2},
    "change_filter": {"description": "Other"},
    "change_upload": {"title": "Other"},
    "create_mix": {
        "name": "Both",
        "parts": [{"filter": "night", "weight": 1}, {"filter": "wave", "weight": 1}],
    },
}
QUERIES = {"get_mix_still": "?part=night:1&part=wave:1", "get_shared": "?share={share}"}
MAKING = {
    *("create_video", "create_render", "create_still", "create_comparison", "create_collection"),
    *("create_training", "repeat_training", "create_mix", "create_share_link"),
}
"""What answers with the address of something new."""
REFUSED = {
    "retry_video": 409,
    "publish_training": 403,
    "import_filter": 403,
    "measure_filter": 403,
    "change_filter": 403,
}
"""What Olga is refused: nothing failed, and she is no curator."""


@pytest.fixture
def world(owner: User, queue: Any, trainable: None) -> dict[str, str]:
    """One of everything, all of it Olga's; what stands for which name in paths."""
    filter = make_filter("negative", owner=owner)
    make_styled("Night", 0)
    wave = make_styled("Wave", 1)
    assert wave.style_image is not None
    run = TrainingRun.objects.create(
        name="Wave",
        owner=owner,
        filter=wave,
        style_image=wave.style_image,
        settings={"minutes": 5},
        previews=[{"step": 2, "image": default_storage.save("training/1.jpg", ContentFile(b"picture"))}],
    )
    assert filter.current is not None
    video = make_video_row(owner)
    render = renders.request(video, filter, owner, renders.RenderSettings())[0]
    comparison = Comparison.objects.create(video=video, owner=owner, title="x")
    collection = Collection.objects.create(owner=owner, title="x")
    collection.items.create(position=0, render=render)
    deleted = renders.request(video, filter, owner, renders.RenderSettings(strength=0.5))[0]
    removal.put_away(deleted)
    still = Still.objects.create(video=video, version=filter.current, frame_index=0)
    link, token = ShareLink.make(owner, video)
    upload = Upload.objects.create(owner=owner, filename="x", length=10)
    return {
        "/videos/{ref}": video.ref,
        "/renders/{ref}": render.ref,
        "/comparisons/{ref}": comparison.ref,
        "/collections/{ref}": collection.ref,
        "/stills/{id}": str(still.pk),
        "/share-links/{id}": str(link.pk),
        "/uploads/{id}": str(upload.pk),
        "/filters/{slug}": "negative",
        "/trainings/{id}": str(run.pk),
        "{number}": "0",
        "{share}": token,
        "{kind}": "render",
        "{item}": render.ref,
        "{ref}": deleted.ref,
    }


def filled(path: str, world: dict[str, str]) -> str:
    """A path with everything that stands in braces."""
    for name, value in world.items():
        path = path.replace(name, re.sub(r"\{\w+\}", value, name))
    assert "{" not in path
    return path.removeprefix("/api")


def test_it_is_valid_openapi() -> None:
    validate(SCHEMA)


def test_operations_have_names_of_their_own_and_a_sentence() -> None:
    names = [told["operationId"] for _, _, told in OPERATIONS]
    assert len(names) == len(set(names)) > 30
    assert all(told["description"].endswith(".") for _, _, told in OPERATIONS)


def test_every_operation_says_who_may_and_what_a_key_looks_like() -> None:
    assert SCHEMA["components"]["securitySchemes"]["Key"] == {"type": "http", "scheme": "bearer"}
    assert all({"Key": []} in told["security"] for _, _, told in OPERATIONS)


@pytest.mark.parametrize(
    ("method", "path", "told"), OPERATIONS, ids=[told["operationId"] for _, _, told in OPERATIONS]
)
def test_it_is_answered_as_documented(
    olgas: Program, world: dict[str, str], method: str, path: str, told: dict[str, Any]
) -> None:
    body = BODIES.get(told["operationId"])
    if told["operationId"] == "create_share_link":
        body = {**BODIES["create_share_link"], "ref": world["/videos/{ref}"]}
    if told["operationId"] == "add_item":
        body = {**BODIES["add_item"], "ref": world["/comparisons/{ref}"]}
    if told["operationId"] == "resume_render":
        Render.objects.update(state="paused")
    if told["operationId"] == "resume_training":
        TrainingRun.objects.update(state="finished", started_at=timezone.now())
    if told["operationId"] == "create_training":
        answer = Client().post(path, {"name": "x", "picture": good()}, headers=bearer(olgas))
    elif told["operationId"] == "import_filter":
        answer = Client().post(path, {"file": good()}, headers=bearer(olgas))
    else:
        answer = olgas.ask(method, filled(path + QUERIES.get(told["operationId"], ""), world), body)
    documented = {int(status) for status in told["responses"] if status != "default"}
    assert answer.status_code in documented, answer.status_code
    refused = REFUSED.get(told["operationId"])
    expected = {refused} if refused else {200, 201, 202, 204}
    assert answer.status_code in expected, answer.status_code
    if told["operationId"] in MAKING:
        assert told["responses"][str(answer.status_code)]["headers"]["Location"]
        where = answer["Location"].removeprefix("http://testserver/api")
        assert olgas.get(where).items() <= answer.json().items()


@pytest.mark.parametrize("body", BODIES.items(), ids=list(BODIES))
def test_no_text_is_kept_that_the_database_cannot_hold(
    olgas: Program, world: dict[str, str], body: tuple[str, dict[str, Any]]
) -> None:
    name, wish = body
    [(method, path)] = [(method, path) for method, path, told in OPERATIONS if told["operationId"] == name]
    texts = [field for field, value in wish.items() if isinstance(value, str)]
    for field in texts:
        answer = olgas.ask(method, filled(path, world), {**wish, field: "a\x00"})
        assert answer.status_code == 422, field
        assert answer.json()["detail"].startswith(f"{field}: "), answer.json()
    assert texts or name in ("separate_video", "resume_training", "arrange_items")


def bearer(program: Program) -> dict[str, str]:
    return {"Authorization": f"Bearer {program.key}"}


@pytest.mark.parametrize(("method", "path", "told"), OWN, ids=[told["operationId"] for _, _, told in OWN])
def test_it_tells_a_stranger_nothing_private(
    stellas: Program, world: dict[str, str], method: str, path: str, told: dict[str, Any]
) -> None:
    Video.objects.update(visibility="private")
    Comparison.objects.update(visibility="private")
    Collection.objects.update(visibility="private")
    answer = stellas.ask(method, filled(path, world), BODIES.get(told["operationId"]))
    assert answer.status_code == 404, answer.content


def test_every_other_error_is_documented_as_a_problem() -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for _, _, told in OPERATIONS:
        assert told["responses"]["default"]["content"]["application/json"]["schema"] == problem


def test_people_can_read_it(visitor: Client) -> None:
    assert visitor.get("/api/openapi.json").json()["info"]["title"] == "Rotoscope"
    page = visitor.get("/api/docs")
    assert page.status_code == 200
    assert "cdn" not in page.content.decode()


def test_the_documents_list_every_operation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    assert [f"{method} {path}" for method, path, _ in OPERATIONS if f"`{method} {path}`" not in text] == []
