"""What owners do with their footage and renders, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Frame, Render, Segment, Video, Visibility

ACTIONS = ("render-cancel", "render-pause", "render-resume", "render-delete")


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's flight."""
    return make_video_row(owner, title="A flight")


@pytest.fixture
def render(video: Video) -> Render:
    """A render of it that waits, in one segment."""
    render = make_render_row(video, state=Render.State.QUEUED)
    Segment.objects.create(render=render, index=0, start=0, stop=video.frame_count, images=video.frame_count)
    return render


def texts(**also: Any) -> dict[str, Any]:
    return {
        "title": "Low tide",
        "description": "Noon.",
        "tags": "Drone, noon , drone",
        "visibility": "public",
        **also,
    }


class TestEditing:
    def test_it_saves_what_was_written(self, owner_client: Client, video: Video) -> None:
        answer = owner_client.post(reverse("video-edit", args=[video.ref]), texts(visibility="private"))
        assert answer["Location"] == video.get_absolute_url()
        video.refresh_from_db()
        assert (video.title, video.tags, video.visibility) == (
            "Low tide",
            ["drone", "noon"],
            Visibility.PRIVATE,
        )

    def test_the_form_shows_what_is_there(self, owner_client: Client, video: Video) -> None:
        Video.objects.filter(pk=video.pk).update(tags=["drone", "noon"])
        assert (
            'value="drone, noon"'
            in owner_client.get(reverse("video-edit", args=[video.ref])).content.decode()
        )

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"title": ""}, "Footage needs a title."),
            ({"tags": ", ".join(f"tag {n}" for n in range(13))}, "At most 12 tags, please; these are 13."),
            ({"tags": "x" * 41}, "is too long for a tag"),
        ],
    )
    def test_it_refuses_with_a_sentence(
        self, owner_client: Client, video: Video, wrong: dict[str, str], sentence: str
    ) -> None:
        answer = owner_client.post(reverse("video-edit", args=[video.ref]), texts(**wrong))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        video.refresh_from_db()
        assert video.title == "A flight"

    @pytest.mark.parametrize("name", ["video-edit", "video-delete"])
    def test_strangers_learn_nothing(self, stranger_client: Client, video: Video, name: str) -> None:
        assert stranger_client.get(reverse(name, args=[video.ref])).status_code == 404
        assert stranger_client.post(reverse(name, args=[video.ref]), texts()).status_code == 404
        assert Video.objects.filter(pk=video.pk, title="A flight").exists()


class TestDeleting:
    def test_it_says_what_goes_and_for_how_long_it_can_be_brought_back(
        self, owner_client: Client, video: Video, render: Render, settings: Settings
    ) -> None:
        for hours, words in (
            (24, "brought back for a day"),
            (36, "for 36 hours"),
            (0, "cannot be brought back"),
        ):
            settings.ROTOSCOPE_KEEP_REMOVED_HOURS = hours
            page = owner_client.get(reverse("video-delete", args=[video.ref])).content.decode()
            assert "<b>1</b>render" in page
            assert words in page
        assert Video.objects.filter(pk=video.pk).exists()

    def test_everything_goes_and_its_files_stay_for_a_day(
        self, owner_client: Client, video: Video, render: Render
    ) -> None:
        name = default_storage.save("frames/one.jpg", ContentFile(b"picture"))
        facts = {"luminance": 0, "contrast": 0, "colourfulness": 0, "sharpness": 0}
        Frame.objects.create(video=video, index=0, timestamp=0, image=name, **facts)
        answer = owner_client.post(reverse("video-delete", args=[video.ref]))
        assert answer["Location"] == reverse("lab-home")
        assert not Video.objects.exists()
        assert not Render.objects.exists()
        assert default_storage.exists(name)

    def test_everything_goes_files_too_where_nothing_is_kept(
        self, owner_client: Client, video: Video, render: Render, settings: Settings
    ) -> None:
        settings.ROTOSCOPE_KEEP_REMOVED_HOURS = 0
        name = default_storage.save("frames/one.jpg", ContentFile(b"picture"))
        facts = {"luminance": 0, "contrast": 0, "colourfulness": 0, "sharpness": 0}
        Frame.objects.create(video=video, index=0, timestamp=0, image=name, **facts)
        page = owner_client.post(reverse("video-delete", args=[video.ref]), follow=True).content.decode()
        assert not Video.everything.exists()
        assert not Render.everything.exists()
        assert not default_storage.exists(name)
        assert "“A flight” is gone." in page
        assert "Undo" not in page


