"""What is deleted between the look at it and the write is not there: 404 on pages and over the API, never a 500."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.db.models import Model, signals
from django.test import Client

from rotoscope.common.changed import delete_whole
from rotoscope.middleware.gone import went_meanwhile
from tests.api.conftest import program_of
from tests.at_once import browser_of
from tests.factories import make_filter, make_render_row, make_video_row
from tests.pipeline.test_lease import PATIENCE, waits_for_a_lock
from videos import access
from videos.models import Collection, Comparison, Render, ShareLink, Still, Video
from videos.pipeline import renders

pytestmark = pytest.mark.django_db(transaction=True)
Meanwhile = Callable[[str, Model], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets a row be deleted by somebody else while its rights are looked at by `asked`, so after it was read."""

    def happens(asked: str, row: Model) -> None:
        really = getattr(access, asked)

        def looking(*args: Any) -> Any:
            allowed = really(*args)
            type(row)._default_manager.filter(pk=row.pk).delete()
            return allowed

        monkeypatch.setattr(access, asked, looking)

    return happens


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("kind", ["comparisons", "collections"])
def test_an_arrangement_that_is_changed_over_the_api(
    owner: User, meanwhile: Meanwhile, kind: str, method: str
) -> None:
    words = {"owner": owner, "title": "Coasts"}
    row: Model = (
        Collection.objects.create(**words)
        if kind == "collections"
        else Comparison.objects.create(video=make_video_row(owner), **words)
    )
    program = program_of(owner)
    meanwhile("can_change_own", row)
    answer = program.ask(method, f"/{kind}/{row.ref}", {"title": "Dunes"})  # type: ignore[attr-defined]
    assert answer.status_code == (404 if method == "PATCH" else 204)
    assert method == "DELETE" or answer.json()["detail"]


def test_a_collection_that_is_added_to(owner: User, meanwhile: Meanwhile) -> None:
    shown, render = Collection.objects.create(owner=owner, title="x"), make_render_row(make_video_row(owner))
    program = program_of(owner)
    meanwhile("can_change_own", shown)
    answer = program.ask("POST", f"/collections/{shown.ref}/items", {"kind": "render", "ref": render.ref})
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (404, "application/json")


def test_a_work_that_is_put_into_a_collection(owner: User, meanwhile: Meanwhile) -> None:
    shown, render = Collection.objects.create(owner=owner, title="x"), make_render_row(make_video_row(owner))
    browser, program = browser_of(owner), program_of(owner)
    meanwhile("can_see_render", render)
    body = {"kind": "render", "ref": render.ref}
    assert program.ask("POST", f"/collections/{shown.ref}/items", body).status_code == 404
    again = make_render_row(render.video)
    meanwhile("can_see_render", again)
    page = browser.post("/collections/add/", {"kind": "render", "ref": again.ref, "to": shown.ref})
    assert (page.status_code, b"There is nothing here" in page.content) == (404, True)
    assert not shown.items.exists()


def test_a_render_that_is_shared(owner: User, meanwhile: Meanwhile) -> None:
    render = make_render_row(make_video_row(owner))
    program = program_of(owner)
    meanwhile("can_share", render)
    answer = program.ask("POST", "/share-links", {"kind": "render", "ref": render.ref})
    assert (answer.status_code, ShareLink.objects.count()) == (404, 0)


@pytest.mark.parametrize("what", ["renders", "stills"])
def test_footage_that_is_painted(owner: User, meanwhile: Meanwhile, what: str) -> None:
    video, filter, program = make_video_row(owner), make_filter(), program_of(owner)
    meanwhile("can_render", video)
    at = {"frame": 0} if what == "stills" else {}
    answer = program.ask("POST", f"/videos/{video.ref}/{what}", {"filter": filter.slug, **at})
    assert answer.status_code == 404
    assert not (Render.objects.exists() or Still.objects.exists())


def test_footage_that_is_compared(owner: User, meanwhile: Meanwhile) -> None:
    video, browser = make_video_row(owner), browser_of(owner)
    meanwhile("renders_to_see", video)
    page = browser.post(f"/v/{video.ref}/compare/save/", {"title": "Two", "visibility": "unlisted"})
    assert (page.status_code, Comparison.objects.count()) == (404, 0)


def test_footage_that_is_looked_at(owner: User, meanwhile: Meanwhile) -> None:
    video = make_video_row(owner)
    meanwhile("can_share", video)
    assert Client(raise_request_exception=False).get(video.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("kind", [Render, Comparison, Collection])
def test_what_is_shared_while_it_is_deleted_is_deleted(owner: User, kind: type[Model]) -> None:
    """The link is made after links were looked for, and before the work is gone: it waits, and then is for nothing."""
    video = make_video_row(owner)
    words = {"owner": owner, "title": "Coasts"}
    works: dict[type[Model], Callable[[], Any]] = {
        Render: lambda: make_render_row(video),
        Comparison: lambda: Comparison.objects.create(video=video, **words),
        Collection: lambda: Collection.objects.create(**words),
    }
    work, pool = works[kind](), ThreadPoolExecutor(1)
    shared: list[Future[None]] = []

    def share() -> None:
        with closing(connection):
            ShareLink.make(owner, work)

    def begin(**_: object) -> None:
        shared.append(pool.submit(share))
        until = time.monotonic() + PATIENCE
        while not (shared[0].done() or waits_for_a_lock()):
            assert time.monotonic() < until
            time.sleep(0.02)

    signals.pre_delete.connect(begin, sender=kind)
    try:
        renders.remove(work) if kind is Render else delete_whole(work)
    finally:
        signals.pre_delete.disconnect(begin, sender=kind)
        pool.shutdown()
    assert isinstance(shared[0].exception(), IntegrityError)
    assert not (kind._default_manager.exists() or ShareLink.objects.exists())


def test_only_what_is_gone_counts_as_gone() -> None:
    assert went_meanwhile(Video.DoesNotExist())
    assert not went_meanwhile(IntegrityError("a name that is taken"))
    assert not went_meanwhile(KeyError("x"))
