"""Tests of what is said of checkpoints: all of it can be translated."""

from musicgen_studio.checkpoints.facts import KNOWN
from musicgen_studio.checkpoints.hub.published import PUBLISHED
from musicgen_studio.checkpoints.offers import offers
from musicgen_studio.ui.panels.checkpoint_words import PURPOSES


def test_what_each_is_for_is_marked_for_translation() -> None:
    starter = offers()[0]
    said = {starter.purpose, *(each.purpose for each in KNOWN), *(each.purpose for each in PUBLISHED)}
    assert said == set(PURPOSES)
