"""How far ahead live music is made."""

from math import inf

import pytest

from musicgen_studio.studio.arranging.live_lead import LEAD_S, MAX_LEAD_S, QUIET_S, SPARE_S, Lead


def test_a_break_makes_it_half_as_much_again_up_to_a_most() -> None:
    lead = Lead()
    lead.note(1.0, 0.0, 1)
    assert lead.lead_s == pytest.approx(LEAD_S * 1.5)
    for breaks in range(2, 20):
        lead.note(breaks, 0.0, breaks)
    assert lead.lead_s == MAX_LEAD_S


def test_where_the_device_was_late_there_is_nothing_to_be_ahead_of() -> None:
    """There was sound enough: to make more of it ahead would only make every control slower."""
    lead = Lead()
    for breaks in range(1, 20):
        lead.note(breaks / 10, 0.08, breaks)
    assert lead.lead_s == LEAD_S
    lead.note(3.0, inf, 20)
    assert lead.lead_s == pytest.approx(1.5 * LEAD_S)


def test_some_is_to_spare_beyond_the_worst_moment_of_the_last_minutes() -> None:
    lead = Lead()
    lead.note(1.0, 0.005, 0)
    assert lead.lead_s == pytest.approx(LEAD_S + SPARE_S - 0.005)
    for chunk in range(20, 10 * round(QUIET_S)):
        lead.note(chunk / 10, lead.lead_s - 0.03, 0)
    assert lead.lead_s == pytest.approx(LEAD_S + SPARE_S - 0.005)


def test_only_what_was_never_needed_in_a_while_is_given_back() -> None:
    lead = Lead(0.4)
    lead.note(1.0, 0.3, 0)
    lead.note(5.0, SPARE_S + 0.1, 0)
    lead.note(QUIET_S - 0.1, 0.3, 0)
    assert lead.lead_s == 0.4
    lead.note(QUIET_S, 0.3, 0)
    assert lead.lead_s == pytest.approx(0.35)
    lead.note(QUIET_S + 1, SPARE_S, 0)
    lead.note(2 * QUIET_S, 0.3, 0)
    assert lead.lead_s == pytest.approx(0.35)


@pytest.mark.parametrize(("begun_s", "ends_s"), [(LEAD_S, LEAD_S), (2.0, LEAD_S), (0.05, 0.03 + SPARE_S)])
def test_it_ends_at_the_least_on_a_quiet_machine_and_is_never_raised_to_it(begun_s: float, ends_s: float) -> None:
    lead = Lead(begun_s)
    for chunk in range(60000):
        lead.note(chunk / 10, lead.lead_s - 0.03 if chunk else inf, 0)
    assert lead.lead_s == pytest.approx(ends_s)


@pytest.mark.parametrize("every_s", [20, 60, 240, 600])
def test_a_machine_that_is_held_up_now_and_then_breaks_the_sound_a_few_times_in_two_hours(every_s: int) -> None:
    lead, breaks, chunk_s = Lead(), 0, 0.1
    for chunk in range(round(2 * 3600 / chunk_s)):
        made_s = chunk * chunk_s
        unheard_s = lead.lead_s - (0.25 if chunk % (every_s * 10) == 99 else 0.03)
        breaks += unheard_s < 0
        lead.note(made_s, max(unheard_s, 0.0), breaks)
    assert breaks <= 6


def test_one_break_is_forgotten_after_some_minutes() -> None:
    lead = Lead()
    lead.note(1.0, 0.0, 1)
    for chunk in range(10, round(6 * QUIET_S * 10)):
        lead.note(chunk / 10, lead.lead_s - 0.03, 1)
    assert lead.lead_s <= LEAD_S
