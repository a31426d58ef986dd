"""What the net hears of beats must not hang on where frames happen to lie."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from musicgen_studio.analysis.frames import FRAMES_PER_S, frames_of
from musicgen_studio.analysis.network import hear, shipped_net
from musicgen_studio.dsp.spectra import Floats
from tests.analysis.sounds import IN_C, band

_LENGTH_S, _FIRST_S = 12.0, 0.3
_DELAYS_S = (0.0, 0.004, 0.008, 0.012, 0.016)
"""Within one frame of 20 ms."""


def _net_alone(bands: Floats) -> Floats:
    net = shipped_net()
    assert net is not None
    with torch.inference_mode():
        heard: Floats = net(torch.from_numpy(bands).T[None])[0].T.numpy()
    return heard


def _with_what_lies_between(bands: Floats) -> Floats:
    net = shipped_net()
    assert net is not None
    return hear(bands, net)


def _spread(listen: Callable[[Floats], Floats], bpm: float) -> np.ndarray:
    """How far apart the same beats are heard, by the place of frames: `[beats and downbeats]`, in logits."""
    beats = np.arange(2, int((_LENGTH_S - 1) * bpm / 60) - 2)
    at_beats = []
    for delay_s in _DELAYS_S:
        heard = listen(frames_of(band(bpm, _LENGTH_S, IN_C, first_s=_FIRST_S + delay_s)).bands)
        frames = np.floor((_FIRST_S + delay_s + beats * 60 / bpm) * FRAMES_PER_S).astype(int)
        at_beats.append(np.maximum(heard[frames], heard[frames + 1]))
    return np.asarray(np.std(at_beats, axis=0).mean(axis=0))


@pytest.mark.parametrize("bpm", [83.0, 117.0, 140.0])
def test_beats_are_heard_alike_wherever_frames_lie(bpm: float) -> None:
    assert (_spread(_with_what_lies_between, bpm) < 0.9 * _spread(_net_alone, bpm)).all()


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_one_frame_or_few_are_no_fault(frames: int) -> None:
    bands = frames_of(band(120.0, 2.0, IN_C)).bands[:frames]
    assert _with_what_lies_between(bands).shape == (frames, 2)
