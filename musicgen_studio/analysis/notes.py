"""The notes of any music, several at a time: basic-pitch's model on onnxruntime, and notes made of what it says.

Source: R. Bittner et al., "A lightweight instrument-agnostic model for polyphonic note transcription and multipitch
estimation" (ICASSP 2022); `resources/basic_pitch`. Notes are made as in its `note_creation.py`: from every onset on
while the pitch sounds, then of what sounds without an onset; what is faint and struck together with a note whose
overtone it would be is left out. About 20 times as fast as the music on one core. Not for a single voice, whose pitch
bends (`dsp.pitch`), or for drums.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.pieces import OnPiece, nothing
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.paths import resources_dir

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

RATE_HZ = 22_050
HOP = 256
LOWEST_PITCH = 21
"""MIDI number of the model's first pitch, A0; it knows the 88 of a piano."""

Floats = npt.NDArray[np.float32]

_WINDOW = 43_844  # samples the model takes at a time: 2 s less a hop
_KEPT, _MARGIN = 141, 15  # frames used of each window, and left out before them
_ONSET, _SOUNDING = 0.5, 0.3
_GAP_FRAMES = 11  # of silence that end a note
_OVERTONES = (12, 19, 24, 28, 31, 34, 36)  # semitones above a note, from the second partial to the eighth
_TOGETHER_S, _FAINT = 0.06, 0.6
_SHORTEST_FRAMES = 11  # 127 ms, as in basic-pitch
_INPUT, _NOTES, _ONSETS = "serving_default_input_2:0", "StatefulPartitionedCall:1", "StatefulPartitionedCall:2"
_Span = tuple[int, int, int]


def find_notes(audio: Audio, on_piece: OnPiece = nothing) -> Melody:
    """Return the notes of a sound.

    Args:
        audio: Any sound; channels are averaged.
        on_piece: Told which share is done, 0 to 1; what it raises ends the work.

    Returns:
        The notes in the order of their onsets, as long as the sound. A note's velocity and confidence are both how
        clearly the model hears it.
    """
    sounding, onsets = activations(audio, on_piece)
    if not len(sounding):
        return Melody((), audio.duration_s)
    ends = audio.duration_s
    notes = [_note(span, sounding, ends) for span in _spans(sounding, onsets) if span[0] * HOP / RATE_HZ < ends]
    notes = [note for note in notes if not _is_overtone(note, notes)]
    notes.sort(key=lambda note: (note.onset_s, note.pitch))
    return Melody(tuple(notes), ends)


