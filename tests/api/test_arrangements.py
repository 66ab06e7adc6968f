"""What is saved is arranged anew over the API: comparisons and collections, as on their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import Program
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Collection, Comparison, Render, Video


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's public footage."""
    return make_video_row(owner)


@pytest.fixture
def renders(video: Video) -> list[Render]:
    """Three finished renders of it."""
    return [make_render_row(video, make_filter(), output="x.mp4") for _ in range(3)]


@pytest.fixture
def compared(olgas: Program, video: Video, renders: list[Render]) -> dict[str, Any]:
    """A wipe between the original and the first render, told by the API."""
    look = {"frame": 12, "zoom": {"scale": 2, "x": 0.25}, "lens": {"x": 0.1}, "cut": 40}
    wish = {"title": "Day", "renders": [None, renders[0].ref], "look": look, "visibility": "public"}
    told: dict[str, Any] = olgas.post(f"/videos/{video.ref}/comparisons", wish)
    return told


def change(program: Program, ref: str, wish: dict[str, Any], status: int = 200) -> Any:
    """PATCH a comparison."""
    answer = program.ask("PATCH", f"/comparisons/{ref}", wish)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_comparison_gets_other_renders_and_another_layout(
    olgas: Program, visitor: Client, compared: dict[str, Any], renders: list[Render]
) -> None:
    places = [renders[2].ref, None, renders[1].ref]
    told = change(olgas, compared["ref"], {"layout": "grid", "renders": places})
    assert (told["layout"], told["renders"]) == ("grid", places)
    assert (told["title"], told["look"]) == ("Day", compared["look"])
    data = visitor.get(f"/c/{compared['ref']}/").context["player"]
    assert (data["layout"], data["grid"]) == ("grid", [renders[2].ref, "o", renders[1].ref])
    assert [data[side] for side in ("a", "b")] == [renders[2].ref, "o"]


def test_of_how_it_is_looked_at_the_rest_stays(olgas: Program, compared: dict[str, Any]) -> None:
    told = change(olgas, compared["ref"], {"look": {"frame": None, "zoom": {"y": 0.75}}})
    assert told["look"] == compared["look"] | {
        "frame": None,
        "zoom": {"scale": 2.0, "x": 0.25, "y": 0.75},
    }
    assert told["look"]["lens"] == {"x": 0.1, "y": 0.5}
    assert told["renders"] == compared["renders"]
    told = change(olgas, compared["ref"], {"title": "Night", "layout": "loupe"})
    assert (told["title"], told["layout"], told["renders"]) == ("Night", "loupe", compared["renders"])


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"layout": "grid", "renders": [None, "elsewhere"]}, "no finished render"),
        ({"renders": [None, None, None]}, "two places"),
        ({"renders": [None]}, "renders: "),
        ({"look": {"frame": 48}}, "frames 0 to 47"),
        ({"look": {"first_frame": 4, "last_frame": 4}}, "must come after"),
        ({"layout": "stack"}, "layout: "),
    ],
)
def test_what_cannot_be_changes_nothing(
    olgas: Program, compared: dict[str, Any], wish: dict[str, Any], words: str
) -> None:
    assert words in change(olgas, compared["ref"], wish | {"title": "Night"}, 422)["detail"]
    assert olgas.get(f"/comparisons/{compared['ref']}") == compared


def test_a_comparison_is_arranged_by_its_owner_who_sees_the_footage(
    olgas: Program, stellas: Program, stranger: User, compared: dict[str, Any], video: Video
) -> None:
    change(stellas, compared["ref"], {"layout": "blink"}, 404)
    hers = Comparison.objects.create(video=video, owner=stranger, title="Hers")
    for place in range(2):
        hers.items.create(position=place)
    assert change(stellas, hers.ref, {"layout": "blink"})["layout"] == "blink"
    Video.objects.update(visibility="private")
    assert "only its words" in change(stellas, hers.ref, {"layout": "wipe"}, 409)["detail"]
    assert change(stellas, hers.ref, {"title": "Still hers"})["title"] == "Still hers"


def test_what_is_left_of_a_comparison_is_looked_at_otherwise_and_filled_again(
    olgas: Program, compared: dict[str, Any], renders: list[Render]
) -> None:
    Comparison.objects.update(view={})  # as of one that was saved before there were pairs
    renders[0].delete()
    assert change(olgas, compared["ref"], {"look": {"cut": 10}})["renders"] == [None]
    assert "two places" in change(olgas, compared["ref"], {"layout": "blink"}, 422)["detail"]
    places = [None, renders[1].ref]
    told = change(olgas, compared["ref"], {"renders": places, "layout": "blink"})
    assert (told["renders"], told["look"]["cut"]) == (places, 10.0)


def test_footage_that_is_taken_in_again_is_not_arranged(olgas: Program, compared: dict[str, Any]) -> None:
    Video.objects.update(state=Video.State.INGESTING)
    assert "not ready" in change(olgas, compared["ref"], {"layout": "blink"}, 409)["detail"]


