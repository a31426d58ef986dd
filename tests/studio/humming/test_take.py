"""Takes: their titles, and trimming and levelling that leave their sound alone."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Origin
from musicgen_studio.library.library import Library
from musicgen_studio.studio.humming.take import NORMAL_PEAK, TakeEdit, edited, keep_take_edit, new_take, take_edit
from tests.library.samples import add, noise

_RATE = 8000


def _take() -> Audio:
    return Audio(noise(2 * _RATE), _RATE)


def test_a_take_is_used_as_it_is_unless_told() -> None:
    take = _take()
    np.testing.assert_array_equal(edited(take, TakeEdit()).samples, take.samples)


def test_trimming_cuts_to_the_frame() -> None:
    take = _take()
    np.testing.assert_array_equal(edited(take, TakeEdit(0.5, 1.25)).samples, take.samples[4000:10000])
    np.testing.assert_array_equal(edited(take, TakeEdit(1.5)).samples, take.samples[12000:])
    assert edited(take, TakeEdit(0, 99)).frames == take.frames
    assert edited(take, TakeEdit(99)).frames == 1


def test_normalising_brings_the_peak_of_what_is_used_to_minus_1_dbfs() -> None:
    take = Audio(np.array([[0.9], [0.01], [-0.02]], np.float32), 1)
    before = take.samples.copy()
    normalised = edited(take, TakeEdit(1.0, is_normalised=True))
    assert np.abs(normalised.samples).max() == pytest.approx(NORMAL_PEAK)
    assert 20 * np.log10(NORMAL_PEAK) == pytest.approx(-1)
    assert normalised.samples[0, 0] / normalised.samples[1, 0] == pytest.approx(-0.5)
    np.testing.assert_array_equal(take.samples, before)


def test_silence_is_not_normalised() -> None:
    silence = Audio(np.zeros((100, 1), np.float32), _RATE)
    assert not edited(silence, TakeEdit(is_normalised=True)).samples.any()


@pytest.mark.parametrize("values", [(-0.1, None), (float("nan"), None), (1.0, 1.0), (1.0, float("inf"))])
def test_an_edit_that_cannot_be_is_refused(values: tuple[float, float | None]) -> None:
    with pytest.raises(ValueError, match="must be"):
        TakeEdit(*values)


def test_an_edit_is_kept_beside_the_take(tmp_path: Path) -> None:
    edit = TakeEdit(0.25, 0.75, is_normalised=True)
    with Library(tmp_path / "library") as library:
        clip, other = add(library), add(library)
        master = library.sound_file(clip.id).read_bytes()
        keep_take_edit(library.remember, clip.id, TakeEdit(0.1))
        keep_take_edit(library.remember, clip.id, edit)
        assert library.sound_file(clip.id).read_bytes() == master
    with Library(tmp_path / "library") as library:
        assert take_edit(library, clip.id) == edit
        assert take_edit(library, other.id) == TakeEdit()


@pytest.mark.parametrize("text", ["", "[]", '{"start_s": -1}', '{"start_s": "x"}', '{"new": 1}'])
def test_a_damaged_edit_counts_as_none(tmp_path: Path, text: str) -> None:
    with Library(tmp_path / "library") as library:
        clip = add(library)
        library.remember(f"take {clip.id}", text)
        assert take_edit(library, clip.id) == TakeEdit()


def test_takes_are_numbered_on_whatever_became_of_the_others(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        first = new_take(library, 48000, None)
        assert (first.title, first.origin, first.sample_rate, first.channels) == ("Hum 1", Origin.RECORDED, 48000, 1)
        add(library, title="Hum 1")
        add(library, title="Hum 9 of mine")
        last = add(library, title="Hum 3")
        library.trash([last.id])
        assert new_take(library, 48000, 90.0).title == "Hum 4"
        assert new_take(library, 48000, 90.0).tempo_bpm == 90
