"""The waveform: what a musician does with mouse, wheel and keys, what is drawn, and what a screen reader hears."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt, SignalInstance
from PySide6.QtGui import QAccessible, QColor, QImage, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.ui.look.theme import DARK, LIGHT, Theme, apply_theme
from musicgen_studio.ui.widgets.timeline import Snap
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.widgets.waveform_bench import measure_paint
from musicgen_studio.ui.widgets.waveform_scene import QUIET_WIDTH, ROW_HEIGHT

pytestmark = pytest.mark.usefixtures("dark")

RATE = 32_000
SECONDS = 8
FRAMES = RATE * SECONDS
WIDTH, HEIGHT = 800, 240  # 100 pixels for a second
BODY_Y, RULER_Y, LOOP_Y = 120, 8, 28
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier


class CountedView(WaveformView):
    """Keeps what it was asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[QRect] = []

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the region's parts."""
        self.painted += list(event.region())  # type: ignore[call-overload]  # it can be iterated
        super().paintEvent(event)


class Heard(QObject):
    """Collects what a signal said."""

    def __init__(self, signal: SignalInstance) -> None:
        super().__init__()
        self.said: list[object] = []
        signal.connect(self.said.append)


def _sound(frames: int = FRAMES, level: float = 0.5, channels: int = 2) -> Samples:
    return np.full((frames, channels), level, np.float32) * np.array([1, -1] * frames, np.float32)[:frames, None]


@pytest.fixture
def peaks() -> PeakPyramid:
    pyramid = PeakPyramid(2)
    pyramid.append(_sound())
    return pyramid


@pytest.fixture
def view(qtbot: QtBot, peaks: PeakPyramid) -> CountedView:
    view = CountedView()
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    view.set_sound(peaks, RATE, FRAMES)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    return view


def _at(x: float, y: float = BODY_Y) -> QPoint:
    return QPoint(round(x), round(y))


def _press(view: WaveformView, x: float, y: float = BODY_Y, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, keys, _at(x, y))


def _move(view: WaveformView, x: float, y: float = BODY_Y) -> None:
    at = QPointF(x, y)
    held = Qt.MouseButton.LeftButton
    QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, at, view.mapToGlobal(at), held, held, NONE))


def _release(view: WaveformView, x: float, y: float = BODY_Y, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, keys, _at(x, y))


def _drag(view: WaveformView, x: float, to_x: float, y: float = BODY_Y, keys: Qt.KeyboardModifier = NONE) -> None:
    _press(view, x, y, keys)
    _move(view, (x + to_x) / 2, y)
    _move(view, to_x, y)
    _release(view, to_x, y, keys)


def _click(view: WaveformView, x: float, y: float = BODY_Y, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, keys, _at(x, y))


