"""What workers and other people write to a row while its page is being saved stays written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.forms import ModelForm
from django.test import Client
from django.urls import reverse

from tests.factories import make_video_row
from tests.form import Fields
from videos.forms.comparison import CollectionForm, ComparisonForm
from videos.forms.video import VideoForm
from videos.models import Collection, Comparison, Video, Visibility

Meanwhile = Callable[[type["ModelForm[Any]"], Callable[[], object]], None]
Work = Video | Comparison | Collection
WORDS = {"title": "Low tide", "visibility": Visibility.PUBLIC}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something happen after a page has read its row and before it writes it."""

    def happens(form: type[ModelForm[Any]], something: Callable[[], object]) -> None:
        clean = form.clean

        def cleaned(self: ModelForm[Any]) -> Any:
            something()
            return clean(self)

        monkeypatch.setattr(form, "clean", cleaned)

    return happens


def test_the_ingest_of_footage_whose_title_is_changed_keeps_its_results(
    owner_client: Client, owner: User, meanwhile: Meanwhile
) -> None:
    video = make_video_row(owner, state=Video.State.INGESTING, rate_numerator=0, frame_count=0, width=0)
    found = {"footage": "footage/x.mp4", "rate_numerator": 24, "frame_count": 48, "width": 160}
    found["state"] = Video.State.READY
    meanwhile(VideoForm, lambda: Video.objects.filter(pk=video.pk).update(**found))
    answer = owner_client.post(reverse("video-edit", args=[video.ref]), WORDS | {"tags": "sea"})
    assert answer.status_code == 302
    assert Video.objects.filter(pk=video.pk, title="Low tide", tags=["sea"], **found).exists()


@pytest.mark.parametrize("arranged", [{}, {"layout": "blink"}])
def test_looks_at_a_comparison_are_counted_while_it_is_edited(
    owner_client: Client, owner: User, meanwhile: Meanwhile, arranged: dict[str, str]
) -> None:
    saved = Comparison.objects.create(video=make_video_row(owner), owner=owner, title="Two")
    meanwhile(ComparisonForm, saved.count_view)
    owner_client.post(f"{saved.get_absolute_url()}edit/", WORDS | arranged)
    saved.refresh_from_db()
    assert (saved.title, saved.views) == ("Low tide", 1)
    assert saved.layout == arranged.get("layout", "wipe")


def test_a_collection_that_is_deleted_while_it_is_edited_does_not_come_back(
    owner_client: Client, owner: User, meanwhile: Meanwhile
) -> None:
    shown = Collection.objects.create(owner=owner, title="Coasts")
    meanwhile(CollectionForm, lambda: Collection.objects.filter(pk=shown.pk).delete())
    assert owner_client.post(f"{shown.get_absolute_url()}edit/", WORDS).status_code == 404
    assert not Collection.objects.exists()


class TestWhatIsSavedOnAPageThatWasOpenedBefore:
    @pytest.fixture(params=["video", "comparison", "collection"])
    def work(self, request: pytest.FixtureRequest, owner: User) -> Work:
        """Something of hers that everybody may see."""
        video = make_video_row(owner, title="Coasts", description="Sand.\r\n\r\nWind.", tags=["sea", "noon"])
        if request.param == "video":
            return video
        words: dict[str, Any] = {"owner": owner, "title": "Coasts", "text": "a\r\nb", "visibility": "public"}
        if request.param == "comparison":
            return Comparison.objects.create(video=video, **words)
        return Collection.objects.create(**words)

    @pytest.fixture
    def shown(self, owner_client: Client, work: Work) -> dict[str, Any]:
        """What the page sends that was shown before."""
        page = owner_client.get(place_of(work)[0]).content.decode()
        return dict(Fields(page, place_of(work)[1]).sent)

    def test_hides_what_was_hidden_since_and_keeps_other_words(
        self, owner_client: Client, work: Work, shown: dict[str, Any]
    ) -> None:
        since: dict[str, Any] = {"visibility": "private"}
        since |= {"description": "", "tags": ["fog"]} if isinstance(work, Video) else {"text": "Fog."}
        type(work).objects.filter(pk=work.pk).update(**since)
        owner_client.post(place_of(work)[2], shown | {"title": "Low tide"})
        assert type(work).objects.filter(pk=work.pk, title="Low tide", **since).exists()

    def test_changes_what_is_chosen_on_it(
        self, owner_client: Client, work: Work, shown: dict[str, Any]
    ) -> None:
        type(work).objects.filter(pk=work.pk).update(visibility="private", title="Fog")
        owner_client.post(place_of(work)[2], shown | {"visibility": "unlisted"})
        assert type(work).objects.filter(pk=work.pk, title="Fog", visibility="unlisted").exists()

    def test_is_nothing_where_nothing_was_changed(
        self, owner_client: Client, work: Work, shown: dict[str, Any]
    ) -> None:
        before = type(work).objects.filter(pk=work.pk).values().get()
        assert owner_client.post(place_of(work)[2], shown).status_code == 302
        assert type(work).objects.filter(pk=work.pk).values().get() == before


def test_footage_that_was_refused_for_a_word_still_knows_what_its_page_showed(
    owner_client: Client, owner: User
) -> None:
    video = make_video_row(owner, title="Coasts")
    address = reverse("video-edit", args=[video.ref])
    shown = dict(Fields(owner_client.get(address).content.decode()).sent)
    Video.objects.filter(pk=video.pk).update(visibility="private")
    refused = owner_client.post(address, shown | {"title": ""})
    assert refused.status_code == 422
    owner_client.post(address, dict(Fields(refused.content.decode()).sent) | {"title": "Low tide"})
    assert Video.objects.filter(pk=video.pk, title="Low tide", visibility="private").exists()


def place_of(work: Work) -> tuple[str, str, str]:
    """The page with the form, what the form names as its goal, and where it is sent."""
    if isinstance(work, Video):
        address = reverse("video-edit", args=[work.ref])
        return address, "", address
    goal = f"{work.get_absolute_url()}edit/"
    return work.get_absolute_url(), goal, goal
