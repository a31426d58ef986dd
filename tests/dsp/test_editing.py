"""Edits of samples: exact outside the part, without a click at its edges."""

import numpy as np
import pytest

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp import editing

RATE = 8000
FRAMES = 8000
START, END = 2000, 5000
EDGE = round(editing.EDGE_S * RATE)


def tone(channels: int = 2) -> Samples:
    time = np.arange(FRAMES) / RATE
    waves = [np.sin(2 * np.pi * 220 * time + channel) / 2 for channel in range(channels)]
    return np.stack(waves, 1).astype(np.float32)


def steepest(samples: Samples) -> float:
    return float(np.abs(np.diff(samples, axis=0)).max())


EDITS = {
    "silence": lambda samples: editing.silence(samples, START, END, RATE),
    "gain": lambda samples: editing.gain(samples, START, END, RATE, -12.0),
    "reverse": lambda samples: editing.reverse(samples, START, END, RATE),
    "fade in": lambda samples: editing.fade_in(samples, START, END),
    "fade out": lambda samples: editing.fade_out(samples, START, END),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("channels", [1, 2])
def test_outside_the_part_every_sample_stays(name: str, channels: int) -> None:
    samples = tone(channels)
    kept = samples.copy()
    edited = EDITS[name](samples)
    assert np.array_equal(samples, kept), "what was given is not changed"
    assert edited.shape == samples.shape
    assert edited.dtype == np.float32
    assert np.array_equal(edited[:START], samples[:START])
    assert np.array_equal(edited[END:], samples[END:])
    assert not np.array_equal(edited, samples)


@pytest.mark.parametrize("name", ["silence", "gain", "reverse"])
def test_nothing_clicks_at_the_edges(name: str) -> None:
    assert steepest(EDITS[name](tone())) < 1.6 * steepest(tone())


def test_what_is_inside() -> None:
    samples = tone()
    inside = slice(START + EDGE, END - EDGE)
    assert not editing.silence(samples, START, END, RATE)[inside].any()
    assert np.allclose(editing.gain(samples, START, END, RATE, 6.0)[inside], samples[inside] * 10**0.3, rtol=1e-6)
    turned = editing.reverse(samples, START, END, RATE)[inside]
    assert np.array_equal(turned, samples[START:END][::-1][EDGE:-EDGE])


def test_the_whole_sound_has_no_edges() -> None:
    samples = tone()
    assert np.array_equal(editing.reverse(samples, 0, FRAMES, RATE), samples[::-1])
    assert not editing.silence(samples, 0, FRAMES, RATE).any()
    assert np.array_equal(editing.gain(samples, 0, FRAMES, RATE, 0.0), samples)


def test_a_fade_grows_and_goes() -> None:
    ones = np.ones((FRAMES, 1), np.float32)
    up = editing.fade_in(ones, 0, START)[:START, 0]
    assert (up[0] < 1e-3, up[-1] > 0.999) == (True, True)
    assert (np.diff(up) > 0).all()
    down = editing.fade_out(ones, END, FRAMES)[END:, 0]
    assert (down[-1] < 1e-3, down[0] > 0.999) == (True, True)
    assert np.allclose(up, editing.fade_out(ones, FRAMES - START, FRAMES)[::-1][:START, 0])


def test_a_cut_is_exact_but_for_its_seam() -> None:
    samples = tone()
    edited = editing.cut(samples, START, END, RATE)
    half = EDGE // 2
    assert len(edited) == FRAMES - (END - START)
    assert np.array_equal(edited[: START - half], samples[: START - half])
    assert np.array_equal(edited[START + half :], samples[END + half :])
    assert steepest(edited) < 1.6 * steepest(samples)


@pytest.mark.parametrize(("start", "end"), [(0, 3000), (5000, FRAMES), (0, 1), (10, 12), (FRAMES - 1, FRAMES)])
def test_a_cut_at_an_end_is_exact(start: int, end: int) -> None:
    samples = tone()
    edited = editing.cut(samples, start, end, RATE)
    assert len(edited) == FRAMES - (end - start)
    if 0 in (start, FRAMES - end):
        assert np.array_equal(edited, np.concatenate([samples[:start], samples[end:]]))
