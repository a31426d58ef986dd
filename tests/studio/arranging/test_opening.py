"""A clip on its way to the screen and the speakers: what is read, and what is heard of it."""

from pathlib import Path
from threading import Event

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library
from musicgen_studio.sound.metronome import Metronome, with_clicks
from musicgen_studio.studio.arranging.opening import Opening

RATE = 8_000


def test_a_take_is_heard_with_its_clicks_and_stays_as_it_was_sung(tmp_path: Path) -> None:
    sung = Audio(np.random.default_rng(0).uniform(-0.2, 0.2, (3 * RATE, 1)).astype(np.float32), RATE)
    with Library(tmp_path / "library") as library:
        clip = library.add(
            Clip(
                id=new_id(),
                created="2026-01-01T00:00:00+00:00",
                title="Hum",
                origin=Origin.RECORDED,
                sample_rate=RATE,
                frames=sung.frames,
                channels=1,
                tempo_bpm=100.0,
            ),
            sung,
        )
        opening = Opening(library, clip, Metronome(100.0, 3))
        assert opening.audible.frames == 0
        opening.read(Event())
    assert opening.audible.is_ended
    heard = [opening.audible.read(start, 1_234) for start in range(0, opening.audible.frames, 1_234)]
    np.testing.assert_allclose(np.concatenate(heard), with_clicks(sung, Metronome(100.0, 3)).samples, atol=1e-6)
    np.testing.assert_array_equal(opening.sound.read(0, sung.frames), sung.samples)
    assert opening.peaks.frames == sung.frames
