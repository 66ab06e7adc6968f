"""Content that is there at once: landscapes kept on the disk, the rest added while the training runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from filters.training import drawn
from filters.training.content import ContentSet
from filters.training.drawn import GrowingContent, forget_older_landscapes, interleaved, kept_landscapes

Picture = NDArray[np.uint8]


def plain(value: int, side: int = 200) -> Picture:
    return np.full((side, side, 3), value, np.uint8)


def test_landscapes_are_drawn_once_and_the_same_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list(kept_landscapes(tmp_path, 2))
    monkeypatch.setattr(drawn, "landscape", lambda generator: pytest.fail("it is there already"))
    again = list(kept_landscapes(tmp_path, 2))
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])


def test_a_kept_landscape_that_cannot_be_read_is_drawn_again(tmp_path: Path) -> None:
    (first,) = kept_landscapes(tmp_path, 1)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for damaged in (b"", whole[:1000], bytes(len(whole))):
        path.write_bytes(damaged)
        assert np.array_equal(next(kept_landscapes(tmp_path, 1)), first)
        assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


def test_landscapes_of_an_older_rotoscope_go(tmp_path: Path) -> None:
    assert forget_older_landscapes(tmp_path / "nothing-yet") == 0
    for name in ("landscape-1-0000.png", f"landscape-{drawn.VERSION}-0000.png"):
        (tmp_path / name).touch()
    assert forget_older_landscapes(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"landscape-{drawn.VERSION}-0000.png"]


def test_the_first_pictures_are_of_both_kinds() -> None:
    mixed = interleaved([plain(1), plain(2)], [plain(7), plain(8), plain(9)])
    assert [int(one[0, 0, 0]) for one in mixed] == [1, 7, 2, 8, 9]


def test_it_begins_before_all_pictures_are_there() -> None:
    go = threading.Event()

    def slow() -> Iterator[Picture]:
        yield from (plain(value) for value in range(drawn.AT_ONCE))
        assert go.wait(30)
        yield plain(99)

    content = GrowingContent(slow())
    assert len(content.pictures) == drawn.AT_ONCE
    go.set()
    content._thread.join(30)
    whole = ContentSet([*(plain(value) for value in range(drawn.AT_ONCE)), plain(99)])
    assert content.fingerprint() == whole.fingerprint()


def test_once_it_is_asked_what_it_was_nothing_is_added() -> None:
    seen = threading.Event()

    def endless() -> Iterator[Picture]:
        yield from (plain(value) for value in range(drawn.AT_ONCE))
        while True:
            seen.set()
            yield plain(99)

    content = GrowingContent(endless())
    assert seen.wait(30)
    assert content.fingerprint() == ContentSet(content.pictures).fingerprint()


def test_whoever_wants_the_same_numbers_everywhere_waits_for_all() -> None:
    assert len(GrowingContent((plain(value) for value in range(30)), wait=True).pictures) == 30


def test_a_picture_that_cannot_be_read_is_not_passed_over_in_silence() -> None:
    def broken() -> Iterator[Picture]:
        yield from (plain(value) for value in range(drawn.AT_ONCE))
        raise OSError("the disk is gone")

    content = GrowingContent(broken())
    content._thread.join(30)
    for told in (content.raise_problem, content.fingerprint):
        with pytest.raises(OSError, match="the disk is gone"):
            told()


def test_small_pictures_are_left_out() -> None:
    assert len(GrowingContent([plain(1), plain(2, 100)], wait=True).pictures) == 1
