"""A prompt asks for the tags it names or means, and not for those it forbids."""

from musicgen_studio.evaluation.fidelity.embedders.musicnn import TAGS
from musicgen_studio.evaluation.fidelity.words import asked_tags


def _asked(prompt: str) -> set[str]:
    return {TAGS[number] for number in asked_tags(prompt, TAGS)}


def test_words_are_found_whole_and_in_any_case() -> None:
    assert {"rock", "guitar"} <= _asked("Rock, with electric Guitar!")
    assert "rock" not in _asked("rocking chair")
    assert "hard rock" in _asked("hard rock")
    assert _asked("zither and theremin") == set()


def test_what_musicians_say_has_its_tags() -> None:
    assert {"electronic", "dance"} <= _asked("EDM")
    assert "Hip-Hop" in _asked("hip hop")
    assert "Mellow" in _asked("lo-fi")


def test_what_is_forbidden_is_not_asked_for() -> None:
    assert _asked("sad piano, no drums") == {"sad", "piano"}
    assert _asked("jazz without vocals") == {"jazz"}
