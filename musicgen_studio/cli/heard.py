"""A sound file as a song, with the tempo and key heard in it or given: what `loop` and `export` begin with."""

import argparse
import sys
from typing import TYPE_CHECKING

from musicgen_studio.cli.options import path
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from musicgen_studio.core.analysis import Analysis
    from musicgen_studio.core.audio import Audio
    from musicgen_studio.core.song import Song

SAMPLE_RATES_HZ = (32_000, 44_100, 48_000, 88_200, 96_000)
SOUND_FORMATS = ("wav24", "wav16", "wav32f", "flac")
"""Those of `export.tracks.TRACK_FORMATS`, which is slow to import."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take: the file, its tempo, where to and in which format."""
    parser.add_argument("sound", type=path, metavar="FILE", help="a sound file")
    parser.add_argument("-o", "--out", type=path, default=path("."), metavar="DIR", help="folder to write into")
    parser.add_argument("--title", metavar="TEXT", help="what it is called; by default as the file")
    parser.add_argument("--tempo", type=float, metavar="BPM", help="beats per minute; by default as heard")
    parser.add_argument("--downbeat", type=float, metavar="SECONDS", help="where a bar begins; by default as heard")
    parser.add_argument(
        "--rate", type=int, choices=SAMPLE_RATES_HZ, metavar="HZ", help="sample rate; by default its own"
    )
    parser.add_argument("--format", choices=SOUND_FORMATS, default=SOUND_FORMATS[0], help="of the sound (wav24)")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def heard_song(args: argparse.Namespace, take_apart: "Callable[[Audio], Mapping[str, Audio]] | None" = None) -> "Song":
    """Read the file and find out its tempo and key; what is not sure is told and left out, unless it was given.

    Args:
        args: With what `add_options` added.
        take_apart: Returns the stems of a sound by name, None without stems.

    Raises:
        UserProblem: If the file cannot be read, the folder cannot be used, or a given value is out of range.
    """
    from musicgen_studio.cli.sound_file import read_sound
    from musicgen_studio.files.whole import ensure_folder
    from musicgen_studio.studio.arranging.hand_off import song_of

    audio = read_sound(args.sound)
    ensure_folder(args.out)  # before the work
    found = _found(audio, args.tempo, args.downbeat)
    if not found.has_sure_tempo:
        told = found.tempo_text or "no beat"
        print(f"The tempo is not sure ({told}); give it with --tempo to have it used.", file=sys.stderr)
    elif not found.has_sure_bars:
        print("Where the bars begin is not sure; say it with --downbeat if it is wrong.", file=sys.stderr)
    return song_of(args.title or args.sound.stem, audio, found, take_apart and take_apart(audio))


def _found(audio: "Audio", tempo_bpm: float | None, downbeat_s: float | None) -> "Analysis":
    from musicgen_studio.analysis.analyse import analyse
    from musicgen_studio.core.tempo_map import MAX_BPM, MIN_BPM

    found = analyse(audio)
    if tempo_bpm is not None:
        if not MIN_BPM <= tempo_bpm <= MAX_BPM:
            why = f"--tempo must be {MIN_BPM:g} to {MAX_BPM:g}, got {tempo_bpm:g}."
            raise UserProblem("--tempo cannot be used as given.", why, "Give a tempo in beats per minute.")
        found = found.with_bpm(tempo_bpm, audio.duration_s)
    if downbeat_s is not None:
        if not 0 <= downbeat_s <= audio.duration_s:
            why = f"--downbeat must be 0 to {audio.duration_s:g}, the end of the sound, got {downbeat_s:g}."
            raise UserProblem("--downbeat cannot be used as given.", why, "Give a time within the sound.")
        found = found.with_downbeat(downbeat_s)
    return found
