"""DeepFilter itself, answered by our published filters, driven by the real client over a real socket."""

from __future__ import annotations

import base64
import io
import threading
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from filters.deepfilter import algorithm, fetch, images
from filters.deepfilter.room import LATEST, SOONEST, Room
from filters.engines.algorithmia import AlgorithmiaEngine, Breaker, NotFound
from filters.engines.algorithmia.errors import error_for, error_in_answer
from filters.engines.base import Frame
from filters.models import DeepFilterObject, Filter
from tests.deepfilter.conftest import Server
from tests.factories import make_filter


def picture(height: int = 40, width: int = 52, seed: int = 1) -> NDArray[np.uint8]:
    """Noise: (height, width, 3) uint8."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    """The bytes of a PNG."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a picture file."""
    return np.asarray(Image.open(io.BytesIO(data)))


def put(server: Server, name: str, pixels: NDArray[np.uint8]) -> str:
    """Keep a picture at the server; its address."""
    folder = server.client.dir("data://.my/in")
    if not folder.exists():
        folder.create()
    server.client.file(f"data://.my/in/{name}").put(as_png(pixels))
    return f"data://.my/in/{name}"


def inline(pixels: NDArray[np.uint8]) -> str:
    """A picture inside the call."""
    return "data:image/png;base64," + base64.b64encode(as_png(pixels)).decode()


def problem_of(server: Server, **asked: Any) -> str:
    """The message of a call's error, which comes with status 200 as the clients expect."""
    answer = server.call(**asked)
    assert answer.status_code == 200
    return str(answer.json()["error"]["message"])


def test_an_old_script_runs_again(server: Server, negative: Filter) -> None:
    first, second = picture(seed=1), picture(seed=2)
    images = [put(server, "1.png", first), put(server, "2.png", second)]
    answer = server.client.algo("deeplearning/DeepFilter/0.6.0").pipe(
        {
            "images": images,
            "savePaths": ["data://.my/in/o1.png", "data://.my/in/o2.png"],
            "filterName": "gan_vogh",
        }
    )
    assert answer.result == {"savePaths": ["data://.my/in/o1.png", "data://.my/in/o2.png"]}
    assert answer.metadata.duration >= 0
    for address, original in zip(answer.result["savePaths"], (first, second), strict=True):
        np.testing.assert_array_equal(pixels_of(server.client.file(address).getBytes()), 255 - original)


def test_one_address_instead_of_a_list_and_no_place_for_the_result(server: Server, negative: Filter) -> None:
    original = picture()
    answer = server.client.algo("deeplearning/DeepFilter").pipe(
        {"images": put(server, "1.png", original), "filterName": "gan-vogh"}
    )
    [address] = answer.result["savePaths"]
    assert address.startswith("data://.algo/")
    np.testing.assert_array_equal(pixels_of(server.client.file(address).getBytes()), 255 - original)


def test_a_picture_may_stand_in_the_call(server: Server, negative: Filter) -> None:
    original = picture()
    [address] = server.call(images=[inline(original)], filterName="gan-vogh").json()["result"]["savePaths"]
    np.testing.assert_array_equal(pixels_of(server.client.file(address).getBytes()), 255 - original)


def test_any_kind_of_picture_is_seen_as_programs_show_it(server: Server, negative: Filter) -> None:
    """Grey of 16 bits in its full range, and what is transparent on white."""
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (40, 1))
    clear = np.zeros((40, 256, 4), np.uint8)
    clear[:, 128:] = (200, 100, 50, 255)
    grey = np.repeat((255 - np.arange(256, dtype=np.uint8))[None, :, None], 3, axis=2)
    answer = server.call(images=[inline(ramp), inline(clear)], filterName="gan-vogh").json()  # type: ignore[arg-type]
    first, second = (pixels_of(server.client.file(one).getBytes()) for one in answer["result"]["savePaths"])
    np.testing.assert_array_equal(first, np.broadcast_to(grey, (40, 256, 3)))
    assert (second[0, 0].tolist(), second[0, 255].tolist()) == ([0, 0, 0], [55, 155, 205])


