"""Uploads through a real browser to a real server, over a line that breaks."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.clips import draw_clip
from tests.journeys.conftest import sign_in
from tests.journeys.installed import one
from tests.journeys.proxy import BadLine
from tests.platform.installation import Installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MEGABYTE = 1024**2
PIECE = 5 * MEGABYTE
CHECKSUM = "SELECT checksum FROM videos_video WHERE source_name = %s"
COUNT = "SELECT count(*) FROM videos_video WHERE source_name = %s"
OFFSET = 'SELECT "offset" FROM videos_upload WHERE filename = %s'

Windows = Callable[..., BrowserContext]


@pytest.fixture
def line(installation: Installation) -> Iterator[BadLine]:
    """A line to the installation that can be cut."""
    bad = BadLine(installation.port)
    yield bad
    bad.close()


def heavy_clip(path: Path, megabytes: int = 18) -> Path:
    """A real clip with a box of random bytes at its end, which players skip."""
    draw_clip(path, frames=24)
    junk = os.urandom(megabytes * MEGABYTE)
    with path.open("ab") as clip:
        clip.write((len(junk) + 8).to_bytes(4, "big") + b"free" + junk)
    return path


def upload_page(window: Windows, address: str, name: str) -> Page:
    """The page for uploads of somebody who is signed in; scripts that fail fail the test."""
    page = window().new_page()
    sign_in(page, address, name, "/upload/")
    return page


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_upload_survives_a_cut_connection(
    installation: Installation, line: BadLine, window: Windows, account: Callable[[str], str], tmp_path: Path
) -> None:
    clip = heavy_clip(tmp_path / "cut.mp4")
    page = upload_page(window, line.address, account("cora"))
    line.bytes_sent = 0
    line.cut_after(8 * MEGABYTE)  # in the middle of the second piece
    page.set_input_files("#files", clip)
    card = page.locator(".file", has_text="cut.mp4")
    expect(card).to_have_attribute("data-state", "retrying")
    expect(card).to_contain_text("nothing is lost")
    assert line.cuts == 1
    assert one(installation, OFFSET, "cut.mp4") == PIECE
    wait_until("the browser has tried again in vain", lambda: line.refused > 0)
    line.mend()
    expect(card).to_have_attribute("data-state", "ready")
    assert one(installation, CHECKSUM, "cut.mp4") == sha256(clip)
    assert one(installation, COUNT, "cut.mp4") == 1
    assert line.bytes_sent < clip.stat().st_size + PIECE  # what had arrived was not sent again
    card.get_by_role("link", name="Open").click()
    expect(page.locator("h1")).to_contain_text("cut")


def test_an_upload_goes_on_after_a_closed_tab_and_a_killed_server(
    installation: Installation, line: BadLine, window: Windows, account: Callable[[str], str], tmp_path: Path
) -> None:
    clip = heavy_clip(tmp_path / "tab.mp4")
    page = upload_page(window, line.address, account("tabea"))
    line.cut_after(8 * MEGABYTE)
    page.set_input_files("#files", clip)
    wait_until("the line is cut", lambda: line.cuts == 1)
    window_of_hers = page.context
    page.close()
    line.mend()
    killed = installation.find("granian", "rotoscope.wsgi")
    os.kill(killed, signal.SIGKILL)
    # A worker of the killed one may answer once more before it notices.
    wait_until("another web server runs", lambda: installation.find("granian", "rotoscope.wsgi") != killed)
    wait_until("the web server is back", installation.answers)

    page = window_of_hers.new_page()
    page.goto(f"{line.address}/upload/")
    waiting = page.locator("[data-unfinished]")
    expect(waiting).to_contain_text("tab.mp4")
    line.bytes_sent = 0
    waiting.locator("[data-goes-on]").set_input_files(clip)
    card = page.locator(".file[data-state]", has_text="tab.mp4")
    expect(card).to_have_attribute("data-state", "ready")
    assert waiting.count() == 0
    assert one(installation, CHECKSUM, "tab.mp4") == sha256(clip)
    assert line.bytes_sent < clip.stat().st_size - PIECE + MEGABYTE


def test_it_goes_on_from_another_browser_and_refuses_another_file_there(
    installation: Installation, line: BadLine, window: Windows, account: Callable[[str], str], tmp_path: Path
) -> None:
    clip, other = heavy_clip(tmp_path / "two.mp4", 12), draw_clip(tmp_path / "other.mp4", frames=5)
    page = upload_page(window, line.address, account("bea"))
    line.cut_after(7 * MEGABYTE)
    page.set_input_files("#files", clip)
    wait_until("the line is cut", lambda: line.cuts == 1)
    page.close()
    line.mend()

    elsewhere = upload_page(window, installation.address, "bea")
    waiting = elsewhere.locator("[data-unfinished]")
    waiting.locator("[data-goes-on]").set_input_files(other)
    expect(elsewhere.locator(".toast")).to_contain_text("another file")
    elsewhere.set_input_files("#files", clip)  # by the ordinary button: it is recognised
    expect(elsewhere.locator(".file[data-state]")).to_have_attribute("data-state", "ready")
    assert one(installation, COUNT, "two.mp4") == 1
    assert one(installation, "SELECT count(*) FROM videos_upload WHERE filename = 'two.mp4'") == 1


def test_an_upload_can_be_paused_named_resumed_and_cancelled(
    installation: Installation, line: BadLine, window: Windows, account: Callable[[str], str], tmp_path: Path
) -> None:
    kept, dropped = heavy_clip(tmp_path / "kept.mp4", 8), heavy_clip(tmp_path / "dropped.mp4", 8)
    page = upload_page(window, line.address, account("paula"))
    line.seconds_per_piece = 0.2  # some 25 seconds a file: time to press buttons
    page.set_input_files("#files", [kept, dropped])
    first = page.locator(".file[data-state]", has_text="kept.mp4")
    second = page.locator(".file[data-state]", has_text="dropped.mp4")
    first.get_by_role("button", name="Pause").click()
    expect(first).to_have_attribute("data-state", "paused")
    expect(second).to_have_attribute("data-state", "sending")
    page.once("dialog", lambda question: question.accept())
    second.get_by_role("button", name="Cancel").click()
    expect(second).to_have_count(0)
    wait_until("nothing of it is left", lambda: one(installation, OFFSET, "dropped.mp4") is None)
    first.get_by_label("Title").fill("Ebb at noon")
    first.get_by_label("Tags").fill("coast, Morning")
    first.get_by_text("Public", exact=True).click()
    line.seconds_per_piece = 0.0
    first.get_by_role("button", name="Resume").click()
    expect(first).to_have_attribute("data-state", "ready")
    wishes = "SELECT visibility || ' ' || array_to_string(tags, '+') FROM videos_video WHERE title = %s"
    wait_until("they are kept", lambda: one(installation, wishes, "Ebb at noon") == "public coast+morning")


def test_a_file_that_is_no_video_is_refused_in_a_sentence(
    installation: Installation, window: Windows, account: Callable[[str], str], tmp_path: Path
) -> None:
    text = tmp_path / "letter.mp4"
    text.write_text("Dear reader, " * 1000)
    page = upload_page(window, installation.address, account("nora"))
    page.set_input_files("#files", text)
    card = page.locator(".file[data-state]", has_text="letter.mp4")
    expect(card).to_have_attribute("data-state", "failed")
    error = one(installation, "SELECT error FROM videos_video WHERE source_name = %s", "letter.mp4")
    assert len(error.split()) > 3
    expect(card).to_contain_text(error)


def test_the_plain_form_uploads_without_javascript(
    installation: Installation, window: Windows, account: Callable[[str], str], tmp_path: Path
) -> None:
    clip = draw_clip(tmp_path / "plain.mp4", frames=12)
    page = window(java_script_enabled=False).new_page()
    sign_in(page, installation.address, account("pia"), "/upload/")
    page.set_input_files("#plain [name=file]", clip)
    page.fill("#plain [name=title]", "By hand")
    page.click("#plain button")
    expect(page.locator("main")).to_contain_text("By hand")
    wait_until(
        "it is ready",
        lambda: one(installation, "SELECT state FROM videos_video WHERE title = 'By hand'") == "ready",
    )
    assert one(installation, CHECKSUM, "plain.mp4") == sha256(clip)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_name_leaves_its_card_as_wide_as_the_page(
    installation: Installation, window: Windows, account: Callable[[str], str], tmp_path: Path, width: int
) -> None:
    page = upload_page(window, installation.address, account(f"lena{width}"))
    page.set_viewport_size({"width": width, "height": 900})
    name = "an exceptionally long name that somebody gave a clip taken at dawn above the northern beach"
    page.set_input_files("#files", draw_clip(tmp_path / f"{name} {width}.mp4", frames=6))
    card = page.locator(".file", has_text=name)
    expect(card).to_have_attribute("data-state", "ready")
    room = page.locator("#files-list").bounding_box()
    drawn = card.bounding_box()
    assert room is not None and drawn is not None
    assert drawn["width"] <= room["width"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
