"""Listening to a clip of the library, as an errand behind the window: tempo, bars, key, kept where they are shown.

Each clip is listened to once after it was made or imported; what a hand has set stays as it is. Not for what is heard
(`analysis`) nor for showing it (`ui`).
"""

from dataclasses import replace

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip
from musicgen_studio.library.library import Library
from musicgen_studio.studio.program.background import Errand

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
        clip = analyse_clip(library, clip_id)
        if clip is not None:
            heard.append(clip)
    return heard


def analyse_clip(library: Library, clip_id: str) -> Clip | None:
    """Listen to one clip and keep what was found. Any thread but the window's: it reads the whole sound.

    Returns:
        The clip as it is now; None if it is gone, its sound is, or a hand has locked what is known of it.

    Raises:
        UserProblem: If the sound cannot be read or the disk does not take what was found.
    """
    from musicgen_studio.analysis.analyse import analyse  # late: it loads a net

    try:
        clip = library.get(clip_id)
        if clip.is_missing or (clip.known is not None and clip.known.is_locked):
            return None
        return library.keep_found(clip_id, with_known_tempo(analyse(library.read(clip_id)), clip))
    except KeyError:
        return None  # deleted for good meanwhile


def not_heard(library: Library) -> list[str]:
    """Return the ids of the clips that nobody has listened to, newest first; those in the trash can wait."""
    return [clip.id for clip in library.clips(missing=False) if not clip.analysis]


def with_known_tempo(found: Analysis, clip: Clip) -> Analysis:
    """Return what was found, but at the tempo that is known of the clip: a take was played to a metronome.

    Args:
        found: By listening.
        clip: As it is, nobody having listened to it; a tempo it has is its metronome's or was typed.
    """
    known_bpm = clip.tempo_bpm
    if known_bpm is None or clip.analysis:
        return found
    for same in (found, found.doubled(), found.halved()):
        if same.tempo_map is not None and abs(same.tempo_map.bpm / known_bpm - 1) <= _SAME:
            sure = replace(same.tempo_map, confidence=1.0)
            return replace(found, tempo_map=sure, other_bpms=())
    even = found.with_bpm(known_bpm, clip.duration_s).tempo_map
    return replace(found, tempo_map=even, bars_confidence=0.0, other_bpms=())
