"""The training pages: ordered by anybody who is signed in, watched by whoever ordered, published by staff."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker
from PIL import Image

from filters import bases, training_queue, trainings
from filters.models import Filter, FilterVersion, StyleImage, StyleUse, TrainingRun
from tests.at_once import at_once, browser_of
from tests.factories import make_filter, make_video_row
from videos import training
from videos.models import Frame


@pytest.fixture
def run(owner: User) -> TrainingRun:
    """Olga's training, at work."""
    made = make_filter(name="My Quilt", published=False, owner=owner)
    style = StyleImage.objects.create(
        image="styles/x.jpg", sha256="0" * 64, width=64, height=64, title="Quilt"
    )
    return TrainingRun.objects.create(
        name="My Quilt",
        owner=owner,
        style_image=style,
        filter=made,
        state="running",
        step=40,
        steps=400,
        settings={"minutes": 5, "style_weight": 4, "content_weight": 1, "style_scale": 1},
        losses=[[step, 4 / step, 1.0, 3 / step, 0.1, 0.0] for step in range(1, 41)],
        lease_until=timezone.now() + timedelta(seconds=10),
    )


def picture(colours: int = 255) -> SimpleUploadedFile:
    noise = np.random.default_rng(1).integers(0, colours, (96, 128, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "PNG")
    return SimpleUploadedFile("quilt.png", data.getvalue(), "image/png")


def _style(title: str) -> StyleImage:
    return StyleImage.objects.create(image="styles/x.jpg", sha256=title, width=64, height=64, title=title)


def wish(**also: Any) -> dict[str, Any]:
    usual = {"minutes": "5", "style_weight": "4", "content_weight": "1", "style_scale": "1", "seed": "7"}
    return {"name": "My Quilt", "artist": "Olga", "licence": "own work", **usual, **also}


@pytest.mark.usefixtures("trainable")
class TestOrdering:
    def test_a_picture_becomes_a_run_on_the_queue(
        self, owner: User, owner_client: Client, queue: StubBroker
    ) -> None:
        answer = owner_client.post(reverse("train"), wish(picture=picture()))
        run = TrainingRun.objects.get()
        assert answer["Location"] == reverse("training-run", args=[run.pk])
        assert (run.owner, run.seed, run.settings["minutes"], run.state) == (owner, 7, 5.0, "queued")
        assert (run.style_image.artist, run.style_image.licence) == ("Olga", "own work")
        assert run.filter is not None
        assert run.filter.state == Filter.State.DRAFT

    @pytest.mark.django_db(transaction=True)
    def test_two_clicks_at_the_same_moment_order_two_trainings_of_one_picture(
        self, owner: User, queue: StubBroker
    ) -> None:
        browsers = [browser_of(owner) for _ in range(2)]
        answers = at_once(
            *(partial(browser.post, reverse("train"), wish(picture=picture())) for browser in browsers)
        )
        assert [answer.status_code for answer in answers] == [302, 302]
        assert TrainingRun.objects.count() == 2
        image = StyleImage.objects.get()
        assert default_storage.listdir("styles")[1] == [str(image.image.name).removeprefix("styles/")]

    def test_a_style_image_that_is_here_is_used_as_it_is(
        self, owner: User, owner_client: Client, queue: StubBroker
    ) -> None:
        name = default_storage.save("styles/kept.png", ContentFile(picture().read()))
        kept = StyleImage.objects.create(image=name, sha256="1" * 64, width=128, height=96, title="Kept")
        make_filter(style_image=kept)
        owner_client.post(reverse("train"), wish(kept=kept.pk))
        assert TrainingRun.objects.get().style_image == kept
        assert StyleImage.objects.count() == 1

    def test_every_style_image_that_is_here_is_offered(self, owner: User, owner_client: Client) -> None:
        StyleImage.objects.bulk_create(
            StyleImage(image="styles/x.jpg", sha256=f"{n:064}", width=9, height=9, title=f"Picture {n:03}")
            for n in range(130)
        )
        for image in StyleImage.objects.all():
            TrainingRun.objects.create(name="x", owner=owner, style_image=image)
        page = owner_client.get(reverse("train")).content.decode()
        assert page.count('name="kept"') == 130
        assert 'aria-label="Picture 129"' in page

    def test_a_style_image_of_somebody_elses_draft_is_not_offered(
        self, owner_client: Client, colleague: User, queue: StubBroker
    ) -> None:
        secret = StyleImage.objects.create(
            image="styles/s.png", sha256="2" * 64, width=9, height=9, title="Secret"
        )
        make_filter(style_image=secret, owner=colleague, published=False)
        assert "Secret" not in owner_client.get(reverse("train")).content.decode()
        assert owner_client.post(reverse("train"), wish(kept=secret.pk)).status_code == 422

    def test_style_images_are_found_by_their_keys_however_much_goes_back_to_one(
        self, owner: User, stranger: User
    ) -> None:
        """Joined, a hundred trainings on one picture would be a million rows."""
        pictures = ("drafted", "published", "retired", "tried", "used")
        styles = {title: _style(title) for title in pictures}
        for _ in range(2):
            make_filter(published=False, owner=owner, style_image=styles["drafted"])
            made = make_filter(style_image=styles["published"], owner=stranger)
            StyleUse.objects.create(filter=made, style_image=styles["used"])
            TrainingRun.objects.create(name="x", owner=owner, style_image=styles["tried"], filter=made)
        make_filter(published=False, owner=None, state="retired", style_image=styles["retired"])
        seen = {person: training.styles_for(person) for person in (owner, stranger)}
        assert [style.title for style in seen[owner]] == ["drafted", "published", "tried", "used"]
        assert [style.title for style in seen[stranger]] == ["published", "used"]
        assert not {"JOIN", "DISTINCT"} & set(str(seen[owner].query).split())

    def test_frames_of_ones_own_footage_to_learn_on(
        self, owner: User, owner_client: Client, queue: StubBroker
    ) -> None:
        video = make_video_row(owner, width=1280, height=720)
        facts = {"luminance": 0, "contrast": 0, "colourfulness": 0, "sharpness": 0}
        Frame.objects.create(video=video, index=0, timestamp=0, image="frames/a.jpg", **facts)
        owner_client.post(reverse("train"), wish(picture=picture(), footage=video.ref))
        assert list(TrainingRun.objects.get().settings["images"]) == ["frames/a.jpg"]

    def test_footage_of_others_cannot_be_learned_on(
        self, owner_client: Client, colleague: User, queue: StubBroker
    ) -> None:
        video = make_video_row(colleague)
        assert (
            owner_client.post(reverse("train"), wish(picture=picture(), footage=video.ref)).status_code == 422
        )

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({}, "Hand in a picture to learn from"),
            (
                {"picture": SimpleUploadedFile("x.jpg", b"#EXTM3U\nhttp://evil/")},
                "not a picture that can be read",
            ),
            ({"picture": picture(), "name": ""}, "A filter needs a name."),
            ({"picture": picture(), "name": "!!!"}, "at least one letter or digit"),
            ({"picture": picture(), "minutes": "9999"}, "At most 240 minutes"),
            ({"picture": picture(), "minutes": "some"}, "how many minutes it may take, as a number"),
            ({"picture": picture(), "name": "x" * 121}, "name has at most 120 characters"),
            ({"picture": picture(), "style_weight": "49"}, "strength of the style lies between 0.5 and 48"),
            ({"picture": picture(), "content_weight": ""}, "true it is to the content lies between 0.1 and"),
            ({"picture": picture(), "style_scale": "0.1"}, "size of strokes lies between 0.3 and 3"),
            ({"picture": picture(), "seed": ""}, "A seed is a whole number from 0 to 2147483647"),
        ],
    )
    def test_it_refuses_with_a_sentence(
        self, owner_client: Client, wrong: dict[str, Any], sentence: str
    ) -> None:
        answer = owner_client.post(reverse("train"), wish(**wrong))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not TrainingRun.objects.exists()

    def test_a_visitor_is_asked_to_sign_in(self, visitor: Client) -> None:
        assert reverse("login") in visitor.post(reverse("train"), wish())["Location"]


