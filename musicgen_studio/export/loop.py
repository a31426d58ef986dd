"""A loop: an exact number of bars that closes without a click, with its own tempo to the last digit.

The loop begins and ends on a downbeat. What comes before its beginning in the music is faded in over its last moments,
so that from the end to the beginning the music goes on as it did there. Its length is the whole number of frames
nearest to its bars, and its tempo is computed from that: at this tempo it never drifts; at the nominal one each
repetition is off by half a frame at most. Not for music whose tempo is to be changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import ROUNDED_S, TempoMap
from musicgen_studio.dsp.fades import matched_crossfade
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.names import free_names, suggested_name, taken_names, title_room
from musicgen_studio.files.marks import loop_chunks, texts
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.files.whole import ensure_folder

SEAM_S = 0.03
"""How long the crossfade at the seam is, where there is enough sound beside the loop."""

_SLACK_BARS = 1e-6
_LEAST_SEAM_S = 0.002
_EDGE_S = 0.005  # faded to silence where there is nothing beside the loop


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A sound to be repeated.

    Args:
        audio: All of it.
        bars: How many it has.
        start_bar: With which bar of the music it begins, counted from 0.
        tempo: Its beats; the constant tempo at which it does not drift.
    """

    audio: Audio
    bars: int
    start_bar: int
    tempo: TempoMap

    @property
    def beats(self) -> int:
        """How many it has."""
        return self.bars * self.tempo.beats_per_bar


def cut_loop(audio: Audio, tempo: TempoMap, bars: int, start_bar: int | None = None) -> Loop:
    """Cut a loop out of music.

    Args:
        audio: The music.
        tempo: Its beats.
        bars: How many the loop is to have, 1 or more.
        start_bar: With which bar it begins, from 0, the first downbeat. None is the first that has sound before it for
            the seam, if the music has enough bars.

    Raises:
        UserProblem: If the music has no so many whole bars there.
        ValueError: If `bars` is below 1.
    """
    if bars < 1:
        raise ValueError(f"bars must be 1 or more, got {bars}")
    start_bar = _first_bar(audio, tempo, bars) if start_bar is None else start_bar
    start_s, end_s = tempo.bar_s(start_bar), tempo.bar_s(start_bar + bars)
    if start_s < -_slack_s(audio) or end_s > audio.duration_s + _slack_s(audio):
        raise _too_short(audio, tempo, bars, start_bar)
    start = max(round(start_s * audio.sample_rate), 0)
    frames = min(round((end_s - start_s) * audio.sample_rate), audio.frames - start)
    samples = _closed(audio.samples, start, frames, audio.sample_rate)
    length_s = frames / audio.sample_rate
    exact = TempoMap.constant(
        60 * bars * tempo.beats_per_bar / length_s,
        length_s,
        beats_per_bar=tempo.beats_per_bar,
        beat_unit=tempo.beat_unit,
        confidence=tempo.confidence,
    )
    return Loop(Audio(samples, audio.sample_rate), bars, start_bar, exact)


def _first_bar(audio: Audio, tempo: TempoMap, bars: int) -> int:
    """Return the first whole bar; the next if only that has sound before it, and the music is long enough."""
    first = max(ceil(tempo.bar_at(0.0) - _SLACK_BARS), 0)
    has_room = tempo.bar_s(first) >= SEAM_S
    has_next = tempo.bar_s(first + 1 + bars) <= audio.duration_s + _slack_s(audio)
    return first if has_room or not has_next else first + 1


def _too_short(audio: Audio, tempo: TempoMap, bars: int, start_bar: int) -> UserProblem:
    whole = max(int(tempo.bar_at(audio.duration_s + _slack_s(audio)) + 1e-6) - max(start_bar, 0), 0)
    can_begin_earlier = start_bar > _first_bar(audio, tempo, bars)
    return UserProblem(
        "The loop cannot be cut.",
        f"The clip has {whole} whole {'bar' if whole == 1 else 'bars'} from bar {start_bar + 1} on, not {bars}.",
        f"Take fewer bars, {'begin earlier, ' if can_begin_earlier else ''}or correct the clip's tempo and where its "
        "bars begin.",
    )


