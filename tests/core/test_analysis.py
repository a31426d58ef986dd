"""What is known of a clip, as a value: what is shown as a fact, what is not, and what a hand changes."""

from dataclasses import replace

import pytest

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap

STEADY = TempoMap.constant(125.0, 8.0, downbeat_s=0.25, confidence=0.9)
KNOWN = Analysis(STEADY, 0.8, key=Key(9, is_minor=True, strength=0.9), lufs=-14.2)


def test_what_is_sure_is_a_fact() -> None:
    assert (KNOWN.tempo_text, KNOWN.metre_text, KNOWN.key_text) == ("125 bpm", "4/4", "A minor")
    assert KNOWN.has_sure_tempo
    assert KNOWN.has_sure_bars
    assert KNOWN.has_sure_key


def test_what_is_not_sure_carries_a_question_mark() -> None:
    vague = Analysis(replace(STEADY, confidence=0.3), 0.9, key=Key(9, is_minor=True, strength=0.2))
    assert (vague.tempo_text, vague.metre_text, vague.key_text) == ("125 bpm?", "4/4?", "A minor?")
    assert not vague.has_sure_bars


def test_a_tempo_that_could_be_two_says_both() -> None:
    both = replace(KNOWN, other_bpms=(62.5,))
    assert both.tempo_text == "≈ 62 or 125 bpm"
    assert not both.has_sure_tempo


def test_a_drifting_tempo_is_about_so_much() -> None:
    beats_s = tuple(0.5 * beat + 0.002 * beat * beat for beat in range(20))
    assert Analysis(TempoMap(beats_s), 1.0).tempo_text.startswith("≈ ")


def test_without_beats_and_key_nothing_is_said() -> None:
    nothing = Analysis()
    assert (nothing.tempo_text, nothing.metre_text, nothing.key_text, nothing.bpm) == ("", "", "", None)
    assert nothing.doubled() == nothing.halved() == nothing.with_downbeat(1.0) == nothing.with_metre(3) == nothing


def test_a_tempo_between_whole_numbers_shows_one_digit() -> None:
    assert Analysis(TempoMap.constant(92.4, 8.0), 1.0).tempo_text == "92.4 bpm"


def test_a_typed_tempo_is_sure_locked_and_keeps_the_downbeat() -> None:
    typed = replace(KNOWN, other_bpms=(62.5,)).with_bpm(124.0, 8.0)
    assert typed.bpm == pytest.approx(124)
    assert typed.is_locked
    assert typed.tempo_text == "124 bpm"
    assert typed.tempo_map is not None
    assert typed.tempo_map.bar_at(0.25) == pytest.approx(round(typed.tempo_map.bar_at(0.25)), abs=1e-6)
    assert typed.key == KNOWN.key


def test_what_is_confirmed_is_a_fact_from_then_on() -> None:
    vague = Analysis(TempoMap.constant(125, 8.0, confidence=0.3), 0.1, (62.5,), Key(9, is_minor=True, strength=0.2))
    confirmed = vague.locked()
    assert (confirmed.tempo_text, confirmed.key_text, confirmed.metre_text) == ("125 bpm", "A minor", "4/4")
    assert confirmed.is_locked
    assert not confirmed.locked(False).is_locked
    assert Analysis().locked() == Analysis(is_locked=True)


def test_a_tempo_can_be_typed_where_none_was_found() -> None:
    assert Analysis().with_bpm(90.0, 8.0).tempo_text == "90 bpm"


def test_twice_and_half_the_tempo() -> None:
    assert KNOWN.doubled().bpm == pytest.approx(250)
    assert KNOWN.halved().bpm == pytest.approx(62.5)
    assert KNOWN.doubled().is_locked


def test_a_dragged_downbeat_takes_all_beats_with_it() -> None:
    dragged = KNOWN.with_downbeat(0.80)
    assert dragged.tempo_map is not None
    assert dragged.bpm == pytest.approx(125)
    assert dragged.tempo_map.bar_at(0.80) == pytest.approx(round(dragged.tempo_map.bar_at(0.80)), abs=1e-6)


def test_another_metre_keeps_the_first_downbeat() -> None:
    waltz = KNOWN.with_metre(3)
    assert waltz.metre_text == "3/4"
    assert waltz.tempo_map is not None
    assert waltz.tempo_map.downbeats_s[0] == pytest.approx(0.25)


def test_a_chosen_key_is_sure() -> None:
    chosen = Analysis(key=Key(0, is_minor=False, strength=0.1)).with_key(Key(2, is_minor=True, strength=0.1))
    assert chosen.key_text == "D minor"
    assert chosen.is_locked
    assert not chosen.locked(False).is_locked


@pytest.mark.parametrize("known", [KNOWN, Analysis(), replace(KNOWN, other_bpms=(62.5, 250.0), is_locked=True)])
def test_it_comes_back_from_json(known: Analysis) -> None:
    assert Analysis.from_json(known.to_json()) == known


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"tempo_map": 3}', KNOWN.to_json().replace("-14.2", '"x"')])
def test_what_is_no_analysis_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"analysis|Expecting|could not convert"):
        Analysis.from_json(text)


@pytest.mark.parametrize(("name", "value"), [("bars_confidence", 1.5), ("other_bpms", (0.0,)), ("lufs", float("nan"))])
def test_a_value_out_of_range_is_named(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        replace(KNOWN, **{name: value})  # type: ignore[arg-type]
