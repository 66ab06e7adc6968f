"""Every page of the admin can be sent back as it was shown, and changes nothing then."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from filters.models import DeepFilterKey, Filter, FilterVersion, TrainingRun
from tests.factories import make_render_row, make_video_row
from tests.form import Fields
from tests.styled import make_style_image, make_styled
from videos.models import ApiKey, Collection, Comparison, Profile, ShareLink


@pytest.fixture
def rows(owner: User, staff: User) -> list[Any]:
    """One of everything that has a page where something can be typed, as full as it gets."""
    made = make_styled("Night", 0, description="Stars\nand more.", owner=owner, cost_per_image="0.000125")
    assert made.style_image is not None
    video = make_video_row(
        owner,
        title="Over “the” dunes",
        description="Sand.\n\nWind.",
        tags=["coast", "north sea"],
        source_size=9,
    )
    render = make_render_row(video, made)
    comparison = Comparison.objects.create(video=video, owner=owner, title="Two", text="a\nb")
    comparison.items.create(position=0, render=render)
    collection = Collection.objects.create(owner=owner, title="Dunes", text="c")
    collection.items.create(position=0, render=render)
    link = ShareLink.make(owner, video, label="Ann", downloads=True, expires_at=timezone.now())[0]
    Profile.of(owner)
    keys = [kind.make(owner, "a script")[0] for kind in (ApiKey, DeepFilterKey)]
    group = Group.objects.create(name="Helpers")
    owner.groups.add(group)
    run = TrainingRun.objects.create(name="Night", style_image=made.style_image, filter=made, owner=owner)
    return [made, made.style_image, video, comparison, collection, link, *keys, owner, group, run, render]


def test_it_is_saved_as_it_was_shown(staff_client: Client, rows: list[Any]) -> None:
    for row in rows:
        before = {**model_to_dict(row), **type(row).objects.filter(pk=row.pk).values()[0]}
        address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
        page = staff_client.get(address)
        assert page.status_code == 200, address
        answer = staff_client.post(address, Fields(page.content.decode()).sent)
        errors = answer.context and (answer.context["errors"], answer.context["adminform"].form.errors)
        assert answer.status_code == 302, (address, errors)
        row.refresh_from_db()
        after = {**model_to_dict(row), **type(row).objects.filter(pk=row.pk).values()[0]}
        rounded = {"updated_at", "date_joined"}  # to the second, by Django's own form of people
        changed = {name for name in before if before[name] != after[name]} - rounded
        assert not changed, (address, {name: (before[name], after[name]) for name in changed})


def test_what_its_owner_has_hidden_or_renamed_since_the_page_was_shown_stays_so(
    staff_client: Client, owner: User
) -> None:
    video = make_video_row(owner, visibility="public")
    rows: list[Any] = [
        video,
        Comparison.objects.create(video=video, owner=owner, title="Two", visibility="public"),
        Collection.objects.create(owner=owner, title="Dunes", visibility="public"),
    ]
    for row in rows:
        address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
        shown = Fields(staff_client.get(address).content.decode()).sent
        type(row).objects.filter(pk=row.pk).update(visibility="private")
        staff_client.post(address, shown | {"title": "Other words"})
        row.refresh_from_db()
        assert (row.title, row.visibility) == ("Other words", "private")
        staff_client.post(address, shown | {"visibility": "unlisted"})
        row.refresh_from_db()
        assert (row.title, row.visibility) == ("Other words", "unlisted")


def test_a_person_who_was_shut_out_since_the_page_was_shown_stays_out(
    staff_client: Client, owner: User
) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    shown = dict(Fields(staff_client.get(address).content.decode()).sent)
    User.objects.filter(pk=owner.pk).update(is_active=False, is_staff=True, last_login=timezone.now())
    answer = staff_client.post(address, shown | {"first_name": "Olga"})
    assert answer.status_code == 302
    before = owner.last_login
    owner.refresh_from_db()
    assert (owner.first_name, owner.is_active, owner.is_staff) == ("Olga", False, True)
    assert owner.last_login != before
    shown = dict(Fields(staff_client.get(address).content.decode()).sent)
    staff_client.post(address, shown | {"is_active": "on"})
    owner.refresh_from_db()
    assert owner.is_active


def test_rights_that_were_given_or_taken_since_the_page_was_shown_stay_so(
    staff_client: Client, owner: User
) -> None:
    helpers, judges, guests = (Group.objects.create(name=name) for name in ("Helpers", "Judges", "Guests"))
    looking, deleting, adding = Permission.objects.filter(content_type__app_label="videos")[:3]
    owner.groups.set([helpers, guests])
    owner.user_permissions.set([looking])
    helpers.permissions.set([looking])
    person = reverse("admin:auth_user_change", args=[owner.pk])
    group = reverse("admin:auth_group_change", args=[helpers.pk])
    shown, of_group = (dict(Fields(staff_client.get(one).content.decode()).sent) for one in (person, group))
    owner.groups.set([judges, guests])
    owner.user_permissions.set([deleting])
    helpers.permissions.set([deleting])
    staff_client.post(person, shown | {"first_name": "Olga"})
    staff_client.post(group, of_group | {"name": "Hands"})
    assert set(owner.groups.all()) == {judges, guests}
    assert list(owner.user_permissions.all()) == list(helpers.permissions.all()) == [deleting]
    both = [str(looking.pk), str(adding.pk)]
    staff_client.post(person, shown | {"groups": [str(helpers.pk)], "user_permissions": both})
    assert set(owner.groups.all()) == {judges}
    assert set(owner.user_permissions.all()) == {deleting, adding}


class TestAFilterOfWhichAnotherVersionRunsSinceThePageWasShown:
    @pytest.fixture
    def night(self) -> Filter:
        return make_styled("Night", 0)

    @pytest.fixture
    def shown(self, staff_client: Client, night: Filter) -> dict[str, Any]:
        """What the page sends that was shown before."""
        return dict(Fields(staff_client.get(page_of(night)).content.decode()).sent)

    @pytest.fixture
    def newer(self, shown: dict[str, Any], night: Filter) -> FilterVersion:
        """The version that somebody has chosen since, with its live twin."""
        versions = [FilterVersion.objects.create(filter=night, number=n, kind="style") for n in (2, 3)]
        night.adopt(versions[0], live=versions[1])
        return versions[0]

    def test_runs_it_on_when_only_words_are_saved(
        self, staff_client: Client, night: Filter, shown: dict[str, Any], newer: FilterVersion
    ) -> None:
        answer = staff_client.post(page_of(night), shown | {"name": "Night at sea"})
        assert answer.status_code == 302
        live = night.live
        night.refresh_from_db()
        assert (night.name, night.current, night.live) == ("Night at sea", newer, live)

    def test_runs_what_is_chosen_on_the_page(
        self, staff_client: Client, night: Filter, shown: dict[str, Any], newer: FilterVersion
    ) -> None:
        other = FilterVersion.objects.create(filter=night, number=4, kind="style")
        staff_client.post(page_of(night), shown | {"current": str(other.pk)})
        night.refresh_from_db()
        assert (night.current, night.live) == (other, None)

    def test_keeps_the_twin_of_the_version_that_is_chosen_once_more(
        self, staff_client: Client, night: Filter, shown: dict[str, Any], newer: FilterVersion
    ) -> None:
        staff_client.post(page_of(night), shown | {"current": str(newer.pk)})
        live = night.live
        night.refresh_from_db()
        assert (night.current, night.live) == (newer, live)

    def test_keeps_the_picture_that_it_was_given_since(
        self, staff_client: Client, night: Filter, shown: dict[str, Any]
    ) -> None:
        picture = make_style_image("Another", seed=7)
        Filter.objects.update(style_image=picture)
        staff_client.post(page_of(night), shown | {"name": "Night at sea"})
        night.refresh_from_db()
        assert night.style_image == picture


def page_of(filter: Filter) -> str:
    return reverse("admin:filters_filter_change", args=[filter.pk])
