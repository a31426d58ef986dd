"""What is known of the melody that is followed, what is shown and heard of it. Not for choosing one (`melodies`)."""

from dataclasses import dataclass
from pathlib import Path
from threading import Event

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import CHROMA_RATE_HZ, PitchCurve
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.dsp.peaks import PeakPyramid, Peaks
from musicgen_studio.dsp.tones import chroma_tones, tones
from musicgen_studio.files.midi import holds_midi
from musicgen_studio.library.library import Library
from musicgen_studio.sound.metronome import Metronome, with_clicks
from musicgen_studio.studio.humming.hearing import Hearing, hear_file, hear_midi, hear_take
from musicgen_studio.studio.humming.sketch import Kind, Sketch
from musicgen_studio.studio.humming.take import TakeEdit
from musicgen_studio.studio.making.order import SourceFile

RATE = 32000  # of tones


_MINI_COLUMNS = 96


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A melody with all that belongs to it: what one edit replaces as a whole.

    Args:
        sketch: The notes and what is done with them; None for no melody.
        hearing: What it was found in; None for drawn notes, and while a kept melody is being heard again.
        edit: How the take is used, where it is one.
    """

    sketch: Sketch | None = None
    hearing: Hearing | None = None
    edit: TakeEdit | None = None


def own_notes() -> Sketch:
    """Notes to be drawn: they are meant as they are."""
    return Sketch(Kind.NOTES, clean_up=CleanUp(snap="off"))


def has_melody(sketch: Sketch) -> bool:
    """Tell whether there is something to follow."""
    return bool(sketch.found.notes) or sketch.as_sung


def of_file(source: SourceFile) -> Sketch:
    """Return the sketch of a file that nobody has listened to yet."""
    path = Path(source.file).expanduser()
    return Sketch(Kind.MIDI if holds_midi(path) else Kind.FILE, str(path), source.track, source.channel)


def heard(sketch: Sketch, library: Library, stop: Event) -> Hearing:
    """Hear a sketch's source anew."""
    if sketch.kind is Kind.HUM:
        return hear_take(library, sketch.place, stop)
    if sketch.kind is Kind.MIDI:
        return hear_midi(Path(sketch.place), sketch.track, sketch.channel)
    return hear_file(Path(sketch.place), stop)


def behind(hearing: Hearing | None) -> tuple[PitchCurve | None, PeakPyramid | None, int]:
    """Return what is drawn behind the notes: the pitch that was sung, the sound and its rate in Hz."""
    return (None, None, 1) if hearing is None else (hearing.curve, hearing.peaks, hearing.sample_rate)


def mini_peaks(hearing: Hearing | None) -> tuple[Peaks, Peaks] | None:
    """Return the small picture of what was sung or read, lowest and highest, None if there is none."""
    if hearing is None or hearing.peaks is None or not hearing.peaks.frames:
        return None
    return hearing.peaks.query(0, hearing.peaks.frames, _MINI_COLUMNS)


def sounded(sketch: Sketch, hearing: Hearing | None, clicks: Metronome | None) -> Audio:
    """Return what the model hears, as simple tones."""
    seen = None if hearing is None else hearing.seen(follows_all=sketch.follows_all)
    if sketch.as_sung and seen is not None:
        audio = chroma_tones(seen, CHROMA_RATE_HZ, RATE)
    else:
        audio = tones(sketch.notes, RATE)
    return audio if clicks is None else with_clicks(audio, clicks)
