"""Passages edited by hand: what each edit makes of them, and that no edit makes what cannot be."""

import random
from collections.abc import Callable

import pytest

from musicgen_studio.core.passages import Passage, check_passages
from musicgen_studio.core.plan import LEAST_S, MOST_S, Grid, Plan, PlannedPassage

PLAN = Plan(
    (PlannedPassage(0.0, "rock"), PlannedPassage(8.0, "jazz"), PlannedPassage(16.0, "piano", 4.0)),
    24.0,
    "warm",
    Grid(120),
)


def _starts(plan: Plan) -> list[float]:
    return [*(part.start_s for part in plan.parts), plan.end_s]


def _words(plan: Plan) -> list[str]:
    return [part.prompt for part in plan.parts]


def test_an_edge_moves_between_its_neighbours() -> None:
    assert _starts(PLAN.with_edge(1, 6.0)) == [0, 6, 16, 24]
    assert _starts(PLAN.with_edge(1, -5.0)) == [0, LEAST_S, 16, 24]
    assert _starts(PLAN.with_edge(1, 99.0)) == [0, 16 - LEAST_S, 16, 24]
    assert _starts(PLAN.with_edge(3, 999.0)) == [0, 8, 16, MOST_S]
    assert PLAN.with_edge(0, 3.0) == PLAN


def test_an_edge_between_near_neighbours_keeps_its_order() -> None:
    near = Plan((PlannedPassage(0.0, "a"), PlannedPassage(0.2, "b"), PlannedPassage(0.4, "c")), 700.0)
    assert _starts(near.with_edge(1, 0.3)) == _starts(near)
    assert _starts(near.with_edge(2, 0.1)) == _starts(near), "nearer than it is it does not come"
    assert _starts(near.with_edge(2, 5.0)) == [0, 0.2, 5.0, 700.0]
    assert near.with_edge(3, 650.0).end_s == 650.0, "a piece from a text may be longer than a hand makes it"


def test_a_morph_ends_before_the_next_passage_begins() -> None:
    shorter = PLAN.with_edge(3, 18.0)
    assert shorter.parts[2].morph_s == 2.0
    assert PLAN.with_morph(1, 99.0).parts[1].morph_s == 8.0
    assert PLAN.with_morph(0, 2.0) == PLAN


def test_lengths_push_what_follows() -> None:
    assert _starts(PLAN.with_length(0, 10.0)) == [0, 10, 18, 26]
    assert PLAN.with_length(0, 9999.0).end_s == MOST_S


def test_split_duplicate_remove_and_carry() -> None:
    split = PLAN.split(12.0)
    assert (_starts(split), _words(split)) == ([0, 8, 12, 16, 24], ["rock", "jazz", "jazz", "piano"])
    assert PLAN.split(8.1) == PLAN
    twice = PLAN.duplicated(2)
    assert (_starts(twice), [part.morph_s for part in twice.parts]) == ([0, 8, 16, 24, 32], [0, 0, 4, 0])
    without = PLAN.removed(0)
    assert (_starts(without), _words(without)) == ([0, 8, 16], ["jazz", "piano"])
    assert Plan((PlannedPassage(0.0, "a"),), 4.0).removed(0).parts == (PlannedPassage(0.0, "a"),)
    carried = PLAN.moved(2, 0)
    assert (_words(carried), carried.parts[0].morph_s) == (["piano", "rock", "jazz"], 0.0)
    assert _words(PLAN.moved(0, 99)) == ["jazz", "piano", "rock"]


def test_bars_stay_bars_at_another_tempo() -> None:
    slower = PLAN.with_grid(Grid(60))
    assert _starts(slower) == [0, 16, 32, 48]
    assert slower.parts[2].morph_s == 8.0
    assert _starts(PLAN.with_grid(None)) == _starts(PLAN)


def test_a_piece_that_a_text_made_longer_than_edits_may_keeps_its_bars() -> None:
    long = Plan((PlannedPassage(0.0, "rock"), PlannedPassage(600.0, "jazz")), 1200.0, "", Grid(120))
    assert _starts(long.with_grid(Grid(125))) == [0, 576, 1152]
    assert _starts(long.with_grid(Grid(60))) == _starts(long)


def test_what_is_chosen_by_hand_falls_on_bars() -> None:
    assert PLAN.snapped_s(6.9) == 6.0
    assert PLAN.with_grid(None).snapped_s(6.94) == 6.9


def test_a_plan_that_cannot_be_is_refused() -> None:
    for parts, end_s in (
        ((), 4.0),
        ((PlannedPassage(1.0, ""),), 4.0),
        ((PlannedPassage(0.0, ""), PlannedPassage(5.0, "")), 4.0),
    ):
        with pytest.raises(ValueError, match="parts must"):
            Plan(parts, end_s)


def _edited(plan: Plan, dice: random.Random) -> Plan:
    """Return a plan after an edit at random."""
    number, other, time_s = dice.randrange(len(plan.parts)), dice.randrange(len(plan.parts)), dice.uniform(-10, 700)
    edits: list[Callable[[], Plan]] = [
        lambda: plan.with_edge(number + 1, time_s),
        lambda: plan.with_length(number, time_s),
        lambda: plan.with_morph(number, time_s / 20),
        lambda: plan.split(time_s % plan.end_s),
        lambda: plan.duplicated(number),
        lambda: plan.removed(number),
        lambda: plan.moved(number, other),
        lambda: plan.with_grid(dice.choice([None, Grid(90, 3), Grid(140)])),
    ]
    return dice.choice(edits)()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_done_can_be_made(seed: int) -> None:
    """Two hundred edits at random: after each the passages are some that an engine takes."""
    dice, plan = random.Random(seed), PLAN  # noqa: S311 - not for secrets
    for _ in range(200):
        plan = _edited(plan, dice)
        check_passages([Passage(p.start_s, p.prompt, None, p.morph_s) for p in plan.parts[1:]], plan.end_s)
        assert plan.end_s <= MOST_S + 1e-5
