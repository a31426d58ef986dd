"""The seed: seen, typed, rolled, locked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.core.request import MAX_SEED
from musicgen_studio.ui.widgets.seed_field import SeedField
from tests.ui.panels.finding import control, nameless

pytestmark = pytest.mark.usefixtures("dark")


@pytest.fixture
def field(qtbot: QtBot) -> SeedField:
    field = SeedField()
    qtbot.addWidget(field)
    with qtbot.waitExposed(field):
        field.show()
    field.activateWindow()
    return field


def _type(field: SeedField, text: str) -> QLineEdit:
    edit = control(field, QLineEdit, "Seed")
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    return edit


def test_it_starts_at_nought_and_free(field: SeedField) -> None:
    assert (field.value(), field.is_locked()) == (0, False)


def test_a_typed_seed_counts_at_once(field: SeedField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.changed):
        _type(field, "41")
    assert field.value() == 41


def test_only_figures_can_be_typed(field: SeedField) -> None:
    assert _type(field, "-4a.2 x1").text() == "421"
    assert field.value() == 421


@pytest.mark.parametrize(("typed", "seed"), [("9" * 19, MAX_SEED), ("007", 7)])
def test_leaving_the_field_tidies_it(field: SeedField, typed: str, seed: int) -> None:
    edit = _type(field, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert (field.value(), edit.text()) == (seed, str(seed))


def test_the_dice_show_what_was_thrown(qtbot: QtBot) -> None:
    throws = iter([7, 41])
    field = SeedField(lambda: next(throws))
    qtbot.addWidget(field)
    for seed in (7, 41):
        with qtbot.waitSignal(field.changed):
            QTest.mouseClick(control(field, QToolButton, "New seed"), Qt.MouseButton.LeftButton)
        assert (field.value(), control(field, QLineEdit, "Seed").text()) == (seed, str(seed))
    assert not field.is_locked()


def test_thrown_seeds_differ_and_are_valid(field: SeedField) -> None:
    seeds = set()
    for _ in range(20):
        field.roll()
        seeds.add(field.value())
    assert len(seeds) > 10
    assert all(0 <= seed <= MAX_SEED for seed in seeds)


@pytest.mark.parametrize(("wanted", "got"), [(MAX_SEED, MAX_SEED), (MAX_SEED + 1, MAX_SEED), (-1, 0)])
def test_the_largest_seed_is_kept_exactly_and_none_is_out_of_range(field: SeedField, wanted: int, got: int) -> None:
    field.set_value(wanted)
    assert (field.value(), control(field, QLineEdit, "Seed").text()) == (got, str(got))


def test_the_lock_is_turned_by_keyboard(field: SeedField, qtbot: QtBot) -> None:
    lock = control(field, QToolButton, "Keep the seed")
    with qtbot.waitSignal(field.changed):
        QTest.keyClick(lock, Qt.Key.Key_Space)
    assert (field.is_locked(), lock.accessibleDescription()) == (True, "on")


def test_every_control_has_a_name_and_a_tooltip(field: SeedField) -> None:
    assert nameless(field) == []
