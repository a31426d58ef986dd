"""`generate --from` of a recording of live music: the same samples again. The work is `studio.making.live_remake`'s."""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.output import Output
from musicgen_studio.core.names import numbered

if TYPE_CHECKING:
    from musicgen_studio.studio.arranging.live_tape import Tape
    from musicgen_studio.studio.making.live_record import LiveRecord


def make_again(args: argparse.Namespace, output: Output) -> int:
    """Make it again into `--out`, under its name."""
    from musicgen_studio.engine.musicgen import load_engine
    from musicgen_studio.files.whole import ensure_folder
    from musicgen_studio.studio.arranging.live_tape import Tape
    from musicgen_studio.studio.making.live_remake import live_differences, live_remake, remade

    ensure_folder(args.out)
    again = live_remake(args.recipe, args.checkpoint)
    record = again.record
    engine = load_engine(again.entry.folder, args.device or record.device, args.precision or record.precision)
    for difference in live_differences(record, engine.info):
        output.note(difference)
    tape = Tape(
        _free(args.out, args.recipe.stem), record.sample_rate, record.channels, lambda frames: _text(record, frames)
    )
    made = 0
    with stop_on_interrupt() as stop:
        try:
            for piece in remade(engine, record, stop):
                tape.append(piece.samples)
                made += piece.frames
        finally:
            tape.close()
            if not made:
                tape.path.unlink(missing_ok=True)
    if tape.problem is not None:
        raise tape.problem
    if made:
        print(_told(tape, _stretched(record, made), as_json=args.json, cut=made < record.stretch.frames), flush=True)
    return EXIT_INTERRUPTED if stop.is_set() else 0


def _told(tape: "Tape", record: "LiveRecord", *, as_json: bool, cut: bool) -> str:
    duration_s = record.stretch.frames / record.sample_rate
    if not as_json:
        return f"{tape.path} ({duration_s:.1f} s{', not complete' if cut else ''})"
    files = {"sound_file": str(tape.path), "recipe_file": str(tape.record_file)}
    return json.dumps({"clip": {**files, "duration_s": duration_s, "recipe": asdict(record)}})


def _text(record: "LiveRecord", frames: int) -> str | None:
    return _stretched(record, frames).to_json() if frames else None


def _stretched(record: "LiveRecord", frames: int) -> "LiveRecord":
    """Return the record of what was made of a recording."""
    return replace(record, stretch=replace(record.stretch, frames=frames))


def _free(folder: Path, stem: str) -> Path:
    """Return a name that neither a sound nor a record has."""
    return next(
        folder / f"{name}.wav"
        for name in numbered(stem, "-")
        if not (folder / f"{name}.wav").exists() and not (folder / f"{name}.json").exists()
    )
