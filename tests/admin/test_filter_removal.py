"""Filters and trainings that are deleted in the admin: what goes with them, and what stays."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import ProtectedError
from django.test import Client, TestCase
from django.urls import reverse

from filters import mixes, removal, testframes, training_queue
from filters.models import Filter, FilterVersion, StyleImage, StyleUse, TrainingRun
from tests.factories import make_filter, make_render_row, make_video_row
from tests.styled import make_style_image, make_styled
from videos.models import Still
from videos.pipeline import removal as removals


def delete(client: Client, row: Filter | TrainingRun | StyleImage) -> int:
    """Delete it on its page; the status of the answer."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        address = reverse(f"admin:filters_{row._meta.model_name}_delete", args=[row.pk])
        return client.post(address, {"post": "yes"}).status_code


def told(client: Client, one: Filter) -> str:
    """What the page of a filter says."""
    return client.get(reverse("admin:filters_filter_change", args=[one.pk])).content.decode()


def test_a_deleted_filter_leaves_no_files(staff_client: Client, owner: User) -> None:
    one, twin = make_filter("negative"), make_filter("twin")
    assert one.current is not None
    assert twin.current is not None
    weights = str(one.current.weights.name)
    look = testframes.painted(one.current, 0)
    former = default_storage.save(f"looks/{one.current.pk}-coast.jpg", ContentFile(b"a look"))
    still = Still.objects.create(
        video=make_video_row(owner),
        version=one.current,
        frame_index=0,
        image=default_storage.save("stills/x.jpg", ContentFile(b"a still")),
    )
    assert delete(staff_client, one) == 302
    assert not Filter.objects.filter(pk=one.pk).exists()
    assert not any(default_storage.exists(name) for name in (weights, look, former, str(still.image.name)))
    assert default_storage.exists(str(twin.current.weights.name))


