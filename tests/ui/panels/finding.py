"""Finds the parts of a panel as a person does, by what they are called, and checks what each must have."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

Kind = TypeVar("Kind", bound=QWidget)
CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)


def control(panel: QWidget, kind: type[Kind], name: str) -> Kind:
    """Return the control with this accessible name."""
    found = [widget for widget in panel.findChildren(kind) if widget.accessibleName() == name]
    assert len(found) == 1, f"{len(found)} called {name!r}"
    return found[0]


def said(panel: QWidget) -> str:
    """Return what all labels say that are not hidden."""
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if not label.isHidden())


def tooltip(widget: QWidget | None) -> str:
    """Return what is shown under the pointer: Qt asks a widget, then what it lies in."""
    return "" if widget is None else widget.toolTip() or tooltip(widget.parentWidget())


def nameless(panel: QWidget) -> list[str]:
    """List the controls that can be reached by keyboard and lack an accessible name or a tooltip."""
    reachable = [
        widget
        for widget in panel.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.window() is panel.window()  # not the lists that fold out of choices
    ]
    return [
        f"{type(widget).__name__} {widget.accessibleName()!r} {widget.toolTip()!r}"
        for widget in reachable
        if not isinstance(widget.parent(), QAbstractSpinBox) and not (widget.accessibleName() and tooltip(widget))
    ]
