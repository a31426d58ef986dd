"""The library's rows: families, edits, dragging out, and speed with many clips."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.verdict import UNKNOWN, Verdict
from musicgen_studio.library.search import Filter, Sorting
from musicgen_studio.ui.models.library_model import ClipRole, LibraryModel, Peaks, Query
from tests.ui.clips import make_clip

pytestmark = pytest.mark.usefixtures("qapp")
PEAKS: Peaks = (np.full(4, -0.5, np.float32), np.full(4, 0.5, np.float32))


def drag_file(clip: Clip) -> Path | None:
    return Path("/clips") / f"{clip.title}.wav" if clip.seed != 9 else None


@pytest.fixture
def model() -> LibraryModel:
    model = LibraryModel(lambda clip: PEAKS if clip.seed == 1 else None, drag_file)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def titles(model: LibraryModel) -> list[str]:
    rows = (model.index(row) for row in range(model.rowCount()))
    return ["  " * row.data(ClipRole.DEPTH) + row.data() for row in rows]


def show(model: LibraryModel, clips: Sequence[Clip]) -> list[str]:
    model.set_clips(clips)
    return titles(model)


def child(number: int, of: int) -> Clip:
    return make_clip(number, parent=make_clip(of).id)


def test_children_stand_under_their_parent_and_the_family_where_its_newest_member_is(model: LibraryModel) -> None:
    newest_first = [child(5, of=2), make_clip(4), child(3, of=5), make_clip(2), make_clip(1)]
    assert show(model, newest_first) == ["Clip 2", "  Clip 5", "    Clip 3", "Clip 4", "Clip 1"]


def test_a_child_whose_parent_is_not_shown_stands_alone(model: LibraryModel) -> None:
    assert show(model, [child(2, of=7), make_clip(1)]) == ["Clip 2", "Clip 1"]


def test_stems_stand_right_under_their_clip_drums_first(model: LibraryModel) -> None:
    def stem(number: int, name: str) -> Clip:
        return make_clip(number, parent=make_clip(1).id, origin=Origin.STEM, stem=name)

    newest_first = [child(6, of=1), stem(5, "other"), stem(4, "lead"), stem(3, "bass"), stem(2, "drums"), make_clip(1)]
    assert show(model, newest_first) == ["Clip 1", *(f"  Clip {number}" for number in (2, 3, 4, 5, 6))]


def test_a_circle_of_parents_is_shown_all_the_same(model: LibraryModel) -> None:
    assert sorted(title.strip() for title in show(model, [child(1, of=2), child(2, of=1)])) == ["Clip 1", "Clip 2"]


def test_rows_that_stay_keep_their_selection_and_only_changed_ones_are_drawn(model: LibraryModel, qtbot: QtBot) -> None:
    model.set_clips([make_clip(2), make_clip(1)])
    selection = QItemSelectionModel(model)
    selection.select(model.index(1), QItemSelectionModel.SelectionFlag.Select)
    kept = QPersistentModelIndex(model.index(1))
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.set_clips([make_clip(3), make_clip(2, is_starred=True), make_clip(1)])
    assert changed.args is not None
    assert changed.args[0].row() == changed.args[1].row() == 1
    assert kept.row() == 2
    assert [index.row() for index in selection.selectedIndexes()] == [2]
    assert show(model, [make_clip(3), make_clip(1)]) == ["Clip 3", "Clip 1"]
    assert kept.row() == 1


def test_rows_that_move_keep_their_selection(model: LibraryModel) -> None:
    model.set_clips([make_clip(number) for number in (5, 4, 3, 2, 1)])
    selection = QItemSelectionModel(model)
    for row in (0, 2):
        selection.select(model.index(row), QItemSelectionModel.SelectionFlag.Select)
    model.set_clips([make_clip(number) for number in (1, 3, 7, 5, 6)])  # sorted, two gone, two come
    assert sorted(index.data() for index in selection.selectedIndexes()) == ["Clip 3", "Clip 5"]
    assert titles(model) == [f"Clip {number}" for number in (1, 3, 7, 5, 6)]


def test_any_list_can_follow_any_other(model: LibraryModel) -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        numbers = rng.permutation(12)[: rng.integers(0, 12)]
        assert sorted(show(model, [make_clip(int(number)) for number in numbers])) == sorted(
            f"Clip {number}" for number in numbers
        )
        assert all(model.index_of(make_clip(int(number)).id).data() == f"Clip {number}" for number in numbers)


def test_renaming_asks_and_does_not_change_by_itself(model: LibraryModel, qtbot: QtBot) -> None:
    model.set_clips([make_clip(1)])
    with qtbot.waitSignal(model.rename_requested) as asked:
        assert model.setData(model.index(0), "  Sunny ")
    assert asked.args == [make_clip(1).id, "Sunny"]
    assert titles(model) == ["Clip 1"]
    assert not model.setData(model.index(0), "   ")
    with qtbot.assertNotEmitted(model.rename_requested):
        assert model.setData(model.index(0), "Clip 1")


def test_rows_are_dragged_as_files_to_copy(model: LibraryModel) -> None:
    model.set_clips([make_clip(3), make_clip(2), make_clip(1)])
    urls = model.mimeData([model.index(2), model.index(0)]).urls()
    assert [Path(url.toLocalFile()).name for url in urls] == ["Clip 3.wav", "Clip 1.wav"]
    assert model.supportedDragActions() == Qt.DropAction.CopyAction


def test_a_clip_whose_file_is_not_ready_begins_no_drag(model: LibraryModel) -> None:
    model.set_clips([make_clip(9), make_clip(1)])
    assert model.mimeData([model.index(0)]) is None
    assert len(model.mimeData([model.index(0), model.index(1)]).urls()) == 1


@pytest.mark.parametrize("clip", [make_clip(1, is_missing=True), make_clip(1, trashed="2026-01-31T12:00:00+00:00")])
def test_what_is_missing_or_thrown_away_cannot_be_dragged(model: LibraryModel, clip: Clip) -> None:
    model.set_clips([clip])
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_what_lies_in_the_trash_cannot_be_renamed(model: LibraryModel) -> None:
    model.set_clips([make_clip(2), make_clip(1, trashed="2026-01-31T12:00:00+00:00")])
    can = [bool(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsEditable) for row in (0, 1)]
    assert can == [True, False]


def test_a_row_says_in_words_what_it_shows(model: LibraryModel) -> None:
    model.set_clips(
        [
            make_clip(2, origin=Origin.RECOVERED, is_complete=False, is_missing=True, is_starred=True),
            make_clip(1, tags=("<b>loud</b>",)),
        ]
    )
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Clip 2, 8 seconds, starter, file missing, incomplete, recovered, starred"
    assert "&lt;b&gt;loud" in model.index(1).data(Qt.ItemDataRole.ToolTipRole)


def test_the_mini_waveform_is_asked_for_and_drawn_again_when_it_is_there(model: LibraryModel, qtbot: QtBot) -> None:
    model.set_clips([make_clip(2), make_clip(1)])
    assert [model.index(row).data(ClipRole.PEAKS) is not None for row in (0, 1)] == [False, True]
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.refresh(make_clip(2).id)
    assert changed.args is not None
    assert changed.args[0].row() == 0
    model.refresh("unknown")


def test_ten_thousand_clips_are_shown_within_a_moment() -> None:
    model = LibraryModel(lambda _: None, drag_file)
    clips = [make_clip(number, parent=make_clip(number + 1).id if number % 3 else None) for number in range(10_000)]
    start = time.process_time()
    model.set_clips(clips)
    model.set_clips([make_clip(10_001), *clips])
    assert model.rowCount() == 10_001
    assert time.process_time() - start < 1.0


def test_a_line_of_ten_thousand_descendants_is_no_problem() -> None:
    model = LibraryModel(lambda _: None, drag_file)
    model.set_clips([child(number, of=number - 1) for number in range(10_000, 0, -1)])
    assert model.rowCount() == 10_000


def test_a_list_that_is_sorted_by_a_value_keeps_no_families(model: LibraryModel) -> None:
    model.set_clips([make_clip(1), make_clip(4), child(5, of=1)], keeps_families=False)
    assert titles(model) == ["Clip 1", "Clip 4", "Clip 5"]


def test_a_column_says_what_is_known_and_nothing_else() -> None:
    verdicts = {make_clip(1).id: Verdict(2, 4, 0), make_clip(2).id: Verdict(faults=3)}
    model = LibraryModel(lambda _: None, drag_file, lambda clip_id: verdicts.get(clip_id, UNKNOWN))
    said = [model.value(make_clip(1, tempo_bpm=92.4, key="A minor"), order) for order in Sorting]
    known = dict(zip(Sorting, said, strict=True))
    assert known[Sorting.TEMPO] == "92.4"
    assert known[Sorting.KEY] == "A minor"
    assert known[Sorting.BEST] == "2 of 4"
    assert known[Sorting.FAULTS] == "no"
    assert known[Sorting.LARGEST].endswith("kB") or known[Sorting.LARGEST].endswith("MB")
    assert [model.value(make_clip(2), order) for order in (Sorting.FAULTS, Sorting.BEST, Sorting.TEMPO)] == [
        "3",
        "",
        "",
    ]
    assert model.value(make_clip(3), Sorting.FAULTS) == ""


def test_a_query_knows_whether_it_narrows() -> None:
    assert not Query(filter=Filter(is_trashed=True)).is_narrowed
    assert Query("rock").is_narrowed
    assert Query(filter=Filter(is_starred=True)).is_narrowed


def take(number: int, of: int, seed: int, **changes: object) -> Clip:
    """Return a take, from 0, of an order."""
    recipe = f'{{\n  "order": {{\n    "takes": 3\n  }},\n  "take": {number},\n  "sha256": ""\n}}\n'
    values = {"recipe": recipe, "seed": seed + number, "title": f"Rock · take {number + 1}"} | changes
    return make_clip(of * 10 + number, **values)


def test_the_takes_of_an_order_stand_under_the_first_in_their_order(model: LibraryModel) -> None:
    newest_first = [take(2, of=2, seed=5), take(1, of=2, seed=5), take(0, of=2, seed=5), make_clip(1)]
    assert show(model, newest_first) == ["Rock · take 1", "  Rock · take 2", "  Rock · take 3", "Clip 1"]
    assert show(model, newest_first[:2]) == ["Rock · take 2", "  Rock · take 3"], "the first is in the trash"


def test_takes_of_another_order_or_another_moment_are_others(model: LibraryModel) -> None:
    later = take(1, of=3, seed=5, created="2026-01-31T12:01:00+00:00")
    assert show(model, [later, take(0, of=2, seed=5)]) == ["Rock · take 2", "Rock · take 1"]
    assert show(model, [take(1, of=3, seed=6), take(0, of=2, seed=5)]) == ["Rock · take 2", "Rock · take 1"]


def test_what_a_take_became_stands_under_it(model: LibraryModel) -> None:
    edited = make_clip(99, parent=take(1, of=2, seed=5).id, origin=Origin.EDITED, title="Rock · take 2 · trimmed")
    newest_first = [edited, take(1, of=2, seed=5), take(0, of=2, seed=5)]
    assert show(model, newest_first) == ["Rock · take 1", "  Rock · take 2", "    Rock · take 2 · trimmed"]


def test_what_tells_clips_apart_comes_first(model: LibraryModel) -> None:
    facts = model.facts(take(1, of=2, seed=5, tags=("lo-fi",), tempo_bpm=125.0))
    assert facts[:2] == ["take 2", "0:08"]
    assert facts[3:] == ["seed 6", "#lo-fi", "125 bpm", "starter"]
    assert model.facts(make_clip(1, origin=Origin.STEM, stem="bass", seed=None))[:2] == ["bass", "0:08"]
    assert model.facts(make_clip(1, origin=Origin.IMPORTED, seed=None, checkpoint=""))[:2] == ["imported", "0:08"]
