"""Share links: made by those who may, opened by anybody who has them, closed to everybody else alike."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_video_row
from videos.models import Collection, Comparison, Render, ShareLink, Video
from videos.sharing import Target

pytestmark = pytest.mark.django_db


def make(client: Client, kind: str, ref: str, **data: str) -> str:
    """The path of a new link."""
    answer = client.post(reverse("share-make", args=[kind, ref]), data, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200, answer.content
    return str(urlsplit(answer.json()["address"]).path)


def test_a_link_opens_each_kind_of_work_to_a_visitor(
    owner_client: Client,
    visitor: Client,
    film: Video,
    painted: Render,
    comparison: Comparison,
    collection: Collection,
) -> None:
    titles: dict[Target, bytes] = {
        film: b"Low tide",
        painted: b"Low tide",
        comparison: b"Before and after",
        collection: b"Coasts",
    }
    for work, title in titles.items():
        assert visitor.get(work.get_absolute_url()).status_code == 404
        answer = visitor.get(make(owner_client, work._meta.model_name or "", work.ref))
        assert answer.status_code == 200
        assert title in answer.content
        assert b"shared this with you" in answer.content


def test_a_shared_render_stands_beside_the_original_with_the_token_in_every_address(
    owner_client: Client, visitor: Client, painted: Render
) -> None:
    path = make(owner_client, "render", painted.ref)
    token = path.split("/")[2]
    page = visitor.get(path).content.decode()
    assert f"/media/render/{painted.ref}/video.mp4?share={token}" in page
    assert f"/media/video/{painted.video.ref}/footage.mp4?share={token}" in page


def test_what_would_not_open_without_the_link_is_not_offered_to_be_kept(
    owner: User, owner_client: Client, stranger_client: Client, painted: Render, comparison: Comparison
) -> None:
    """Neither to be saved as a comparison nor to be collected: both would end on “There is nothing here”."""
    for work in (painted, comparison):
        _, token = ShareLink.make(owner, work)
        for page in (reverse("share", args=[token]), f"{work.get_absolute_url()}?share={token}"):
            for client, offered in ((stranger_client, False), (owner_client, True)):
                kept = client.get(page).content.decode()
                is_compare = 'id="compare-data"' in kept
                assert ('data-opens="save-comparison"' in kept) == (offered and is_compare), page
                collects = offered and (work == comparison or not is_compare)
                assert ('data-opens="collect"' in kept) == collects == ('id="collect"' in kept), page


def test_only_those_who_may_share_make_links(
    stranger_client: Client, visitor: Client, film: Video, painted: Render
) -> None:
    Video.objects.filter(pk=film.pk).update(visibility="public")
    for kind, ref in (("video", film.ref), ("render", painted.ref), ("upload", film.ref), ("video", "never")):
        assert stranger_client.post(reverse("share-make", args=[kind, ref])).status_code == 404
    assert visitor.post(reverse("share-make", args=["video", film.ref])).status_code == 302
    assert not ShareLink.objects.exists()


def test_the_address_is_shown_once_and_only_its_hash_is_stored(owner_client: Client, film: Video) -> None:
    answer = owner_client.post(reverse("share-make", args=["video", film.ref]), {"label": "Anna"})
    link = ShareLink.objects.get()
    address = answer.context["address"]
    token = address.split("/")[-2]
    assert address in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert len(token) >= 32
    assert token not in str(link.__dict__)
    listed = owner_client.get(reverse("shares")).content.decode()
    assert "Anna" in listed
    assert token not in listed


def test_what_is_chosen_is_kept(owner_client: Client, film: Video) -> None:
    make(owner_client, "video", film.ref, label="the crew", days="7", downloads="on")
    link = ShareLink.objects.get()
    assert (link.label, link.downloads) == ("the crew", True)
    assert link.expires_at is not None
    assert timedelta(days=6) < link.expires_at - timezone.now() < timedelta(days=8)


def test_only_ones_own_footage_can_be_given_away(
    owner_client: Client, colleague_client: Client, colleague: User, film: Video, comparison: Comparison
) -> None:
    Video.objects.filter(pk=film.pk).update(visibility="public")
    his = Comparison.objects.create(video=film, owner=colleague, title="His, of hers")
    his.items.create(position=0)
    for client, one, offered in ((owner_client, comparison, True), (colleague_client, his, False)):
        for page in (one.get_absolute_url(), reverse("share-make", args=["comparison", one.ref])):
            assert ("May be downloaded" in client.get(page).content.decode()) is offered, page
        make(client, "comparison", one.ref, downloads="on")
        assert ShareLink.objects.get(comparison=one).downloads is offered


def test_an_unknown_duration_is_refused(owner_client: Client, film: Video) -> None:
    answer = owner_client.post(reverse("share-make", args=["video", film.ref]), {"days": "9999"})
    assert answer.status_code == 422
    assert not ShareLink.objects.exists()


def headers_of(answer: HttpResponseBase) -> dict[str, str]:
    """All headers but those that hold the time."""
    return {name: value for name, value in answer.items() if name not in ("Expires", "Date")}


def test_wrong_expired_revoked_and_orphaned_links_get_the_same_answer_byte_by_byte(
    owner: User, film: Video, painted: Render
) -> None:
    _, expired_token = ShareLink.make(owner, film, expires_at=timezone.now() - timedelta(seconds=1))
    revoked, revoked_token = ShareLink.make(owner, film)
    revoked.revoke()
    _, unfinished = ShareLink.make(owner, painted)
    Render.objects.filter(pk=painted.pk).update(state=Render.State.CANCELLED)
    tokens = [expired_token, revoked_token, unfinished, "x" * 32, "not-even-near"]
    answers = [Client().get(reverse("share", args=[token])) for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(headers_of(answer).items())) for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)
    assert ShareLink.objects.filter(opened__gt=0).count() == 0


def test_a_link_does_not_outlive_its_makers_account(owner: User, visitor: Client, film: Video) -> None:
    _, token = ShareLink.make(owner, film)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert visitor.get(reverse("share", args=[token])).status_code == 404


def test_a_token_in_an_address_opens_nothing_more_than_its_link_does(
    owner: User, visitor: Client, film: Video, comparison: Comparison, collection: Collection
) -> None:
    opened = []
    for work, api in ((film, "videos"), (comparison, "comparisons"), (collection, "collections")):
        _, token = ShareLink.make(owner, work)
        addresses = (work.get_absolute_url(), f"/api/{api}/{work.ref}")
        opened += [f"{address}?share={token}" for address in addresses]
    assert {visitor.get(address).status_code for address in opened} == {200}
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert {visitor.get(address).status_code for address in opened} == {404}


def test_a_link_to_a_comparison_closes_with_the_footage_of_somebody_else(
    owner: User, colleague: User, visitor: Client
) -> None:
    footage = make_video_row(owner)
    comparison = Comparison.objects.create(video=footage, owner=colleague, title="Seen", visibility="private")
    _, token = ShareLink.make(colleague, comparison)
    address = f"{comparison.get_absolute_url()}?share={token}"
    assert visitor.get(address).status_code == 200
    Video.objects.filter(pk=footage.pk).update(visibility="private")
    assert visitor.get(address).status_code == 404


def test_openings_are_counted_once_a_browser_and_never_the_owners(
    owner: User, owner_client: Client, visitor: Client, film: Video
) -> None:
    link, token = ShareLink.make(owner, film)
    address = reverse("share", args=[token])
    for _ in range(3):
        visitor.get(address)
        owner_client.get(address)
        visitor.head(address)
    Client().get(address)
    Client().get(address, headers={"Sec-Purpose": "prefetch"})
    link.refresh_from_db()
    assert link.opened == 2
    assert link.last_opened_at is not None


def test_tokens_stay_where_they_belong(owner: User, visitor: Client, film: Video) -> None:
    _, token = ShareLink.make(owner, film)
    here = "http://testserver"
    for answer in (
        visitor.get(reverse("share", args=[token])),
        visitor.get(film.get_absolute_url(), {"share": token}),
        visitor.get(reverse("oembed"), {"url": f"{here}{reverse('share', args=[token])}"}),
        visitor.get(reverse("oembed"), {"url": f"{here}{film.get_absolute_url()}?share={token}"}),
    ):
        assert answer.status_code == 200
        assert answer["Referrer-Policy"] == "same-origin"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "private" in answer["Cache-Control"]


def test_a_link_is_revoked_by_its_maker_alone(
    owner: User, owner_client: Client, stranger_client: Client, visitor: Client, film: Video
) -> None:
    link, token = ShareLink.make(owner, film)
    revoking = reverse("share-revoke", args=[link.pk])
    assert stranger_client.post(revoking).status_code == 404
    assert visitor.get(reverse("share", args=[token])).status_code == 200
    assert owner_client.post(revoking).status_code == 302
    assert visitor.get(reverse("share", args=[token])).status_code == 404
    assert visitor.get(film.get_absolute_url(), {"share": token}).status_code == 404


def chips(client: Client) -> list[str]:
    """What is said of all links, the newest first."""
    return re.findall(r'<span class="chip[^>]*>(.*?)</span>', client.get(reverse("shares")).content.decode())


def test_links_of_others_are_not_listed(owner: User, stranger_client: Client, film: Video) -> None:
    ShareLink.make(owner, film, label="for Anna")
    assert b"Anna" not in stranger_client.get(reverse("shares")).content


def test_the_list_of_links_says_what_each_does_now(
    owner_client: Client, owner: User, colleague: User, film: Video
) -> None:
    """Once, links to a comparison of others' footage were made with downloads. One closes with the footage."""
    footage = make_video_row(colleague)
    hers = Comparison.objects.create(video=footage, owner=owner, title="Hers, of his")
    ShareLink.make(owner, film, downloads=True)
    assert chips(owner_client) == ["open", "downloads"]
    ShareLink.make(owner, hers, downloads=True)
    assert chips(owner_client) == ["open", "open", "downloads"]
    Video.objects.filter(pk=footage.pk).update(visibility="private")
    assert chips(owner_client) == ["shut", "open", "downloads"]