@pytest.fixture
def collected(owner: User, renders: list[Render], compared: dict[str, Any]) -> Collection:
    """Olga's collection of all of it: three renders, one comparison."""
    made = Collection.objects.create(owner=owner, title="Dunes", visibility="public")
    for render in renders:
        made.add(render=render)
    made.add(comparison=Comparison.objects.get())
    return made


def arrange(program: Program, ref: str, items: list[tuple[str, str]], status: int = 200) -> Any:
    """PUT the items of a collection."""
    wish = {"items": [{"kind": kind, "ref": one} for kind, one in items]}
    answer = program.ask("PUT", f"/collections/{ref}/items", wish)
    assert answer.status_code == status, answer.content
    return answer.json()


def names(told: dict[str, Any]) -> list[str]:
    """The refs in a collection, in their order."""
    return [one["render"] or one["comparison"] for one in told["items"]]


def test_a_collection_is_put_in_order(
    olgas: Program, visitor: Client, collected: Collection, compared: dict[str, Any], renders: list[Render]
) -> None:
    first, second, third = [("render", render.ref) for render in renders]
    order = [third, ("comparison", compared["ref"]), first, second]
    told = arrange(olgas, collected.ref, order)
    assert names(told) == [ref for _, ref in order]
    assert names(arrange(olgas, collected.ref, order)) == names(told)
    shown = visitor.get(f"/collections/{collected.ref}/").context["page"]
    assert [(item.render or item.comparison).ref for item in shown] == names(told)


def test_what_is_left_out_goes_and_what_is_new_comes(
    olgas: Program, collected: Collection, video: Video, renders: list[Render]
) -> None:
    new = make_render_row(video, make_filter())
    told = arrange(olgas, collected.ref, [("render", new.ref), ("render", renders[1].ref)])
    assert names(told) == [new.ref, renders[1].ref]
    assert arrange(olgas, collected.ref, [])["items"] == []
    assert Render.objects.count() == 4


def test_what_one_may_not_see_any_more_keeps_its_place(
    stellas: Program, stranger: User, owner: User, video: Video, renders: list[Render]
) -> None:
    hers = Collection.objects.create(owner=stranger, title="Found")
    secret = make_render_row(make_video_row(owner), make_filter())
    for render in (renders[0], secret, *renders[1:]):
        hers.add(render=render)
    Video.objects.filter(pk=secret.video_id).update(visibility="private")
    told = arrange(stellas, hers.ref, [("render", render.ref) for render in reversed(renders)])
    assert names(told) == [render.ref for render in reversed(renders)]
    order = [renders[2].ref, secret.ref, renders[1].ref, renders[0].ref]
    assert list(hers.items.order_by("position").values_list("render__ref", flat=True)) == order


def test_an_order_that_cannot_be_changes_nothing(
    olgas: Program, stellas: Program, collected: Collection, renders: list[Render]
) -> None:
    before = olgas.get(f"/collections/{collected.ref}")
    one = ("render", renders[2].ref)
    assert "stands in a collection once" in arrange(olgas, collected.ref, [one, one], 422)["detail"]
    told = arrange(olgas, collected.ref, [one, ("comparison", "elsewhere")], 422)
    assert told["detail"] == "items: “elsewhere” is no comparison that you may see."
    arrange(stellas, collected.ref, [one], 404)
    assert olgas.get(f"/collections/{collected.ref}") == before


def test_a_collection_tells_its_first_works_and_lists_all_of_them(
    olgas: Program, nobodys: Program, collected: Collection, renders: list[Render], monkeypatch: Any
) -> None:
    monkeypatch.setattr("rotoscope.api.told.EMBEDDED", 2)
    Video.objects.filter(pk=renders[0].video_id).update(visibility="public")
    hidden = make_render_row(make_video_row(collected.owner, visibility="private"), make_filter())
    collected.add(render=hidden)
    first = [render.ref for render in renders[:2]]
    for program, count in ((olgas, 5), (nobodys, 4)):
        told = program.get(f"/collections/{collected.ref}")
        assert (names(told), told["count"]) == (first, count)
        assert program.get("/collections")["items"] == [told]
        listed = program.get(f"/collections/{collected.ref}/items?page=2&page_size=2")
        assert names(listed) == [renders[2].ref, Comparison.objects.get().ref]
        assert listed["count"] == count


def test_a_full_collection_refuses_more(
    olgas: Program, collected: Collection, video: Video, renders: list[Render], monkeypatch: Any
) -> None:
    monkeypatch.setattr("videos.models.collection.MOST", 4)
    more = ("render", make_render_row(video, make_filter()).ref)
    told = olgas.post(
        f"/collections/{collected.ref}/items", dict(zip(("kind", "ref"), more, strict=True)), 409
    )
    assert told["detail"].startswith("A collection holds 4 works at most")
    all_of_it = [("render", render.ref) for render in renders]
    kept = ("comparison", Comparison.objects.get().ref)
    assert arrange(olgas, collected.ref, [more, *all_of_it, kept], 409) == told
    assert names(arrange(olgas, collected.ref, [more, *all_of_it])) == [
        more[1],
        *(one for _, one in all_of_it),
    ]
