"""The lab's page: who may open it, what it shows, and what it starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from pytest_django import DjangoAssertNumQueries, Settings

from filters.models import Filter, FilterVersion, StyleImage, TrainingRun
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Frame, Render, Still, Video
from videos.views import lab

FACTS: dict[str, Any] = {
    "luminance": 0.46,
    "contrast": 0.25,
    "colourfulness": 0.3,
    "sharpness": 0.4,
    "palette": [["#6f8a3e", 0.6], ["#8f8a8e", 0.4]],
}


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's flight, ten seconds, an image a second."""
    video = make_video_row(owner, title="A flight", frame_count=240, width=1280, height=720)
    for second in range(10):
        Frame.objects.create(
            video=video, index=24 * second, timestamp=second, image=f"frames/{second}.jpg", **FACTS
        )
    return video


def address(video: Video, name: str = "lab") -> str:
    return reverse(name, args=[video.ref])


def wish(*slugs: str, **also: Any) -> dict[str, Any]:
    return {"filter": slugs, "strength": "1", "smoothing": "0", "images_per_second": "", "height": "", **also}


class TestWhoMayOpenIt:
    def test_the_owner_may(self, owner_client: Client, video: Video) -> None:
        assert owner_client.get(address(video)).status_code == 200

    def test_staff_may(self, staff_client: Client, video: Video) -> None:
        assert staff_client.get(address(video)).status_code == 200

    def test_a_colleague_learns_nothing(self, colleague_client: Client, video: Video) -> None:
        assert colleague_client.get(address(video)).status_code == 404
        assert colleague_client.post(address(video), wish("any")).status_code == 404

    def test_a_visitor_is_asked_to_sign_in(self, visitor: Client, video: Video) -> None:
        answer = visitor.get(address(video))
        assert answer.status_code == 302
        assert reverse("login") in answer["Location"]

    def test_footage_that_is_still_taken_in_says_so(self, owner_client: Client, video: Video) -> None:
        Video.objects.filter(pk=video.pk).update(state=Video.State.INGESTING, stage="making it playable")
        assert "making it playable" in owner_client.get(address(video)).content.decode()


