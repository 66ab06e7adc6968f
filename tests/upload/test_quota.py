"""What one person may keep, and what the disk takes."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.factories import make_video_row
from tests.upload.client import TUS, address, create, created, patch
from videos.models import Profile, Upload
from videos.models.upload import LIFETIME
from videos.pipeline import removal
from videos.uploads import begin

pytestmark = pytest.mark.django_db


def give(user: User, quota: int) -> None:
    Profile.of(user)
    Profile.objects.filter(user=user).update(quota_bytes=quota)


def test_an_upload_beyond_the_quota_is_refused_before_the_first_byte(
    owner: User, owner_client: Client
) -> None:
    give(owner, 1000)
    answer = create(owner_client, 1001)
    assert answer.status_code == 413
    assert "your" in answer.content.decode()
    assert not Upload.objects.exists()
    assert create(owner_client, 1000).status_code == 201, "what just fits"


def test_room_that_is_promised_to_an_unfinished_upload_is_taken(owner: User, owner_client: Client) -> None:
    give(owner, 1000)
    first = created(owner_client, 600)
    assert create(owner_client, 600).status_code == 413
    owner_client.delete(address(first), headers=TUS)
    assert create(owner_client, 600).status_code == 201


def test_who_asks_again_under_the_same_name_is_given_what_was_begun_and_its_room_is_taken_once(
    owner: User, owner_client: Client, colleague_client: Client
) -> None:
    """A sender whose connection broke cannot know whether the upload was begun."""
    give(owner, 1000)
    first = created(owner_client, 600, creation="4f")
    assert created(owner_client, 600, creation="4f") == first
    assert created(colleague_client, 600, creation="4f").owner != owner
    assert [create(owner_client, 600, creation=name).status_code for name in ("", "50")] == [413, 413]
    assert created(owner_client, 300, creation="4f") != first
    Upload.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    give(owner, 2000)
    assert created(owner_client, 600, creation="4f") != first, "which expired"


def test_a_full_disk_is_told_in_a_sentence(owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, begin.SPARE + 10))
    answer = create(owner_client, 11)
    assert answer.status_code == 507
    assert "no room" in answer.content.decode()


def test_room_on_the_disk_is_promised_once(
    owner_client: Client, colleague_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others have still to send is as good as taken; what has come is, and what they gave up is not."""
    usage = namedtuple("usage", "total used free")
    free = begin.SPARE + 100
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12 - free, free))
    hers = created(owner_client, 60)
    free -= 1
    assert patch(owner_client, hers, bytes(1), 0).status_code == 204
    assert create(colleague_client, 41).status_code == 507
    free -= 29
    assert patch(owner_client, hers, bytes(29), 1).status_code == 204
    his = created(colleague_client, 40)
    assert patch(colleague_client, his, bytes(1), 0).status_code == 204
    assert create(colleague_client, 41).status_code == 507
    Upload.objects.filter(pk=hers.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert create(colleague_client, 30).status_code == 201


def test_room_is_not_kept_for_what_was_only_begun_or_came_to_a_halt(
    owner_client: Client, colleague_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, begin.SPARE + 100))
    hers = created(owner_client, 90)
    assert create(colleague_client, 90).status_code == 201, "nothing came of it"
    assert patch(owner_client, hers, bytes(5), 0).status_code == 204
    assert create(colleague_client, 90).status_code == 507
    Upload.objects.filter(pk=hers.pk).update(expires_at=timezone.now() + LIFETIME - timedelta(minutes=31))
    assert create(colleague_client, 90).status_code == 201
    assert patch(owner_client, hers, bytes(30), 5).status_code == 204


def test_nobody_begins_uploads_without_end(owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begin, "MOST_UNFINISHED", 2)
    assert [create(owner_client, 5).status_code for _ in range(3)] == [201, 201, 413]


def test_what_was_deleted_takes_room_and_the_refusal_says_so_where_that_would_help(
    owner: User, owner_client: Client
) -> None:
    give(owner, 1000)
    video = make_video_row(owner, source_size=600)
    removal.put_away(video)
    refused = create(owner_client, 500)
    assert refused.status_code == 413
    assert "delete it for good on “Recently deleted”" in refused.content.decode()
    assert "Delete footage you no longer need" in create(owner_client, 1001).content.decode()
    removal.remove_for_good(video)
    assert create(owner_client, 500).status_code == 201
