"""Videos, renders and share links in the admin, and its first page."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from rotoscope.dashboard import failed_within_a_day
from tests.admin.pages import begun_upload, change, delete
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Collection, Comparison, Frame, Profile, Render, Segment, ShareLink, Upload, Video
from videos.pipeline import renders
from videos.uploads import parts


def press(client: Client, row: Any, button: str, **typed: Any) -> None:
    """Press a button of a row's page."""
    model = row._meta.model_name
    inlines = {
        f"{name}-{kind}_FORMS": "0" for name in ("renders", "segments") for kind in ("TOTAL", "INITIAL")
    }
    answer = client.post(
        change(model, row.pk), {**inlines, **typed, f"videos_{model}_{button}": "1"}, follow=True
    )
    assert answer.status_code == 200
    row.refresh_from_db()


def test_the_lists_show_posters_and_not_their_files_names(
    staff_client: Client, video: Video, render: Render
) -> None:
    for row in (video, render):
        type(row).objects.filter(pk=row.pk).update(poster="posters/dunes.jpg")
        listed = staff_client.get(reverse(f"admin:videos_{row._meta.model_name}_changelist")).content.decode()
        assert '<img class="thumb"' in listed
        assert "posters/dunes.jpg" not in listed


def test_every_list_and_page_opens(staff_client: Client, video: Video, render: Render, owner: User) -> None:
    comparison = Comparison.objects.create(video=video, owner=owner, title="Side by side")
    comparison.items.create(position=0, render=render)
    collection = Collection.objects.create(owner=owner, title="Dunes")
    collection.items.create(position=0, comparison=comparison)
    link, _ = ShareLink.make(owner, video)
    Upload.objects.create(owner=owner, filename="x.mp4", length=1000, offset=250)
    for one in (video, render, comparison, collection, link):
        model = one._meta.model_name
        listed = staff_client.get(reverse(f"admin:videos_{model}_changelist"))
        assert listed.status_code == 200
        assert staff_client.get(change(model, one.pk)).status_code == 200
    assert "25 %" in staff_client.get(reverse("admin:videos_upload_changelist")).content.decode()


