"""What the model card says of a training."""

import re
from pathlib import Path
from typing import Any

import pytest

from musicgen_studio.training.card import CODEC_PICTURE, model_card
from musicgen_studio.training.sources import BaseCheckpoint, note_source, noted_sources


def _language(points: int) -> dict[str, Any]:
    curve = [
        {"step": step, "minutes": step / 30, "validation": [2.0, 3.0], "known": {"tempo": 0.5 + step / 1e4}}
        for step in range(1, points + 1)
    ]
    return {"weights": 12_600_000, "hours": 13.2, "unigram": [6.0, 5.9], "curve": curve}


@pytest.mark.parametrize("points", [1, 2, 9, 10, 11, 14, 25, 100])
def test_the_curve_has_ten_points_at_most_and_ends_with_the_last(points: int) -> None:
    card = model_card({}, _language(points), {}, "")
    steps = [int(step) for step in re.findall(r"^\| (\d+) \|", card, re.MULTILINE)]
    assert len(steps) == min(points, len(steps)) <= 10
    assert steps[0] == 1
    assert steps[-1] == points
    assert "| unigram | | 6.00 | 5.90 |" in card
    assert f"share right: tempo {0.5 + points / 1e4:.2f}." in card


def test_it_says_how_good_the_codec_is_and_shows_it() -> None:
    names = ("held_out_pieces", "log_mel_distance", "si_sdr_db", "frechet_distance", "onsets_kept", "bandwidth_khz")
    card = model_card(dict(zip(names, (24, 0.3, -3.9, 1.27, 0.91, 14.2), strict=True)), {}, {}, "")
    assert "| strong onsets kept, within 30 ms | 0.91 |" in card
    assert "14.2 kHz |" in card
    assert "musicnn" not in card
    assert f"]({CODEC_PICTURE})" in card
    more = {"codes_used": 0.91, "bits_per_frame": 36.9, "musicnn_frechet_distance": 1.5, "musicnn_divergence": 0.25}
    card = model_card(dict.fromkeys(names, 1.0) | more, {}, {}, "")
    for row in (
        "uses the fewest | 0.91 |",
        "frequency | 36.9 bits |",
        "by musicnn | 1.5 |",
        "originals' | 0.25 nats |",
    ):
        assert row in card
    assert f"]({CODEC_PICTURE})" not in model_card({}, {}, {}, "")


def test_trainings_without_a_listener_say_nothing_of_it() -> None:
    language = _language(3)
    for point in language["curve"]:
        del point["known"]
    assert "share right" not in model_card({}, language, {}, "")


_ORIGIN = {"soundfont": "FluidR3_GM.sf2", "sha256": "0"}


def test_what_was_begun_from_nothing_is_free() -> None:
    card = model_card({}, {}, _ORIGIN, "")
    assert card.startswith("---\nlicense: cc0-1.0\n")
    assert "Trained from scratch" in card
    assert "may be used for anything" in card


@pytest.mark.parametrize(
    ("licences", "licence"),
    [
        (("cc0-1.0",), "cc0-1.0"),
        (("cc0-1.0", "cc-by-nc-4.0"), "cc-by-nc-4.0"),
        (("cc-by-sa-4.0", "cc-by-nc-4.0"), "other"),
        (("unknown; ask its maker",), "other"),
    ],
)
def test_the_licence_of_what_a_training_began_with_holds_for_what_it_makes(
    licences: tuple[str, ...], licence: str
) -> None:
    sources = [BaseCheckpoint(f"maker/model-{number}", each) for number, each in enumerate(licences)]
    card = model_card({}, {}, _ORIGIN, "", sources)
    assert card.startswith(f"---\nlicense: {licence}\n")
    assert "from scratch" not in card
    assert all(f"{source.id} (licence: {source.licence})" in card for source in sources)
    assert ("may be used for anything" in card) is (licence == "cc0-1.0")


def test_music_of_ones_own_is_said_beside_the_licence() -> None:
    card = model_card({}, {}, {}, "", [BaseCheckpoint("facebook/musicgen-melody", "cc-by-nc-4.0")])
    assert card.startswith("---\nlicense: cc-by-nc-4.0\n")
    assert "the rights in that music" in card


def test_what_a_training_began_with_is_noted_beside_it(tmp_path: Path) -> None:
    checkpoint, language = tmp_path / "theirs", tmp_path / "work" / "language"
    checkpoint.mkdir()
    (checkpoint / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n# Theirs\n")
    note_source(language, None)
    assert noted_sources(language) == ()
    for _ in range(2):  # it is resumed
        note_source(language, checkpoint)
    assert noted_sources(language) == (BaseCheckpoint("theirs", "cc-by-nc-4.0"),)
