"""What was deleted is behind no door, neither pages nor bytes nor links nor lists; brought back it is behind all."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.removal.conftest import GOES_WITH, KINDS, World
from videos.links import RENDER_FILES, VIDEO_FILES, frame_media, render_media, still_media, video_media
from videos.pipeline import removal

FILES = {
    "video": [name for name in VIDEO_FILES if name != "filmstrip.jpg"],
    "render": [name for name in RENDER_FILES if name != "proxy.mp4"],
}


def doors(world: World, kind: str) -> list[str]:
    """Every address that answers with one thing and nothing beside it."""
    one = getattr(world, kind)
    addresses = [
        one.get_absolute_url(),
        f"/api/{kind}s/{one.ref}",
        reverse("share-make", args=[kind, one.ref]),
        reverse("share", args=[world.tokens[kind]]),
        f"{one.get_absolute_url()}?share={world.tokens[kind]}",
    ]
    if kind != "collection":
        address = f"http://testserver{one.get_absolute_url()}"
        addresses += [f"/embed/{kind}/{one.ref}/", f"/oembed/?url={address}"]
    if kind == "video":
        addresses += [
            *(reverse(name, args=[one.ref]) for name in ("lab", "compare", "contact-sheet", "video-edit")),
            *(reverse(name, args=[one.ref]) for name in ("video-live", "video-delete", "lab-stills")),
            *(
                f"/api/videos/{one.ref}/{name}"
                for name in ("frames", "renders", "comparisons", "suggestions")
            ),
            *(video_media(one, name) for name in FILES["video"]),
            frame_media(world.frame),
            still_media(world.still),
            f"/api/stills/{world.still.pk}",
            f"{reverse('media-compared', args=[one.ref])}?places=o",
            *(f"{video_media(one, 'poster.jpg')}?share={token}" for token in world.tokens.values()),
        ]
    if kind == "render":
        addresses += [
            *(render_media(one, name) for name in FILES["render"]),
            reverse("render-delete", args=[one.ref]),
            f"/api/renders/{one.ref}/segments",
            f"{reverse('media-compared', args=[one.video.ref])}?places={one.ref}",
            *(f"{render_media(one, 'poster.jpg')}?share={token}" for token in world.tokens.values()),
        ]
    return addresses


def lists(world: World, kind: str) -> list[str]:
    """Pages and answers that tell of a thing, each naming its ref, and go on without it."""
    of_footage = [world.video.get_absolute_url(), f"/api/videos/{world.video.ref}/{kind}s"]
    return {
        "video": [
            *(
                "/",
                "/?q=tide",
                "/?q=aurora",
                "/?tag=coast",
                "/?order=looks",
                "/people/olga/",
                "/lab/",
                "/shares/",
            ),
            *("/filters/aurora/", "/api/videos", "/api/videos?q=aurora", "/api/videos?mine=true"),
        ],
        "render": [
            *(*of_footage, "/", "/queue/", "/lab/", "/shares/", "/api/renders", "/filters/aurora/"),
            *(
                reverse("compare", args=[world.video.ref]),
                world.collection.get_absolute_url(),
                "/collections/",
            ),
            *(world.comparison.get_absolute_url(), f"/embed/comparison/{world.comparison.ref}/"),
            *(f"/api/collections/{world.collection.ref}", f"/api/comparisons/{world.comparison.ref}"),
        ],
        "comparison": [
            *(*of_footage, "/people/olga/", "/shares/"),
            *(world.collection.get_absolute_url(), f"/api/collections/{world.collection.ref}"),
        ],
        "collection": ["/people/olga/", "/collections/", "/shares/", "/api/collections"],
    }[kind]


def told(client: Client, world: World, kind: str) -> set[str]:
    """The lists that name a thing to whoever looks."""
    ref = getattr(world, kind).ref
    return {one for one in lists(world, kind) if ref in client.get(one).content.decode()}


@pytest.mark.parametrize("kind", KINDS)
def test_no_door_leads_to_it_until_it_is_brought_back(
    world: World, kind: str, owner_client: Client, staff_client: Client, visitor: Client
) -> None:
    gone = GOES_WITH.get(kind, (kind,))
    viewers = (owner_client, staff_client, visitor)
    before = {
        (one, door): one.get(door).status_code for one in viewers for k in gone for door in doors(world, k)
    }
    assert {before[owner_client, door] for k in gone for door in doors(world, k)} == {200}

    removal.put_away(world.thing(kind))
    for (client, door), status in before.items():
        answer = client.get(door)
        wanted = 404 if status == 200 else status  # whoever has to sign in first is told no more than that
        assert answer.status_code == wanted, door

    page, ref = getattr(world, kind).get_absolute_url(), getattr(world, kind).ref
    never = visitor.get(page.replace(ref, "nothing-here")).content.decode()
    assert visitor.get(page).content.decode().replace(ref, "nothing-here") == never

    assert removal.bring_back(world.thing(kind))
    assert before == {(client, door): client.get(door).status_code for client, door in before}


@pytest.mark.parametrize("kind", KINDS)
def test_no_list_names_it_until_it_is_brought_back(world: World, kind: str, owner_client: Client) -> None:
    gone = GOES_WITH.get(kind, (kind,))
    for one in gone:
        assert told(owner_client, world, one) == set(lists(world, one))
    removal.put_away(world.thing(kind))
    for one in gone:
        assert told(owner_client, world, one) == set()
    assert removal.bring_back(world.thing(kind))
    for one in gone:
        assert told(owner_client, world, one) == set(lists(world, one))


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_does_anything_with_it(world: World, kind: str, owner_client: Client) -> None:
    removal.put_away(world.thing(kind))
    ref = getattr(world, kind).ref
    for method, path, body in (
        ("PATCH", f"/api/{kind}s/{ref}", {"title": "Mine"}),
        ("DELETE", f"/api/{kind}s/{ref}", None),
        ("POST", "/api/share-links", {"kind": kind, "ref": ref}),
        ("POST", f"/api/collections/{world.collection.ref}/items", {"kind": kind, "ref": ref}),
        ("POST", f"/api/videos/{world.video.ref}/comparisons", {"title": "x", "renders": [ref, None]}),
    ):
        answer = owner_client.generic(method, path, json.dumps(body), "application/json")
        assert answer.status_code in (404, 405, 422), f"{method} {path}"
    owner_client.post("/collections/add/", {"kind": kind, "ref": ref, "title": "With it"})
    assert not type(world.thing(kind)).objects.filter(ref=ref).exists()
    assert world.thing(kind).removed_at is not None


def test_a_link_to_a_collection_opens_without_what_was_deleted(world: World, visitor: Client) -> None:
    type(world.video).objects.update(visibility="private")
    address = f"{render_media(world.render, 'poster.jpg')}?share={world.tokens['collection']}"
    assert visitor.get(address).status_code == 200
    removal.put_away(world.render)
    assert visitor.get(address).status_code == 404
    page = visitor.get(reverse("share", args=[world.tokens["collection"]])).content.decode()
    assert world.comparison.ref in page
    assert world.render.ref not in page