class TestTheWall:
    def test_it_shows_usable_filters_and_names_those_that_are_not(
        self, owner_client: Client, video: Video
    ) -> None:
        make_filter(name="Great Wave")
        away = make_filter(name="Far Away")
        away.mark_unavailable("The service does not answer.")
        page = owner_client.get(address(video)).content.decode()
        assert 'data-name="Great Wave"' in page
        assert 'data-name="Far Away"' not in page
        assert "The service does not answer." in page

    def test_a_draft_is_its_owners_alone(
        self, owner: User, owner_client: Client, video: Video, staff: User
    ) -> None:
        make_filter(name="My Quilt", published=False, owner=owner)
        make_filter(name="Her Secret", published=False, owner=staff)
        page = owner_client.get(address(video)).content.decode()
        assert 'data-name="My Quilt"' in page
        assert "Her Secret" not in page

    def test_stills_that_are_painted_come_with_the_page(self, owner_client: Client, video: Video) -> None:
        painted, unpainted = make_filter(), make_filter()
        still = Still.objects.create(
            video=video,
            version=painted.versions.get(),
            frame_index=48,
            height=720,
            state="finished",
            image="x.jpg",
            seconds=0.5,
        )
        page = owner_client.get(address(video), {"frame": "48"}).content.decode()
        assert reverse("media-still", args=[still.pk]) in page
        assert page.count('data-state="painted"') == 1
        assert unpainted.slug in page

    def test_the_frame_of_the_address_is_chosen(self, owner_client: Client, video: Video) -> None:
        assert owner_client.get(address(video), {"frame": "96"}).context["frame"].index == 96

    def test_without_a_frame_the_liveliest_is_chosen(self, owner_client: Client, video: Video) -> None:
        video.frames.filter(index=120).update(contrast=0.4)
        assert owner_client.get(address(video)).context["frame"].index == 120
        assert owner_client.get(address(video), {"frame": "nonsense"}).context["frame"].index == 120

    def test_footage_without_images_still_opens(self, owner_client: Client, video: Video) -> None:
        video.frames.all().delete()
        assert owner_client.get(address(video)).status_code == 200

    def test_a_long_clip_has_a_short_strip_that_holds_the_chosen_frame(
        self, owner_client: Client, video: Video
    ) -> None:
        Frame.objects.bulk_create(
            Frame(video=video, index=1000 + n, timestamp=n, image="frames/n.jpg", **FACTS) for n in range(200)
        )
        frames = owner_client.get(address(video), {"frame": "1001"}).context["frames"]
        assert lab.STRIP <= len(frames) <= lab.STRIP + 1
        assert 1001 in [frame.index for frame in frames]

    def test_the_number_of_queries_does_not_grow_with_filters_and_frames(
        self, owner_client: Client, video: Video, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(12):
            make_filter()
        with django_assert_max_num_queries(13):
            owner_client.get(address(video))


class TestStarting:
    def test_one_render_for_each_chosen_filter(
        self, owner: User, owner_client: Client, video: Video, queue: StubBroker
    ) -> None:
        one, two, _ = make_filter(), make_filter(), make_filter()
        answer = owner_client.post(address(video), wish(one.slug, two.slug, strength="0.8", height="480"))
        assert answer.status_code == 302
        assert answer["Location"] == reverse("queue")
        renders = Render.objects.order_by("version__filter__slug")
        assert {render.version for render in renders} == {one.current, two.current}
        assert {(float(render.strength), render.height, render.owner) for render in renders} == {
            (0.8, 480, owner)
        }

    def test_a_range_and_images_per_second(
        self, owner_client: Client, video: Video, queue: StubBroker
    ) -> None:
        one = make_filter()
        choice = wish(one.slug, images_per_second="5", cross_fade="on", start_frame="48", stop_frame="96")
        owner_client.post(address(video), choice)
        render = Render.objects.get()
        assert (render.start_frame, render.stop_frame, render.images_per_second, render.cross_fade) == (
            48,
            96,
            5,
            True,
        )

    def test_asking_twice_makes_one_render(
        self, owner_client: Client, video: Video, queue: StubBroker
    ) -> None:
        one = make_filter()
        owner_client.post(address(video), wish(one.slug))
        again = owner_client.post(address(video), wish(one.slug))
        assert Render.objects.count() == 1
        assert again["Location"] == reverse("queue")

    @pytest.mark.parametrize(
        ("state", "sentence", "goes_to_queue"),
        [
            ("queued", "One render with these settings is on the way already.", True),
            ("cancelled", "One render with these settings is on the way already.", True),
            ("paused", "One render with these settings is paused: go on with it in the queue.", True),
            ("finished", "One render with these settings is finished already.", False),
        ],
    )
    def test_what_is_there_already_is_said_as_it_is(
        self,
        owner_client: Client,
        video: Video,
        queue: StubBroker,
        state: str,
        sentence: str,
        goes_to_queue: bool,
    ) -> None:
        """One that was cancelled is taken up again."""
        one = make_filter()
        owner_client.post(address(video), wish(one.slug))
        Render.objects.update(state=state)
        answer = owner_client.post(address(video), wish(one.slug), follow=True)
        assert sentence in answer.content.decode()
        there = reverse("queue") if goes_to_queue else video.get_absolute_url()
        assert answer.redirect_chain == [(there, 302)]

    def test_nothing_chosen_is_a_sentence(self, owner_client: Client, video: Video) -> None:
        answer = owner_client.post(address(video), wish())
        assert answer.status_code == 422
        assert "Choose at least one filter." in answer.content.decode()

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"strength": "1.5"}, "Strength goes from 0 (the footage) to 1 (the painting)."),
            ({"start_frame": "100", "stop_frame": "90"}, "The range is empty"),
            ({"stop_frame": "9999"}, "The footage has 240 frames."),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_sentence(
        self, owner_client: Client, video: Video, wrong: dict[str, str], sentence: str
    ) -> None:
        answer = owner_client.post(address(video), wish(make_filter().slug, **wrong))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not Render.objects.exists()

    def test_the_page_keeps_what_was_chosen_when_it_refuses(self, owner_client: Client, video: Video) -> None:
        one = make_filter()
        page = owner_client.post(
            address(video), wish(one.slug, stop_frame="9999", strength="0.35")
        ).content.decode()
        assert f'value="{one.slug}" checked' in page
        assert 'value="0.35"' in page

    def test_somebody_elses_draft_cannot_be_used(
        self, owner_client: Client, video: Video, colleague: User
    ) -> None:
        draft = make_filter(published=False, owner=colleague)
        assert owner_client.post(address(video), wish(draft.slug)).status_code == 422