class TestWhatIsMissing:
    def test_it_says_how_to_add_pytorch(self, owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(training, "find_spec", lambda name: None)
        page = owner_client.get(reverse("train")).content.decode()
        assert "pip install -r requirements-train.txt" in page
        assert "disabled" in page

    def test_nothing_is_ordered_then(self, owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(training, "find_spec", lambda name: None)
        owner_client.post(reverse("train"), wish(picture=picture()))
        assert not TrainingRun.objects.exists()

    def test_it_notices_a_missing_base(
        self, owner_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(bases, "SHIPPED", tmp_path)
        assert training.what_is_missing() == "base"


class TestWatching:
    def test_it_shows_curves_and_is_asked_for_again(self, owner_client: Client, run: TrainingRun) -> None:
        page = owner_client.get(reverse("training-run-live", args=[run.pk])).content.decode()
        assert "data-live=" in page
        assert "step 40 of about 400" in page
        assert page.count("<polyline") == 8

    def test_one_that_goes_on_is_not_at_its_end(self, owner_client: Client, run: TrainingRun) -> None:
        TrainingRun.objects.update(state="finished", started_at=timezone.now(), step=400)
        run.refresh_from_db()
        assert training_queue.go_on(run, 5)
        page = owner_client.get(reverse("training-run", args=[run.pk])).content.decode()
        assert "step 400 so far" in page
        assert "being judged" not in page

    def test_strangers_learn_nothing(self, stranger_client: Client, run: TrainingRun) -> None:
        for name in ("training-run", "training-run-live"):
            assert stranger_client.get(reverse(name, args=[run.pk])).status_code == 404
        for name in ("training-run-stop", "training-run-resume", "training-run-publish"):
            assert stranger_client.post(reverse(name, args=[run.pk])).status_code == 404

    def test_a_preview_is_shown_to_whoever_may_see_the_run(
        self, owner_client: Client, stranger_client: Client, run: TrainingRun
    ) -> None:
        name = default_storage.save("training/1/1.jpg", ContentFile(b"picture"))
        TrainingRun.objects.update(previews=[{"step": 2, "image": name}])
        address = reverse("training-run-preview", args=[run.pk, 2])
        assert address in owner_client.get(reverse("training-run", args=[run.pk])).content.decode()
        assert b"".join(owner_client.get(address)) == b"picture"
        assert stranger_client.get(address).status_code == 404
        assert owner_client.get(reverse("training-run-preview", args=[run.pk, 1])).status_code == 404

    def test_previews_after_going_back_have_addresses_of_their_own(
        self, owner_client: Client, run: TrainingRun
    ) -> None:
        """Browsers keep them for a day."""
        seen = set()
        for step in (40, 25):
            TrainingRun.objects.update(
                previews=[{"step": 0, "image": "0.jpg"}, {"step": step, "image": "1.jpg"}]
            )
            page = owner_client.get(reverse("training-run-live", args=[run.pk])).content.decode()
            seen |= set(re.findall(r'src="([^"]+preview[^"]+)"', page))
        assert len(seen) == 3


class TestStoppingAndPublishing:
    def test_a_stop_is_asked_of_the_worker(self, owner_client: Client, run: TrainingRun) -> None:
        page = owner_client.post(reverse("training-run-stop", args=[run.pk]), follow=True).content.decode()
        run.refresh_from_db()
        assert run.stop_asked_at is not None
        assert run.state == TrainingRun.State.RUNNING
        assert "Stopping…" in page

    def test_one_that_waits_is_cancelled_and_can_go_on(
        self, owner_client: Client, run: TrainingRun, queue: StubBroker
    ) -> None:
        TrainingRun.objects.update(state="queued", lease_until=None)
        answer = owner_client.post(reverse("training-run-stop", args=[run.pk]), follow=True)
        assert "was cancelled before its turn" in answer.content.decode()
        run.refresh_from_db()
        assert run.state == TrainingRun.State.CANCELLED
        owner_client.post(reverse("training-run-resume", args=[run.pk]))
        run.refresh_from_db()
        assert run.state == TrainingRun.State.QUEUED

    def test_one_whose_filter_was_removed_offers_no_way_on(
        self, owner_client: Client, run: TrainingRun, queue: StubBroker
    ) -> None:
        Filter.objects.all().delete()
        TrainingRun.objects.update(state="failed", filter=None)
        for page in (reverse("training-run", args=[run.pk]), reverse("queue")):
            assert "resume" not in owner_client.get(page).content.decode()
        answer = owner_client.post(reverse("training-run-resume", args=[run.pk]), follow=True)
        assert "there is nothing to go on with" in answer.content.decode()

    def test_staff_publish_what_is_finished(self, staff_client: Client, run: TrainingRun) -> None:
        FilterVersion.objects.update(training_run=run)
        address = reverse("training-run-publish", args=[run.pk])
        assert address not in staff_client.get(reverse("training-run", args=[run.pk])).content.decode()
        page = staff_client.post(address, {"version": 1}, follow=True).content.decode()
        assert "nothing to publish yet" in page, "it is under way"
        TrainingRun.objects.update(state="finished")
        page = staff_client.get(reverse("training-run", args=[run.pk])).content.decode()
        assert '<input type="hidden" name="version" value="1">' in page
        staff_client.post(reverse("training-run-publish", args=[run.pk]), {"version": 1})
        assert Filter.objects.get(name="My Quilt").state == Filter.State.PUBLISHED

    @pytest.mark.parametrize("seen", ["1", "", "none"])
    def test_a_version_that_was_not_looked_at_is_not_published(
        self, staff_client: Client, run: TrainingRun, seen: str
    ) -> None:
        TrainingRun.objects.update(state="finished")
        assert run.filter is not None
        FilterVersion.objects.create(filter=run.filter, number=2, kind="onnx", training_run=run)
        FilterVersion.objects.update(training_run=run)
        address = reverse("training-run-publish", args=[run.pk])
        page = staff_client.post(address, {"version": seen}, follow=True).content.decode()
        assert "a newer version meanwhile, number 2" in page
        assert Filter.objects.get(name="My Quilt").state == Filter.State.DRAFT
        staff_client.post(address, {"version": "2"})
        made = Filter.objects.get(name="My Quilt")
        assert made.current is not None
        assert (made.state, made.current.number) == (Filter.State.PUBLISHED, 2)

    def test_a_version_that_the_lab_does_not_paint_with_yet_is_said_to_wait_for_a_curator(
        self, owner_client: Client, run: TrainingRun
    ) -> None:
        """As after “Go on” with a filter that is published."""
        assert run.filter is not None
        address = reverse("training-run", args=[run.pk])
        TrainingRun.objects.update(state="finished")
        FilterVersion.objects.update(training_run=run)
        run.filter.publish()
        assert "takes its place once a curator" not in owner_client.get(address).content.decode()
        FilterVersion.objects.create(filter=run.filter, number=2, kind="onnx", training_run=run)
        page = owner_client.get(address).content.decode()
        assert "The lab paints with version 1 of this filter. Version 2, which was made here last" in page
        assert "Try it in the lab" in page
        run.filter.retire()
        page = owner_client.get(address).content.decode()
        assert "The lab paints" not in page
        assert "Try it in the lab" not in page

    def test_its_owner_alone_may_not_publish(self, owner_client: Client, run: TrainingRun) -> None:
        TrainingRun.objects.update(state="finished")
        assert owner_client.post(reverse("training-run-publish", args=[run.pk])).status_code == 403
        assert Filter.objects.get(name="My Quilt").state == Filter.State.DRAFT


class TestTheQueueOfTrainings:
    def test_a_run_whose_worker_died_is_sent_again(self, run: TrainingRun, queue: StubBroker) -> None:
        long_ago = timezone.now() - timedelta(minutes=1)
        TrainingRun.objects.update(lease_until=long_ago, nudged_at=long_ago)
        assert training_queue.requeue_lost() == 1
        assert training_queue.requeue_lost() == 0, "it was sent a moment ago"

    def test_a_run_that_somebody_works_on_is_left_alone(self, run: TrainingRun, queue: StubBroker) -> None:
        assert training_queue.requeue_lost() == 0

    def test_a_run_that_was_killed_five_times_fails_with_a_reason(
        self, run: TrainingRun, queue: StubBroker
    ) -> None:
        long_ago = timezone.now() - timedelta(minutes=1)
        TrainingRun.objects.update(lease_until=long_ago, nudged_at=long_ago, attempts=5)
        training_queue.requeue_lost()
        run.refresh_from_db()
        assert (run.state, run.error) == (TrainingRun.State.FAILED, training_queue.GIVEN_UP)

    def test_one_that_goes_on_after_that_has_all_its_attempts_from_the_first_moment(
        self, run: TrainingRun, queue: StubBroker
    ) -> None:
        TrainingRun.objects.update(state="failed", attempts=5, error=training_queue.GIVEN_UP)
        assert trainings.go_on(run)
        TrainingRun.objects.update(nudged_at=None)  # killed before it could be sent
        training_queue.requeue_lost()
        run.refresh_from_db()
        assert (run.state, run.attempts, run.error) == (TrainingRun.State.QUEUED, 0, "")
