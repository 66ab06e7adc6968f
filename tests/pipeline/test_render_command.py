"""`manage.py render`: paints a file beside it, keeps nothing, and says plainly what it cannot do."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from filters.models import Filter
from rotoscope.accounts import passing
from rotoscope.common import loose
from rotoscope.common.endings import Ended
from rotoscope.common.terminal import Bar
from tests.at_once import at_once
from tests.clips import decoded, draw_clip, number_of
from tests.factories import make_filter, make_render_row, make_video_row
from videos.management.commands import render as command
from videos.media.errors import EncodeError
from videos.models import Render, Video
from videos.pipeline import accounts, dispatch, here, ingest, paint, rebuild, reconcile, renders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return draw_clip(tmp_path / "clip.mp4", frames=12)


@pytest.fixture
def negative() -> Filter:
    return make_filter("negative")


def render(clip: Path, output: Path, *words: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("render", str(clip), "--filter", "negative", "--output", str(output), *words, stdout=out)
    return out.getvalue()


def nothing_stays() -> bool:
    """No account, no footage."""
    return not User.objects.exists() and not Video.objects.exists()


@pytest.mark.parametrize("name", ["🎬", "..mp4", b"caf\xe9.mp4"])
def test_a_file_may_have_any_name(clip: Path, negative: Filter, tmp_path: Path, name: str | bytes) -> None:
    odd = clip.rename(tmp_path / os.fsdecode(name))
    assert json.loads(render(odd, tmp_path / "painted.mp4", "--json"))["frames"] == 12
    assert nothing_stays()


def test_it_paints_every_frame_and_keeps_nothing(
    clip: Path, negative: Filter, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file either, also where there are more than a page would remove by itself."""
    monkeypatch.setattr(loose, "AT_ONCE", 0)
    output = tmp_path / "painted.mp4"
    told = json.loads(render(clip, output, "--json"))
    assert (told["frames"], told["painted"], told["rate"]) == (12, 12, "24/1")
    assert [number_of(picture, inverted=True) for picture in decoded(output)] == list(range(12))
    assert nothing_stays()
    assert {path.name for path in tmp_path.iterdir()} == {"clip.mp4", "painted.mp4"}
    stored = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert {path.parent.name for path in stored} == {"weights"}


def test_a_draft_is_taken_and_what_is_retired_or_cannot_run_is_not(clip: Path, tmp_path: Path) -> None:
    """What was trained here is a draft until a curator has seen it."""
    draft = make_filter("negative", published=False)
    assert json.loads(render(clip, tmp_path / "painted.mp4", "--json"))["frames"] == 12
    Filter.objects.filter(pk=draft.pk).update(unavailable_reason="Its base is gone.")
    with pytest.raises(CommandError, match=r"“negative” cannot run now: Its base is gone\.") as refused:
        render(clip, tmp_path / "again.mp4")
    assert refused.value.returncode == 2
    Filter.objects.filter(pk=draft.pk).update(unavailable_reason="", state=Filter.State.RETIRED)
    with pytest.raises(CommandError, match=r"There is no filter “negative”\. There are: none yet\."):
        render(clip, tmp_path / "again.mp4")


@pytest.mark.parametrize(
    "words",
    [
        ("--fps", "0"),
        ("--fps", "-1"),
        ("--fps", "2.5"),
        ("--fps", "²"),
        ("--fps", "9" * 5000),
        ("--strength", "nan"),
        ("--smoothing", "2"),
        ("--height", "7"),
        ("--start-frame", "12"),
        ("--stop-frame", "0"),
        ("--live",),
        ("--filter", "nowhere"),
    ],
    ids=lambda words: " ".join(words)[:20],
)
def test_what_makes_no_sense_is_bad_input(
    clip: Path, negative: Filter, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError) as refused:
        render(clip, tmp_path / "painted.mp4", *words)
    assert refused.value.returncode == 2
    assert nothing_stays()
    assert not (tmp_path / "painted.mp4").exists()


def test_footage_is_never_written_over(clip: Path, negative: Filter, tmp_path: Path) -> None:
    before = clip.read_bytes()
    (tmp_path / "link.mp4").symlink_to(clip)
    for output in (clip, tmp_path / "link.mp4"):
        with pytest.raises(CommandError, match="would replace its footage") as refused:
            render(clip, output)
        assert refused.value.returncode == 2
    assert clip.read_bytes() == before


