"""Suggestions: what was measured on standing frames that look alike, told in words, quickly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client

from filters.training.profile import View
from tests.api.conftest import program_of
from tests.factories import make_filter, make_video, make_video_row
from tests.judging.drawn import add_frames, judged_filter, looks, profile
from videos.access import NOBODY, Viewer
from videos.management.commands.check_suggestions import with_stills
from videos.models import Still, Visibility
from videos.pipeline import dispatch, stills
from videos.suggestions.check import compare, compare_each, left_out, spearman, worth
from videos.suggestions.choose import Candidate, choose, expectations, standings, suitability
from videos.suggestions.features import features, mean_features
from videos.suggestions.predict import Prediction, kinds, predict
from videos.suggestions.suggest import suggestions

SEA, DARK = ("#1c5f8f", 0.4), ("#0b0d12", 0.06)
Queries = Callable[..., AbstractContextManager[Any]]


class Picture:
    """Statistics of a frame of one colour."""

    luminance, contrast, colourfulness, sharpness = 0.4, 0.2, 40.0, 0.25

    def __init__(self, *palette: tuple[str, float]) -> None:
        self.palette = palette


def test_features_tell_the_colours_of_the_palette_in_shares() -> None:
    found = features(Picture(("#1c5f8f", 0.5), ("#2f6b2f", 0.3), ("#050505", 0.2)))
    assert (found["blue"], found["green"], found["dark"], found["warm"]) == (0.5, 0.3, 0.2, 0.0)


def test_the_mean_of_no_frames_is_nothing() -> None:
    assert mean_features([]) == {}


def test_a_prediction_is_what_was_measured_where_it_looks_alike() -> None:
    told = predict(profile(sea={"edges": 0.9}, night={"edges": 0.1}), looks("sea"))
    assert told.here["edges"] == pytest.approx(0.7, abs=0.05)  # the usual counts as half a frame more
    assert told.usual["edges"] == pytest.approx(0.5)
    assert predict(profile(sea={"edges": 0.9}, night={"edges": 0.1}), looks("night")).here["edges"] < 0.35


def test_what_alike_frames_say_nothing_about_is_expected_as_usual() -> None:
    told = predict(profile(sea={"blues": 0.9}, night={"blues": 0.1}), looks("sea"))
    assert told.here["blues"] == pytest.approx(told.usual["blues"])
    assert told.usual["blues"] < 0.6


def test_footage_like_nothing_we_know_is_judged_as_usual() -> None:
    far = {name: value + 9 for name, value in looks("sea").items()}
    told = predict(profile(sea={"edges": 0.9}), far)
    assert told.here["edges"] == pytest.approx(told.usual["edges"])


def test_what_no_standing_frame_has_is_not_predicted() -> None:
    rows = profile()
    for row in rows:
        row["measured"]["greens"] = None
    assert "greens" not in predict(rows, looks("wood")).here


def test_footage_is_of_the_kind_that_it_looks_like() -> None:
    shares = kinds(profile(), looks("night"))
    assert max(shares, key=lambda kind: shares[kind]) == "night"


def test_less_distance_and_more_edges_both_count_as_better() -> None:
    (worse, better) = standings(
        [{"content_distance": 1.0, "edges": 0.2}, {"content_distance": 0.5, "edges": 0.8}]
    )
    assert better["content_distance"] == better["edges"] == 1.0
    assert worse["content_distance"] == -1.0


def test_who_was_not_measured_stands_nowhere_and_does_not_change_where_others_stand() -> None:
    some = [{"edges": 0.2, "tone": 1.0}, {"edges": 0.8}, {"tone": 3.0}]
    assert standings(some) == [
        {"edges": pytest.approx(-1.0), "tone": -1.0},
        {"edges": pytest.approx(1.0)},
        {"tone": 1.0},
    ]


def test_a_frame_that_a_measure_is_missing_of_does_not_count_for_it() -> None:
    rows = profile(sea={"edges": 0.9}, night={"edges": 0.1})
    without = [{**row, "measured": {**row["measured"], "edges": None}} for row in rows]
    told = predict([*rows, *without], looks("sea"))
    assert told.usual["edges"] == pytest.approx(predict(rows, looks("sea")).usual["edges"])
    assert told.here["edges"] == pytest.approx(predict(rows, looks("sea")).here["edges"])
    assert told.usual["tone"] == pytest.approx(predict(rows, looks("sea")).usual["tone"])


def test_a_figure_that_all_share_speaks_for_nobody() -> None:
    assert standings([{"edges": 0.4}, {"edges": 0.4}]) == [{"edges": 0.0}, {"edges": 0.0}]


def test_the_filter_that_does_best_here_comes_first_and_says_why() -> None:
    every = [
        Candidate(1, profile(), []),
        Candidate(2, profile(night={"shadows": 0.9, "content_distance": 0.5}), []),
        Candidate(3, profile(sea={"style_distance": 0.1, "content_distance": 0.5}), []),
        Candidate(4, profile(), []),
    ]
    night = choose(every, looks("night"), 2)
    assert night[0].key == 2
    assert "keeps shadows readable" in night[0].reasons
    sea = choose(every, looks("sea"), 2)
    assert sea[0].key == 3
    assert "strong on water" in sea[0].reasons


def test_a_reason_is_not_given_where_it_does_not_matter() -> None:
    every = [Candidate(1, profile(), []), Candidate(2, profile(sea={"shadows": 0.99, "greens": 0.99}), [])]
    words = choose(every, looks("sea"), 1)[0].reasons
    assert "keeps shadows readable" not in words
    assert "keeps its greens" not in words


def test_a_distance_that_is_less_than_that_of_others_is_a_reason_only_where_it_is_small() -> None:
    def words(measure: str, best: float, others: float) -> list[str]:
        better = {look: {measure: best} for look in ("sea", "night", "wood")}
        worse = {look: {measure: others} for look in ("sea", "night", "wood")}
        every = [Candidate(1, profile(**better), []), Candidate(2, profile(**worse), [])]
        return choose(every, looks("sea"), 1)[0].reasons

    assert words("content_distance", 1.2, 1.9) == []
    assert words("content_distance", 0.6, 0.9) == ["true to what is seen"]
    assert words("unsteadiness", 0.05, 0.09) == []
    assert words("unsteadiness", 0.01, 0.03) == ["quiet in motion"]
    assert words("style_distance", 0.7, 0.9) == []
    assert words("style_distance", 0.2, 0.4) == ["strong on water"]


def test_strong_at_night_is_what_came_nearer_to_its_style_than_others_at_night() -> None:
    def near(by_day: float, at_night: float) -> Candidate:
        day = {"style_distance": by_day}
        return Candidate(1, profile(sea=day, wood=day, night={"style_distance": at_night}), [])

    def words(one: Candidate) -> list[str]:
        others = [Candidate(key, profile(), []) for key in (2, 3)]
        (first,) = [found for found in choose([one, *others], looks("night"), 3) if found.key == 1]
        return first.reasons

    assert words(near(0.3, 0.1)) == ["strong at night"]
    assert words(near(0.05, 0.1)) == ["strong at night"]
    assert words(near(0.05, 0.3)) == ["close to its style"]
    assert words(near(0.05, 0.8)) == [], "by day only"


def test_the_second_suggestion_is_of_another_manner() -> None:
    good = {"content_distance": 0.6, "style_distance": 0.2}
    every = [
        Candidate(1, profile(sea=good | {"edges": 0.8}), [1.0, 0.0, 0.0]),
        Candidate(2, profile(sea=good | {"edges": 0.79}), [1.0, 0.02, 0.0]),
        Candidate(3, profile(sea=good | {"edges": 0.7}), [0.0, 1.0, 0.0]),
        Candidate(4, profile(), [0.0, 0.0, 1.0]),
    ]
    assert [one.key for one in choose(every, looks("sea"), 2)] == [1, 3]


def test_without_frames_or_judgements_nothing_is_suggested(owner: User) -> None:
    video = make_video_row(owner)
    assert suggestions(Viewer(owner), video) == []
    add_frames(video, *SEA)
    assert suggestions(Viewer(owner), video) == []


def test_only_filters_that_the_viewer_may_use_are_suggested(owner: User, colleague: User) -> None:
    video = make_video_row(owner)
    add_frames(video, *SEA)
    judged_filter("Shown")
    judged_filter("Draft", published=False, owner=owner)
    assert {one.filter.name for one in suggestions(Viewer(owner), video)} == {"Shown", "Draft"}
    assert {one.filter.name for one in suggestions(NOBODY, video)} == {"Shown"}


def test_suggestions_take_five_queries_however_many_filters(
    owner: User, django_assert_num_queries: Queries
) -> None:
    video = make_video_row(owner)
    add_frames(video, *SEA, count=100)
    for number in range(12):
        judged_filter(f"Filter {number}", (float(number), 1.0))
    with django_assert_num_queries(5):
        assert len(suggestions(Viewer(owner), video)) == 4


def test_what_stills_of_this_footage_show_counts_for_more(owner: User) -> None:
    video = make_video_row(owner)
    add_frames(video, *DARK)
    told = judged_filter("Told to be readable", night={"shadows": 0.9})
    seen = judged_filter("Seen to be readable", night={"shadows": 0.2})
    assert suggestions(Viewer(owner), video)[0].filter == told
    assert told.current is not None and seen.current is not None
    for version, shadows in ((told.current, 0.05), (seen.current, 0.95)):
        Still.objects.create(
            video=video,
            version=version,
            frame_index=0,
            state="finished",
            traits={"shadows": shadows, "warm": None},
        )
    first = suggestions(Viewer(owner), video)[0]
    assert first.filter == seen
    assert "keeps shadows readable" in first.reasons


def test_to_have_been_painted_is_no_merit() -> None:
    chance = np.random.default_rng(3)
    told = [
        profile(**{look: {"edges": edges, "tone": edges} for look in ("sea", "night", "wood")})
        for edges in chance.uniform(0.4, 0.6, 40)
    ]
    painted = set(chance.permutation(40)[:10].tolist())
    quarter = [at in painted for at in range(40)]

    def of_the_quarter(seen: bool) -> float:
        every = []
        for at, one in enumerate(told):
            here = predict(one, looks("sea")).here
            shown = {name: here[name] + 0.3 for name in ("edges", "tone")}
            every.append(Candidate(at, one, [], shown if seen and quarter[at] else {}))
        return float(suitability(expectations(every, looks("sea")), looks("sea"))[quarter].mean())

    assert of_the_quarter(seen=True) == pytest.approx(of_the_quarter(seen=False), abs=0.05)
    assert abs(of_the_quarter(seen=True)) < 0.4


def test_a_still_remembers_what_the_filter_left_of_the_frame(owner: User) -> None:
    video, one = make_video(owner), make_filter()
    assert one.current is not None
    with dispatch.inline():
        still = stills.request(video, one.current, 3, strength=0.5)
    assert stills.run(still.pk)
    still.refresh_from_db()
    assert still.traits is not None
    assert still.traits["tone"] < -0.5
    assert {"edges", "shadows", "greens"} <= set(still.traits)


def test_the_lab_and_the_owners_page_suggest_with_reasons(
    owner: User, owner_client: Client, visitor: Client
) -> None:
    video = make_video_row(owner)
    add_frames(video, *DARK)
    judged_filter("Lantern", night={"shadows": 0.95})
    judged_filter("Fog", night={"shadows": 0.05})
    for address in (f"/v/{video.ref}/lab/", f"/v/{video.ref}/"):
        page = owner_client.get(address).content.decode()
        assert "Suits this footage" in page, address
        assert "keeps shadows readable" in page, address
    assert "Suits this footage" not in visitor.get(f"/v/{video.ref}/").content.decode()


def test_the_wall_of_the_lab_begins_with_what_suits_the_footage(owner: User, owner_client: Client) -> None:
    video = make_video_row(owner)
    add_frames(video, *DARK)
    make_filter(name="Alley")
    make_filter(name="Zenith")
    judged_filter("Fog", night={"shadows": 0.05})
    judged_filter("Lantern", night={"shadows": 0.95})
    page = owner_client.get(f"/v/{video.ref}/lab/")
    wall = [tile.filter.name for tile in page.context["tiles"]]
    suited = [one.filter.name for one in page.context["suggestions"]]
    assert suited[0] == "Lantern"
    assert wall == [*suited, "Alley", "Zenith"]


def test_the_api_suggests_for_whoever_may_see_the_video(owner: User, stranger: User) -> None:
    video = make_video_row(owner)
    add_frames(video, *DARK)
    judged_filter("Lantern", night={"shadows": 0.95})
    judged_filter("Fog", night={"shadows": 0.05})
    stellas = program_of(stranger)
    first = stellas.get(f"/videos/{video.ref}/suggestions")[0]
    assert first["filter"] == "lantern"
    assert "keeps shadows readable" in first["reasons"]
    hidden = make_video_row(owner, visibility=Visibility.PRIVATE)
    stellas.get(f"/videos/{hidden.ref}/suggestions", 404)
    assert program_of(owner).get(f"/videos/{hidden.ref}/suggestions") == []


def test_a_rank_correlation_is_one_for_the_same_order_and_knows_ties() -> None:
    one = np.array([1.0, 2.0, 3.0, 4.0])
    assert spearman(one, one**3) == pytest.approx(1)
    assert spearman(one, -one) == pytest.approx(-1)
    assert spearman(one, np.array([1.0, 2.0, 2.0, np.nan])) == pytest.approx(0.866, abs=0.001)
    assert np.isnan(spearman(one, np.ones(4)))


def test_the_check_tells_what_looking_at_the_footage_is_worth() -> None:
    known = [
        profile(sea={"edges": 0.2 + 0.2 * at}, night={"edges": 0.8 - 0.2 * at}, wood={"edges": 0.5})
        for at in range(4)
    ]
    found = compare([(one, one) for one in known])["edges"]
    assert found.across_filters == pytest.approx(1)
    assert np.isnan(found.blind)
    assert found.here == pytest.approx(1, abs=0.02)


def test_the_check_tells_what_a_painted_still_is_worth() -> None:
    known = [profile(sea={"edges": 0.5 + 0.1 * at}, night={"edges": 0.5 + 0.1 * at}) for at in range(4)]
    checked = [profile(wood={"edges": 0.9 - 0.2 * at}) for at in range(4)]  # quite unlike what is usual
    unseen = compare(list(zip(known, checked, strict=True)))["edges"]
    assert unseen.across_filters == pytest.approx(-1)
    assert np.isnan(unseen.seen)
    shown = [[{**row, "seen": {"edges": 0.88 - 0.2 * at}} for row in rows] for at, rows in enumerate(checked)]
    for name in ("edges", "suitability"):
        assert compare(list(zip(known, shown, strict=True)))[name].seen > 0.9


def test_the_first_frame_of_a_clip_is_the_still_by_which_the_others_are_told() -> None:
    names = ("flight-0", "flight-1", "flight-2", "photo-7-0")
    black = np.zeros((9, 9, 3), np.uint8)
    views = [View(name, (), {}, black, black, (0, 0)) for name in names]
    rows = [
        {"name": name, "measured": {"edges": at, "blues": None, "style_distance": 9}}
        for at, name in enumerate(names)
    ]
    told = with_stills(rows, views)
    assert [row["name"] for row in told] == ["flight-1", "flight-2", "photo-7-0"]
    assert [row.get("seen") for row in told] == [{"edges": 0}, {"edges": 0}, None]


def test_each_standing_frame_can_be_told_from_the_others() -> None:
    twins = [[*profile(night={"edges": 0.2 * at}), *profile(night={"edges": 0.2 * at})] for at in range(1, 5)]
    found = compare_each(left_out(twins))["edges"]  # every frame has one that is just like it
    assert found.across_filters == pytest.approx(1)
    lonely = [profile(night={"edges": 0.2 * at}, sea={"edges": 1 - 0.2 * at}) for at in range(1, 5)]
    assert compare_each(left_out(lonely))["edges"].across_filters < 0


def test_the_check_tells_what_the_suggested_filters_are_worth() -> None:
    """Of six the first two do well at night, the last two at sea; usually all do alike."""
    night, sea = (0.9, 0.8, 0.5, 0.5, 0.2, 0.1), (0.1, 0.2, 0.5, 0.5, 0.8, 0.9)
    known = [
        profile(night={"edges": dark}, sea={"edges": light}) for dark, light in zip(night, sea, strict=True)
    ]
    found = worth([(one, one) for one in known], 2)
    assert found.suggested == pytest.approx(found.best) and found.best > 0.7
    assert found.blind == pytest.approx(0)  # on one frame the first two, on the other as much worse
    assert np.isnan(found.seen)
    shown = [[{**row, "seen": row["measured"]} for row in one] for one in known]
    assert worth(list(zip(known, shown, strict=True)), 2).seen == pytest.approx(found.best)


def test_footage_is_not_better_than_usual_for_being_no_drawing() -> None:
    """Two filters that do to all footage alike, the one worse and the other better than to drawings."""
    known = [profile(sea={"edges": 0.9}), profile(sea={"edges": 0.1}), profile(sea={"edges": 0.5})]
    places = ("night", "sea", "wood")
    checked = [profile(**{place: {"edges": edges} for place in places}) for edges in (0.5, 0.5, 0.6)]
    found = worth(list(zip(known, checked, strict=True)), 1)
    assert found.best == pytest.approx(2**0.5)  # the third, by what it has and not by what it gained


def test_a_hair_better_than_usual_weighs_a_hair() -> None:
    here = [{"tone": tone, "edges": edges} for tone in (0.9, 0.1) for edges in (0.8, 0.2)]
    hair = (0.001, 0.001, -0.001, -0.001)  # how much better each usually is at edges
    usual = [{**one, "edges": one["edges"] + more} for one, more in zip(here, hair, strict=True)]
    scores = suitability([Prediction(*both) for both in zip(here, usual, strict=True)], looks("sea"))
    assert scores[0] - scores[2] > 0.5