def test_lists_ask_the_database_a_fixed_number_of_times(
    staff_client: Client, owner: User, queue: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        one = make_video_row(owner, title=f"Clip {number}")
        Upload.objects.create(owner=owner, video=one, filename="x.mp4", length=4, offset=4)
        renders.request(one, make_filter(), owner, renders.RenderSettings())
    with django_assert_max_num_queries(16):
        staff_client.get(reverse("admin:videos_video_changelist"))
    with django_assert_max_num_queries(16):
        staff_client.get(reverse("admin:videos_render_changelist"))
    with django_assert_max_num_queries(16) as asked:
        assert "Clip 3" in staff_client.get(reverse("admin:videos_upload_changelist")).content.decode()
    assert not any(one["sql"].startswith('SELECT "videos_video"') for one in asked.captured_queries)


def test_the_list_of_renders_reads_none_of_their_segments(
    staff_client: Client, render: Render, django_assert_max_num_queries: Any
) -> None:
    Segment.objects.filter(render=render, index=0).update(attempts=4)
    with django_assert_max_num_queries(20) as asked:
        page = staff_client.get(reverse("admin:videos_render_changelist"))
    assert '<td class="field-attempts_most' in (shown := page.content.decode())
    assert re.search(r"field-attempts_most[^>]*>\s*4\s*<", shown)
    of_segments = [one["sql"] for one in asked.captured_queries if "videos_segment" in one["sql"]]
    assert [sql.split(",")[0] for sql in of_segments] == [
        'SELECT DISTINCT ON ("videos_segment"."render_id") "videos_segment"."id"'
    ], "of the renders of other pages nothing is looked up"


def test_arrangements_of_many_works_ask_no_more_than_those_of_few(
    staff_client: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    collection = Collection.objects.create(owner=owner, title="Dunes")
    comparison = Comparison.objects.create(video=make_video_row(owner), owner=owner, title="Side by side")
    for number in range(9):
        shown = make_render_row(make_video_row(owner))
        collection.items.create(position=number, render=shown)
        comparison.items.create(position=number, render=shown)
    for one in (collection, comparison):
        with django_assert_max_num_queries(22):
            staff_client.get(change(one._meta.model_name, one.pk))


def test_a_render_shows_its_segments_and_their_errors(staff_client: Client, render: Render) -> None:
    Segment.objects.filter(render=render, index=0).update(error="The GPU fell over.", attempts=3)
    page = staff_client.get(change("render", render.pk)).content.decode()
    assert "The GPU fell over." in page
    assert "0 before it" in page


def test_a_render_is_paused_cancelled_and_retried(staff_client: Client, render: Render) -> None:
    press(staff_client, render, "pause_one")
    assert render.state == Render.State.PAUSED
    press(staff_client, render, "cancel_one")
    assert render.state == Render.State.CANCELLED
    press(staff_client, render, "retry_one")
    assert render.state == Render.State.QUEUED


def test_renders_are_cancelled_in_the_list(staff_client: Client, render: Render) -> None:
    data = {"action": "cancel_chosen", "_selected_action": [render.pk]}
    page = staff_client.post(reverse("admin:videos_render_changelist"), data, follow=True).content.decode()
    render.refresh_from_db()
    assert render.state == Render.State.CANCELLED
    assert "1 cancelled" in page


def test_pages_write_nothing_that_workers_write(staff_client: Client, render: Render) -> None:
    Render.objects.filter(pk=render.pk).update(frames_done=17)
    press(staff_client, render, "pause_one", frames_done="0", state="finished", owner="1")
    assert (render.state, render.frames_done) == (Render.State.PAUSED, 17)


def test_a_failed_video_is_tried_again(staff_client: Client, video: Video, queue: Any) -> None:
    Video.objects.filter(pk=video.pk).update(
        state=Video.State.FAILED, error="Cut off.", source="sources/x.mp4"
    )
    typed = {
        "title": video.title,
        "visibility": "public",
        "renders-TOTAL_FORMS": "0",
        "renders-INITIAL_FORMS": "0",
    }
    press(staff_client, video, "retry_one", **typed)
    assert (video.state, video.error) == (Video.State.RECEIVING, "")


def test_footage_that_was_refused_and_not_kept_is_not_tried_again(staff_client: Client, video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(state=Video.State.FAILED, error="It is no video.", source="")
    assert "videos_video_retry_one" not in staff_client.get(change("video", video.pk)).content.decode()
    data = {"action": "retry_chosen", "_selected_action": [video.pk]}
    page = staff_client.post(reverse("admin:videos_video_changelist"), data, follow=True).content.decode()
    assert "were refused and not kept" in page


def test_the_words_of_a_video_are_changed(staff_client: Client, video: Video) -> None:
    typed = {
        "title": "Dunes",
        "visibility": "private",
        "renders-TOTAL_FORMS": "0",
        "renders-INITIAL_FORMS": "0",
    }
    press(staff_client, video, "_save", **typed)
    assert (video.title, video.visibility) == ("Dunes", "private")


def test_tags_that_are_typed_are_found_in_the_gallery(staff_client: Client, video: Video) -> None:
    typed = {"title": "Dunes", "visibility": "public", "tags": "Coast,  North  Sea,coast"}
    press(staff_client, video, "_save", **typed, **{"renders-TOTAL_FORMS": "0", "renders-INITIAL_FORMS": "0"})
    assert video.tags == ["coast", "north sea"]
    assert list(Video.objects.search("Coast")) == [video]


def test_a_deleted_video_takes_everything_along(staff_client: Client, video: Video, render: Render) -> None:
    delete(staff_client, "videos_video", video.pk)
    assert not Video.objects.exists()
    assert not Render.objects.exists()


@pytest.mark.parametrize("kind", ["auth_user", "videos_video", "videos_render"])
def test_before_deleting_much_the_page_tells_numbers_and_asks_for_little(
    staff_client: Client, video: Video, render: Render, kind: str, django_assert_max_num_queries: Any
) -> None:
    measured = dict.fromkeys(("luminance", "contrast", "colourfulness", "sharpness"), 0.0)
    Frame.objects.bulk_create(
        Frame(video=video, index=index, timestamp=index, **measured) for index in range(300)
    )
    Segment.objects.bulk_create(
        Segment(render=render, index=index, start=0, stop=1) for index in range(100, 400)
    )
    segments = render.segments.count()
    row = {"auth_user": video.owner, "videos_video": video, "videos_render": render}[kind]
    with django_assert_max_num_queries(40):
        page = staff_client.get(reverse(f"admin:{kind}_delete", args=[row.pk])).content.decode()
    told = " ".join(page.split())
    assert f"Segments: {segments}" in told and "Renders: 1" in told
    assert ("Frames: 300" in told) is (kind != "videos_render")
    assert ("Videos: 1" in told) is (kind != "videos_render")
    assert len(page) < 60_000


def test_footage_that_came_by_upload_is_deleted_with_its_upload(
    staff_client: Client, video: Video, home: Path
) -> None:
    upload = begun_upload(video.owner, video=video)
    assert delete(staff_client, "videos_video", video.pk) == 302
    assert not Video.objects.exists()
    assert not Upload.objects.exists()
    assert not parts.path_of(upload.pk).exists()


def test_footage_that_came_by_upload_is_deleted_in_the_list(staff_client: Client, video: Video) -> None:
    Upload.objects.create(owner=video.owner, video=video, filename="x.mp4", length=4, offset=4)
    data = {"action": "delete_selected", "_selected_action": [video.pk], "post": "yes"}
    with TestCase.captureOnCommitCallbacks(execute=True):
        staff_client.post(reverse("admin:videos_video_changelist"), data)
    assert not Video.objects.exists()


def test_all_of_a_long_list_is_deleted_once_one_is_sure(
    staff_client: Client, owner: User, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
    Video.objects.bulk_create(Video(owner=owner, title=f"Flight {number}") for number in range(120))
    kept = make_video_row(owner, title="Kept")
    address = f"{reverse('admin:videos_video_changelist')}?q=flight"
    page = list(Video.objects.exclude(pk=kept.pk).values_list("pk", flat=True)[:50])
    asked = {"action": "delete_selected", "_selected_action": page, "select_across": "1"}

    def sent(data: dict[str, Any]) -> str:
        with TestCase.captureOnCommitCallbacks(execute=True):
            return str(staff_client.post(address, data, follow=True).content.decode())

    def hidden(page: str) -> dict[str, Any]:
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))

    sure = hidden(sent(asked))
    assert sure["counted"] == "120"
    late = make_video_row(owner, title="A late flight")
    again = sent(sure)
    assert "Since you were asked" in again
    assert Video.objects.count() == 122
    late.delete()
    sent(hidden(again) | {"counted": "120"})
    assert list(Video.objects.all()) == [kept]


def test_an_unfinished_upload_is_ended_with_its_bytes(
    staff_client: Client, owner: User, video: Video, home: Path
) -> None:
    first, second = begun_upload(owner), begun_upload(owner)
    whole = Upload.objects.create(owner=owner, video=video, filename="x.mp4", length=4, offset=4)
    assert delete(staff_client, "videos_upload", whole.pk) == 403
    assert delete(staff_client, "videos_upload", first.pk) == 302
    chosen = {"action": "delete_selected", "_selected_action": [whole.pk, second.pk], "post": "yes"}
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert staff_client.post(reverse("admin:videos_upload_changelist"), chosen).status_code == 403
        chosen["_selected_action"] = [second.pk]
        staff_client.post(reverse("admin:videos_upload_changelist"), chosen)
    assert list(Upload.objects.all()) == [whole]
    assert not any(parts.path_of(one.pk).exists() for one in (first, second))


def test_a_link_to_what_its_maker_may_not_show_any_more_is_shut(
    staff_client: Client, owner: User, colleague: User
) -> None:
    footage = make_video_row(owner)
    his = Comparison.objects.create(video=footage, owner=colleague, title="Seen")
    ShareLink.make(colleague, his)
    address = reverse("admin:videos_sharelink_changelist")
    assert ">Open<" in "".join(staff_client.get(address).content.decode().split())
    Video.objects.filter(pk=footage.pk).update(visibility="private")
    assert ">Shut<" in "".join(staff_client.get(address).content.decode().split())


def test_a_share_link_is_revoked(staff_client: Client, video: Video) -> None:
    link, token = ShareLink.make(video.owner, video)
    typed = {"label": "", "expires_at_0": "", "expires_at_1": ""}
    press(staff_client, link, "revoke_one", **typed)
    assert ShareLink.open(token) is None
    page = staff_client.get(change("sharelink", link.pk)).content.decode()
    assert "Revoked" in page
    assert token not in page


def test_the_first_page_shows_the_queue_and_what_failed(
    staff_client: Client, render: Render, owner: User
) -> None:
    Video.objects.filter(pk=make_video_row(owner).pk).update(
        state=Video.State.FAILED, error="The upload is cut off."
    )
    Profile.of(owner)
    Video.objects.filter(pk=render.video_id).update(source_size=3 * 1024**3)
    one = make_filter("broken")
    one.mark_unavailable("The service is down.")
    page = staff_client.get(reverse("admin:index")).content.decode()
    for words in ("Renders queued", "The upload is cut off.", "The service is down.", "3.0 GB", str(render)):
        assert words in page, words


def test_the_first_page_counts_from_when_something_failed(
    staff_client: Client, render: Render, video: Video
) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    other = make_video_row(video.owner, title="Long forgotten", state="failed", error="Was refused.")
    Video.objects.filter(pk=other.pk).update(created_at=long_ago, started_at=long_ago)
    failed = {"state": "failed", "created_at": long_ago}
    Video.objects.filter(pk=video.pk).update(**failed, started_at=timezone.now(), error="Tried in vain.")
    Render.objects.filter(pk=render.pk).update(**failed, finished_at=timezone.now(), error="Fell over.")
    answer = staff_client.get(reverse("admin:index"))
    page = answer.content.decode()
    assert "Tried in vain." in page
    assert "Fell over." in page
    assert "Was refused." not in page
    assert failed_within_a_day() == {"videos": 1, "renders": 1}


def test_the_list_of_comparisons_asks_no_more_for_many_than_for_few(
    staff_client: Client, owner: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    address = "/admin/videos/comparison/"
    Comparison.objects.create(video=make_video_row(owner), owner=owner, title="One")
    with django_assert_max_num_queries(16) as one:
        staff_client.get(address)
    for _ in range(4):
        Comparison.objects.create(video=make_video_row(owner), owner=owner, title="More")
    with django_assert_num_queries(len(one.captured_queries)):
        staff_client.get(address)
