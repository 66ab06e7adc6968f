"""The page for uploads in a real chromium: what it says where an upload cannot go on, and what it asks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from dramatiq.brokers.stub import StubBroker
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.disk import no_room
from tests.gallery.conftest import drop, end_sessions, page_of, sign_in_elsewhere
from tests.gallery.shifts import hold_until_seen, moved
from tests.upload.client import created, patch
from videos.models import Upload, Video

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


def signed_out_meanwhile(page: Page, file: Path) -> tuple[Page, Locator]:
    """A page whose session has ended, and the card of the file that was chosen on it then."""
    end_sessions()
    page.set_input_files("#files", file)
    card = page.locator(".file[data-state]")
    expect(card).to_have_attribute("data-state", "failed")
    return page, card


def test_an_upload_goes_on_after_signing_in_anew(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    page, card = signed_out_meanwhile(
        page_of(live_server, open_page, owner, "/upload/", failing="status of 401"), file
    )
    expect(card).to_contain_text("Sign in, then press Resume")
    expect(card.get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    sign_in_elsewhere(page, live_server)
    card.get_by_role("button", name="Resume").click()
    expect(card).to_have_attribute("data-state", "reading")
    expect(card.get_by_role("link", name="Sign in")).to_be_hidden()
    assert Video.objects.get().owner == owner


def test_a_file_that_failed_is_taken_when_it_is_chosen_again(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    page, card = signed_out_meanwhile(
        page_of(live_server, open_page, owner, "/upload/", failing="status of 401"), file
    )
    card.get_by_label("Title").fill("Ebb at noon")
    sign_in_elsewhere(page, live_server)
    page.set_input_files("#files", file)
    expect(card).to_have_attribute("data-state", "reading")
    assert page.locator(".toast").count() == 0
    assert Video.objects.get().title == "Ebb at noon"


def test_what_ails_the_server_is_said_and_a_full_disk_is_waited_out_by_whoever_looks(
    live_server: LiveServer,
    open_page: Open,
    owner: User,
    file: Path,
    queue: StubBroker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither is a connection that was cut."""
    page = page_of(live_server, open_page, owner, "/upload/", failing="a status of 50")
    page.route(
        "**/uploads/*", lambda route: route.fulfill(status=500, content_type="text/html", body="Oh"), times=1
    )
    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", no_room)
        page.set_input_files("#files", file)
        card = page.locator(".file[data-state]")
        expect(card).to_contain_text("The server answered 500. Trying again in")
        expect(card).to_have_attribute("data-state", "failed")
        expect(card).to_contain_text("disk is full. What has arrived is kept")
    card.get_by_role("button", name="Resume").click()
    expect(card).to_have_attribute("data-state", "reading")
    assert Video.objects.get().owner == owner