@pytest.mark.parametrize("output", ["painted.avi", "nowhere/painted.mp4", "folder.mp4"])
def test_a_place_where_nothing_can_be_put_is_refused_before_anything_is_painted(
    clip: Path, negative: Filter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.setattr(here, "rendered", None)
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(CommandError, match=r"must be an \.mp4 in a folder that exists") as refused:
        render(clip, tmp_path / output)
    assert refused.value.returncode == 2


def test_a_full_disk_is_told_in_a_sentence_and_no_half_file_stays(
    clip: Path, negative: Filter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copyfile

    def copyfile(source: Any, target: Any) -> Any:
        copy(source, target)
        if Path(target).parent == tmp_path:
            raise OSError(errno.ENOSPC, "No space left on device")
        return target

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(CommandError, match=r"painted\.mp4 cannot be written: No space left") as refused:
        render(clip, tmp_path / "painted.mp4")
    assert refused.value.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    assert nothing_stays()


@pytest.mark.parametrize(("step", "work"), [(ingest, "make_footage"), (rebuild, "rebuild")])
def test_what_ffmpeg_cannot_do_is_told_in_a_sentence(
    clip: Path, negative: Filter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: Any, work: str
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise EncodeError("The encoder stopped: No space left on device")

    monkeypatch.setattr(step, work, broken)
    with pytest.raises(CommandError, match="The encoder stopped: No space left") as refused:
        render(clip, tmp_path / "painted.mp4")
    assert refused.value.returncode == 1
    assert nothing_stays()


def test_what_a_killed_one_left_goes_after_a_day_and_nobody_elses(clip: Path, negative: Filter) -> None:
    """Whoever signs up may call themselves almost anything."""
    killed, at_work = passing.make(), passing.make()
    names = ("command-line", "command-0123456789ab")
    people = [User.objects.create_user(name, password="a password") for name in names]
    User.objects.filter(username=names[1]).update(is_active=False)
    for one in (killed, *people):
        User.objects.filter(pk=one.pk).update(date_joined=timezone.now() - timedelta(days=2))
        make_video_row(one)
    with accounts.account() as account:
        assert set(User.objects.all()) == {at_work, account, *people}
        assert Video.objects.count() == len(people)
    killed = passing.make()
    User.objects.filter(pk=killed.pk).update(date_joined=timezone.now() - timedelta(days=2))
    reconcile.clear_away()
    assert set(User.objects.all()) == {at_work, *people}


def test_one_that_takes_longer_than_a_day_keeps_what_it_works_on() -> None:
    with accounts.account() as slow:
        User.objects.filter(pk=slow.pk).update(date_joined=timezone.now() - timedelta(days=2))
        video = make_video_row(slow)
        at_once(accounts.clear_abandoned)
        assert set(Video.objects.all()) == {video}
        assert set(User.objects.all()) == {slow}


def test_workers_do_not_finish_what_a_killed_one_left(
    negative: Filter, owner: User, queue: StubBroker
) -> None:
    """It is for nobody, and may cost money. What somebody else waits for is sent as ever."""
    killed = passing.make()
    with dispatch.inline():
        for one in (killed, owner):
            values = {"state": Video.State.INGESTING, "source": "s.mp4"}
            make_video_row(one, **values)
            renders.request(make_video_row(one), negative, one, renders.RenderSettings())
            make_render_row(make_video_row(one), negative, state=Render.State.REBUILDING)
    reconcile.requeue()
    assert Render.objects.exclude(nudged_at=None).count() == 2
    assert Video.objects.exclude(nudged_at=None).count() == 1
    sent = [*Render.objects.exclude(nudged_at=None), *Video.objects.exclude(nudged_at=None)]
    assert {one.owner for one in sent} == {owner}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_kill_and_a_closed_terminal_leave_nothing_either(
    clip: Path, negative: Filter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    class Told(Bar):
        def __call__(self, words: str, share: float) -> None:
            if words == "painting":
                os.kill(os.getpid(), number)

    def remove_video(video: Video) -> None:
        os.kill(os.getpid(), number)  # `timeout` tells us, and then all of our group
        remove(video)

    remove, before = renders.remove_video, signal.getsignal(number)
    monkeypatch.setattr(command, "Bar", Told)
    monkeypatch.setattr(paint, "run", lambda pk: False)
    monkeypatch.setattr(renders, "remove_video", remove_video)
    with pytest.raises(Ended) as ended:
        render(clip, tmp_path / "painted.mp4")
    assert ended.value.number == number
    assert nothing_stays()
    assert signal.getsignal(number) == before


@pytest.mark.timeout(120)
def test_ctrl_c_ends_the_painting_at_once(
    clip: Path, negative: Filter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The threads that paint go on until the render is done, or cancelled; here it never is done."""

    class Interrupted(Bar):
        def __call__(self, words: str, share: float) -> None:
            if words == "painting":
                raise KeyboardInterrupt

    monkeypatch.setattr(command, "Bar", Interrupted)
    monkeypatch.setattr(paint, "run", lambda pk: False)
    with pytest.raises(KeyboardInterrupt):
        render(clip, tmp_path / "painted.mp4")
    assert nothing_stays()
    assert not (tmp_path / "painted.mp4").exists()
