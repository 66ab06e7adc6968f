"""People in the admin: their quotas, and what goes with them when they are deleted."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from filters.deepfilter import store
from filters.models import Filter, StyleImage, TrainingRun
from rotoscope.models import LooseFile
from tests.admin.pages import begun_upload, delete
from tests.admin.test_rights import person_form
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Profile, Render, Upload, Video
from videos.pipeline import renders
from videos.uploads import parts


def test_deleting_a_person_still_takes_the_right_to_delete_what_is_theirs(
    staff_client: Client, staff: User, video: Video
) -> None:
    Upload.objects.create(owner=video.owner, filename="x.mp4", length=1000, offset=250)
    staff.is_superuser = False
    staff.save()
    staff.user_permissions.add(Permission.objects.get(codename="delete_user"))
    assert delete(staff_client, "auth_user", video.owner_id) == 403
    staff.user_permissions.add(Permission.objects.get(codename="delete_video"))
    assert delete(staff_client, "auth_user", video.owner_id) == 302
    assert not User.objects.filter(pk=video.owner_id).exists()


def test_a_quota_is_set_in_gigabytes_as_the_pages_count_them(
    staff_client: Client, owner_client: Client, owner: User
) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    page = staff_client.get(address)
    assert page.status_code == 200
    profile = Profile.of(owner)
    data = {
        "username": "olga",
        "email": owner.email,
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "profile-TOTAL_FORMS": "1",
        "profile-INITIAL_FORMS": "1",
        "profile-0-id": profile.pk,
        "profile-0-user": owner.pk,
        "profile-0-quota_gb": "2.5",
        "profile-0-about": "",
    }
    assert staff_client.post(address, data).status_code == 302
    profile.refresh_from_db()
    assert profile.quota_bytes == 2.5 * 1024**3
    assert "of your 2.5\xa0GB left" in owner_client.get(reverse("upload")).content.decode()
    assert "2.5 GB" in staff_client.get(reverse("admin:auth_user_changelist")).content.decode()


def test_a_person_is_saved_without_touching_the_usual_quota(staff_client: Client, owner: User) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    quota = staff_client.get(address).context["inline_admin_formsets"][0].formset.forms[0]["quota_gb"].value()
    profile = Profile.of(owner)
    before = profile.quota_bytes
    data = {
        "username": "olga",
        "initial-is_active": "True",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "profile-TOTAL_FORMS": "1",
        "profile-INITIAL_FORMS": "1",
        "profile-0-id": profile.pk,
        "profile-0-user": owner.pk,
        "profile-0-quota_gb": quota,
        "profile-0-about": "Has left.",
    }
    assert staff_client.post(address, data).status_code == 302
    owner.refresh_from_db()
    profile.refresh_from_db()
    assert (owner.is_active, profile.about, profile.quota_bytes) == (False, "Has left.", before)


def test_people_are_added_and_listed(staff_client: Client) -> None:
    secret = "a-long-password-1"
    data = {"username": "nora", "password1": secret, "password2": secret, "usable_password": "true"}
    assert staff_client.post(reverse("admin:auth_user_add"), data).status_code == 302
    assert "nora" in staff_client.get(reverse("admin:auth_user_changelist")).content.decode()


def test_names_are_refused_as_where_one_signs_up(staff_client: Client, owner: User, colleague: User) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    for name, taken in (("..", False), (colleague.username.title(), False), ("Olga", True)):
        staff_client.post(address, person_form(owner, username=name))
        assert User.objects.filter(pk=owner.pk, username=name).exists() is taken
    words = {"password1": "seven grey herons", "password2": "seven grey herons", "usable_password": "true"}
    for name in ("..", "OLGA"):
        staff_client.post(reverse("admin:auth_user_add"), {"username": name, **words})
    assert set(User.objects.filter(is_staff=False)) == {owner, colleague}


def test_a_deleted_person_leaves_no_files(staff_client: Client, video: Video, render: Render) -> None:
    name = default_storage.save("footage/x.mp4", ContentFile(b"footage"))
    Video.objects.filter(pk=video.pk).update(footage=name)
    assert delete(staff_client, "auth_user", video.owner_id) == 302
    assert not User.objects.filter(pk=video.owner_id).exists()
    assert not Video.objects.exists()
    assert not default_storage.exists(name)


def test_what_a_deleted_person_kept_for_deepfilter_goes_at_once(staff_client: Client, owner: User) -> None:
    kept = store.put(owner, ".my/frame.png", BytesIO(b"a frame"))
    assert delete(staff_client, "auth_user", owner.pk) == 302
    assert not default_storage.exists(str(kept.file.name))


def picture(title: str) -> StyleImage:
    """A style image with a file of its own."""
    name = default_storage.save(f"styles/{title}.jpg", ContentFile(title.encode()))
    digest = sha256(title.encode()).hexdigest()
    return StyleImage.objects.create(image=name, sha256=digest, width=9, height=9, title=title)


def test_of_a_deleted_persons_filters_only_those_stay_that_others_know(
    staff_client: Client, owner: User, colleague: User, video: Video
) -> None:
    elsewhere = make_video_row(colleague)
    for name, published in (("face", False), ("hand", True), ("foot", False), ("knee", False)):
        one = picture(name)
        made = make_filter(name, published=published, owner=owner, style_image=one)
        TrainingRun.objects.create(name=name, owner=owner, style_image=one, filter=made, state="running")
    make_render_row(elsewhere, Filter.objects.get(slug="foot"))
    make_render_row(video, Filter.objects.get(slug="knee"))
    TrainingRun.objects.create(name="first try", owner=owner, style_image=picture("first"), state="finished")
    page = staff_client.get(reverse("admin:auth_user_delete", args=[owner.pk])).content.decode()
    assert "Filters: 2" in page
    assert "Training runs: 4" in page
    assert "stay with their pictures: 2" in page
    assert delete(staff_client, "auth_user", owner.pk) == 302
    assert set(Filter.objects.filter(owner=None).values_list("slug", flat=True)) == {"hand", "foot"}
    assert Filter.objects.count() == 2
    assert list(TrainingRun.objects.values_list("name", "state")) == [("hand", "cancelled")]
    assert set(StyleImage.objects.values_list("title", flat=True)) == {"hand", "foot"}
    assert set(default_storage.listdir("styles")[1]) == {"hand.jpg", "foot.jpg"}


def test_what_a_deleted_curator_rendered_of_others_footage_becomes_its_owners(
    staff_client: Client, colleague: User, video: Video, render: Render
) -> None:
    Render.objects.filter(pk=render.pk).update(owner=colleague)
    page = staff_client.get(reverse("admin:auth_user_delete", args=[colleague.pk])).content.decode()
    assert "Renders of other people’s footage stay, as those of its owners: 1" in page
    assert "Renders: " not in page
    assert "Segments: " not in page
    assert delete(staff_client, "auth_user", colleague.pk) == 302
    render.refresh_from_db()
    assert (render.owner, render.state) == (video.owner, Render.State.QUEUED)


def test_what_comes_in_while_a_person_is_being_deleted_goes_too(
    staff_client: Client, owner_client: Client, owner: User, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        make_video_row(owner)
    remove_video = renders.remove_video
    came: list[tuple[Upload, str]] = []
    asked: list[int] = []

    def with_more(video: Video) -> None:
        if not came:  # what was under way when it began
            name = default_storage.save("footage/late.mp4", ContentFile(b"late"))
            make_video_row(owner, footage=name)
            came.append((begun_upload(owner), name))
            asked.append(owner_client.get("/upload/").status_code)
        remove_video(video)

    monkeypatch.setattr(renders, "remove_video", with_more)
    assert delete(staff_client, "auth_user", owner.pk) == 302
    assert asked == [302]  # they are signed out
    [(upload, name)] = came
    assert not parts.path_of(upload.pk).exists()
    assert not default_storage.exists(name)
    assert not User.objects.filter(pk=owner.pk).exists()


def test_a_deleted_person_takes_unfinished_uploads_along(
    staff_client: Client, owner: User, home: Path
) -> None:
    upload = begun_upload(owner)
    assert staff_client.get(reverse("admin:auth_user_delete", args=[owner.pk])).status_code == 200
    assert delete(staff_client, "auth_user", owner.pk) == 302
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not Upload.objects.exists()
    assert not parts.path_of(upload.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_where_files_cannot_be_deleted_no_row_is_left_that_names_a_file_that_is_gone(
    staff_client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        name = default_storage.save(f"footage/{number}.mp4", ContentFile(b"footage"))
        make_video_row(owner, footage=name)
    delete_stored = default_storage.delete
    asked: list[str] = []

    def until_it_fails(name: str) -> None:
        asked.append(name)
        if len(asked) > 1:
            raise OSError("the storage is away")
        delete_stored(name)

    monkeypatch.setattr(default_storage, "delete", until_it_fails)
    staff_client.raise_request_exception = False
    address = reverse("admin:auth_user_delete", args=[owner.pk])
    assert staff_client.post(address, {"post": "yes"}).status_code == 500
    assert len(asked) == 2
    assert not Video.everything.exists()
    left = [f"footage/{name}" for name in default_storage.listdir("footage")[1]]
    assert left == asked[1:] == list(LooseFile.objects.values_list("name", flat=True)), "it is tried again"
    monkeypatch.undo()
    assert staff_client.post(address, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()
