"""After its time, or when somebody says so, what was deleted goes with its files; until then they stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from rotoscope.common import loose
from rotoscope.dashboard import keepers
from rotoscope.models import LooseFile
from tests.removal.conftest import KINDS, World
from tests.removal.test_bringing_back import aged
from videos.admin.people import PeopleAdmin
from videos.models import Profile, Video
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
