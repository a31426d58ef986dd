"""How the clip in the middle is looked at: waveform or spectrogram, taller or flatter.

Spectra are worked out in the background, for what is in view, from the sound that is there. Not for drawing any of it
(`widgets.waveform`), nor for marks (`marks`) or what is heard (`listening`).
"""

from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QColor, QImage, qRgb
from PySide6.QtWidgets import QWidget

from musicgen_studio.dsp.spectrogram import picture
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.studio.program.background import Lane
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.widgets.waveform_paint import Spectrum
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings

REST_MS = 120
"""A view that rests so long is looked at: who zooms through many sees only the last."""

_LOUD = 0.75
"""From this share of the range on a band is as bright as the waveform, and brighter."""

_Part = tuple[str, bool, int, int, int]
"""The clip's id, whether its own sound is seen, first frame, the one after the last, columns."""


class Views(QObject):
    """Binds the ways to look at a clip. Main thread.

    Args:
        services: For library and background.
        listening: What is shown, and where its playhead is.
        waveform: Where it is shown.
        parent: Qt's owner.
    """

    def __init__(self, services: Services, listening: Listening, waveform: WaveformView, parent: QWidget) -> None:
        super().__init__(parent)
        self._services, self._listening, self._waveform = services, listening, waveform
        self._is_spectral = False
        self._wanted: _Part | None = None  # what is being worked out
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._draw)
        waveform.zoom_changed.connect(self._look_again)
        waveform.sound_changed.connect(self._look_again)
        listening.shown.connect(self._draw_anew)
        waveform.installEventFilter(self)

    def bind(self, bindings: Bindings) -> None:
        """Bind what can be done."""
        add, waveform = bindings.add, self._waveform
        add("taller", waveform.zoom_taller, self._has_sound)
        add("flatter", waveform.zoom_flatter, lambda: waveform.tallness() > 1)
        add("spectrogram", self.turn_spectrogram, self._has_sound, is_on=lambda: self._is_spectral)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow a change of theme: a picture that was worked out does not, as what is painted does."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_anew()
        return super().eventFilter(watched, event)

    @Slot()
    def turn_spectrogram(self) -> None:
        """Show the spectrogram in place of the waveform, or the waveform again."""
        self._is_spectral = not self._is_spectral
        if self._is_spectral:
            self._draw()
        else:
            self._wanted = None
            self._waveform.set_spectrum(None)

    def _has_sound(self) -> bool:
        return self._listening.current is not None

    @Slot()
    def _look_again(self) -> None:
        if self._is_spectral and not self._rest.isActive():
            self._rest.start()

    @Slot()
    def _draw_anew(self) -> None:
        """Work the part in view out once more: the picture of it is gone, or no longer in the colours of the theme."""
        self._wanted = None
        self._look_again()

    @Slot()
    def _draw(self) -> None:
        """Work out the part in view, unless that is being done."""
        current, view = self._listening.current, self._waveform.viewport()
        sound = self._listening.drawn
        if current is None or not self._is_spectral or not isinstance(sound, GrowingSound):
            return
        start, end = max(round(view.start_frame), 0), min(round(view.end_frame), sound.frames)
        wanted = (current.clip.id, sound is current.sound, start, end, view.columns)
        if end - start < 1 or wanted == self._wanted:
            return
        self._wanted = wanted
        columns = max(round(view.columns * (end - start) / max(view.end_frame - view.start_frame, 1)), 1)
        work = partial(_work_out, sound, start, end, columns)
        show = partial(self._show, wanted, sound.sample_rate)
        self._services.background.run(self.tr("Draw the spectrogram"), work, show, lane=Lane.PICTURES)

    def _show(self, wanted: _Part, sample_rate: int, levels: npt.NDArray[np.uint8]) -> None:
        if wanted == self._wanted and self._is_spectral:
            self._waveform.set_spectrum(Spectrum(_image(levels), wanted[2:4], sample_rate))


def _work_out(sound: GrowingSound, start: int, end: int, columns: int) -> npt.NDArray[np.uint8]:
    pieces, at = [], start
    while at < end and len(piece := sound.read(at, end - at)):
        pieces.append(piece)
        at += len(piece)
    return picture(np.concatenate(pieces), sound.sample_rate, columns)


def _image(levels: npt.NDArray[np.uint8]) -> QImage:
    """Return levels `[bands, columns]` as a picture in the theme's colours."""
    levels = np.ascontiguousarray(levels)
    rows, columns = levels.shape
    image = QImage(levels.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(_shades())
    return image.convertToFormat(QImage.Format.Format_RGB32)  # a copy, which needs the array no longer


def _shades() -> list[int]:
    """256 colours from the empty field through the waveform's to that of text."""
    colours = theme.current()
    steps = [QColor(colours.field), QColor(colours.waveform), QColor(colours.text)]
    shades = []
    for level in range(256):
        place = level / 255
        is_loud = place > _LOUD
        share = (place - _LOUD) / (1 - _LOUD) if is_loud else (place / _LOUD) ** 2
        one, other = steps[is_loud], steps[is_loud + 1]
        mixed = (
            round(a + (b - a) * share)
            for a, b in ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
        )
        shades.append(qRgb(*mixed))
    return shades
