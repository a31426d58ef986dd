"""A heading that shows or hides what lies below it."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look


class FoldBox(QWidget):
    """A fold, closed at first.

    Args:
        title: The heading.
        parent: As for any widget.
    """

    toggled = Signal(bool)
    """It was opened or closed, by whomever."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content: QWidget | None = None
        self._instead: QWidget | None = None
        self._title, self._note = title, ""
        self._heading = _Heading(title)
        self._heading.setCheckable(True)
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setIconSize(QSize(16, 16))
        self._heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(self._heading, Look.FOLD)
        self._heading.toggled.connect(self._turn)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._top = QHBoxLayout()
        self._top.setSpacing(GRID)
        self._top.addWidget(self._heading, 1)
        self._column.addLayout(self._top)
        self._turn(False)

    def set_content(self, content: QWidget) -> None:
        """Put a widget below the heading.

        Args:
            content: It is owned by the fold from here on.
        """
        self._content = content
        self._column.addWidget(content)
        content.setVisible(self.is_open())

    def set_instead(self, widget: QWidget) -> None:
        """Put a widget beside the heading for as long as the content is hidden.

        Args:
            widget: It is owned by the fold from here on.
        """
        self._instead = widget
        self._top.addWidget(widget)
        widget.setVisible(not self.is_open())

    def set_note(self, note: str) -> None:
        """Say beside the heading what is in the content, as long as it is hidden.

        Args:
            note: A few words; empty for nothing.
        """
        self._note = note
        self._say_heading()

    def _say_heading(self) -> None:
        self._heading.say("" if self.is_open() else self._note)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self._heading.setChecked(is_open)

    def is_open(self) -> bool:
        """Return whether the content is shown."""
        return self._heading.isChecked()

    @Slot(bool)
    def _turn(self, is_open: bool) -> None:
        self._heading.setIcon(icon("chevron-down" if is_open else "chevron-right", "muted"))
        self._heading.setAccessibleDescription(self.tr("open") if is_open else self.tr("closed"))
        self._heading.setToolTip(self.tr("Show less") if is_open else self.tr("Show more"))
        self._say_heading()
        if self._content is not None:
            self._content.setVisible(is_open)
        if self._instead is not None:
            self._instead.setVisible(not is_open)
        self.toggled.emit(is_open)


class _Heading(QToolButton):
    """A title and a note. The note may be a file's name: it is shortened to the room there is, and asks for none."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title, self._note = title, ""
        self._fit()

    def say(self, note: str) -> None:
        """Show another note, empty for none; a screen reader hears all of it."""
        self._note = note
        self._fit()

    def sizeHint(self) -> QSize:
        """Return what the title alone needs."""
        return QSize(self._around() + self.fontMetrics().horizontalAdvance(self._title), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the note anew."""
        super().resizeEvent(event)
        self._fit()

    def _around(self) -> int:
        shown = self.text().replace("&&", "&")
        return super().sizeHint().width() - self.fontMetrics().horizontalAdvance(shown)

    def _fit(self) -> None:
        whole = f"{self._title} · {self._note}" if self._note else self._title
        self.setAccessibleName(whole)
        room = max(self.width() - self._around(), self.fontMetrics().horizontalAdvance(self._title))
        shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room) if self._note else whole
        self.setText(shown.replace("&", "&&"))
