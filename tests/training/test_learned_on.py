"""What a training learns on, as it is read: counted, told, and where it breaks."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from filters import orders, training_diary, training_work, trainings
from filters.models import FilterVersion, TrainingRun
from filters.training.tune import Tuned
from filters.training_record import record_of, run_of
from tests.clips import draw_clip
from tests.lab.pictures import encoded
from tests.training.runs import a_tuning


def test_a_clip_that_breaks_ends_the_training_at_its_next_step(
    owner: User, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after the hour that it was meant to take; whoever goes on is told the same."""
    good = draw_clip(style.with_name("good.mp4"), frames=4, width=320, height=180)
    later = draw_clip(style.with_name("later.mp4"), frames=4, width=320, height=180)
    wish = orders.Wish(minutes=60, footage=(str(good), str(later)))
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, wish)
    later.write_bytes(b"")
    monkeypatch.setattr(training_work, "DRAWN", 2)
    monkeypatch.setattr(training_diary.Diary, "first_look", lambda diary, pictures: None)

    def tune(*material: Any, should_stop: Callable[[], bool], **also: Any) -> None:
        content = material[1]
        content._thread.join(30)
        should_stop()
        pytest.fail("it should have been told")

    monkeypatch.setattr("filters.training.tune.tune", tune)
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.FAILED
    assert run.error.startswith("Nothing can be learned on “later.mp4”")


@pytest.mark.parametrize(
    ("there", "landscapes"), [([], 8), (["a.jpg"], 4), ([f"{number}.jpg" for number in range(9)], 2)]
)
def test_landscapes_make_up_for_footage_that_was_deleted_meanwhile(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, there: list[str], landscapes: int
) -> None:
    settings.ROTOSCOPE_HOME = tmp_path
    picture = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    for name in there:
        data = encoded(Image.fromarray(picture), "JPEG")
        assert default_storage.save(f"frames/{name}", ContentFile(data)) == f"frames/{name}"
    gone = [f"gone-{number}.jpg" for number in range(9 - len(there))]
    monkeypatch.setattr(training_work, "DRAWN", 8)
    read: Counter[str] = Counter()
    wish = orders.Wish(images=tuple(f"frames/{name}" for name in (*there, *gone)), steps=1)
    training_work._content(wish, read)
    assert (read["frames"], read["landscapes"]) == (len(there), landscapes)


@pytest.mark.django_db(transaction=True)  # the lease is renewed over a connection of its own
def test_what_was_learned_on_is_counted_as_it_is_read(
    owner: User, owner_client: Client, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = draw_clip(style.with_name("clip.mp4"), frames=4, width=320, height=180)
    wish = orders.Wish(footage=(str(clip),))
    run = orders.order([orders.Piece(style)], "Deep Sea", owner, wish)
    page = reverse("training-run", args=[run.pk])
    assert "1</span> clip and drawn landscapes" in owner_client.get(page).content.decode()

    run.settings["images"] = ["frames/gone.jpg"]
    run.save()

    def tune(*material: Any, **also: Any) -> Tuned:
        content = material[1]
        content._thread.join(30)
        content.fingerprint()
        return a_tuning()

    monkeypatch.setattr(training_work, "DRAWN", 8)
    monkeypatch.setattr(training_work, "_figures", lambda *material: {})
    monkeypatch.setattr(training_diary.Diary, "first_look", lambda diary, pictures: None)
    monkeypatch.setattr("filters.training.tune.tune", tune)
    assert trainings.run(run.pk)
    run.refresh_from_db()
    assert run.learned_on == {"frames": 4, "landscapes": 2}
    told = owner_client.get(page).content.decode()
    assert '4</span> frames of footage and <span class="mono">2</span> drawn landscapes' in told
    version = FilterVersion.objects.get()
    made = version.filter
    assert made.style_image is not None
    back = run_of(record_of(version), made, [made.style_image])
    assert back is not None
    assert back.learned_on == run.learned_on
    older = run_of({"settings": {"minutes": 5}}, made, [made.style_image])
    assert older is not None
    page = reverse("training-run", args=[older.pk])
    assert "<dd>not written down</dd>" in owner_client.get(page).content.decode()
