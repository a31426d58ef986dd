"""What is written down of an order and of what came of it."""

from dataclasses import replace

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.resample import resample
from musicgen_studio.dsp.tones import tones
from musicgen_studio.studio.making.record import melody_similarity
from tests.dsp.melodies import written


def test_how_far_a_clip_follows_its_melody_is_measured_on_the_new_music_alone() -> None:
    melody = written("A4 C5 E4 G4", 1.0)
    opening, followed = tones(written("D4:2", 1.0), 32000), tones(melody, 48000)
    request = GenerationRequest(("",), 4.0, melody=melody, continuation=opening)
    before = resample(opening, 48000)
    whole = Audio(np.concatenate([before.samples, followed.samples]), 48000)
    assert (melody_similarity(request, whole) or 0) > 0.9
    assert (melody_similarity(replace(request, continuation=None), whole) or 0) < 0.6
    assert melody_similarity(replace(request, melody=None), whole) is None
    assert melody_similarity(request, before) is None
