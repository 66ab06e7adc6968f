"""After its time, or when somebody says so, what was deleted goes with its files; until then they stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from rotoscope.common import loose
from rotoscope.dashboard import keepers
from rotoscope.models import LooseFile
from tests.factories import make_filter, make_render_row
from tests.removal.conftest import KINDS, World
from tests.removal.test_bringing_back import aged
from videos.admin.people import PeopleAdmin
from videos.models import Frame, Profile, Render, Segment, Video
from videos.models.removable import FOR_GOOD
from videos.pipeline import reconcile, removal


def files() -> list[str]:
    """What is stored, but for the filter."""
    root = Path(django_settings.MEDIA_ROOT)
    names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return [name for name in names if not name.startswith("weights")]


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_when_its_time_is_over_and_not_before(world: World, kind: str, settings: Settings) -> None:
    thing = world.thing(kind)
    removal.put_away(thing)
    aged(thing, hours=23)
    before = files()
    reconcile.clear_away()
    assert world.thing(kind).removed_at is not None
    assert files() == before
    settings.ROTOSCOPE_KEEP_REMOVED_HOURS = 22
    reconcile.clear_away()
    assert not type(thing).everything.filter(pk=thing.pk).exists()
    assert len(files()) == len(before) - {"video": 9, "render": 3}.get(kind, 0)
    assert not LooseFile.objects.filter(name__in=before).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_at_once_where_nothing_is_kept(world: World, kind: str, settings: Settings) -> None:
    settings.ROTOSCOPE_KEEP_REMOVED_HOURS = 0
    removal.put_away(world.thing(kind))
    assert not type(getattr(world, kind)).everything.filter(pk=getattr(world, kind).pk).exists()
    assert (files() == []) == (kind == "video")


def test_whoever_removes_hours_of_footage_does_not_wait_for_each_of_its_files(
    world: World, django_assert_max_num_queries: Any
) -> None:
    facts = {"luminance": 0, "contrast": 0, "colourfulness": 0, "sharpness": 0}
    Frame.objects.bulk_create(
        Frame(video=world.video, index=index, timestamp=index, image=f"frames/{index}.jpg", **facts)
        for index in range(10, 10 + loose.AT_ONCE)
    )
    long = make_render_row(world.video, make_filter("ember"), state=Render.State.RENDERING)
    Segment.objects.bulk_create(
        Segment(render=long, index=index, start=index, stop=index + 1, file=f"segments/{index}.ts")
        for index in range(loose.AT_ONCE + 1)
    )
    for number in range(30):
        make_render_row(world.video, world.render.version.filter, strength=number / 100)
    with django_assert_max_num_queries(50):
        removal.remove_for_good(world.thing("video"))
    assert not Video.everything.exists() and not Frame.objects.exists() and not Segment.objects.exists()
    assert files() == [world.frame.image.name], "what is few is gone, many are left for later"
    left = LooseFile.objects.filter(due__lt=timezone.now(), name__regex=r"^(frames|segments)/")
    assert left.count() == 2 * (loose.AT_ONCE + 1)
    reconcile.clear_away()
    assert files() == []
    assert not left.exists()


def test_nobody_brings_back_what_is_being_cleared_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever clears away is killed over it, and the setting is raised before it goes on."""
    removal.put_away(world.video)
    aged(world.video, hours=25)
    gone = world.thing("video")

    def die(thing: removal.Thing) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(removal, "_remove", die)
        with pytest.raises(KeyboardInterrupt):
            removal.clear()
    assert world.thing("video").removed_at == FOR_GOOD
    monkeypatch.setattr(django_settings, "ROTOSCOPE_KEEP_REMOVED_HOURS", 48)
    assert not removal.bring_back(gone)
    removal.clear()
    assert files() == []


def test_its_files_are_known_to_who_looks_for_stray_ones(world: World) -> None:
    before = files()
    for name in before:
        LooseFile.objects.create(name=name, due=timezone.now() - timedelta(hours=1))
    removal.put_away(world.video)
    assert loose.clear() == len(before)
    assert files() == before


def test_a_persons_deletion_takes_along_what_they_deleted(world: World, owner: User) -> None:
    removal.put_away(world.render)
    removal.put_away(world.video)
    removal.put_away(world.collection)
    PeopleAdmin(User, admin.site).remove(owner)
    assert files() == []
    assert not User.objects.filter(pk=owner.pk).exists()


def test_deleted_footage_counts_towards_the_room_of_its_owner(world: World, owner: User, staff: User) -> None:
    removal.put_away(world.video)
    assert Profile.of(owner).used_bytes() == removal.taken_by(owner) == 700
    assert [one["name"] for one in keepers(staff)] == ["olga"]
    removal.remove_for_good(world.thing("video"))
    assert Profile.of(owner).used_bytes() == removal.taken_by(owner) == 0
    assert not Video.everything.exists()