def activations(audio: Audio, on_piece: OnPiece = nothing) -> tuple[Floats, Floats]:
    """Return how likely each pitch sounds, and begins: float32 `[frames, 88]` each, frame i at `i * HOP / RATE_HZ`."""
    mono = mono_at(audio, RATE_HZ)
    frames = -(-len(mono) // HOP)
    heard = list[tuple[Floats, Floats]]()
    for first, window in _windows(mono):
        notes, onsets = _model().run([_NOTES, _ONSETS], {_INPUT: window[None, :, None]})
        kept = slice(_MARGIN, _MARGIN + _KEPT)
        heard.append((notes[0, kept], onsets[0, kept]))
        on_piece(min(1.0, (first + _KEPT) / max(frames, 1)))
    if not heard:
        return np.zeros((0, 88), np.float32), np.zeros((0, 88), np.float32)
    sounding, begins = (np.concatenate([each[kind] for each in heard])[:frames] for kind in (0, 1))
    return sounding, begins


def _windows(mono: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield windows for the model, each with the number of the first frame that is kept of it."""
    for first in range(0, -(-len(mono) // HOP), _KEPT):
        start = (first - _MARGIN) * HOP
        part = mono[max(start, 0) : start + _WINDOW]
        before = max(-start, 0)
        yield first, np.pad(part, (before, _WINDOW - before - len(part)))


@cache
def _model() -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # it runs beside playing and making music
    path = resources_dir() / "basic_pitch" / "nmp.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _spans(sounding: Floats, onsets: Floats) -> Iterator[_Span]:
    """Yield notes as first frame, frame after the last, and pitch counted from A0."""
    left = sounding.copy()
    begins = _with_rises(onsets, sounding)
    for frame, pitch in _peaks(begins)[::-1]:  # from the last to the first, so that each ends where the next begins
        end = _end(left[:, pitch], frame)
        if end - frame > _SHORTEST_FRAMES:
            _silence(left, frame, end, pitch)
            yield frame, end, pitch
    while left.max() > _SOUNDING:
        middle, pitch = divmod(int(left.argmax()), left.shape[1])
        end = _end(left[:, pitch], middle)
        start = len(left) - _end(left[::-1, pitch], len(left) - 1 - middle)
        _silence(left, min(start, middle), max(end, middle + 1), pitch)
        if end - start > _SHORTEST_FRAMES:
            yield start, end, pitch


def _with_rises(onsets: Floats, sounding: Floats) -> Floats:
    """Return onsets together with where a pitch suddenly sounds, which the model may not take for one."""
    before = np.pad(sounding, ((2, 0), (0, 0)))
    rise = np.minimum(sounding - before[1:-1], sounding - before[:-2])
    rise[:2] = 0
    rise = np.maximum(rise, 0)
    highest = float(rise.max())
    return onsets if highest <= 0 else np.maximum(onsets, rise * (float(onsets.max()) / highest))


def _peaks(onsets: Floats) -> list[tuple[int, int]]:
    """Return where an onset is likely and more so than before and after it: frames with pitches, in order."""
    middle = onsets[1:-1]
    is_peak = (middle > onsets[:-2]) & (middle > onsets[2:]) & (middle >= _ONSET)
    first = onsets[:1] >= np.maximum(_ONSET, onsets[1:2] if len(onsets) > 1 else 0)  # music may begin at once
    frames, pitches = np.nonzero(np.concatenate([first, is_peak]))
    return list(zip(frames.tolist(), pitches.tolist(), strict=True))


def _end(sounding: Floats, start: int) -> int:
    """Return the frame after the last in which a pitch `[frames]` sounds, from a frame on, over short gaps."""
    quiet = np.flatnonzero(sounding[start + 1 :] < _SOUNDING) + start + 1
    if len(quiet) >= _GAP_FRAMES:
        is_gap = quiet[_GAP_FRAMES - 1 :] - quiet[: -_GAP_FRAMES + 1] == _GAP_FRAMES - 1
        if is_gap.any():
            return int(quiet[int(is_gap.argmax())])
    end = len(sounding)
    while end - 1 > start and sounding[end - 1] < _SOUNDING:
        end -= 1
    return end


def _silence(left: Floats, start: int, end: int, pitch: int) -> None:
    """Take a note out of what is left, with its neighbours, into which it blurs."""
    left[start:end, max(pitch - 1, 0) : pitch + 2] = 0


def _note(span: _Span, sounding: Floats, ends_s: float) -> Note:
    start, end, pitch = span
    clear = float(np.clip(sounding[start:end, pitch].mean(), 0.01, 1))
    onset_s = start * HOP / RATE_HZ
    duration_s = max(min(end * HOP / RATE_HZ, ends_s) - onset_s, 1e-3)
    return Note(onset_s, min(duration_s, ends_s - onset_s), LOWEST_PITCH + pitch, clear, clear)


def _is_overtone(note: Note, notes: list[Note]) -> bool:
    """Return whether a note is faint beside one that is struck with it and has an overtone there."""
    return any(
        note.semitone - other.semitone in _OVERTONES
        and abs(note.onset_s - other.onset_s) < _TOGETHER_S
        and note.velocity < _FAINT * other.velocity
        for other in notes
    )
