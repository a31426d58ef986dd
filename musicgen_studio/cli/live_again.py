"""`generate --from` of a recording of live music: the same samples again. The work is `studio.making.live_remake`'s."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.output import Output
from musicgen_studio.core.names import numbered

if TYPE_CHECKING:
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
    if tape.problem is not None:
        raise tape.problem
    print(f"{tape.path} ({made / record.sample_rate:.1f} s)", flush=True)
    return EXIT_INTERRUPTED if stop.is_set() else 0


def _text(record: "LiveRecord", frames: int) -> str | None:
    from dataclasses import replace

    return replace(record, stretch=replace(record.stretch, frames=frames)).to_json() if frames else None


def _free(folder: Path, stem: str) -> Path:
    """Return a name that neither a sound nor a record has."""
    return next(
        folder / f"{name}.wav"
        for name in numbered(stem, "-")
        if not (folder / f"{name}.wav").exists() and not (folder / f"{name}.json").exists()
    )