def test_the_page_that_asks_tells_how_much_goes(
    staff_client: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    one, video = make_filter("negative"), make_video_row(owner)
    Still.objects.bulk_create(
        Still(video=video, version=one.current, frame_index=number) for number in range(300)
    )
    with django_assert_max_num_queries(40):
        page = staff_client.get(reverse("admin:filters_filter_delete", args=[one.pk])).content.decode()
    told = " ".join(page.split())
    assert "Stills: 300" in told and "Filter versions: 1" in told
    assert len(page) < 60_000


def test_a_training_for_a_deleted_filter_ends_and_does_not_go_on(staff_client: Client, queue: Any) -> None:
    made = make_styled("Night", 0)
    assert made.style_image is not None
    run = TrainingRun.objects.create(
        name="Night", filter=made, style_image=made.style_image, state="running", settings={"minutes": 5}
    )
    assert delete(staff_client, made) == 302
    run.refresh_from_db()
    assert (run.state, run.error, run.filter) == ("failed", "The filter was removed meanwhile.", None)
    assert not training_queue.go_on(run, 5)
    page = staff_client.get(reverse("training-run", args=[run.pk])).content.decode()
    assert run.error in page
    assert "run-resume" not in page


def test_a_filter_that_somebody_renders_with_meanwhile_stays_and_so_do_its_trainings(owner: User) -> None:
    made = make_styled("Night", 0)
    assert made.style_image is not None
    run = TrainingRun.objects.create(name="Night", filter=made, style_image=made.style_image)
    make_render_row(make_video_row(owner), made)
    with pytest.raises(ProtectedError):
        removal.remove(made)
    run.refresh_from_db()
    assert (run.state, run.filter) == ("queued", made)


def test_weights_that_another_version_runs_stay(staff_client: Client) -> None:
    one, twin = make_filter("negative"), make_filter("twin")
    assert one.current is not None
    FilterVersion.objects.filter(filter=twin).update(weights=one.current.weights.name)
    assert delete(staff_client, one) == 302
    assert default_storage.exists(str(one.current.weights.name))


def test_a_filter_that_something_was_rendered_with_is_not_deleted(staff_client: Client, owner: User) -> None:
    one = make_filter("negative")
    make_render_row(make_video_row(owner), one)
    assert delete(staff_client, one) == 403
    assert "Something was rendered with it. Retire it instead." in told(staff_client, one)
    assert one.current is not None
    assert default_storage.exists(str(one.current.weights.name))


def test_a_mix_goes_on_without_a_filter_that_it_was_mixed_of(staff_client: Client, owner: User) -> None:
    night, wave = make_styled("Night", 0), make_styled("Wave", 1)
    parts = [mixes.Part(one.current, 1.0) for one in (night, wave) if one.current is not None]
    mixed = mixes.keep(parts, "Both", owner)
    assert delete(staff_client, night) == 302
    mixed.refresh_from_db()
    assert mixed.current is not None
    part = mixed.current.mix_parts.all()[0]
    assert (part.parent_name, part.parent) == ("Night", None)
    assert testframes.after(mixed.current, 0)
    assert "Night" in staff_client.get(mixed.get_absolute_url()).content.decode()


def test_a_deleted_training_leaves_no_previews_but_what_it_made(staff_client: Client) -> None:
    made = make_styled("Night", 0)
    assert made.style_image is not None
    preview = default_storage.save("training/1/000002.jpg", ContentFile(b"a preview"))
    run = TrainingRun.objects.create(
        name="Night",
        filter=made,
        style_image=made.style_image,
        state="running",
        previews=[{"step": 2, "image": preview}],
    )
    FilterVersion.objects.filter(filter=made).update(training_run=run)
    assert delete(staff_client, run) == 302
    assert not default_storage.exists(preview)
    version = FilterVersion.objects.get(filter=made)
    assert version.training_run is None
    assert default_storage.exists(str(version.weights.name))


def test_a_picture_goes_with_the_last_that_was_learned_from_it(staff_client: Client) -> None:
    """One that somebody had no right to hand in is not kept for ever."""
    made, second = make_styled("Night", 0), make_style_image("The back", seed=8)
    assert made.style_image is not None
    shared = make_filter(style_image=second)
    StyleUse.objects.create(filter=made, style_image=second, position=1, share=0.5)
    run = TrainingRun.objects.create(name="Night", filter=made, style_image=made.style_image)
    first = made.style_image

    def there(picture: StyleImage) -> tuple[bool, bool]:
        return StyleImage.objects.filter(pk=picture.pk).exists(), default_storage.exists(
            str(picture.image.name)
        )

    assert delete(staff_client, first) == 403
    assert delete(staff_client, made) == 302
    assert (there(first), there(second)) == ((True, True), (True, True))
    assert delete(staff_client, run) == 302
    assert (there(first), there(second)) == ((False, False), (True, True))
    assert delete(staff_client, shared) == 302
    assert there(second) == (False, False)


def test_a_picture_that_nothing_goes_back_to_is_deleted_by_itself(staff_client: Client) -> None:
    """As of filters that were deleted before their pictures went along."""
    left, used = make_style_image("Left behind", seed=9), make_style_image("In use", seed=10)
    make_filter(style_image=used)
    assert delete(staff_client, left) == 302
    assert not default_storage.exists(str(left.image.name))
    removal.remove_picture(used)  # somebody chose it while the page was open
    assert list(StyleImage.objects.all()) == [used]
    assert default_storage.exists(str(used.image.name))


def test_a_file_that_two_rows_name_goes_with_the_second_of_them(staff_client: Client, owner: User) -> None:
    first = make_style_image("Olga's", seed=9)
    second = StyleImage.objects.create(
        image=first.image.name, sha256=first.sha256, owner=owner, width=9, height=9, title="The same"
    )
    assert delete(staff_client, first) == 302
    assert default_storage.exists(str(second.image.name))
    assert delete(staff_client, second) == 302
    assert not default_storage.exists(str(second.image.name))


def test_renders_that_may_be_brought_back_keep_a_filter_and_that_is_said(
    staff_client: Client, owner: User
) -> None:
    """The list counts no deleted ones, so nothing else would tell why it cannot go."""
    one = make_filter("negative", published=False)
    assert "Nothing goes back to it" in told(staff_client, one)
    render = make_render_row(make_video_row(owner), one)
    removals.put_away(render)
    assert delete(staff_client, one) == 403
    assert "was deleted, and can be brought back for 24 hours." in told(staff_client, one)
    render.delete()
    assert delete(staff_client, one) == 302


def test_what_the_next_start_would_bring_back_is_retired_and_not_deleted(staff_client: Client) -> None:
    one = make_filter("negative", shipped=True)
    assert delete(staff_client, one) == 403
    assert delete(staff_client, make_filter("far", shipped=True, engine=Filter.Engine.ALGORITHMIA)) == 302
