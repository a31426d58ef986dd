"""`musicgen-studio melody`: the notes of a hum, on the screen and as a MIDI file. The work is `dsp`'s and `midi`'s."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.options import Commands, path
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from musicgen_studio.core.melody import Key, Melody

NOT_ONE_VOICE = (
    "This does not sound like a single voice or instrument, so the notes may be wrong. "
    "`generate --melody` takes drums and bass out of it and follows the rest."
)


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "melody",
        help="find the notes in a hum",
        description="Find the notes in the recording of a single voice or instrument, and write them as a MIDI file.",
    )
    parser.add_argument("sound", type=path, metavar="FILE", help="a sound file")
    parser.add_argument("-o", "--out", type=path, metavar="MIDI", help="where to write the notes")
    parser.add_argument("--tempo", type=float, metavar="BPM", help="of the MIDI file; the notes keep their time")
    parser.add_argument("--raw", action="store_true", help="show pitches as they were sung, not the nearest semitones")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find the notes, print them, and write them if asked to."""
    from musicgen_studio.dsp.key import find_key
    from musicgen_studio.files.midi import write_midi

    melody, is_one_voice = _heard(args.sound, args.tempo, snap=not args.raw)
    key = find_key(melody.notes)
    if args.out is not None:
        write_midi(args.out, melody, key if key.strength > 0 else None)
    if args.json:
        told = asdict(melody) | {"key": asdict(key) | {"name": key.name}, "is_one_voice": is_one_voice}
        print(json.dumps({"melody": told}))
        return 0
    if not is_one_voice:
        print(NOT_ONE_VOICE, file=sys.stderr)
    _print(melody, key)
    if args.out is not None:
        print(args.out)
    return 0


def _heard(sound: Path, tempo_bpm: float | None, *, snap: bool) -> "tuple[Melody, bool]":
    """Return the melody of a sound file, and whether it is a single voice's."""
    from musicgen_studio.cli.sound_file import read_sound
    from musicgen_studio.core.melody import Melody
    from musicgen_studio.dsp.notes import CleanUp, clean, find_notes
    from musicgen_studio.dsp.pitch import is_one_voice, track_pitch

    if tempo_bpm is not None and not 1 <= tempo_bpm <= 999:
        raise UserProblem(
            "--tempo cannot be used as given.", f"--tempo must be 1 to 999, got {tempo_bpm:g}.", "Give a tempo in bpm."
        )
    audio = read_sound(sound)
    curve = track_pitch(audio)
    notes = find_notes(curve, audio)
    if not notes:
        raise UserProblem(
            "No notes were found.",
            f"{sound.name} has no clear pitch: it is silent, noisy, or has several voices at once.",
            "Choose the recording of a single voice or instrument.",
        )
    melody = Melody(notes, max(audio.duration_s, notes[-1].end_s), tempo_bpm)
    return clean(melody, CleanUp(snap="semitone" if snap else "off")), is_one_voice(curve, audio)


def _print(melody: "Melody", key: "Key") -> None:
    from musicgen_studio.core.melody import pitch_name

    for note in melody.notes:
        cents = round((note.pitch - note.semitone) * 100)
        bent = f" {cents:+d} cents" if cents else ""
        print(f"{note.onset_s:7.2f} s  {note.duration_s:5.2f} s  {pitch_name(note.pitch)}{bent}")
    print(f"{len(melody.notes)} notes, {key.name} (fits {key.strength:.2f})")