def test_a_picture_in_the_call_may_be_broken_into_lines(server: Server, negative: Filter) -> None:
    """As base64.encodebytes writes it, which scripts of those years used."""
    original = picture()
    address = "data:image/png;base64," + base64.encodebytes(as_png(original)).decode()
    [painted] = server.call(images=[address], filterName="gan-vogh").json()["result"]["savePaths"]
    np.testing.assert_array_equal(pixels_of(server.client.file(painted).getBytes()), 255 - original)


def test_pictures_of_several_sizes_come_back_in_order_and_size(server: Server, negative: Filter) -> None:
    originals = [picture(40, 52), picture(30, 31), picture(30, 31, 5), picture(40, 52, 6), picture(9, 70)]
    answer = server.call(images=[inline(one) for one in originals], filterName="gan-vogh").json()
    for address, original in zip(answer["result"]["savePaths"], originals, strict=True):
        np.testing.assert_array_equal(pixels_of(server.client.file(address).getBytes()), 255 - original)


def test_a_jpeg_is_written_where_the_place_says_so(server: Server, negative: Filter) -> None:
    image = put(server, "1.png", picture())
    server.call(images=[image], savePaths=["data://.my/in/o.jpg"], filterName="gan-vogh")
    assert server.client.file("data://.my/in/o.jpg").getBytes()[:3] == b"\xff\xd8\xff"


def test_calls_and_images_are_counted(server: Server, negative: Filter) -> None:
    server.call(images=[inline(picture())] * 3, filterName="gan-vogh")
    server.call(images=[inline(picture())], filterName="gan-vogh")
    server.row.refresh_from_db()
    assert (server.row.calls, server.row.images) == (2, 4)
    assert server.row.last_used_at is not None


def test_an_unknown_filter_is_named_in_the_error(server: Server, negative: Filter) -> None:
    with pytest.raises(Exception, match="unknown filter: space_pizza"):
        server.client.algo("deeplearning/DeepFilter").pipe(
            {"images": [inline(picture())], "filterName": "space_pizza"}
        )


def test_a_filter_that_is_called_just_so_goes_before_one_with_hyphens(db: None) -> None:
    hyphens, underscores = make_filter("night-sea", name="A"), make_filter("night_sea", name="B")
    assert algorithm.find_version("night_sea") == underscores.current
    assert algorithm.find_version("night-sea") == hyphens.current
    underscores.retire()
    assert algorithm.find_version("night_sea") == hyphens.current


def test_a_filter_that_cannot_run_now_is_asked_for_again(server: Server, negative: Filter) -> None:
    """Also by our own client, which gave such a render up for good."""
    negative.mark_unavailable("Its weights are missing.")
    answer = server.call(images=[inline(picture())], filterName="gan-vogh")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    error = answer.json()["error"]
    assert error["message"] == "Gan vogh is not available: Its weights are missing."
    assert error_for(answer).temporary
    assert error_in_answer(error["message"], error["error_type"]).temporary, (
        "an older server says it with status 200"
    )