class TestTakingInAgain:
    def test_footage_that_failed_is_queued(
        self, owner_client: Client, video: Video, queue: StubBroker
    ) -> None:
        Video.objects.filter(pk=video.pk).update(state="failed", error="Disk full.", source="sources/x.mp4")
        owner_client.post(reverse("video-retry", args=[video.ref]))
        video.refresh_from_db()
        assert (video.state, video.error) == (Video.State.RECEIVING, "")

    def test_a_refused_file_was_not_kept(self, owner_client: Client, video: Video) -> None:
        Video.objects.filter(pk=video.pk).update(state="failed", error="This is a playlist.")
        page = owner_client.post(reverse("video-retry", args=[video.ref]), follow=True).content.decode()
        assert "Please upload it again." in page
        page = owner_client.get(video.get_absolute_url()).content.decode()
        assert "Upload another file" in page and reverse("video-retry", args=[video.ref]) not in page
        Video.objects.filter(pk=video.pk).update(source="sources/x.mp4")
        page = owner_client.get(video.get_absolute_url()).content.decode()
        assert "Upload another file" not in page and reverse("video-retry", args=[video.ref]) in page
        Video.objects.filter(pk=video.pk).update(source="")
        Video.objects.filter(pk=video.pk).update(state="receiving", error="")
        page = owner_client.post(reverse("video-retry", args=[video.ref]), follow=True).content.decode()
        assert "Please upload it again." not in page

    def test_it_is_not_done_by_looking(self, owner_client: Client, video: Video) -> None:
        assert owner_client.get(reverse("video-retry", args=[video.ref])).status_code == 405


class TestSeparatingAgain:
    def test_another_rate_is_asked_for(self, owner_client: Client, video: Video, queue: StubBroker) -> None:
        owner_client.post(reverse("video-separate", args=[video.ref]), {"images_per_second": "source"})
        video.refresh_from_db()
        assert (video.images_per_second, video.stage) == ("source", "waiting to separate images")

    def test_a_rate_that_is_not_offered_is_refused(self, owner_client: Client, video: Video) -> None:
        owner_client.post(reverse("video-separate", args=[video.ref]), {"images_per_second": "1000"})
        video.refresh_from_db()
        assert video.images_per_second == "1"

    def test_a_colleague_may_not(self, colleague_client: Client, video: Video) -> None:
        answer = colleague_client.post(
            reverse("video-separate", args=[video.ref]), {"images_per_second": "5"}
        )
        assert answer.status_code == 404


class TestRenders:
    def test_pause_go_on_cancel_undo(self, owner_client: Client, render: Render, queue: StubBroker) -> None:
        for name, state in (
            ("pause", "paused"),
            ("resume", "queued"),
            ("cancel", "cancelled"),
            ("resume", "queued"),
        ):
            owner_client.post(reverse(f"render-{name}", args=[render.ref]))
            render.refresh_from_db()
            assert render.state == state

    def test_what_is_over_is_left_alone_and_said_so(self, owner_client: Client, render: Render) -> None:
        Render.objects.update(state=Render.State.FINISHED)
        page = owner_client.post(reverse("render-cancel", args=[render.ref]), follow=True).content.decode()
        assert "is finished by now: nothing was changed" in page

    def test_it_is_deleted_after_a_question(self, owner_client: Client, render: Render) -> None:
        assert "Delete" in owner_client.get(reverse("render-delete", args=[render.ref])).content.decode()
        assert Render.objects.exists()
        answer = owner_client.post(reverse("render-delete", args=[render.ref]))
        assert answer["Location"] == render.video.get_absolute_url()
        assert not Render.objects.exists()

    @pytest.mark.parametrize("name", ACTIONS)
    def test_a_colleague_may_not(self, colleague_client: Client, render: Render, name: str) -> None:
        assert colleague_client.post(reverse(name, args=[render.ref])).status_code == 404
        render.refresh_from_db()
        assert render.state == Render.State.QUEUED

    @pytest.mark.parametrize("name", ACTIONS)
    def test_a_visitor_is_asked_to_sign_in(self, visitor: Client, render: Render, name: str) -> None:
        assert reverse("login") in visitor.post(reverse(name, args=[render.ref]))["Location"]

    @pytest.mark.parametrize("name", ACTIONS[:3])
    def test_nothing_happens_by_looking(self, owner_client: Client, render: Render, name: str) -> None:
        assert owner_client.get(reverse(name, args=[render.ref])).status_code == 405

    def test_it_leads_back_to_our_own_pages_only(self, owner_client: Client, render: Render) -> None:
        answer = owner_client.post(
            reverse("render-pause", args=[render.ref]), {"next": "https://evil.example/"}
        )
        assert answer["Location"] == f"{reverse('queue')}#job-{render.ref}"

    def test_a_form_without_its_token_is_refused(self, owner: User, render: Render) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(owner)
        assert client.post(reverse("render-cancel", args=[render.ref])).status_code == 403


def test_a_render_under_anothers_footage_is_its_owners_business_too(
    owner: User, colleague_client: Client, colleague: User, video: Video
) -> None:
    render = make_render_row(make_video_row(colleague), make_filter(), state=Render.State.QUEUED)
    Render.objects.filter(pk=render.pk).update(owner=owner)
    colleague_client.post(reverse("render-cancel", args=[render.ref]))
    render.refresh_from_db()
    assert render.state == Render.State.CANCELLED
