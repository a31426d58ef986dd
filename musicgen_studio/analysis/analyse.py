"""Everything that is found out about a clip at once: tempo, beats and bars, key, loudness.

About a third of a second of processor time for half a minute of music, the first call of a process aside, which loads
the net. Any thread. Not for notes (`notes`) or tags (`tags`), which take longer and are asked for by themselves.
"""

from musicgen_studio.analysis.beats import find_beats
from musicgen_studio.analysis.frames import frames_of
from musicgen_studio.analysis.key import find_key
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.pieces import OnPiece, for_part, nothing
from musicgen_studio.dsp.loudness import integrated_lufs

_LOUDNESS_CHANNELS = 2


def analyse(audio: Audio, on_piece: OnPiece = nothing) -> Analysis:
    """Return what can be heard in a clip.

    Args:
        audio: Any sound, mono or more. Of more than two channels the first two are measured for loudness.
        on_piece: See `core.pieces`. Of what comes after the spectra, a tenth of the time, nothing is told.

    Returns:
        It, with a confidence for each; what cannot be heard is None.
    """
    measured = Audio(audio.samples[:, :_LOUDNESS_CHANNELS], audio.sample_rate)
    lufs = integrated_lufs(measured, for_part(on_piece, 0, 2))
    frames = frames_of(audio, for_part(on_piece, 1, 2))
    if frames.is_silent:
        return Analysis(lufs=lufs)
    bars = find_beats(audio, frames)
    return Analysis(
        tempo_map=bars.tempo_map if bars else None,
        bars_confidence=bars.confidence if bars else 0.0,
        other_bpms=bars.other_bpms if bars else (),
        key=find_key(frames.semitones),
        lufs=lufs,
    )