def test_calls_that_wait_keep_no_decoded_pictures(
    server: Server, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are decoded by whoever paints, when their turn has come."""
    threads: list[str] = []
    decode = images.decode

    def note(data: bytes, name: str) -> Frame:
        threads.append(threading.current_thread().name)
        return decode(data, name)

    monkeypatch.setattr(images, "decode", note)
    kept = put(server, "1.png", picture())
    server.call(images=[kept, inline(picture())], filterName="gan-vogh").raise_for_status()
    assert [name.startswith("deepfilter") for name in threads] == [True, True]


def test_drafts_retired_filters_and_those_of_another_service_are_unknown(server: Server) -> None:
    make_filter("draft", published=False)
    make_filter("retired").retire()
    make_filter("elsewhere", engine=Filter.Engine.ALGORITHMIA)
    for name in ("draft", "retired", "elsewhere"):
        assert problem_of(server, images=[inline(picture())], filterName=name) == f"unknown filter: {name}"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"images": []}, "1 to 64 images"),
        ({"images": ["data://.my/x.png"] * 65}, "1 to 64 images"),
        ({"images": 7}, "list of addresses"),
        (
            {"images": ["data://.my/x.png"], "savePaths": ["data://.my/a", "data://.my/b"]},
            "as many savePaths",
        ),
        ({"images": ["data://.my/x.png"] * 2, "savePaths": ["data://.my/a"] * 2}, "savePath of its own"),
        ({"images": ["data://.my/x.png"], "savePaths": ["s3://bucket/x"]}, "data:// addresses"),
        ({"images": ["data://.my/x.png"], "savePaths": ["data://stella/x/y"]}, "no such directory"),
        ({"images": ["data://.my/x.png"], "savePaths": ["data://.my"]}, "names no file"),
        (
            {
                "images": ["data://.my/x.png"],
                "savePaths": ["data://.algo/deeplearning/DeepFilter/temporary/x"],
            },
            "no such directory",
        ),
        ({"images": ["data://.my/nothing.png"]}, "no such file"),
        ({"images": ["data://stella/x/y.png"]}, "no such"),
        ({"images": ["file:///etc/passwd"]}, "neither"),
        ({"images": ["data:image/png;base64,§"]}, "base64"),
        ({"images": ["data:image/png;base64,aGVsbG8="]}, "not a PNG"),
        ({"images": ["http://127.0.0.1/x.png"]}, "not fetched here"),
        ({"images": ["data://.my/a\nb.png"]}, "invalid path"),
        ({"images": ["ftp://a\r\nb"]}, "neither"),
        ({"images": ["data://.my/x.png"], "filterName": "gan\nvogh"}, "unknown filter"),
        ({"images": ["data://.my/x.png"], "filterName": "data://.my/models/mine.t7"}, "publish them"),
        ({"images": ["data://.my/x.png"], "filterName": 3}, "filterName is missing"),
    ],
)
def test_a_mistake_is_explained(server: Server, negative: Filter, asked: dict[str, Any], words: str) -> None:
    assert words in problem_of(server, **{"filterName": "gan-vogh", **asked})
    assert not DeepFilterObject.objects.exists()


def test_a_place_that_cannot_be_is_told_before_anything_is_painted(server: Server, negative: Filter) -> None:
    put(server, "1.png", picture())
    there = set(DeepFilterObject.objects.values_list("path", flat=True))
    places = ["data://.my/in/o1.png", "data://.my/nowhere/o2.png"]
    words = problem_of(server, images=[inline(picture())] * 2, savePaths=places, filterName="gan-vogh")
    assert "no such directory" in words
    assert "nowhere/o2.png" in words
    assert set(DeepFilterObject.objects.values_list("path", flat=True)) == there


def test_a_truncated_picture_is_damaged(server: Server, negative: Filter) -> None:
    data = base64.b64encode(as_png(picture())[:-400]).decode()
    assert "damaged" in problem_of(server, images=[f"data:image/png;base64,{data}"], filterName="gan-vogh")


def test_a_picture_of_a_billion_pixels_is_refused_unseen(server: Server, negative: Filter) -> None:
    image = Image.new("1", (8000, 8000))
    data = io.BytesIO()
    image.save(data, "PNG")
    address = "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
    assert "at most" in problem_of(server, images=[address], filterName="gan-vogh")


def test_what_is_no_json_is_400(server: Server) -> None:
    assert server.ask("POST", "algo/deeplearning/DeepFilter", data=b"{").status_code == 400


def test_too_many_calls_at_once_are_asked_to_come_back(
    server: Server, negative: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later, the more of them there are and the longer calls take, and one after the other."""
    seconds = [0.0]
    room = Room(2, now=lambda: seconds[0])
    monkeypatch.setattr(algorithm, "_room", room)

    def come_back() -> int:
        answer = server.call(images=[inline(picture())], filterName="gan-vogh")
        assert answer.status_code == 429
        return int(answer.headers["Retry-After"])

    with room.place(), room.place():
        assert [come_back(), come_back()] == [SOONEST, SOONEST]
        seconds[0] = 16
    with room.place(), room.place():
        assert [come_back(), come_back(), come_back()] == [6, 12, 18]
        seconds[0] += 13
        assert come_back() == 12, "one of the three is still to come"
        for _ in range(9):
            assert come_back() <= LATEST
    server.call(images=[inline(picture())], filterName="gan-vogh").raise_for_status()


def test_a_call_ends_when_its_time_is_over(server: Server, negative: Filter) -> None:
    asked = {"images": [inline(picture())], "filterName": "gan-vogh"}
    answer = server.ask("POST", "algo/deeplearning/DeepFilter?timeout=0", json=asked)
    assert "timeout" in answer.json()["error"]["message"]


def test_a_time_that_is_no_number_is_the_usual_one(server: Server, negative: Filter) -> None:
    asked = {"images": [inline(picture())], "filterName": "gan-vogh"}
    answer = server.ask("POST", "algo/deeplearning/DeepFilter?timeout=²", json=asked)
    assert len(answer.json()["result"]["savePaths"]) == 1


def test_the_client_sees_that_the_algorithm_exists(server: Server, negative: Filter) -> None:
    assert server.client.algo("deeplearning/DeepFilter").exists()
    names = server.ask("GET", "algorithms/deeplearning/DeepFilter").json()["filters"]
    assert names == [{"name": "gan-vogh", "title": "Gan vogh"}]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0",  # noqa: S104
             "localhost", "[fe80::1]", "100.64.0.1", "2130706433"],
)  # fmt: skip
def test_no_picture_is_fetched_from_inside_our_network(
    server: Server, negative: Filter, settings: Any, host: str
) -> None:
    settings.DEEPFILTER_FETCH = True
    message = problem_of(server, images=[f"http://{host}/x.png"], filterName="gan-vogh")
    assert "not a public address" in message or "no host" in message


