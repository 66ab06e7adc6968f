"""Stored files that no row names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from rotoscope.common import loose
from rotoscope.models import LooseFile
from tests.factories import make_video_row


def test_what_no_row_names_is_removed_and_rows_are_asked_once(
    owner: User, django_assert_max_num_queries: Any
) -> None:
    LooseFile.objects.all().delete()  # written over a connection of their own, those of other tests stay
    stored = [default_storage.save(f"footage/{number}.mp4", ContentFile(b"footage")) for number in range(40)]
    before = timezone.now() - timedelta(seconds=1)
    LooseFile.objects.bulk_create(LooseFile(name=name, due=before) for name in stored)
    make_video_row(owner, footage=stored[0])
    make_video_row(owner, proxy=stored[1])
    with django_assert_max_num_queries(len(stored) + 30):
        assert loose.clear() == len(stored)
    assert [name for name in stored if default_storage.exists(name)] == stored[:2]
    assert not LooseFile.objects.exists()