def _slack_s(audio: Audio) -> float:
    """Return by how much a bar may reach beyond music that was cut at it."""
    return max(ROUNDED_S, 1 / audio.sample_rate)


def _closed(samples: Samples, start: int, frames: int, sample_rate: int) -> Samples:
    """Return so many frames whose end leads over to their beginning."""
    end = start + frames
    loop = samples[start:end].copy()
    least, wanted = round(_LEAST_SEAM_S * sample_rate), min(round(SEAM_S * sample_rate), frames // 4)
    before, after = min(wanted, start), min(wanted, len(samples) - end)
    if before >= least:
        loop[frames - before :] = matched_crossfade(loop[frames - before :], samples[start - before : start])
    elif after >= least:  # the clip begins here: what follows the loop leads into its beginning
        loop[:after] = matched_crossfade(samples[end : end + after], loop[:after])
    else:
        edge = min(round(_EDGE_S * sample_rate), frames // 4)
        slope = np.sin((np.arange(edge, dtype=np.float32) + 0.5) / max(edge, 1) * (np.pi / 2))[:, np.newaxis] ** 2
        loop[:edge] *= slope
        loop[frames - edge :] *= slope[::-1]
    return loop


def export_loop(
    song: Song,
    folder: Path,
    bars: int,
    *,
    start_bar: int | None = None,
    sample_rate: int | None = None,
    sound_format: SoundFormat = SoundFormat.WAV24,
    on_share: Callable[[float], None] = lambda _share: None,
) -> Path:
    """Write a loop of a song, named such as `Night Drive_125bpm_Am_4bars.wav`. Nothing is overwritten.

    Args:
        song: With a tempo.
        folder: Where the file goes. It is made if it is not there.
        bars: As for `cut_loop`.
        start_bar: As for `cut_loop`.
        sample_rate: Of the file in Hz, or None for the song's own. It is the file's length that is a whole number.
        sound_format: WAV or FLAC: other formats do not keep the length, and cannot be repeated.
        on_share: Told how much is done, 0 to 1; what it raises ends the work and leaves no file.

    Returns:
        The file.

    Raises:
        UserProblem: If the tempo is not known, there are not so many bars, or the file cannot be written.
        ValueError: If the format is another.
    """
    if sound_format.is_lossy:
        raise ValueError(f"sound_format must be WAV or FLAC, got {sound_format}")
    tempo = known_tempo(song)
    ensure_folder(folder)
    mix = song.mix()
    on_share(0.2)
    loop = cut_loop(
        resample(mix, sample_rate or mix.sample_rate, lambda done: on_share(0.2 + done / 2)), tempo, bars, start_bar
    )
    audio = _within_scale(loop.audio)
    bpm = loop.tempo.quarter_bpm
    part = f"{bars}bar" if bars == 1 else f"{bars}bars"
    room = title_room(folder, f"_999.9bpm_F#m_{part}{sound_format.extension}")
    name = suggested_name(song.clip.title, bpm, song.key, part, title_units=room)
    (file,) = free_names(folder, [name], sound_format.extension, taken_names(folder))
    write(
        folder / file,
        audio,
        sound_format,
        texts(song.clip, bpm, song.key),
        wave_chunks=loop_chunks(song.clip, audio, loop.tempo, loop.beats, song.key),
        replace=False,
        on_block=lambda frames: on_share(0.7 + 0.3 * frames / audio.frames),
    )
    return folder / file


def known_tempo(song: Song) -> TempoMap:
    """Return a song's tempo.

    Raises:
        UserProblem: If it is not known.
    """
    if song.tempo is None:
        raise UserProblem(
            "There are no bars to cut at.", f'The tempo of "{song.clip.title}" is not known.', "Give its tempo first."
        )
    return song.tempo


def _within_scale(audio: Audio) -> Audio:
    """Return the sound, turned down as a whole if it goes beyond full scale, where it would be clipped."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    return Audio(audio.samples / np.float32(peak), audio.sample_rate) if peak > 1.0 else audio
