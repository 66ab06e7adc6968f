"""Programs that wait: what has not changed is not sent again, and nothing of it is kept for others."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import Program
from tests.factories import make_video_row
from videos.models import Video


def test_what_has_not_changed_is_not_sent_again(olgas: Program, owner: User) -> None:
    video = make_video_row(owner, title="Over the dunes")
    path = f"/videos/{video.ref}"
    tag = olgas.ask("GET", path)["ETag"]
    again = olgas.ask("GET", path, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    Video.objects.update(progress=0.5)
    changed = olgas.ask("GET", path, **{"If-None-Match": tag})
    assert (changed.status_code, changed.json()["progress"]) == (200, 0.5)
    assert changed["ETag"] != tag


def test_others_get_their_own_answer(olgas: Program, stellas: Program, nobodys: Program, owner: User) -> None:
    path = f"/videos/{make_video_row(owner).ref}"
    answer = olgas.ask("GET", path)
    assert set(answer["Vary"].split(", ")) >= {"Authorization", "Cookie"}
    assert set(answer["Cache-Control"].split(", ")) == {"private", "no-cache"}
    for program in (stellas, nobodys):
        told = program.ask("GET", path, **{"If-None-Match": answer["ETag"]})
        assert (told.status_code, told.json()["may_change"]) == (200, False)


def test_errors_changes_and_pages_have_none(olgas: Program, visitor: Client) -> None:
    assert "ETag" not in olgas.ask("GET", "/videos/nowhere")
    assert "ETag" not in olgas.ask("POST", "/collections", {"title": "Dunes"})
    assert "ETag" not in visitor.get("/")
