"""Exporting from the library, with a real ten-minute clip: how far it is, how soon it stops, and what it leaves."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.export.clips import Exported
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat, read
from musicgen_studio.library.changing import known_edit
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.exporting import export_from_library
from musicgen_studio.studio.program.background import Background, Errand, ErrandDone

RATE = 32000
STOPPED_WITHIN_S = 0.5
LOUD_OGG = FinishSettings(SoundFormat.OGG, sample_rate=48000, loudness_lufs=-14.0)


def _clip(library: Library, title: str, duration_s: float) -> Clip:
    noise = np.random.default_rng(0).standard_normal((round(duration_s * RATE), 2), dtype=np.float32)
    noise *= np.float32(0.1)
    clip = Clip(title * 32, title, Origin.GENERATED, "2026-01-31T12:00:00+00:00", len(noise), RATE, 2)
    return library.add(clip, Audio(noise, RATE))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library(tmp_path_factory.mktemp("library")) as library:
        yield library


@pytest.fixture(scope="module")
def short(library: Library) -> Clip:
    return _clip(library, "a", 2.0)


@pytest.fixture(scope="module")
def ten_minutes(library: Library) -> Clip:
    return _clip(library, "b", 600.0)


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Watched(Errand):
    """Sets its stop flag at a share of the work, and notes when."""

    def __init__(self, stop_at: float) -> None:
        super().__init__(1, "Export", threading.Event(), monotonic)
        self.fractions: list[float] = []
        self.stopped_s = 0.0
        self._stop_at = stop_at

    def tell(self, fraction: float | None, number: int = 1, of: int = 1) -> None:
        """Note it."""
        super().tell(fraction, number, of)
        assert fraction is not None
        self.fractions.append(fraction)
        if fraction >= self._stop_at and not self.stop.is_set():
            self.stopped_s = monotonic()
            self.stop.set()


@pytest.mark.parametrize("stop_at", [0.0, 0.03, 0.08, 0.15, 0.22])
def test_ten_minutes_stop_at_once_wherever_they_are(
    library: Library, ten_minutes: Clip, tmp_path: Path, stop_at: float
) -> None:
    errand = Watched(stop_at)
    assert export_from_library(library, [ten_minutes], ["x"], tmp_path, LOUD_OGG, errand) == []
    assert monotonic() - errand.stopped_s < STOPPED_WITHIN_S
    assert _files(tmp_path) == []


def test_clips_are_counted_and_progress_tells_the_time_left(library: Library, short: Clip, tmp_path: Path) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    seen: list[tuple[float | None, int, int]] = []
    background = Background(done.put)

    def work(errand: Errand) -> list[Exported]:
        tell = errand.tell

        def note(fraction: float | None, number: int = 1, of: int = 1) -> None:
            tell(fraction, number, of)
            (view,) = background.views()
            seen.append((view.fraction, view.number, view.of))

        errand.tell = note  # type: ignore[method-assign]
        return export_from_library(library, [short] * 3, ["x", "y", "z"], tmp_path, FinishSettings(), errand)

    background.start("Export", work)
    results = done.get(timeout=60).result
    background.close()
    assert [result.file for result in results] == [tmp_path / f"{name}.wav" for name in "xyz"]
    assert (seen[0], seen[-1]) == ((0.0, 1, 3), (1.0, 3, 3))
    assert background.views() == []


def test_a_clip_whose_sound_is_gone_is_told_and_the_others_come(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        gone, there = _clip(library, "c", 0.5), _clip(library, "d", 0.5)
        library.sound_file(gone.id).unlink()
        errand = Errand(1, "Export", threading.Event(), monotonic)
        results = export_from_library(library, [gone, there], ["x", "y"], tmp_path / "out", FinishSettings(), errand)
    assert results[0].problem is not None
    assert "missing" in results[0].problem.what
    assert results[1].file == tmp_path / "out" / "y.wav"


def test_a_selection_says_its_own_tempo(tmp_path: Path) -> None:
    beats = TempoMap((*(0.6 * beat for beat in range(8)), *(4.8 + 0.3 * beat for beat in range(12))))
    with Library(tmp_path / "library") as library:
        clip = library.edit(_clip(library, "e", 9.0).id, **known_edit(Analysis(beats)))
        errand = Errand(1, "Export", threading.Event(), monotonic)
        span = (round(0.6 * RATE), round(4.2 * RATE))
        (result,) = export_from_library(library, [clip], ["x"], tmp_path / "out", FinishSettings(), errand, span)
    assert result.file is not None
    with sf.SoundFile(result.file) as sound:
        assert sound.frames == span[1] - span[0]
        assert "Tempo : 100" in " ".join(sound.extra_info.split())


def test_a_selection_stays_one_where_somebody_has_moved_the_file(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        clip = _clip(library, "e", 0.5)
        library.sound_file(clip.id).rename(library.folder / "moved.wav")
        errand = Errand(1, "Export", threading.Event(), monotonic)
        settings = FinishSettings(SoundFormat.WAV32F)
        (exported,) = export_from_library(library, [clip], ["x"], tmp_path / "out", settings, errand, (1000, 3000))
        assert exported.file is not None
        np.testing.assert_array_equal(read(exported.file).samples, library.read(clip.id).samples[1000:3000])


def test_quitting_ends_a_long_export_at_once(library: Library, ten_minutes: Clip, tmp_path: Path) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    told = threading.Event()

    def work(errand: Errand) -> list[Exported]:
        told.set()
        return export_from_library(library, [ten_minutes], ["x"], tmp_path, LOUD_OGG, errand)

    background.start("Export", work)
    assert told.wait(30)
    began_s = monotonic()
    background.close()
    assert monotonic() - began_s < 2 * STOPPED_WITHIN_S
    assert done.get(timeout=1).result == []
    assert _files(tmp_path) == []
