"""Listening to a clip of the library, as an errand behind the window: tempo, bars, key, kept where they are shown.

Each clip is listened to once after it was made or imported; what a hand has set stays as it is. Not for what is heard
(`analysis`) nor for showing it (`ui`).
"""

import re
from dataclasses import replace

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.pieces import OnPiece, nothing
from musicgen_studio.library.library import Library
from musicgen_studio.studio.program.background import Errand

_BPM = re.compile(r"\b(\d{2,3}(?:\.\d+)?)\s*bpm\b", re.IGNORECASE)
_SAME = 0.02  # a tempo that was found is the one that was known up to this share of it


def analyse_clips(library: Library, ids: list[str], errand: Errand) -> list[Clip]:
    """Listen to clips one after the other, in the errand's thread.

    Args:
        library: Which has them.
        ids: Which ones; one that is gone meanwhile, or that a hand has locked, is left out.
        errand: Told how far it is; its stop leaves what was found so far.

    Returns:
        The clips as they are now, those that were listened to.

    Raises:
        UserProblem: If a sound cannot be read or the disk does not take what was found.
    """
    heard = list[Clip]()
    for number, clip_id in enumerate(ids, start=1):
        errand.check()
        errand.tell(None, number, len(ids))
        clip = analyse_clip(library, clip_id, lambda _share: errand.check())
        if clip is not None:
            heard.append(clip)
    return heard


def analyse_clip(library: Library, clip_id: str, on_piece: OnPiece = nothing) -> Clip | None:
    """Listen to one clip and keep what was found. Any thread but the window's: it reads the whole sound.

    Args:
        library: Which has it.
        clip_id: Which one.
        on_piece: See `core.pieces`.

    Returns:
        The clip as it is now; None if it is gone, its sound is, or a hand has locked what is known of it.

    Raises:
        UserProblem: If the sound cannot be read or the disk does not take what was found.
    """
    from musicgen_studio.analysis.analyse import analyse  # late: it loads librosa

    try:
        clip = library.get(clip_id)
        if clip.is_missing or (clip.known is not None and clip.known.is_locked):
            return None
        heard = library.keep_found(clip_id, with_known_tempo(analyse(library.read(clip_id), on_piece), clip))
    except KeyError:
        return None  # deleted for good meanwhile
    library.prepare_drag(clip_id)  # a file that is dragged out says what is known
    return heard


def not_heard(library: Library) -> list[str]:
    """Return the ids of the clips that nobody has listened to, newest first; those in the trash can wait."""
    return [clip.id for clip in library.clips(missing=False) if not clip.analysis]


def with_known_tempo(found: Analysis, clip: Clip) -> Analysis:
    """Return what was found, but at the tempo that is known of the clip, and surely so where its words say it, too.

    Args:
        found: By listening.
        clip: As it is, nobody having listened to it; a tempo it has is its metronome's or was typed. What it was asked
            to be ("rock at 125 bpm") makes a tempo that was found sure, or decides between it and half or twice it,
            but is never taken for the tempo by itself: music does not always do what it was asked.
    """
    if clip.analysis:
        return found
    known_bpm = clip.tempo_bpm
    agreed = _at(found, known_bpm or asked_bpm(clip.prompt))
    if agreed is not None:
        return agreed
    if known_bpm is None:
        return found
    even = found.with_bpm(known_bpm, clip.duration_s).tempo_map
    return replace(found, tempo_map=even, bars_confidence=0.0, other_bpms=())


def asked_bpm(prompt: str) -> float | None:
    """Return the tempo that a prompt asks for, such as 125 of `rock at 125 bpm`; None unless it names just one."""
    said = {float(number) for number in _BPM.findall(prompt)}
    return said.pop() if len(said) == 1 else None


def _at(found: Analysis, bpm: float | None) -> Analysis | None:
    """Return what was found, half or twice as fast if need be, if that is the tempo; else None."""
    for same in (found, found.doubled(), found.halved()):
        if bpm is not None and same.tempo_map is not None and abs(same.tempo_map.bpm / bpm - 1) <= _SAME:
            sure = replace(same.tempo_map, confidence=1.0)
            return replace(found, tempo_map=sure, other_bpms=())
    return None
