"""How widgets that paint themselves speak to a screen reader: as a value with words, such as a slider's.

A widget describes itself by `spoken_value`; everything else a screen reader asks is answered by Qt from the widget.
"""

import weakref
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleInterface,
    QAccessibleValueChangeEvent,
    QAccessibleValueInterface,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import VoidPtr, getCppPointer, isValid


@dataclass(frozen=True, slots=True)
class SpokenValue:
    """What a screen reader says of a widget.

    Args:
        role: What the widget is like.
        text: Its value in words.
        value: Its value as a number.
        minimum: The least value.
        maximum: The greatest.
        step: The least change.
    """

    role: QAccessible.Role
    text: str
    value: float = 0.0
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 0.0


@runtime_checkable
class Speaking(Protocol):
    """A widget that describes itself."""

    def spoken_value(self) -> SpokenValue:
        """Return its present value."""
        ...

    def set_spoken_value(self, value: float) -> None:
        """Take a value that came from a screen reader."""
        ...


@cache
def install() -> None:
    """Let screen readers hear widgets that have a `spoken_value`. The first call counts."""
    QAccessible.installFactory(_interface_for)


def tell_value(widget: QWidget) -> None:
    """Tell a screen reader, if one listens, that the value of a speaking widget changed.

    Args:
        widget: A widget with `spoken_value`.
    """
    if QAccessible.isActive():
        value = cast(Speaking, widget).spoken_value().value
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(widget, value))


# Qt deletes its half of an interface with the widget. Python's half must not go before that, and goes when the next one
# comes: there are never more than there are such widgets, and those that went since the last one came.
_interfaces: list[QAccessibleInterface] = []


def _interface_for(_key: str, thing: QObject) -> QAccessibleInterface | None:
    if not (isinstance(thing, QWidget) and isinstance(thing, Speaking)):
        return None
    interface = _SpeakingInterface(thing)
    _interfaces[:] = [*filter(isValid, _interfaces), interface]
    return interface


class _SpeakingInterface(QAccessibleWidget):
    def __init__(self, widget: QWidget) -> None:
        self._speaking = weakref.ref(cast(Speaking, widget))
        super().__init__(widget, cast(Speaking, widget).spoken_value().role)
        self._value = _ValueInterface(self._speaking)

    def text(self, kind: QAccessible.Text) -> str:
        speaking = self._speaking()
        if kind == QAccessible.Text.Value and speaking is not None:
            return speaking.spoken_value().text
        return super().text(kind)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> VoidPtr:  # type: ignore[override]  # a C++ pointer
        if kind == QAccessible.InterfaceType.ValueInterface:
            return VoidPtr(getCppPointer(self._value)[0])
        found = super().interface_cast(kind)
        return found if isinstance(found, VoidPtr) else VoidPtr(0)  # a None would end the program when one asks


class _ValueInterface(QAccessibleValueInterface):
    def __init__(self, speaking: "weakref.ref[Speaking]") -> None:
        super().__init__()
        self._speaking = speaking

    def currentValue(self) -> float:
        return self._spoken().value

    def minimumValue(self) -> float:
        return self._spoken().minimum

    def maximumValue(self) -> float:
        return self._spoken().maximum

    def minimumStepSize(self) -> float:
        return self._spoken().step

    def setCurrentValue(self, value: float) -> None:
        speaking = self._speaking()
        if speaking is not None:
            speaking.set_spoken_value(float(value))

    def _spoken(self) -> SpokenValue:
        speaking = self._speaking()
        return speaking.spoken_value() if speaking else SpokenValue(QAccessible.Role.NoRole, "")
