"""The figures of a large library: what fills it is a real library, and what measures it leaves it as it was."""

from pathlib import Path

import pytest

from musicgen_studio.app import Program
from musicgen_studio.library.library import Library
from musicgen_studio.library.many import write_many
from musicgen_studio.library.search import Sorting
from musicgen_studio.ui.window import library_bench
from tests.ui.test_window import Loader, loader, settings_file

__all__ = ["loader", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

CLIPS = 240


def test_what_fills_a_library_is_one_whose_clips_are_all_there(tmp_path: Path) -> None:
    write_many(tmp_path / "library", CLIPS)
    with Library(tmp_path / "library") as library:
        found = library.reconcile()
        clips = library.clips()
        assert len(clips) == CLIPS
        assert not found.recovered
        assert not any(clip.is_missing for clip in clips)
        assert 0 < len(library.clips("happy organ")) < CLIPS
        assert library.children(clips[0].id) or any(clip.parent for clip in clips)
        assert library.read(clips[-1].id).frames == clips[-1].frames


def test_scrolling_searching_and_sorting_are_measured(tmp_path: Path, settings_file: Path, loader: Loader) -> None:
    write_many(tmp_path / "library", CLIPS)
    lines: list[str] = []
    with Program(settings_file, loader) as program:
        window = program.window
        assert library_bench.show(window, 0.0) > 0
        counts: set[int] = set()
        window._model.rowsRemoved.connect(lambda: counts.add(window._model.rowCount()))
        figures = library_bench.measure_library(window, lines.append)
        assert any(0 < count < CLIPS for count in counts)  # what was typed has narrowed it
        assert window._model.rowCount() == CLIPS
        assert (window.library.query().text, window.library.query().order) == ("", Sorting.NEWEST)
    assert len(lines) == 3
    assert len(figures) == 9
    assert all(isinstance(value, float) and value > 0 for value in figures.values())
