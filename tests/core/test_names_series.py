"""Titles of several clips from one that was typed."""

import pytest

from musicgen_studio.core.names import series


@pytest.mark.parametrize(
    ("pattern", "titles"),
    [
        ("Idea", ["Idea 1", "Idea 2", "Idea 3"]),
        ("Idea # (rough)", ["Idea 1 (rough)", "Idea 2 (rough)", "Idea 3 (rough)"]),
        ("##-Idea #", ["01-Idea #", "02-Idea #", "03-Idea #"]),
    ],
)
def test_titles_are_numbered(pattern: str, titles: list[str]) -> None:
    assert series(pattern, 3) == titles