class TestTheEstimate:
    def test_it_adds_up_what_the_filters_take(self, owner_client: Client, video: Video) -> None:
        one, two = make_filter(), make_filter(cost_per_image="0.01")
        page = owner_client.post(address(video, "lab-estimate"), wish(one.slug, two.slug)).content.decode()
        assert "480 images to paint" in page
        assert "time not measured yet" in page
        assert "$2.40" in page

    def test_it_knows_the_time_once_it_was_measured(self, owner_client: Client, video: Video) -> None:
        one = make_filter()
        other = make_video_row(video.owner, width=1280, height=720)
        make_render_row(other, one, frames_done=100, frames_total=100, engine_seconds=25.0)
        page = owner_client.post(address(video, "lab-estimate"), wish(one.slug)).content.decode()
        assert "about 1 min" in page
        assert "free" in page

    def test_it_says_what_is_wrong(self, owner_client: Client, video: Video) -> None:
        choice = wish(make_filter().slug, stop_frame="9999")
        assert (
            "The footage has 240 frames."
            in owner_client.post(address(video, "lab-estimate"), choice).content.decode()
        )

    def test_it_names_those_without_a_live_version_and_adds_up_the_others(
        self, owner_client: Client, video: Video
    ) -> None:
        """A filter of one's own has none; those that ship do."""
        own, shipped = make_filter(name="Own"), make_filter(name="Shipped")
        assert shipped.current is not None
        shipped.adopt(shipped.current, live=shipped.current)
        where = address(video, "lab-estimate")
        both = owner_client.post(where, wish(own.slug, shipped.slug, live="yes")).content.decode()
        assert "240 images to paint" in both
        assert "Own: “Own” has no live version. Render it on the fine network." in both
        alone = owner_client.post(where, wish(own.slug, live="yes")).content.decode()
        assert "images to paint" not in alone
        assert "has no live version" in alone

    def test_prices_are_told_without_a_script_too(self, owner_client: Client, video: Video) -> None:
        make_filter(name="Free")
        page = owner_client.get(address(video)).content.decode()
        assert "an image" not in page and "paid for each image" not in page
        make_filter(name="Dear", cost_per_image="0.01")
        page = owner_client.get(address(video)).content.decode()
        assert page.count("$0.01 an image") == 1
        assert "paid for each image that is painted: of this clip 240 at every frame" in page

    def test_what_would_cost_more_than_it_may_is_named_with_its_price_and_not_begun(
        self, owner_client: Client, video: Video, settings: Settings
    ) -> None:
        free, dear = make_filter(name="Free"), make_filter(name="Dear", cost_per_image="0.01")
        settings.ALGORITHMIA_COST_PER_RENDER = 2.0
        chosen = wish(free.slug, dear.slug)
        sentence = "Dear: It would cost $2.40, and one render may cost $2.00 here."
        page = owner_client.post(address(video, "lab-estimate"), chosen).content.decode()
        assert sentence in page and "480 images to paint" in page
        answer = owner_client.post(address(video), chosen, follow=True)
        assert sentence in answer.content.decode()
        assert Render.objects.get().version.filter == free

    def test_a_stranger_learns_nothing(self, stranger_client: Client, video: Video) -> None:
        assert stranger_client.post(address(video, "lab-estimate"), wish("any")).status_code == 404

    def test_it_is_not_had_by_looking(self, owner_client: Client, video: Video) -> None:
        assert owner_client.get(address(video, "lab-estimate")).status_code == 405


