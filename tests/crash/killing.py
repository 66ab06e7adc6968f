"""Kill a step at every effect that it has, let the house come round, and compare the end with an undisturbed one."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
from django.db import connections

from tests.crash import house
from tests.crash.effects import Effect, Watch
from tests.crash.kept import Kept, look
from videos.models import Render, Video

LONGEST = 300  # seconds of one process

Step = Callable[[], object]
Row = TypeVar("Row", Video, Render)


@dataclass(frozen=True)
class Killing:
    """`home` is the folder of all files of the installation, `aside` one beside it."""

    home: Path
    aside: Path

    def ends_the_same(self, step: Step, again: Step | None = None) -> None:
        """Fails with every moment at which a kill of `step` changes the end.

        `again` is what happens at once after the kill: the broker delivers the message again, or the person who was
        not answered asks once more.
        """
        kept = Kept(self.home, self.aside)
        effects = self.undisturbed(step)
        end = look(self.home)
        wrong = []
        for place, after in _moments(effects):
            kept.put_back()
            told = _told(effects, place, after)
            assert ended(partial(_run, step, Watch(self.home, place, after=after))) == -signal.SIGKILL
            assert ended(partial(_recover, again or step)) == 0, f"Nothing mends it: {told}"
            if (now := look(self.home)) != end:
                wrong.append("\n".join([told, *_differences(now, end)]))
        assert not wrong, "\n\n".join(["Not as if it had not been killed:", *wrong])

    def undisturbed(self, step: Step) -> list[Effect]:
        """The effects of the step, which is done and followed by the same rounds."""
        reading, writing = os.pipe()

        def whole() -> None:
            _run(step, watch := Watch(self.home))
            os.write(writing, pickle.dumps(watch.seen))
            _recover(step)

        assert ended(whole) == 0
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            effects: list[Effect] = pickle.load(told)  # noqa: S301 - from our own child
        return effects


def _run(step: Step, watch: Watch) -> None:
    watch.begin()
    step()
    watch.end()


def _recover(again: Step) -> None:
    again()
    house.come_round()


def _moments(effects: list[Effect]) -> Iterator[tuple[int, bool]]:
    """(place, after): each kind of effect from each line once, the first time."""
    known = set[tuple[str, str]]()
    for place, effect in enumerate(effects):
        if effect.place not in known:
            known.add(effect.place)
            yield place, False
            if effect.leaves_a_moment:
                yield place, True
    yield len(effects), False


def _differences(now: set[str], end: set[str]) -> list[str]:
    return [f"  + {one}" for one in sorted(now - end)] + [f"  - {one}" for one in sorted(end - now)]


def _told(effects: list[Effect], place: int, after: bool) -> str:
    if place == len(effects):
        return "Killed at its end"
    return f"Killed just {'after' if after else 'before'} {effects[place]}"


def ended(work: Step) -> int:
    """Do it in a process of its own; how that ended, as `subprocess` tells it."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        _be_the_child(work)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def brought(row: Row, step: Callable[[int], object], state: str) -> Row:
    """The row after a step in a process of its own has brought it to this state."""
    assert ended(partial(step, row.pk)) == 0
    row.refresh_from_db()
    assert row.state == state
    return row


def _be_the_child(work: Step) -> None:
    """What libraries have threads for is done in this one: those of the parent are not here."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LONGEST)
    cv2.setNumThreads(0)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
