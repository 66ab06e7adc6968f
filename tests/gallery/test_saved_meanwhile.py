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
from videos.forms.comparison import CollectionForm, ComparisonForm
from videos.forms.video import VideoForm
from videos.models import Collection, Comparison, Video, Visibility

Meanwhile = Callable[[type["ModelForm[Any]"], Callable[[], object]], None]
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