def _wheel(view: WaveformView, x: float, angle: QPoint, keys: Qt.KeyboardModifier = NONE) -> bool:
    at, none = QPointF(x, BODY_Y), Qt.MouseButton.NoButton
    event = QWheelEvent(at, view.mapToGlobal(at), QPoint(), angle, none, keys, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def _picture(view: WaveformView, ratio: float = 1.0) -> QImage:
    image = QImage(round(view.width() * ratio), round(view.height() * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    view.render(image)
    return image


def _s(seconds: float) -> int:
    return round(seconds * RATE)


# Mouse


def test_a_click_places_the_playhead(view: WaveformView) -> None:
    sought, selected = Heard(view.seek_requested), Heard(view.selection_changed)
    _click(view, 250)
    assert (sought.said, view.playhead()) == ([_s(2.5)], _s(2.5))
    assert selected.said == []


def test_a_drag_selects_in_either_direction_and_a_click_ends_it(view: WaveformView) -> None:
    heard = Heard(view.selection_changed)
    _drag(view, 300, 100)
    assert view.selection() == (_s(1), _s(3))
    assert heard.said[-1] == (_s(1), _s(3))
    _click(view, 600)
    assert heard.said[-1] is None


def test_a_trembling_hand_selects_nothing(view: WaveformView) -> None:
    _press(view, 300)
    _move(view, 302)
    _release(view, 302)
    assert view.selection() is None
    assert view.playhead() == _s(3)


def test_edges_of_the_selection_can_be_dragged_and_cross(view: WaveformView) -> None:
    view.set_selection((_s(2), _s(4)))
    _drag(view, 401, 600)
    assert view.selection() == (_s(2), _s(6))
    _drag(view, 200, 700)
    assert view.selection() == (_s(6), _s(7))


def test_shift_and_click_selects_from_the_playhead(view: WaveformView) -> None:
    view.set_playhead(_s(1))
    _click(view, 300, keys=SHIFT)
    assert (view.selection(), view.playhead()) == ((_s(1), _s(3)), _s(1))


def test_ctrl_and_drag_scrubs(view: WaveformView) -> None:
    scrubbed, selected = Heard(view.scrub_requested), Heard(view.selection_changed)
    _drag(view, 100, 300, keys=CTRL)
    assert scrubbed.said == [_s(1), _s(2), _s(3)]
    assert view.playhead() == _s(3)
    assert selected.said == []


def test_the_ruler_moves_the_playhead_and_keeps_the_selection(view: WaveformView) -> None:
    view.set_selection((_s(2), _s(4)))
    sought = Heard(view.seek_requested)
    _drag(view, 100, 500, RULER_Y)
    assert (sought.said[0], sought.said[-1], view.selection()) == (_s(1), _s(5), (_s(2), _s(4)))


def test_a_double_click_on_the_ruler_zooms_to_the_selection_and_back(view: WaveformView) -> None:
    view.set_selection((_s(2), _s(4)))
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, NONE, _at(300, RULER_Y))
    assert view.viewport().start_frame < _s(2) < _s(4) < view.viewport().end_frame < _s(4.2)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, NONE, _at(300, RULER_Y))
    assert view.viewport().is_fit


def test_the_selection_is_dragged_out_by_its_handle_or_with_alt(view: WaveformView, qtbot: QtBot) -> None:
    view.set_selection((_s(2), _s(4)))
    handle_y = HEIGHT - 22
    with qtbot.waitSignal(view.drag_requested):
        _drag(view, 300, 360, handle_y)
    with qtbot.waitSignal(view.drag_requested):
        _drag(view, 250, 360, keys=ALT)
    assert view.selection() == (_s(2), _s(4))


def test_a_drag_beyond_the_edge_goes_on(view: WaveformView) -> None:
    view.zoom_in()
    view.show_part(view.viewport().panned(-10_000))
    _press(view, 700)
    for _ in range(30):
        _move(view, WIDTH + 40)
    _release(view, WIDTH + 40)
    selection = view.selection()
    assert selection is not None
    assert selection[1] == FRAMES


def test_escape_takes_a_drag_back(view: WaveformView) -> None:
    view.set_selection((_s(2), _s(4)))
    heard = Heard(view.selection_changed)
    _press(view, 500)
    _move(view, 600)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    _release(view, 600)
    assert view.selection() == (_s(2), _s(4))
    assert heard.said[-1] == (_s(2), _s(4))


# Loop region


def test_a_loop_is_drawn_moved_and_resized_in_its_strip(view: WaveformView) -> None:
    heard = Heard(view.loop_changed)
    _drag(view, 100, 300, LOOP_Y)
    assert view.loop() == (_s(1), _s(3))
    _drag(view, 200, 400, LOOP_Y)
    assert view.loop() == (_s(3), _s(5))
    _drag(view, 501, 700, LOOP_Y)
    assert view.loop() == (_s(3), _s(7))
    assert heard.said[-1] == view.loop()


def test_its_edges_can_be_taken_in_the_waveform_too_while_it_plays(view: WaveformView) -> None:
    view.set_loop((_s(2), _s(4)))
    heard = Heard(view.loop_changed)
    _press(view, 400)
    for step in range(1, 6):
        view.set_playhead(_s(2) + step * 1000)
        _move(view, 400 + step * 40)
    _release(view, 600)
    assert view.loop() == (_s(2), _s(6))
    assert len(heard.said) >= 4  # each takes effect at once


def test_a_loop_stays_within_the_sound_and_never_vanishes(view: WaveformView) -> None:
    view.set_loop((_s(2), _s(4)))
    _drag(view, 300, 795, LOOP_Y)
    assert view.loop() == (_s(6), _s(8))
    _drag(view, 600, 799, LOOP_Y)
    loop = view.loop()
    assert loop is not None
    assert loop[1] - loop[0] >= _s(0.01)


def test_setters_are_silent(view: WaveformView) -> None:
    heard = [Heard(signal) for signal in (view.selection_changed, view.loop_changed, view.seek_requested)]
    view.set_selection((0, _s(1)))
    view.set_loop((0, _s(1)))
    view.set_playhead(_s(1))
    assert [each.said for each in heard] == [[], [], []]


def test_spans_are_kept_within_the_sound(view: WaveformView) -> None:
    view.set_selection((-5, FRAMES + 5))
    view.set_loop((_s(3), _s(3)))
    assert (view.selection(), view.loop()) == ((0, FRAMES), None)


# Snapping


def test_with_snap_everything_falls_on_beats(view: WaveformView) -> None:
    view.set_tempo_map(TempoMap.constant(120.0, 8.0))
    view.set_snap(Snap.BEAT)
    _drag(view, 110, 290)
    assert view.selection() == (_s(1), _s(3))
    _click(view, 340)
    assert view.playhead() == _s(3.5)
    _drag(view, 90, 320, LOOP_Y + 20)
    assert view.loop() == (_s(1), _s(3))
    _drag(view, 200, 233, LOOP_Y + 20)
    assert view.loop() == (_s(1.5), _s(3.5))


def test_without_a_tempo_snap_does_nothing(view: WaveformView) -> None:
    view.set_snap(Snap.BEAT)
    _click(view, 333)
    assert view.playhead() == _s(3.33)


# Bars


BARS_Y = 28  # the ruler of bars; what lies below it moves down


def test_the_first_bar_is_dragged_and_all_others_with_it(view: WaveformView) -> None:
    view.set_tempo_map(TempoMap.constant(120.0, 8.0, downbeat_s=1.0))
    heard = Heard(view.downbeat_dragged)
    _press(view, 100, BARS_Y)
    _move(view, 120, BARS_Y)
    _move(view, 130, BARS_Y)
    beats = view.beats()
    assert beats is not None
    assert beats.frame(0) == pytest.approx(_s(1.3))  # seen before it is let go
    assert heard.said == []
    _release(view, 130, BARS_Y)
    assert heard.said == [pytest.approx(1.3, abs=0.01)]
    assert (view.playhead(), view.selection()) == (0, None)


@pytest.mark.parametrize(("x", "y"), [(300, BARS_Y), (100, RULER_Y), (150, BARS_Y)])
def test_other_lines_of_the_ruler_are_no_handle(view: WaveformView, x: float, y: float) -> None:
    view.set_tempo_map(TempoMap.constant(120.0, 8.0, downbeat_s=1.0))
    heard = Heard(view.downbeat_dragged)
    _drag(view, x, x + 30, y)
    assert heard.said == []
    assert view.playhead() == _s((x + 30) / 100)


def test_a_click_on_the_first_bar_places_the_playhead_there(view: WaveformView) -> None:
    view.set_tempo_map(TempoMap.constant(120.0, 8.0, downbeat_s=1.0))
    heard = Heard(view.downbeat_dragged)
    _click(view, 101, BARS_Y)
    assert view.playhead() == _s(1.01)
    assert heard.said == []


def test_escape_puts_the_bars_back(view: WaveformView) -> None:
    tempo_map = TempoMap.constant(120.0, 8.0, downbeat_s=1.0)
    view.set_tempo_map(tempo_map)
    heard = Heard(view.downbeat_dragged)
    _press(view, 100, BARS_Y)
    _move(view, 150, BARS_Y)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    _release(view, 150, BARS_Y)
    beats = view.beats()
    assert beats is not None
    assert beats.tempo_map == tempo_map
    assert heard.said == []


def test_of_bars_that_begin_before_the_sound_the_first_in_it_is_dragged(
    view: WaveformView,
) -> None:
    view.set_tempo_map(TempoMap((-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5), first_downbeat=0))
    heard = Heard(view.downbeat_dragged)
    _drag(view, 150, 170, BARS_Y)
    assert heard.said == [pytest.approx(1.7, abs=0.01)]


# Zoom


def test_ctrl_and_wheel_zooms_at_the_pointer(view: WaveformView, qtbot: QtBot) -> None:
    before = view.viewport().frame(600)
    with qtbot.waitSignal(view.zoom_changed):
        assert _wheel(view, 600, QPoint(0, 360), CTRL)
    assert not view.viewport().is_fit
    assert view.viewport().x(before) == pytest.approx(600, abs=1)
    _wheel(view, 600, QPoint(0, -3600), CTRL)
    assert view.viewport().is_fit


@pytest.mark.parametrize("angle", [QPoint(0, -120), QPoint(-120, 0)])
def test_the_wheel_pans(view: WaveformView, angle: QPoint) -> None:
    view.show_part(view.viewport().zoomed(4, 0))
    assert _wheel(view, 100, angle)
    assert view.viewport().start_frame > 0


def test_a_wheel_that_has_nothing_to_pan_is_left_to_others(view: WaveformView) -> None:
    assert not _wheel(view, 100, QPoint(0, -120))


def test_zoom_commands(view: WaveformView) -> None:
    view.set_playhead(_s(6))
    view.zoom_in()
    assert view.viewport().frames_per_column == pytest.approx(FRAMES / WIDTH / 2)
    assert view.viewport().x(_s(6)) == pytest.approx(600, abs=1)
    view.zoom_out()
    assert view.viewport().is_fit
    view.set_selection((_s(1), _s(2)))
    view.zoom_to_selection()
    assert view.viewport().start_frame < _s(1) < _s(2) < view.viewport().end_frame
    view.fit()
    assert view.viewport().is_fit


def test_no_flag_covers_the_words_of_another(view: WaveformView) -> None:
    view.set_faults([((_s(0.3 * number), _s(0.3 * number)), "glitch · Mend") for number in range(9)])
    scene = view._scene()
    flags = [scene.fault_flag(number) for number in range(9)]
    worded = [flag for flag in flags if flag.width() > QUIET_WIDTH]
    assert len(worded) == 3, "the last in each line"
    assert not [1 for one in worded for other in flags if one is not other and one.intersects(other)]
    assert scene.fault_at(flags[0].center()) == 0


def test_the_playhead_covers_no_figure_of_the_rulers(view: WaveformView) -> None:
    view.set_tempo_map(TempoMap.constant(120.0, 8.0))
    pictures = []
    for frame in (0, _s(4)):  # where a bar and a second begin
        view.set_playhead(frame)
        pictures.append(view.grab(QRect(1, 1, WIDTH - 2, 2 * ROW_HEIGHT - 1)).toImage())
    assert pictures[0] == pictures[1]


def test_the_page_turns_when_the_playhead_leaves_it(view: WaveformView) -> None:
    view.show_part(view.viewport().zoomed(4, 0))
    view.set_playhead(_s(1.9))
    view.set_playhead(_s(2.1))
    assert 0 < view.viewport().x(_s(2.1)) < WIDTH / 4
    view.show_part(view.viewport().panned(10_000))  # who looks elsewhere is left alone
    start = view.viewport().start_frame
    view.set_playhead(_s(2.2))
    assert view.viewport().start_frame == start


# Keys and screen readers


def test_keys_move_the_playhead(view: WaveformView) -> None:
    sought = Heard(view.seek_requested)
    for key, keys in (
        (Qt.Key.Key_Right, NONE),
        (Qt.Key.Key_Right, SHIFT),
        (Qt.Key.Key_Left, NONE),
        (Qt.Key.Key_End, NONE),
        (Qt.Key.Key_Home, NONE),
        (Qt.Key.Key_Left, NONE),
    ):
        QTest.keyClick(view, key, keys)
    assert sought.said == [_s(0.1), _s(1.1), _s(1.0), FRAMES, 0, 0]


def test_with_snap_keys_go_by_beat_and_bar(view: WaveformView) -> None:
    view.set_tempo_map(TempoMap.constant(120.0, 8.0, beats_per_bar=3))
    view.set_snap(Snap.BEAT)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.playhead() == _s(0.5)
    QTest.keyClick(view, Qt.Key.Key_Right, SHIFT)
    assert view.playhead() == _s(1.5)


def test_with_snap_to_bars_everything_falls_on_bars_that_drift(view: WaveformView) -> None:
    view.set_tempo_map(TempoMap((0.2, 0.7, 1.2, 1.7, 2.3, 2.9, 3.5, 4.1), first_downbeat=1, beats_per_bar=3))
    view.set_snap(Snap.BAR)
    _drag(view, 80, 290)
    assert view.selection() == (_s(0.7), _s(2.3))


def test_a_screen_reader_hears_a_slider(view: WaveformView) -> None:
    view.set_playhead(_s(2.5))
    heard = QAccessible.queryAccessibleInterface(view)
    assert heard.role() == QAccessible.Role.Slider
    assert heard.text(QAccessible.Text.Name) == "Waveform"
    assert heard.text(QAccessible.Text.Value) == "playhead 2.5 of 8.0 seconds"
    value = heard.valueInterface()
    assert (value.currentValue(), value.minimumValue(), value.maximumValue()) == (2.5, 0.0, 8.0)
    sought = Heard(view.seek_requested)
    value.setCurrentValue(4.0)
    assert (view.playhead(), sought.said) == (_s(4), [_s(4)])


def test_an_empty_view_speaks_and_takes_nothing(qtbot: QtBot) -> None:
    view = WaveformView()
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    sought = Heard(view.seek_requested)
    _click(view, 100)
    _move(view, 200)
    QTest.keyClick(view, Qt.Key.Key_Right)
    view.zoom_in()
    assert QAccessible.queryAccessibleInterface(view).text(QAccessible.Text.Value) == "empty"
    assert sought.said == []


# Growing


def test_while_it_grows_the_rest_is_hatched_and_cannot_be_chosen(qtbot: QtBot) -> None:
    view, peaks = WaveformView(), PeakPyramid(1)
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    view.set_sound(peaks, RATE, FRAMES)
    peaks.append(_sound(_s(2), channels=1))
    view.sound_grew()
    assert (_columns(view, DARK.waveform), _columns(view, DARK.hatch)) == ((0, 200), (201, 799))
    _drag(view, 100, 500)
    _click(view, 700, RULER_Y)
    assert (view.selection(), view.playhead()) == ((_s(1), _s(2)), _s(2))
    peaks.append(_sound(_s(6), channels=1))
    view.sound_grew()
    assert _columns(view, DARK.waveform) == (0, 799)
    assert view.viewport().is_fit


def test_growing_repaints_only_what_is_new(view: CountedView, peaks: PeakPyramid, qtbot: QtBot) -> None:
    view.set_sound(peaks, RATE, 2 * FRAMES)
    qtbot.waitUntil(lambda: QRect(0, 0, WIDTH, HEIGHT) in view.painted)
    QApplication.processEvents()
    view.painted.clear()
    peaks.append(_sound(_s(1)))
    view.sound_grew()
    qtbot.waitUntil(lambda: bool(view.painted))
    assert all(rect.left() >= 397 and rect.right() <= 453 for rect in view.painted)


def test_a_sound_longer_than_expected_is_seen_whole(view: WaveformView, peaks: PeakPyramid) -> None:
    peaks.append(_sound(_s(2)))
    view.sound_grew()
    assert view.viewport().is_fit
    assert view.viewport().total_frames == _s(10)
    view.set_expected(0)
    assert view.viewport().total_frames == _s(10)


def test_grown_and_whole_look_the_same(qtbot: QtBot) -> None:
    sound = np.random.default_rng(0).uniform(-1, 1, (FRAMES, 2)).astype(np.float32)
    pictures = []
    for pieces in (1, 40):
        view, peaks = WaveformView(), PeakPyramid(2)
        qtbot.addWidget(view)
        view.resize(WIDTH, HEIGHT)
        view.set_sound(peaks, RATE, FRAMES)
        for piece in np.array_split(sound, pieces):
            peaks.append(piece)
            view.sound_grew()
            _picture(view)
        pictures.append(_picture(view))
    assert pictures[0] == pictures[1]


# Painting


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_peaks_reach_as_far_as_the_sound(view: WaveformView, ratio: float) -> None:
    image = _picture(view, ratio)
    ink = QColor(DARK.waveform)
    column = [image.pixelColor(round(400 * ratio), y) == ink for y in range(image.height())]
    lane = (HEIGHT - 36) / 2
    assert sum(column) == pytest.approx(2 * lane * 0.92 * 0.5 * ratio, abs=4 * ratio)


def test_each_channel_has_its_lane(qtbot: QtBot) -> None:
    sound = np.zeros((FRAMES, 2), np.float32)
    sound[::2, 1], sound[1::2, 1] = 0.9, -0.9
    view, peaks = WaveformView(), PeakPyramid(2)
    qtbot.addWidget(view)
    peaks.append(sound)
    view.resize(WIDTH, HEIGHT)
    view.set_sound(peaks, RATE, FRAMES)
    image, ink = _picture(view), QColor(DARK.waveform)
    middle = 36 + (HEIGHT - 36) // 2
    assert sum(image.pixelColor(400, y) == ink for y in range(36, middle)) <= 2
    assert sum(image.pixelColor(400, y) == ink for y in range(middle, HEIGHT)) > 30


def test_twice_the_scale_is_drawn_anew(qtbot: QtBot) -> None:
    sound = np.random.default_rng(0).uniform(-1, 1, (FRAMES, 1)).astype(np.float32)
    view, peaks = WaveformView(), PeakPyramid(1)
    qtbot.addWidget(view)
    peaks.append(sound)
    view.resize(WIDTH, HEIGHT)
    view.set_sound(peaks, RATE, FRAMES)
    small, large = _picture(view), _picture(view, 2.0)
    assert small.scaled(large.size()).convertToFormat(large.format()) != large


def test_the_playhead_repaints_two_strips(view: CountedView, qtbot: QtBot) -> None:
    view.set_playhead(_s(2))
    qtbot.waitUntil(lambda: bool(view.painted))
    QApplication.processEvents()
    view.painted.clear()
    view.set_playhead(_s(6))
    qtbot.waitUntil(lambda: bool(view.painted))
    assert all(rect.width() <= 16 for rect in view.painted)
    assert _picture(view).pixelColor(600, 200) == QColor(DARK.playhead)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda view: view.set_selection((_s(1), _s(2))), id="selection"),
        pytest.param(lambda view: view.set_loop((_s(1), _s(2))), id="loop"),
        pytest.param(lambda view: view.set_markers([_s(3)]), id="marker"),
        pytest.param(lambda view: view.set_tempo_map(TempoMap.constant(120.0, 8.0)), id="tempo"),
        pytest.param(lambda view: view.set_playhead(_s(1)), id="playhead"),
        pytest.param(lambda view: view.set_expected(2 * FRAMES), id="still to come"),
        pytest.param(lambda view: view.zoom_in(), id="zoom"),
        pytest.param(lambda view: view.setFocus(), id="focus"),
    ],
)
def test_everything_set_is_seen(view: WaveformView, change: Callable[[WaveformView], None]) -> None:
    view.clearFocus()
    before = _picture(view)
    change(view)
    assert _picture(view) != before


