"""Reading by FFmpeg, through QtMultimedia's decoder: what libsndfile does not know, or is not right about.

The one place below the window that uses Qt, and only in the decoding process: the decoder wants an event loop, which
the process has for this alone. Its lines on stderr are the process's, and are kept from the terminal there.
Packets without a moment of their own get lost in it now and then (ADPCM in WAV), so libsndfile reads those.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.files.decoding import asf
from musicgen_studio.files.decoding.attempt import (
    MAX_CHANNELS,
    MAX_SAMPLE_RATE,
    DamagedError,
    NotMineError,
    Sink,
    too_many,
)
from musicgen_studio.files.decoding.table import SoundKind, unreadable
from musicgen_studio.files.decoding.view import FileViews

_STALLED_MS = 5_000
_SLACK_S = 0.15
"""What may lack of the length a file states: some decoders keep their last frames to themselves."""
_SLACK_SHARE = 0.01


_stuck: list[object] = []
"""Decoders that never come back. To stop one would wait for it, so the process is to end instead."""


def is_worn() -> bool:
    """Tell whether a decoder is stuck, and this process of no more use."""
    return bool(_stuck)


@cache
def _application() -> Any:
    """Return Qt's application, the only one of the process."""
    os.environ["QT_MEDIA_BACKEND"] = "ffmpeg"
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.instance() or QCoreApplication([])


def read_by_ffmpeg(path: Path, row: SoundKind, views: FileViews, sink: Sink) -> None:
    """Read a file.

    Args:
        path: The file.
        row: Its kind.
        views: How it was measured.
        sink: Takes the sound, block by block.

    Raises:
        NotMineError: If nothing could be read; it says why where that is known.
        DamagedError: If less was found than is promised, or the rest makes no sense.
        UserProblem: If it can be used by no reader.
    """
    try:
        _application()
    except ImportError as error:  # a system without what QtMultimedia is linked against
        raise NotMineError(f"FFmpeg could not be loaded: {error}") from error
    decoding = _Decoding(path, sink)
    decoding.run()
    if decoding.problem is not None:
        raise decoding.problem
    if not decoding.frames:
        raise NotMineError(decoding.said)
    promised_s = decoding.duration_s if row.has_length else 0.0
    if views.least_frames is not None:
        promised_s = max(promised_s, views.least_frames / decoding.rate_hz)
    found_s = decoding.frames / decoding.rate_hz
    if found_s < promised_s - _SLACK_S - _SLACK_SHARE * promised_s:
        raise DamagedError(promised_s)
    if decoding.said:
        raise DamagedError
    _take_end(path, sink, decoding)


def _take_end(path: Path, sink: Sink, decoding: "_Decoding") -> None:
    """Bring what the decoder has kept of a WMA file's end: it comes when the last packet comes once more."""
    longer = asf.lengthened(path)
    most_frames = 0 if longer is None else round(longer.duration_s * decoding.rate_hz)
    if longer is None or not 0 < most_frames - decoding.frames <= _SLACK_S * decoding.rate_hz:
        return
    reach = _Reach(sink, decoding.frames, most_frames)
    _Decoding(path, reach.take).run(longer.content)  # what it says of the repeats is not of the file


class _Reach:
    """Passes on a stretch of what comes.

    Args:
        sink: Takes it.
        start: Its first frame.
        end: The frame behind its last one.
    """

    def __init__(self, sink: Sink, start: int, end: int) -> None:
        self._sink, self._start, self._end = sink, start, end
        self._passed = 0

    def take(self, samples: Samples, rate_hz: int) -> None:
        """Take the next block, float32 `[frames, channels]`."""
        first, last = (min(max(edge - self._passed, 0), len(samples)) for edge in (self._start, self._end))
        self._passed += len(samples)
        if last > first:
            self._sink(samples[first:last], rate_hz)