def test_words_that_are_not_kept_are_said_to_be_so(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    page = page_of(live_server, open_page, owner, "/upload/", failing="status of 401")
    page.set_input_files("#files", file)
    card = page.locator(".file[data-state]")
    expect(card).to_have_attribute("data-state", "reading")
    end_sessions()
    card.get_by_label("Title").fill("Ebb at noon")
    expect(page.locator(".toast")).to_contain_text(
        "The words about flight.mp4 are not kept yet. You are signed out."
    )
    with page.expect_response(lambda answer: answer.url.endswith("/wishes/") and answer.status == 204):
        sign_in_elsewhere(page, live_server)
    assert Video.objects.get().title == "Ebb at noon"


def test_an_upload_that_goes_on_keeps_what_was_said_of_it(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    client = Client()
    client.force_login(owner)
    said = {"title": "Ebb at noon", "visibility": "public", "tags": "coast,low tide"}
    created(client, 300_000, filename="flight.mp4", **said)
    page = page_of(live_server, open_page, owner, "/upload/")
    held: list[Route] = []
    page.route("**/uploads/*", lambda route: route.continue_() if held else held.append(route))
    page.set_input_files("[data-goes-on]", file)
    card = page.locator(".file[data-state]")
    card.get_by_label("Title").fill("Ébb at dusk")  # before the server has said what it knows
    with page.expect_response(lambda answer: answer.url.endswith("/wishes/") and answer.status == 204):
        held[0].continue_()
    expect(card.get_by_label("Public")).to_be_checked()
    expect(card.get_by_label("Tags")).to_have_value("coast, low tide")
    expect(card).to_have_attribute("data-state", "reading")
    video = Video.objects.get()
    assert (video.title, video.visibility, video.tags) == ("Ébb at dusk", "public", ["coast", "low tide"])


def test_what_became_footage_while_the_question_stood_is_not_said_to_be_cancelled(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    page = page_of(live_server, open_page, owner, "/upload/", failing="status of 403")
    page.route("**/uploads/*", lambda route: None if route.request.method == "PATCH" else route.continue_())
    page.set_input_files("#files", file)
    card = page.locator(".file[data-state]")
    expect(card).to_have_attribute("data-state", "sending")
    client = Client()
    client.force_login(owner)
    patch(client, Upload.objects.get(), file.read_bytes(), 0)
    page.once("dialog", lambda question: question.accept())
    card.get_by_role("button", name="Cancel").click()
    expect(page.locator(".toast")).to_contain_text("is a video already")
    expect(card).to_have_attribute("data-state", "reading")
    expect(page.locator("#says")).to_contain_text("has arrived")


def test_of_a_folder_its_films_are_taken_in_the_order_of_their_names(
    live_server: LiveServer, open_page: Open, owner: User, queue: StubBroker, tmp_path: Path
) -> None:
    flight, empty = tmp_path / "flight", tmp_path / "empty"
    for folder in (flight / "later", empty):
        folder.mkdir(parents=True)
    for number, name in enumerate(("DJI_10.MP4", "DJI_9.MP4", "later/DJI_1.mov", "._DJI_9.MP4", "DJI_9.SRT")):
        (flight / name).write_bytes(bytes(1000 + number))
    page = page_of(live_server, open_page, owner, "/upload/")
    drop(page, flight, "h1")
    expect(page.locator(".file [data-part=name]")).to_have_text(["DJI_9.MP4", "DJI_10.MP4", "DJI_1.mov"])
    drop(page, empty, "h1")
    expect(page.locator(".toast")).to_have_text(["There is nothing in empty that can be taken."])
    page.evaluate(
        "DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true })"
    )  # and no more
    drop(page, flight, "h1")
    expect(page.locator(".toast").last).to_contain_text("A folder cannot be sent whole: open it")
    expect(page.locator(".file[data-state=reading]")).to_have_count(3)


HOLDS_THE_FIRST_SUM = """
const digest = crypto.subtle.digest.bind(crypto.subtle);
window.summing = new Promise((begun) => {
  crypto.subtle.digest = async (...asked) => {
    if (!window.letGo) await new Promise((resolve) => { window.letGo = resolve; begun(); });
    return digest(...asked);
  };
});
"""


def test_a_pause_while_a_piece_is_summed_sends_nothing(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    page = page_of(live_server, open_page, owner, "/collections/")
    page.add_init_script(HOLDS_THE_FIRST_SUM)
    page.goto(f"{live_server.url}/upload/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if "/uploads/" in request.url else None)
    page.set_input_files("#files", file)
    page.evaluate("summing")
    card = page.locator(".file[data-state]")
    card.get_by_role("button", name="Pause").click()
    page.evaluate("letGo()")
    card.get_by_role("button", name="Resume").click()
    expect(card).to_have_attribute("data-state", "reading")
    assert [method for method in sent if method != "GET"] == ["POST", "HEAD", "PATCH"]


FOLLOWS = """async () => {
  const { follow } = await import(new URL('follow.js', document.querySelector('script[src*="upload/page"]').src));
  const [later, waits, waiting] = [setTimeout, [], { state: 'receiving', before: 2 }];
  const answers = [...Array(8).fill(waiting), { ...waiting, before: 1 }, waiting, { state: 'ready' }];
  let hidden = false;
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  const comeBack = () => { hidden = false; document.dispatchEvent(new Event('visibilitychange')); };
  window.setTimeout = (call, wait) => {
    waits.push(Math.round(wait / 1000));
    if (hidden) later(() => { waits.push('late'); call(); }, 10_000); // where coming back changes nothing
    return later(hidden ? comeBack : call);
  };
  window.fetch = async () => {
    const video = answers.shift();
    hidden = answers.length === 1;
    return Response.json({ video });
  };
  await follow('/uploads/', () => {});
  return waits;
}"""


def test_what_does_not_change_is_asked_for_less_and_less_and_at_once_when_somebody_looks_again(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    page = page_of(live_server, open_page, owner, "/upload/")
    assert page.evaluate(FOLLOWS) == [1, 2, 2, 3, 5, 8, 10, 10, 1, 30]


def test_what_has_arrived_goes_only_after_a_question(
    live_server: LiveServer, open_page: Open, owner: User, tmp_path: Path
) -> None:
    file = tmp_path / "long.mp4"
    file.write_bytes(bytes(6 * 1024**2))  # two pieces, the second of which never arrives

    def hold_the_second(route: Route) -> None:
        if route.request.headers.get("upload-offset", "0") == "0":
            route.continue_()

    page = page_of(live_server, open_page, owner, "/upload/")
    page.route("**/uploads/*", hold_the_second)
    page.set_input_files("#files", file)
    card = page.locator(".file[data-state]")
    expect(card).to_contain_text("83 %")
    cancel = card.get_by_role("button", name="Cancel")
    questions: list[str] = []
    page.on("dialog", lambda question: questions.append(question.message))
    page.once("dialog", lambda question: question.dismiss())
    cancel.click()
    assert questions == ["Remove long.mp4? What has arrived of it goes too."]
    expect(card).to_have_attribute("data-state", "sending")
    page.once("dialog", lambda question: question.accept())
    cancel.click()
    expect(card).to_have_count(0)


def test_an_unfinished_upload_is_removed_only_after_a_question(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    client = Client()
    client.force_login(owner)
    patch(client, created(client, 100, filename="begun.mp4"), b"data", 0)
    page = page_of(live_server, open_page, owner, "/upload/")
    listed = page.locator("[data-unfinished]")
    page.once("dialog", lambda question: question.dismiss())
    listed.get_by_role("button", name="Remove").click()
    expect(listed).to_contain_text("begun.mp4")
    page.once("dialog", lambda question: question.accept())
    listed.get_by_role("button", name="Remove").click()
    expect(listed).to_have_count(0)
    assert not Upload.objects.unfinished().exists()


def test_what_is_chosen_before_the_script_is_there_is_taken_too(
    live_server: LiveServer, open_page: Open, owner: User, file: Path, queue: StubBroker
) -> None:
    page = page_of(live_server, open_page, owner, "/collections/")
    held: list[Route] = []
    page.route("**/js/upload/page.js", lambda route: held.append(route))
    with page.expect_request("**/js/upload/page.js"):
        page.goto(f"{live_server.url}/upload/", wait_until="commit")
    page.set_input_files("#files", file)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator(".file[data-state]")).to_have_attribute("data-state", "reading")
    assert Upload.objects.get().filename == file.name


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_nothing_moves_when_the_script_comes_after_the_page_is_seen(
    live_server: LiveServer, open_page: Open, owner: User, size: tuple[int, int]
) -> None:
    client = Client()
    client.force_login(owner)
    patch(client, created(client, 100, filename="begun.mp4"), b"data", 0)
    page = page_of(live_server, open_page, owner, "/accounts/login/", size=size)
    hold_until_seen(page, "**/upload/page*.js")
    page.goto(f"{live_server.url}/upload/")
    expect(page.get_by_role("button", name="Remove")).to_be_visible()
    assert moved(page) < 0.01


def test_without_script_there_is_the_plain_form_and_nothing_that_needs_one(
    live_server: LiveServer, open_page: Open, owner: User
) -> None:
    page = page_of(live_server, open_page, owner, "/upload/", java_script_enabled=False)
    expect(page.locator("#plain [name=file]")).to_be_visible()
    expect(page.locator(".drop-pick")).to_be_hidden()