def test_it_follows_the_theme(view: WaveformView, qapp: QApplication) -> None:
    apply_theme(qapp, Theme.LIGHT)
    image = _picture(view)
    assert image.pixelColor(600, 40) == QColor(LIGHT.field)
    assert _columns(view, LIGHT.waveform) == (0, 799)


def test_single_samples_are_joined_by_lines(qtbot: QtBot) -> None:
    sound = np.zeros((FRAMES, 1), np.float32)
    sound[::2] = 0.8
    view, peaks = WaveformView(), PeakPyramid(1, lambda start, count: sound[start : start + count])
    qtbot.addWidget(view)
    peaks.append(sound)
    view.resize(WIDTH, HEIGHT)
    view.set_sound(peaks, RATE, FRAMES)
    view.set_selection((_s(4), _s(4) + 10))
    view.zoom_to_selection()
    view.set_selection(None)
    image, ink = _picture(view), QColor(DARK.waveform)
    inked = [[y for y in range(36, HEIGHT) if image.pixelColor(x, y) == ink] for x in range(100, 700)]
    heights = [rows[0] for rows in inked if rows]
    assert max(heights) - min(heights) > 60
    assert max(map(abs, np.diff(heights).tolist())) < 8  # a slope, not a step


def test_a_sound_of_another_kind_leaves_nothing_behind(view: WaveformView) -> None:
    view.set_selection((_s(1), _s(2)))
    view.set_loop((_s(1), _s(2)))
    view.set_tempo_map(TempoMap.constant(90.0, 8.0))
    view.set_markers([_s(1)])
    peaks = PeakPyramid(1)
    peaks.append(_sound(_s(1), channels=1))
    view.set_sound(peaks, RATE, 0)
    assert (view.selection(), view.loop(), view.playhead()) == (None, None, 0)
    assert view.viewport().total_frames == _s(1)
    with pytest.raises(ValueError, match="sample_rate"):
        view.set_sound(peaks, 0, 0)


def test_ten_minutes_are_drawn_in_time() -> None:
    assert any(measure_paint(20) < 0.05 for _ in range(5))  # a bench says more; this machine may be busy


def _columns(view: WaveformView, ink: str) -> tuple[int, int]:
    """First and last column, between the rounded corners, with a pixel of this colour."""
    image, colour = _picture(view), QColor(ink)
    rows = range(60, HEIGHT - 10)
    found = [x for x in range(image.width()) if any(image.pixelColor(x, y) == colour for y in rows)]
    last = image.width() - 1
    return (found[0] if found[0] > 2 else 0, found[-1] if found[-1] < last - 2 else last)