def test_a_picture_is_fetched_from_a_checked_address(
    server: Server, negative: Filter, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEEPFILTER_FETCH = True
    settings.ALLOWED_HOSTS = ["*"]
    address = server.address
    port = int(address.rpartition(":")[2])
    monkeypatch.setattr(fetch, "is_public", lambda ip: True)
    monkeypatch.setattr(fetch, "PORTS", (port,))
    # Our own health page is no picture, but it was reached; a redirect is not followed.
    assert "not a PNG" in problem_of(server, images=[f"{address}/health/"], filterName="gan-vogh")
    assert "status 30" in problem_of(server, images=[f"{address}/admin/"], filterName="gan-vogh")


def test_one_rotoscope_uses_another_as_its_gpu(server: Server, negative: Filter) -> None:
    engine = AlgorithmiaEngine(
        server.key, server.address, "gan-vogh", picture="png", batch=2, at_once=1, breaker=Breaker()
    )
    frames = np.stack([picture(seed=seed) for seed in range(5)])
    np.testing.assert_array_equal(engine.apply(frames), 255 - frames)
    assert (engine.calls, engine.images) == (3, 5)
    assert not DeepFilterObject.objects.exists()
    engine.close()


def test_a_filter_that_the_other_one_does_not_have_is_not_found(server: Server, negative: Filter) -> None:
    engine = AlgorithmiaEngine(server.key, server.address, "space_pizza", breaker=Breaker())
    with pytest.raises(NotFound, match="unknown filter: space_pizza"):
        engine.apply(picture()[None])
    assert not DeepFilterObject.objects.exists()