class TestTheHome:
    def test_it_lists_ones_own_footage_and_nobody_elses(
        self, owner_client: Client, video: Video, colleague: User
    ) -> None:
        make_video_row(colleague, title="Of somebody else")
        page = owner_client.get(reverse("lab-home")).content.decode()
        assert address(video) in page
        assert "Of somebody else" not in page

    def test_it_leads_to_the_upload_when_there_is_nothing(self, owner_client: Client) -> None:
        page = owner_client.get(reverse("lab-home")).content.decode()
        assert "The lab needs footage" in page
        assert reverse("upload") in page

    def test_the_filter_that_one_came_to_try_is_chosen_in_the_lab(
        self, owner_client: Client, video: Video
    ) -> None:
        night = make_filter("night")
        link = f"{reverse('lab-home')}?filter=night"
        assert link in owner_client.get(night.get_absolute_url()).content.decode()
        page = owner_client.get(link).content.decode()
        assert f'href="{address(video)}?filter=night"' in page
        tiles = owner_client.get(f"{address(video)}?filter=night").context["tiles"]
        assert [tile.chosen for tile in tiles] == [True]

    def test_a_filter_that_is_not_there_is_not_carried_on(self, owner_client: Client, video: Video) -> None:
        make_filter("secret", published=False)
        for slug in ("secret", "x" * 200, "%22"):
            page = owner_client.get(f"{reverse('lab-home')}?filter={slug}").content.decode()
            assert f'href="{address(video)}"' in page

    def test_all_footage_and_all_trainings_can_be_reached(self, owner: User, owner_client: Client) -> None:
        videos = [make_video_row(owner) for _ in range(30)]
        image = StyleImage.objects.create(image="styles/x.jpg", sha256="0" * 64, width=9, height=9, title="x")
        for _ in range(9):
            TrainingRun.objects.create(name="x", owner=owner, style_image=image)
        pages = [owner_client.get(f"{reverse('lab-home')}?page={n}").content.decode() for n in (1, 2)]
        assert all(any(address(video) in page for page in pages) for video in videos)
        everything = f"{reverse('lab-home')}?trainings=all"
        assert 'href="?page=1&amp;trainings=all#trainings">all 9</a>' in pages[0]
        assert len(owner_client.get(everything).context["runs"]) == 9

    def test_the_number_of_queries_does_not_grow(
        self, owner: User, owner_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        one = make_filter()
        for _ in range(6):
            make_render_row(make_video_row(owner), one, poster="posters/x.jpg")
        with django_assert_max_num_queries(10):
            owner_client.get(reverse("lab-home"))


class TestTheLiveNetwork:
    @staticmethod
    def with_a_twin() -> Filter:
        one = make_filter("quick")
        twin = FilterVersion.objects.create(
            filter=one, number=2, kind=FilterVersion.Kind.ONNX, base="base-live", metrics={}
        )
        assert one.current is not None
        one.adopt(one.current, live=twin)
        return one

    def test_it_is_offered_where_a_filter_has_a_live_twin(self, owner_client: Client, video: Video) -> None:
        make_filter("slow")
        assert 'name="live"' not in owner_client.get(address(video)).content.decode()
        self.with_a_twin()
        assert 'name="live"' in owner_client.get(address(video)).content.decode()

    def test_a_render_asked_for_there_uses_the_twin(
        self, owner_client: Client, video: Video, queue: StubBroker
    ) -> None:
        one = self.with_a_twin()
        owner_client.post(address(video), wish(one.slug, live="yes"))
        render = Render.objects.get()
        assert render.version == one.live
        assert "live · " in owner_client.get(reverse("queue")).content.decode()
