"""`musicgen-studio analyse`: tempo, bars, key and loudness of sound files. The work is `analysis`'s."""

import argparse
import json
from typing import TYPE_CHECKING

from musicgen_studio.cli.options import Commands, path

if TYPE_CHECKING:
    from musicgen_studio.core.analysis import Analysis


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "analyse",
        help="find tempo, bars, key and loudness of a sound file",
        description="Find tempo, beats, bars, key and loudness. What is not sure has a question mark.",
    )
    parser.add_argument("sound", type=path, metavar="FILE", help="a sound file")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, with every beat")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse a file and print what was found."""
    from musicgen_studio.analysis.analyse import analyse
    from musicgen_studio.cli.sound_file import read_sound

    found = analyse(read_sound(args.sound))
    if args.json:
        told = json.loads(found.to_json()) | {"bpm": found.bpm, "tempo": found.tempo_text, "key_name": found.key_text}
        print(json.dumps({"analysis": told}))
        return 0
    for name, value, confidence in _rows(found):
        sure = "" if confidence is None else f"   (confidence {confidence:.2f})"
        print(f"{name:<9} {value}{sure}")
    return 0


def _rows(found: "Analysis") -> list[tuple[str, str, float | None]]:
    """Return what to print: name, value, confidence."""
    tempo_map, key = found.tempo_map, found.key
    rows = list[tuple[str, str, float | None]]()
    if tempo_map is None:
        rows.append(("tempo", "none", None))
    else:
        rows.append(("tempo", found.tempo_text, tempo_map.confidence))
        rows.append(("metre", found.metre_text, found.bars_confidence))
        rows.append(("bars", f"first at {tempo_map.bar_s(0):.3f} s, {len(tempo_map.downbeats_s)} of them", None))
        rows.append(("drift", f"{100 * tempo_map.drift:.1f} %", None))
    rows.append(("key", found.key_text or "none", None if key is None else key.strength))
    rows.append(("loudness", "silence" if found.lufs is None else f"{found.lufs:.1f} LUFS", None))
    return rows
