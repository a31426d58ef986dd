"""Every target of a clip and of a part of it, as a background errand: made, told, stopped."""

from pathlib import Path
from queue import SimpleQueue
from threading import Event
from time import monotonic

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import StoppedError
from musicgen_studio.export.tracks import TrackSettings
from musicgen_studio.studio.arranging.hand_off import HandOff, Target, hand_off, make_target, part_of, song_of
from musicgen_studio.studio.program.background import Background, Errand, ErrandDone
from tests.export.songs import files, song

MADE = {
    Target.SOUND: "Night Drive_125bpm_Am.wav",
    Target.LOOP: "Night Drive_125bpm_Am_1bar.wav",
    Target.STEMS: "Night Drive_125bpm_Am_stems",
    Target.DAWPROJECT: "Night Drive_125bpm_Am.dawproject",
    Target.REAPER: "Night Drive_125bpm_Am/Night Drive_125bpm_Am.rpp",
}


@pytest.mark.parametrize("target", Target)
def test_each_target_is_made_in_the_background(tmp_path: Path, target: Target) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    wish = HandOff(target, tmp_path / "new", TrackSettings(sample_rate=48_000), bars=1)
    background.start("Export", lambda errand: hand_off(song(4.0), wish, errand))
    end = done.get(timeout=60)
    background.close()
    assert (end.problem, end.bug, end.is_stopped) == (None, None, False)
    assert end.result == tmp_path / "new" / MADE[target]
    assert end.result.exists()
    for file in (tmp_path / "new").rglob("*.wav"):
        assert sf.info(file).samplerate == 48_000


class _Watched(Errand):
    """Is stopped at a share of the work."""

    def __init__(self, stop_at: float) -> None:
        super().__init__(1, "Export", Event(), monotonic)
        self._stop_at = stop_at

    def tell(self, fraction: float | None, number: int = 1, of: int = 1) -> None:
        super().tell(fraction, number, of)
        if fraction is not None and fraction >= self._stop_at:
            self.stop.set()


@pytest.mark.parametrize("stop_at", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("target", Target)
def test_a_stop_leaves_nothing(tmp_path: Path, target: Target, stop_at: float) -> None:
    wish = HandOff(target, tmp_path, bars=1)
    with pytest.raises(StoppedError):
        hand_off(song(4.0), wish, _Watched(stop_at))
    assert files(tmp_path) == []


@pytest.mark.parametrize("target", [Target.SOUND, Target.STEMS, Target.DAWPROJECT, Target.REAPER])
def test_a_part_is_as_long_as_wished(tmp_path: Path, target: Target) -> None:
    made = make_target(song(4.0), HandOff(target, tmp_path, part_s=(1.0, 2.5)))
    assert made.exists()
    for file in tmp_path.rglob("*.wav"):
        assert sf.info(file).frames == round(1.5 * 44_100)


def test_a_part_keeps_its_beats_markers_and_notes() -> None:
    whole = song(4.0)
    part = part_of(whole, 0.75, 1.25)
    np.testing.assert_array_equal(part.mix().samples, whole.mix().samples[33_075:55_125])
    assert part.tempo is not None
    assert whole.tempo is not None
    assert part.tempo.nearest_bar_s(0.0) + 0.75 == pytest.approx(whole.tempo.nearest_bar_s(0.75))
    assert [(marker.name, marker.start_s, marker.end_s) for marker in part.markers] == [
        ('take "1" `x` <&>', 0.0, 0.5),
        ("drop ☾", 0.25, None),
    ]
    assert part.melody is not None
    (note,) = part.melody.notes
    assert (note.onset_s, note.duration_s) == (0.25, 0.25)
    assert part_of(whole, 2.0, 4.0).melody is None


@pytest.mark.parametrize(("start_s", "end_s"), [(4.0, 5.0), (1.0, 1.0), (-1.0, 1.0)])
def test_no_part_beyond_the_clip(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="a part must lie"):
        part_of(song(4.0), start_s, end_s)


@pytest.mark.parametrize("wrong", [{"part_s": (1.0, 1.0)}, {"part_s": (-1.0, 1.0)}, {"bars": 0}])
def test_what_cannot_be_wished(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HandOff(Target.SOUND, tmp_path, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="part_s"):
        HandOff(Target.LOOP, tmp_path, part_s=(0.0, 1.0))


def test_only_what_is_sure_goes_along() -> None:
    audio = Audio(np.zeros((8000, 1), np.float32), 8000)
    tempo = TempoMap.constant(120, 1.0)
    sure = song_of("a", audio, Analysis(tempo, key=Key(0, is_minor=False)))
    assert (sure.tempo, sure.key) == (tempo, Key(0, is_minor=False))
    vague = Analysis(TempoMap.constant(120, 1.0, confidence=0.3), key=Key(0, is_minor=False, strength=0.3))
    assert (song_of("", audio, vague).tempo, song_of("", audio, vague).key) == (None, None)
    with pytest.raises(ValueError, match="stem drums"):
        song_of("a", audio, Analysis(), {"drums": Audio(np.zeros((10, 1), np.float32), 8000)})
