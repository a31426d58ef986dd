"""The focus stays where the hand was when what had it goes away: a button that hides itself, a card that closes.

Qt gives the focus of a control that is hidden, switched off or deleted to whatever comes next in the order of Tab,
which may lie at the other end of the window, or to nobody. Here it goes to what stands nearest; from within a card
that closed, back to where it came from. Not for moving the focus on purpose (`window.focus`, and whoever opens things).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_KEPT = 16
_TABS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_UNCHOSEN = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.ActiveWindowFocusReason}
"""How Qt takes the focus from what goes away; the first is also the key's."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the focus was.

    Args:
        widget: What had it.
        around: What that lies in, the innermost first, up to its window.
        centers: The middle of it in each of these.
    """

    widget: QWidget
    around: tuple[QWidget, ...]
    centers: tuple[QPoint, ...]

    @classmethod
    def of(cls, widget: QWidget) -> "_Place":
        around, each = [], widget
        while not each.isWindow() and (above := each.parentWidget()) is not None:
            around.append(above)
            each = above
        middle = widget.rect().center()
        return cls(widget, tuple(around), tuple(widget.mapTo(each, middle) for each in around))


class FocusKeeper(QObject):
    """Keeps the place. Main thread.

    Args:
        window: It and its dialogs are looked after.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._places: list[_Place] = []  # where a hand or the program put it, the newest last
        self._lost: _Place | None = None  # the focus was taken from there, and nobody has chosen another place since
        self._is_left = False  # nobody has the focus, as by Esc: whoever has it next was chosen
        self._has_tabbed = False
        self._is_chosen = False  # whether the focus leaves where it is by a hand, or by the program on purpose
        self._watched: QWidget | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice why the focus leaves; watched is only what has it."""
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            self._has_tabbed = event.type() == QEvent.Type.KeyPress and event.key() in _TABS
        elif isinstance(event, QFocusEvent):
            self._is_chosen = event.lostFocus() and (self._has_tabbed or event.reason() not in _UNCHOSEN)
        return super().eventFilter(watched, event)

    @Slot(QWidget, QWidget)
    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and not self._is_ours(now):
            return
        last = self._places[-1] if self._places else None
        was_left, self._is_left = self._is_left and self._lost is None, self._is_chosen and now is None
        is_chosen = self._is_chosen or was_left
        if is_chosen and now is not None:  # what is deleted gives its focus away as Esc does: to nobody
            self._lost = None
        elif self._lost is None and last is not None and last.widget is not now:
            self._lost = last
            QTimer.singleShot(0, self, self._mend)  # what goes away and what comes instead is done by then
        self._watch(now)
        if self._lost is None and now is not None:
            self._note(now)

    def _watch(self, widget: QWidget | None) -> None:
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.removeEventFilter(self)
        if widget is not None:
            widget.installEventFilter(self)
        self._watched, self._is_chosen, self._has_tabbed = widget, False, False

    def _note(self, widget: QWidget) -> None:
        self._places = [*(place for place in self._places if place.widget is not widget), _Place.of(widget)][-_KEPT:]

    def _is_ours(self, widget: QWidget) -> bool:
        above: QWidget | None = widget
        while above is not None and above is not self._window:
            above = above.parentWidget()
        return above is not None

    @Slot()
    def _mend(self) -> None:
        """Bring the focus back to where the hand was, if what had it is gone."""
        lost, self._lost = self._lost, None
        focus = QApplication.focusWidget()
        target = None if lost is None else self._instead(lost, focus)
        if target is not None and target is not focus:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        elif focus is not None and self._is_ours(focus):
            self._note(focus)

    def _instead(self, lost: _Place, focus: QWidget | None) -> QWidget | None:
        """Return what is to have the focus that was taken from a place; None if it is well where it is."""
        around = [each for each in lost.around if _is_there(each)]
        is_elsewhere = focus is not None and around and focus.window() is not around[-1].window()  # a dialog, a popup
        if _can_have_focus(lost.widget) or is_elsewhere:
            return None
        return next(self._candidates(lost), None)

    def _candidates(self, lost: _Place) -> Iterator[QWidget]:
        """What may have the focus instead, the best first."""
        has_closed = any(shiboken6.isValid(each) and not _is_there(each) for each in lost.around)
        if has_closed and (came_from := self._before(lost)) is not None:
            yield came_from
        for number, home in enumerate(lost.around):
            if not _is_there(home):
                continue
            if number > 0 and (came_from := self._before(lost)) is not None and home.isAncestorOf(came_from):
                yield came_from
            inside = [each for each in home.findChildren(QWidget) if each.window() is home.window()]
            able = [each for each in inside if _can_have_focus(each) and _takes_tab(each)]
            yield from sorted(able, key=lambda each: _distance(each, home, lost.centers[number]))

    def _before(self, lost: _Place) -> QWidget | None:
        """Return what had the focus before it came into what has gone."""
        gone = {each for each in lost.around if not _is_there(each)}
        for place in reversed(self._places):
            if gone.isdisjoint((place.widget, *place.around)) and _can_have_focus(place.widget):
                return place.widget
        return None


def _is_there(widget: QWidget) -> bool:
    return shiboken6.isValid(widget) and widget.isVisible() and widget.isEnabled()


def _can_have_focus(widget: QWidget) -> bool:
    return _is_there(widget) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None


def _distance(widget: QWidget, home: QWidget, point: QPoint) -> tuple[int, int]:
    """Return how far a widget's frame lies from a point of what it lies in, by its edge and by its middle."""
    frame = QRect(widget.mapTo(home, QPoint(0, 0)), widget.size())
    across = max(frame.left() - point.x(), point.x() - frame.right(), 0)
    down = max(frame.top() - point.y(), point.y() - frame.bottom(), 0)
    return across + down, (frame.center() - point).manhattanLength()
