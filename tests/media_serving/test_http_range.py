"""The Range header of RFC 9110, by itself."""

from __future__ import annotations

import pytest

from videos.http_range import ByteRange, Unsatisfiable, parse


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=50-", 50, 100),
        ("bytes=-30", 70, 100),
        ("bytes=-300", 0, 100),
        ("bytes=90-300", 90, 100),
        ("Bytes = 5 - 6", 5, 7),
    ],
)
def test_it_reads_single_ranges(header: str, start: int, stop: int) -> None:
    assert parse(header, 100) == ByteRange(start, stop, 100)


@pytest.mark.parametrize(
    "header",
    ["", "bytes=", "bytes=-", "bytes=6-5", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=" + "9" * 5000],
)
def test_what_is_no_single_range_means_the_whole(header: str) -> None:
    assert parse(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse(header, 100)


def test_nothing_of_an_empty_file_can_be_asked_for() -> None:
    with pytest.raises(Unsatisfiable):
        parse("bytes=-5", 0)


def test_it_writes_the_header_of_the_answer() -> None:
    assert ByteRange(5, 10, 100).header == "bytes 5-9/100"
