"""What was deleted, by programs: listed, brought back, removed for good."""

from __future__ import annotations

import pytest

from tests.api.conftest import Program
from tests.removal.conftest import KINDS, World, world
from videos.models import Video
from videos.pipeline import removal

__all__ = ["world"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_deleted_is_listed_and_brought_back(olgas: Program, world: World, kind: str) -> None:
    ref = getattr(world, kind).ref
    for _ in range(2):
        assert olgas.ask("DELETE", f"/{kind}s/{ref}").status_code == 204
        olgas.get(f"/{kind}s/{ref}", 404)
        assert olgas.ask("DELETE", f"/{kind}s/{ref}").status_code == 404
        [told] = olgas.get("/removed")["items"]
        assert (told["kind"], told["ref"], told["owner"]) == (kind, ref, "olga")
        assert told["title"] == str(world.thing(kind))
        assert told["takes_bytes"] == (700 if kind == "video" else 0)
        assert told["removed_at"] < told["kept_until"]
        back = olgas.post(f"/removed/{kind}/{ref}/restore", status=200)
        assert back["page"].endswith(getattr(world, kind).get_absolute_url())
        assert olgas.get(f"/{kind}s/{ref}")["ref"] == ref
        olgas.post(f"/removed/{kind}/{ref}/restore", status=404)
        assert olgas.get("/removed")["count"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_removed_for_good(olgas: Program, world: World, kind: str) -> None:
    path = f"/removed/{kind}/{getattr(world, kind).ref}"
    assert olgas.ask("DELETE", path).status_code == 404, "it was not deleted"
    removal.put_away(world.thing(kind))
    assert olgas.ask("DELETE", path).status_code == 204
    olgas.post(f"{path}/restore", status=404)
    assert olgas.get("/removed")["count"] == 0


def test_it_is_nobody_elses(olgas: Program, stellas: Program, nobodys: Program, world: World) -> None:
    removal.put_away(world.video)
    path = f"/removed/video/{world.video.ref}"
    nobodys.get("/removed", 401)
    nobodys.post(f"{path}/restore", status=401)
    assert stellas.get("/removed")["count"] == 0
    stellas.post(f"{path}/restore", status=404)
    assert stellas.ask("DELETE", path).status_code == 404
    olgas.post(f"/removed/film/{world.video.ref}/restore", status=404)
    assert not Video.objects.exists()
    assert Video.everything.exists()
