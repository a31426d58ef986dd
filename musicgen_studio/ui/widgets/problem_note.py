"""A problem said where it belongs: what happened, why, and what to do. Plain text; no dialog."""

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.look.icons import paint_icon
from musicgen_studio.ui.look.theme import GRID, Look, current, set_look
from musicgen_studio.ui.widgets.picture_button import CLOSE_PX, picture_button

_SIGN_PX = 18


class ProblemNote(QFrame):
    """A frame with the words of one problem. Hidden while there is none.

    Args:
        parent: As for any widget.
    """

    closed = Signal()
    """The musician took it away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, Look.PROBLEM)
        self._what, self._why, self._what_to_do = _words(), _words(), _words()
        set_look(self._what, Look.STRONG)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        for label in (self._what, self._why, self._what_to_do):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, GRID, 2 * GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(_Sign(), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._close_button(), 0, Qt.AlignmentFlag.AlignTop)
        self.setVisible(False)

    def set_problem(self, problem: UserProblem | None) -> None:
        """Say what stands in the way.

        Args:
            problem: Its three sentences, or None if nothing does.
        """
        if problem is not None:
            said = (problem.what, problem.why, problem.what_to_do)
            for label, text in zip((self._what, self._why, self._what_to_do), said, strict=True):
                label.setText(text)
                label.setVisible(bool(text))
            self.setAccessibleName(" ".join(text for text in said if text))
        self.setVisible(problem is not None)
        if problem is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _close_button(self) -> QToolButton:
        button = picture_button("close", self.tr("Close this message"), CLOSE_PX)
        button.clicked.connect(self._close)
        return button

    @Slot()
    def _close(self) -> None:
        self.set_problem(None)
        self.closed.emit()


class _Sign(QWidget):
    """The warning sign, painted so that it follows the theme."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_SIGN_PX, _SIGN_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(self.rect()), "warning", current().danger)


def _words() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)  # file names may look like markup
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label
