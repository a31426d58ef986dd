"""What was said in passing: the last notice in a line, and all of them in a list behind a button. None is lost.

Not for problems, which stay where they belong until they are closed (`widgets.problem_note`).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label

KEPT = 200
_LIST_PX = (440, 260)


@dataclass(frozen=True, slots=True)
class Brief:
    """What the line says instead while the clip is in the middle, whose title stands above it already.

    Args:
        words: Without the title.
        clips: Ids of the clips that it is about.
    """

    words: str
    clips: tuple[str, ...]


NO_BRIEF = Brief("", ())


class Notices(QWidget):
    """The line and its button. Main thread.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: deque[str] = deque(maxlen=KEPT)
        self._then: Callable[[], object] = lambda: None
        self._unseen = 0  # not counting the one in the line
        self._said, self._brief, self._shown = "", NO_BRIEF, ""
        self._line = _Line()
        self._line.clicked.connect(self.show_all)
        self._action = QToolButton()
        self._action.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._action.clicked.connect(self._act)
        self._action.setAccessibleName(self.tr("Do what the message offers"))
        self._action.setToolTip(self.tr("Do what the message offers"))
        self._action.hide()
        self._all = QToolButton()
        self._all.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._all.setIcon(icon("chevron-up"))
        self._all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._all.setAccessibleName(self.tr("All messages"))
        self._all.setToolTip(self.tr("All messages"))
        self._all.clicked.connect(self.show_all)
        self._all.hide()
        set_look(self._all, Look.QUIET)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._line, 1)
        row.addWidget(self._action)
        row.addWidget(self._all)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def add(
        self,
        text: str,
        action: str = "",
        then: Callable[[], object] = lambda: None,
        brief: Brief = NO_BRIEF,
    ) -> None:
        """Say something, also to a screen reader. An empty text empties the line, not the list.

        Args:
            text: What to say.
            action: What a button beside it says, until the next notice; empty for none.
            then: What the button does.
            brief: Of what is about a clip.
        """
        if text:
            self._unseen += bool(self._said)
            now = datetime.now().astimezone()
            self._texts.append(f"{now:%H:%M}  {text}")
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))
        self._said, self._brief = text, brief
        self._line.setToolTip(f"<qt>{escape(text)}</qt>" if text else "")
        self._show_line()
        self._then = then
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setToolTip(text)
        self._action.setVisible(bool(action))
        self._show_count()

    @Slot(str)
    def take_back(self, text: str) -> None:
        """Empty the line if it still says this, as it is no longer true; the list keeps what was said."""
        if text and self._said == text:
            self.add("")

    def set_shown(self, clip_id: str) -> None:
        """Know which clip is in the middle."""
        self._shown = clip_id
        self._show_line()

    def texts(self) -> list[str]:
        """Return all notices with their time, the newest first."""
        return list(reversed(self._texts))

    @Slot()
    def show_all(self) -> None:
        """Open the list of all notices above the line."""
        if not self._texts:
            return
        self._unseen = 0
        self._show_count()
        popup = _List(self.texts(), self)
        popup.move(self.mapToGlobal(QPoint(self.width() - popup.width(), -popup.height() - GRID)))
        popup.show()
        popup.focus_list()

    def _show_line(self) -> None:
        self._line.setText(self._brief.words if self._shown in self._brief.clips else self._said)

    def _show_count(self) -> None:
        self._all.setVisible(bool(self._texts))
        self._all.setText(f"+{self._unseen}" if self._unseen else "")
        more = self.tr("All messages; {0} new ones besides this").format(self._unseen)
        self._all.setToolTip(more if self._unseen else self.tr("All messages"))

    @Slot()
    def _act(self) -> None:
        then = self._then
        self.add("")
        then()


class _Line(ElidedLabel):
    """The last notice; a click anywhere on it counts."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__(Look.MUTED)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of a click."""
        if event.button() == Qt.MouseButton.LeftButton and self.text():
            self.clicked.emit()


class _List(QFrame):
    """All notices; Esc or a click elsewhere closes it."""

    def __init__(self, texts: list[str], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_look(self, Look.CARD)
        self._list = QListWidget()
        self._list.addItems(texts)
        self._list.setWordWrap(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self.tr("All messages"))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(plain_label(self.tr("MESSAGES"), Look.SECTION))
        column.addWidget(self._list)
        self.resize(*_LIST_PX)

    def focus_list(self) -> None:
        """Let the keys move through the list."""
        self._list.setCurrentRow(0)
        self._list.setFocus(Qt.FocusReason.PopupFocusReason)
