"""A speed in digits: some that count, on the slowest machine and the fastest."""

import pytest

from musicgen_studio.core.pace import speed_in_words


@pytest.mark.parametrize(
    ("speed", "words"),
    [
        (0.0, "0"),
        (0.0004, "< 0.001"),
        (0.0042, "0.0042"),
        (0.00996, "0.010"),
        (0.042, "0.042"),
        (0.0999, "0.10"),
        (0.43, "0.43"),
        (0.996, "1.0"),
        (5.14, "5.1"),
        (9.96, "10"),
        (712.3, "712"),
    ],
)
def test_a_speed_is_said_in_digits_that_count(speed: float, words: str) -> None:
    assert speed_in_words(speed) == words
