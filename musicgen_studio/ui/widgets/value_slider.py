"""A number by slider or by keyboard, with its unit, what it does in one line, and the way back to the usual value."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.widgets.number_box import NumberBox, inset
from musicgen_studio.ui.widgets.wheel import WheelGuard

_SLIDER_STEPS = 1000
_BOX_WIDTH = 76


class ValueSlider(QWidget):
    """One value. Slider and number box always say the same.

    Args:
        label: What it is.
        minimum: The least value.
        maximum: The greatest, above the least.
        default: The usual value, until `set_usual` says another.
        decimals: Digits behind the point; the value is rounded to them.
        unit: Written behind the number, or empty.
        explanation: One line below, or empty.
        parent: As for any widget.

    Raises:
        ValueError: If the least is not below the greatest, or the usual value is not between them.
    """

    value_changed = Signal(float)
    """The value changed, by whomever."""

    def __init__(
        self,
        label: str,
        *,
        minimum: float,
        maximum: float,
        default: float,
        decimals: int = 1,
        unit: str = "",
        explanation: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not minimum < maximum or not minimum <= default <= maximum:
            raise ValueError(f"default must lie between minimum and maximum, got {minimum}, {default}, {maximum}")
        self._label, self._usual = label, round(default, decimals)
        self._minimum, self._maximum, self._decimals = minimum, maximum, decimals
        self._words: QLabel | None = None
        self._explanation = explanation
        self._box = self._make_box(f" {unit}" if unit else "")
        self._slider = self._make_slider()
        self._reset = self._make_reset()
        self._name_reset()
        self._lay_out(explanation)
        WheelGuard(self)
        self._follow(self.value())

    def value(self) -> float:
        """Return the value, with what is just being typed."""
        self._box.interpretText()  # a key of the window may come before the box has read its text
        return self._box.value()

    def set_value(self, value: float) -> None:
        """Set the value.

        Args:
            value: Rounded, and kept within the range.
        """
        self._box.setValue(value)

    def chosen(self) -> float | None:
        """Return the value if it is another than the usual one."""
        value = self.value()
        return None if value == self._usual else value

    def choose(self, value: float | None) -> None:
        """Set the value, or with None the usual one."""
        self.set_value(self._usual if value is None else value)

    def set_usual(self, value: float) -> None:
        """Let another value be the usual one; what shows the usual one goes along, what was chosen stays.

        Args:
            value: Rounded, and kept within the range.
        """
        is_usual = self.chosen() is None
        self._usual = round(min(max(value, self._minimum), self._maximum), self._decimals)
        self._name_reset()
        if is_usual:
            self.reset()
        self._show_reset()

    @Slot()
    def reset(self) -> None:
        """Go back to the usual value."""
        self.set_value(self._usual)

    def _make_box(self, suffix: str) -> NumberBox:
        box = NumberBox()
        set_look(box, Look.NUMBER)
        inset(box)
        box.setRange(self._minimum, self._maximum)
        box.setDecimals(self._decimals)
        box.setSingleStep(max(10.0**-self._decimals, round((self._maximum - self._minimum) / 100, self._decimals)))
        box.setSuffix(suffix)
        box.setValue(self._usual)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setMinimumWidth(_BOX_WIDTH)
        box.setAccessibleName(self._label)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.valueChanged.connect(self._follow)
        box.clamped.connect(self._say_clamped)
        return box

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, _SLIDER_STEPS)
        slider.setPageStep(_SLIDER_STEPS // 10)
        slider.setSingleStep(max(round(self._box.singleStep() / (self._maximum - self._minimum) * _SLIDER_STEPS), 1))
        slider.setAccessibleName(self.tr("{0}, slider").format(self._label))
        slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        slider.valueChanged.connect(self._take_slider)
        return slider

    def _make_reset(self) -> QToolButton:
        reset = QToolButton()
        reset.setIcon(icon("undo", "muted"))
        reset.setIconSize(QSize(14, 14))
        reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        set_look(reset, Look.QUIET)
        reset.clicked.connect(self.reset)
        return reset

    def _name_reset(self) -> None:
        usual = f"{self._usual:.{self._decimals}f}{self._box.suffix()}"
        self._reset.setToolTip(self.tr("Back to {0}").format(usual))
        self._reset.setAccessibleName(self.tr("{0}: back to {1}").format(self._label, usual))

    def _show_reset(self) -> None:
        self._reset.setVisible(self._box.value() != self._usual)

    def _lay_out(self, explanation: str) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        name = QLabel(self._label)
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setBuddy(self._box)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self._reset, 0, 1)
        grid.addWidget(self._box, 0, 2)
        grid.addWidget(self._slider, 1, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        self._words = QLabel(explanation)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._words.setVisible(bool(explanation))
        set_look(self._words, Look.MUTED)
        grid.addWidget(self._words, 2, 0, 1, 3)
        self._box.setAccessibleDescription(explanation)
        for part in (self._box, self._slider):
            part.setToolTip(explanation or self._label)

    @Slot(str)
    def _say_clamped(self, text: str) -> None:
        """Say in place of the explanation what became of the number, until it is changed again."""
        if self._words is not None:
            self._words.setText(text)
            self._words.show()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._box, text))

    def _explain(self) -> None:
        if self._words is not None:
            self._words.setText(self._explanation)
            self._words.setVisible(bool(self._explanation))

    @Slot(float)
    def _follow(self, value: float) -> None:
        if self._minimum < value < self._maximum:  # at an end it may have been clamped just now
            self._explain()
        share = (value - self._minimum) / (self._maximum - self._minimum)
        with QSignalBlocker(self._slider):  # its steps are coarser than the value
            self._slider.setValue(round(share * _SLIDER_STEPS))
        self._show_reset()
        self.value_changed.emit(value)

    @Slot(int)
    def _take_slider(self, step: int) -> None:
        self._box.setValue(self._minimum + step / _SLIDER_STEPS * (self._maximum - self._minimum))
