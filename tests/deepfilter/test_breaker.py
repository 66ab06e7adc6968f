"""The breaker, with a clock of the test's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from filters.engines.algorithmia import Breaker, breaker_for
from filters.engines.algorithmia.breaker import LONGEST_TRIAL
from filters.engines.algorithmia.errors import NoCredit, RateLimited, ServerError
from filters.engines.base import EngineError, EngineUnavailable


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def fail(breaker: Breaker, error: EngineError | None = None) -> EngineError:
    """A guarded call that fails; what comes out."""
    with pytest.raises(EngineError) as raised, breaker.guard():
        raise error or ServerError("it is down", temporary=True)
    return raised.value


def succeed(breaker: Breaker) -> None:
    """A guarded call that works."""
    with breaker.guard():
        pass


def test_failures_in_a_row_open_it() -> None:
    breaker = Breaker(failures=3)
    assert not isinstance(fail(breaker), EngineUnavailable)
    assert not isinstance(fail(breaker), EngineUnavailable)
    assert isinstance(fail(breaker), EngineUnavailable)
    assert breaker.is_open
    with pytest.raises(EngineUnavailable, match="it is down"):
        succeed(breaker)


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(failures=2)
    for _ in range(5):
        fail(breaker)
        succeed(breaker)
    assert not breaker.is_open


def test_no_credit_opens_it_at_once_and_no_time_brings_it_back() -> None:
    breaker = Breaker(failures=5)
    fail(breaker, NoCredit("no credit", temporary=False))
    assert breaker.is_open
    assert not fail(breaker).temporary


def test_who_is_refused_hears_when_the_next_trial_may_be() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, now=clock)
    assert fail(breaker).retry_after == 60
    clock.seconds = 20
    refused = fail(breaker)
    assert (refused.retry_after, refused.temporary) == (40, True)


def test_a_service_without_room_has_neither_failed_nor_worked() -> None:
    clock = Clock()
    breaker = Breaker(failures=2, rest=60, now=clock)
    busy = RateLimited("too many calls")
    for _ in range(3):
        assert fail(breaker, busy) is busy
    fail(breaker)
    fail(breaker, busy)
    assert isinstance(fail(breaker), EngineUnavailable), "the second in a row"
    clock.seconds = 61
    assert fail(breaker, busy) is busy
    assert fail(breaker).retry_after == 120, "the one before was not yet the trial"


def test_after_a_rest_one_trial_closes_it() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, now=clock)
    fail(breaker)
    clock.seconds = 61
    assert not breaker.is_open
    succeed(breaker)
    succeed(breaker)


def test_a_failed_trial_doubles_the_rest_up_to_a_limit() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, longest_rest=100, now=clock)
    fail(breaker)
    for rest in (60, 100, 100):
        clock.seconds += rest - 1
        assert breaker.is_open
        clock.seconds += 1
        assert isinstance(fail(breaker), EngineUnavailable)


def waiting_for_a_trial(breaker: Breaker, trial: Callable[[], object]) -> list[str]:
    """What somebody who calls while `trial` is under way is told: nothing, or why not."""
    told: list[str] = []

    def call() -> None:
        try:
            succeed(breaker)
        except EngineUnavailable as refused:
            told.append(str(refused))

    other = threading.Thread(target=call)
    with suppress(EngineError), breaker.guard():
        other.start()
        other.join(0.2)
        assert other.is_alive(), "it was answered before the trial was"
        trial()
    other.join(10)
    assert not other.is_alive()
    return told


def test_whoever_calls_during_a_trial_waits_for_it_and_goes_on_where_it_works() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, now=clock)
    fail(breaker)
    clock.seconds = 61
    assert waiting_for_a_trial(breaker, lambda: None) == []


def test_whoever_waited_for_a_trial_that_failed_is_told_why() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, now=clock)
    fail(breaker)
    clock.seconds = 61

    def fails() -> None:
        raise ServerError("it is still down", temporary=True)

    assert waiting_for_a_trial(breaker, fails) == ["it is still down"]


@pytest.mark.parametrize("ending", [KeyboardInterrupt(), ServerError("of long ago")])
def test_a_call_from_before_it_opened_does_not_end_the_trial(ending: BaseException) -> None:
    """Its end is old news: the trial goes on, and decides."""
    clock = Clock()
    breaker = Breaker(failures=2, rest=60, now=clock)
    early, trial = breaker.guard(), breaker.guard()
    early.__enter__()
    fail(breaker)
    fail(breaker)
    clock.seconds = 61
    trial.__enter__()
    with suppress(EngineUnavailable):
        early.__exit__(type(ending), ending, None)
    assert breaker.is_open
    trial.__exit__(None, None, None)
    assert not breaker.is_open


def test_a_trial_that_was_cut_off_without_a_word_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, now=clock)
    fail(breaker)
    clock.seconds = 61
    lost = breaker.guard()
    lost.__enter__()
    clock.seconds += LONGEST_TRIAL
    succeed(breaker)
    assert not breaker.is_open


def test_an_interrupted_trial_says_nothing_about_the_service() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, now=clock)
    fail(breaker)
    clock.seconds = 61
    with pytest.raises(KeyboardInterrupt), breaker.guard():
        raise KeyboardInterrupt
    succeed(breaker)
    assert not breaker.is_open


def test_a_service_key_and_filter_share_one_breaker() -> None:
    assert breaker_for("address", "key", "aqua") is breaker_for("address", "key", "aqua")
    assert breaker_for("address", "key", "aqua") is not breaker_for("address", "key", "sunday")
