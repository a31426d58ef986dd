"""Notices sound devices that come and go. PortAudio lists them once and never again; Qt's multimedia listens on.

With PulseAudio, Qt 6.11 tells of a device that goes only when the next one comes. Nothing depends on it: a stream that
is lost is noticed by itself, and the settings look for devices whenever they are opened. What to do is for `sound`
and `studio`. Loading QtMultimedia takes a quarter of a second: `load` may be called in any thread beforehand.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QLoggingCategory, QObject


def load() -> None:
    """Load QtMultimedia. Any thread."""
    # It complains of every sound server that is not installed; one that it can use is enough.
    QLoggingCategory.setFilterRules("qt.multimedia.symbolsresolver*=false")
    import PySide6.QtMultimedia  # noqa: F401


class DeviceWatch(QObject):
    """Calls when the system's sound devices change. Main thread, whose event loop has to run.

    Args:
        outputs_changed: Called when a device to play on came or went.
        inputs_changed: Called when a device to record from came or went.
        parent: Qt's owner.
    """

    def __init__(
        self, outputs_changed: Callable[[], Any], inputs_changed: Callable[[], Any], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        from PySide6.QtMultimedia import QMediaDevices

        self._devices = QMediaDevices(self)
        self._devices.audioOutputsChanged.connect(outputs_changed)
        self._devices.audioInputsChanged.connect(inputs_changed)
        # The back end begins to listen when it is asked for the first time.
        self._devices.audioOutputs()
        self._devices.audioInputs()
