"""The Algorithmia engine when things go wrong on the way: what it tries again, and what it says."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from filters.engines import algorithmia
from filters.engines.algorithmia import AlgorithmiaEngine, Breaker
from filters.engines.base import EngineError, EngineUnavailable
from tests.deepfilter.faulty import (
    FaultyService,
    Handler,
    answer,
    cut_off,
    done_and_hung_up,
    drip,
    hang_up,
    png,
    silence,
    status,
)
from tests.deepfilter.test_engine_calls import HASTY, engine_at, frames, service

__all__ = ["service"]


@pytest.mark.parametrize(
    ("fault", "error", "temporary"),
    [
        (status(401), algorithmia.WrongKey, False),
        (status(403), algorithmia.WrongKey, False),
        (status(402), algorithmia.NoCredit, False),
        (status(404), algorithmia.NotFound, False),
        (status(400), algorithmia.CallRefused, False),
        (status(504), algorithmia.TimedOut, True),
        (answer(b'{"error": {"message": "unknown filter: pizza"}}'), algorithmia.NotFound, False),
        (answer(b'{"error": {"message": "Insufficient credits"}}'), algorithmia.NoCredit, False),
        (answer(b"<html>"), algorithmia.BadAnswer, False),
        (answer(b'{"result": {}, "metadata": {"content_type": "json", "duration": 1}}'), algorithmia.BadAnswer, False),
        (answer(b'{"result": 7}'), EngineError, False),
    ],
)  # fmt: skip
def test_an_answer_becomes_its_own_error(
    service: FaultyService, fault: object, error: type[EngineError], temporary: bool
) -> None:
    service.fail("CALL", fault)  # type: ignore[arg-type]
    with pytest.raises(EngineError) as raised:
        engine_at(service).apply(frames(1))
    cause = raised.value if isinstance(raised.value, error) else raised.value.__cause__
    assert isinstance(cause, error)
    assert raised.value.temporary is temporary
    assert service.count("CALL") == 1


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_it_tries_again_after_a_passing_trouble(service: FaultyService, code: int) -> None:
    service.fail("CALL", status(code), status(code))
    original = frames(1)
    np.testing.assert_array_equal(engine_at(service).apply(original), 255 - original)
    assert service.count("CALL") == 3


def test_it_gives_up_after_its_attempts(service: FaultyService) -> None:
    service.fail("CALL", *[status(500, "out of memory")] * 9)
    with pytest.raises(algorithmia.ServerError, match="out of memory") as raised:
        engine_at(service).apply(frames(1))
    assert raised.value.temporary
    assert service.count("CALL") == HASTY.attempts


def test_a_service_without_room_is_no_failing_one(service: FaultyService) -> None:
    engine = engine_at(service, batch=1, at_once=2, breaker=Breaker(failures=1))
    original = frames(3)
    service.fail("CALL", *[status(429)] * 12)  # more than the attempts of all three
    np.testing.assert_array_equal(engine.apply(original), 255 - original)
    hasty = engine_at(service, patience=replace(HASTY, queueing=0), breaker=Breaker(failures=1))
    service.fail("CALL", *[status(429, Retry_After="0")] * 2)
    for _ in range(2):
        with pytest.raises(algorithmia.RateLimited) as raised:
            hasty.apply(original)
        assert raised.value.temporary
    np.testing.assert_array_equal(hasty.apply(original), 255 - original)


def test_it_waits_as_long_as_it_is_asked_to(service: FaultyService) -> None:
    service.fail("PUT", status(429, Retry_After="1"))
    began = time.monotonic()
    engine_at(service, patience=replace(HASTY, longest_wait=2)).apply(frames(1))
    assert time.monotonic() - began >= 1


def test_it_does_not_wait_an_hour(service: FaultyService) -> None:
    service.fail("PUT", status(429, Retry_After="3600"))
    with pytest.raises(algorithmia.RateLimited) as raised:
        engine_at(service).apply(frames(1))
    assert raised.value.retry_after == 3600
    assert service.count("PUT") == 1


def test_silence_is_a_timeout_and_a_call_that_may_be_running_is_not_paid_for_twice(
    service: FaultyService,
) -> None:
    service.fail("CALL", silence(1.5))
    with pytest.raises(algorithmia.TimedOut):
        engine_at(service).apply(frames(1))
    assert service.count("CALL") == 1


def test_a_call_that_was_carried_out_and_not_answered_is_not_paid_for_twice(service: FaultyService) -> None:
    service.fail("CALL", done_and_hung_up)
    with pytest.raises(algorithmia.BadAnswer, match="hung up") as raised:
        engine_at(service).apply(frames(1))
    assert raised.value.temporary
    assert len(service.calls) == 1


def test_a_connection_that_breaks_under_a_picture_is_tried_again(service: FaultyService) -> None:
    service.fail("PUT", hang_up)
    service.fail("GET", hang_up)
    original = frames(1)
    np.testing.assert_array_equal(engine_at(service).apply(original), 255 - original)
    assert (service.count("PUT"), service.count("GET")) == (2, 2)


@pytest.mark.parametrize("which", ["the first painting for all", "what was sent"])
def test_an_answer_that_names_a_picture_twice_is_no_film(service: FaultyService, which: str) -> None:
    def nonsense(handler: Handler) -> None:
        asked = json.loads(handler.body)
        paths = asked["images"] if which == "what was sent" else asked["savePaths"][:1] * 2
        metadata = {"content_type": "json", "duration": 0.1}
        handler.json({"result": {"savePaths": paths}, "metadata": metadata})

    service.fail("CALL", nonsense)
    with pytest.raises(algorithmia.BadAnswer, match="names a picture twice"):
        engine_at(service, batch=2).apply(frames(2))


def test_a_slow_download_is_tried_again(service: FaultyService) -> None:
    service.fail("GET", silence(1.0))
    original = frames(1)
    np.testing.assert_array_equal(engine_at(service).apply(original), 255 - original)
    assert service.count("GET") == 2


def test_a_dripping_answer_ends(service: FaultyService) -> None:
    service.fail("GET", *[drip(5)] * 3)
    with pytest.raises(algorithmia.TimedOut):
        engine_at(service, patience=replace(HASTY, whole=0.3)).apply(frames(1))


def test_a_truncated_answer_is_tried_again(service: FaultyService) -> None:
    service.fail("GET", cut_off)
    original = frames(1)
    np.testing.assert_array_equal(engine_at(service).apply(original), 255 - original)


def test_truncated_answers_without_end_are_an_error(service: FaultyService) -> None:
    service.fail("GET", *[cut_off] * 9)
    with pytest.raises(algorithmia.BadAnswer, match="cut off"):
        engine_at(service).apply(frames(1))


def test_an_endless_answer_is_refused(service: FaultyService) -> None:
    with pytest.raises(algorithmia.BadAnswer, match="more than"):
        engine_at(service, patience=replace(HASTY, largest=500)).apply(frames(1, 40, 40))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (png(Image.new("RGB", (13, 9))), "13×9 for a frame of 26×18"),
        (png(Image.new("L", (26, 18))), "not RGB"),
        (png(Image.new("RGBA", (26, 18))), "not RGB"),
        (b"GIF89a" + bytes(40), "no picture"),
        (b"<html>not a picture</html>", "no picture"),
        (png(Image.effect_noise((26, 18), 90).convert("RGB"))[:-300], "damaged"),
    ],
)
def test_it_refuses_what_is_not_the_frames_picture(service: FaultyService, body: bytes, words: str) -> None:
    service.fail("GET", answer(body, "image/png"))
    with pytest.raises(algorithmia.BadAnswer, match=words):
        engine_at(service).apply(frames(1))


def test_a_truncated_jpeg_is_damaged_and_not_half_grey(service: FaultyService) -> None:
    data = io.BytesIO()
    Image.effect_noise((26, 18), 90).convert("RGB").save(data, "JPEG")
    service.fail("GET", answer(data.getvalue()[:-200], "image/jpeg"))
    with pytest.raises(algorithmia.BadAnswer, match="damaged"):
        engine_at(service).apply(frames(1))


def test_it_cleans_up_after_failures(service: FaultyService) -> None:
    service.fail("CALL", status(400))
    with pytest.raises(algorithmia.CallRefused):
        engine_at(service, batch=1).apply(frames(4))
    assert not service.files
    assert not service.folders


def test_a_failed_clean_up_does_not_lose_the_pictures(service: FaultyService) -> None:
    service.fail("DELETE", *[status(500)] * 5)
    original = frames(1)
    np.testing.assert_array_equal(engine_at(service).apply(original), 255 - original)


def test_one_failed_call_ends_the_others(service: FaultyService) -> None:
    service.fail("CALL", status(400))
    with pytest.raises(algorithmia.CallRefused):
        engine_at(service, batch=1, at_once=1).apply(frames(50))
    assert service.count("CALL") < 50


def test_an_engine_paints_again_after_a_failure(service: FaultyService) -> None:
    engine = engine_at(service, batch=1)
    service.fail("CALL", status(400))
    with pytest.raises(algorithmia.CallRefused):
        engine.apply(frames(3))
    original = frames(3)
    np.testing.assert_array_equal(engine.apply(original), 255 - original)


def test_whoever_is_interrupted_makes_no_more_calls_and_may_paint_again(
    service: FaultyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_at(service, batch=1, at_once=1)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("filters.engines.algorithmia.engine.wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            engine.apply(frames(50))
    assert service.count("CALL") < 50
    original = frames(3)
    np.testing.assert_array_equal(engine.apply(original), 255 - original)


def test_nobody_there_is_unreachable() -> None:
    engine = AlgorithmiaEngine("k", "http://127.0.0.1:9", "aqua", patience=HASTY, breaker=Breaker())
    with pytest.raises(algorithmia.Unreachable) as raised:
        engine.apply(frames(1))
    assert raised.value.temporary


def test_the_breaker_opens_after_failures_in_a_row_and_calls_nobody(service: FaultyService) -> None:
    engine = engine_at(service, breaker=Breaker(failures=2, rest=60))
    service.fail("CALL", status(400, "no"), status(400, "broken model"))
    with pytest.raises(algorithmia.CallRefused):
        engine.apply(frames(1))
    with pytest.raises(EngineUnavailable, match="broken model"):
        engine.apply(frames(1))
    before = len(service.seen)
    with pytest.raises(EngineUnavailable, match="broken model"):
        engine.apply(frames(1))
    assert len(service.seen) == before


def test_the_key_is_in_no_message(service: FaultyService) -> None:
    service.fail("CALL", status(401, "authorization required"))
    with pytest.raises(EngineUnavailable) as raised:
        engine_at(service).apply(frames(1))
    assert "simKEY" not in str(raised.value)