def test_of_what_its_maker_sees_no_more_a_link_tells_the_kind_alone(
    staff: User, staff_client: Client, film: Video, painted: Render
) -> None:
    links = [ShareLink.make(staff, work)[0] for work in (film, painted)]
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    Video.objects.filter(pk=film.pk).update(title="Where we live now")
    page = staff_client.get(reverse("shares")).content.decode()
    assert "Where we live now" not in page
    assert "A video" in page
    assert "A render" in page
    for link in links:
        page = staff_client.get(reverse("share-revoke", args=[link.pk])).content.decode()
        assert "Revoke the link to a " in page and "Where we live now" not in page


def test_the_number_of_queries_does_not_grow_with_the_links(
    owner_client: Client,
    owner: User,
    film: Video,
    painted: Render,
    comparison: Comparison,
    collection: Collection,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    works: tuple[Target, ...] = (film, painted, comparison, collection)
    for work in works:
        ShareLink.make(owner, work, downloads=True)
    with CaptureQueriesContext(connection) as few:
        owner_client.get(reverse("shares"))
    for work in works * 3:
        ShareLink.make(owner, work, downloads=True)
    with django_assert_num_queries(len(few)):
        owner_client.get(reverse("shares"))


def test_a_long_list_of_links_comes_in_pages(owner_client: Client, owner: User, film: Video) -> None:
    for n in range(51):
        ShareLink.make(owner, film, label=f"guest {n:02}")
    first, second = (owner_client.get(reverse("shares"), {"page": n}).content.decode() for n in (1, 2))
    assert re.findall(r"guest \d\d", first) == [f"guest {n:02}" for n in range(50, 0, -1)]
    assert re.findall(r"guest \d\d", second) == ["guest 00"]
    assert 'rel="next" href="?page=2"' in first


def test_the_form_stands_on_a_page_of_its_own_too(owner_client: Client, painted: Render) -> None:
    page = owner_client.get(reverse("share-make", args=["render", painted.ref]))
    assert page.status_code == 200
    assert b'name="days"' in page.content
    assert not ShareLink.objects.exists()


def test_a_download_is_offered_where_it_is_allowed(owner: User, visitor: Client, painted: Render) -> None:
    _, looking = ShareLink.make(owner, painted)
    _, keeping = ShareLink.make(owner, painted, downloads=True)
    assert b"Download the render" not in visitor.get(reverse("share", args=[looking])).content
    assert b"Download the render" in visitor.get(reverse("share", args=[keeping])).content


def test_an_address_that_opens_to_its_owner_alone_is_known_to_be_such(
    owner: User, owner_client: Client, visitor: Client, film: Video
) -> None:
    """“Copy the address” says so: whoever it is sent to would find nothing there."""
    page, mark = f"{film.get_absolute_url()}compare/", b"data-mine-alone"
    _, token = ShareLink.make(owner, film)
    assert mark in owner_client.get(page).content
    assert mark not in visitor.get(f"{page}?share={token}").content
    Video.objects.filter(pk=film.pk).update(visibility="unlisted")
    assert mark not in owner_client.get(page).content


def test_a_new_link_comes_with_its_player_for_pages_elsewhere(
    owner_client: Client,
    visitor: Client,
    film: Video,
    painted: Render,
    comparison: Comparison,
    collection: Collection,
) -> None:
    for kind, work in (("video", film), ("render", painted), ("comparison", comparison)):
        made = owner_client.post(
            reverse("share-make", args=[kind, work.ref]), headers={"X-Requested-With": "fetch"}
        )
        player = re.search(
            r'<iframe src="http://testserver([^"]+)" width="\d+" height="\d+"', made.json()["frame"]
        )
        assert player is not None, made.json()
        assert visitor.get(player.group(1).replace("&amp;", "&")).status_code == 200
    plain = owner_client.post(reverse("share-make", args=["video", film.ref])).content.decode()
    assert 'id="share-frame"' in plain and "&lt;iframe src=" in plain
    gathered = owner_client.post(reverse("share-make", args=["collection", collection.ref])).content.decode()
    assert "share-frame" not in gathered