class _Decoding:
    """One file on its way through the decoder.

    Args:
        path: The file.
        sink: Takes the sound.
    """

    def __init__(self, path: Path, sink: Sink) -> None:
        self.frames = 0
        self.rate_hz = 1
        self.duration_s = 0.0
        self.said = ""
        self.problem: Exception | None = None
        self.is_stuck = False
        self._path, self._sink = path, sink
        self._channels = 0
        self._is_over = False

    def run(self, content: bytes | None = None) -> None:
        """Decode until the end, or until it must end.

        Args:
            content: What to read instead of the file; None is the file.
        """
        from PySide6.QtCore import QBuffer, QEventLoop, QFile, QIODevice, QTimer
        from PySide6.QtMultimedia import QAudioDecoder

        with self._path.open("rb") as opened:
            if content is None:
                file: QFile | QBuffer = (given := QFile())  # of a handle: Qt could not name what has no text for a name
                given.open(opened.fileno(), QIODevice.OpenModeFlag.ReadOnly)
            else:
                file = QBuffer()
                file.setData(content)
                file.open(QIODevice.OpenModeFlag.ReadOnly)
            decoder, loop, stalled = QAudioDecoder(), QEventLoop(), QTimer()
            self._decoder, self._loop, self._stalled = decoder, loop, stalled
            stalled.timeout.connect(self._give_up)
            decoder.bufferReady.connect(self._take)
            decoder.finished.connect(self._end)
            decoder.durationChanged.connect(self._note_duration)
            decoder.error.connect(self._fail)
            decoder.setSourceDevice(file)
            stalled.start(_STALLED_MS)
            decoder.start()
            if not self._is_over:
                loop.exec()
            stalled.stop()
            if self.is_stuck:
                _stuck.append((decoder, file))
                return
            decoder.stop()
            decoder.deleteLater()
            _application().sendPostedEvents(decoder, 52)  # DeferredDelete: gone before its file is
            file.close()

    def _end(self) -> None:
        self._is_over = True
        self._loop.quit()

    def _give_up(self) -> None:
        self.said = self.said or "nothing more comes out of it"
        self.is_stuck = True
        self._end()

    def _fail(self, _error: object) -> None:
        self.said = self._decoder.errorString() or "it cannot be decoded"
        self._end()

    def _note_duration(self, duration_ms: int) -> None:
        self.duration_s = max(duration_ms / 1000, self.duration_s)

    def _take(self) -> None:
        """Take what is ready. Nothing may be raised here: Qt would only print it."""
        try:
            while not self._is_over and self._decoder.bufferAvailable():
                self._take_buffer(self._decoder.read())
        except Exception as error:  # noqa: BLE001 - told by `run`'s caller
            self.problem = error
            self._end()

    def _take_buffer(self, buffer: Any) -> None:
        sound_format = buffer.format()
        rate_hz, channels = sound_format.sampleRate(), sound_format.channelCount()
        if not buffer.frameCount():
            return
        self._check(rate_hz, channels)
        self._stalled.start(_STALLED_MS)
        self.rate_hz, self._channels = rate_hz, channels
        samples = _as_floats(buffer).reshape(-1, channels)  # [frames, channels]
        self.frames += len(samples)
        self._sink(samples, rate_hz)

    def _check(self, rate_hz: int, channels: int) -> None:
        if self.frames and (rate_hz, channels) != (self.rate_hz, self._channels):
            self.said = "its rate or number of channels changes"
            self._end()
            raise DamagedError
        if not 1 <= channels <= MAX_CHANNELS:
            raise unreadable(self._path, too_many(channels))
        if not 1 <= rate_hz <= MAX_SAMPLE_RATE:
            why = f"Its sample rate is {rate_hz} Hz; at most {MAX_SAMPLE_RATE} Hz can be used."
            raise unreadable(self._path, why)


def _as_floats(buffer: Any) -> Samples:
    from PySide6.QtMultimedia import QAudioFormat

    kinds: dict[Any, tuple[Any, int, int]] = {  # as stored, silence, full scale
        QAudioFormat.SampleFormat.UInt8: (np.uint8, 128, 128),
        QAudioFormat.SampleFormat.Int16: (np.int16, 0, 1 << 15),
        QAudioFormat.SampleFormat.Int32: (np.int32, 0, 1 << 31),
        QAudioFormat.SampleFormat.Float: (np.float32, 0, 1),
    }
    stored, silence, full_scale = kinds[buffer.format().sampleFormat()]
    # The full scales are powers of two, so no more is rounded than float32 has digits.
    samples = np.frombuffer(bytes(buffer.constData())[: buffer.byteCount()], stored).astype(np.float32)
    return (samples - np.float32(silence)) / np.float32(full_scale)
