"""From the options of `generate` to an order. All that can be wrong with it is found here, before a model is loaded."""

import argparse
import secrets
import sys
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from musicgen_studio.checkpoints.catalogue import STARTER, CheckpointEntry, find
from musicgen_studio.cli.options import NO_LOUDNESS
from musicgen_studio.cli.sound_file import tell
from musicgen_studio.core.request import MAX_PROMPTS, GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.files.text import lines_of, read_lines
from musicgen_studio.studio.arranging.composing import going_on
from musicgen_studio.studio.arranging.passages import PlannedPiece, asked_grid, morph_s, read_piece
from musicgen_studio.studio.arranging.replacing import prompt_at
from musicgen_studio.studio.making.ending import ENDINGS
from musicgen_studio.studio.making.order import CheckpointRecord, Order, Sounds
from musicgen_studio.studio.making.record import Record
from musicgen_studio.studio.making.remake import remake
from musicgen_studio.studio.making.source import MelodySource, open_melody, open_source

SAMPLE_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000)
MAX_MP3_RATE_HZ = 48000

JOBS_CLIPS = 4
"""Clips of a list of jobs made at a time: with Meta's small on two cores four take 1.5 to 1.7 times as long as one."""

_OPTION_OF_FIELD = {"prompts": "PROMPT", "duration_s": "--seconds", "guidance_scale": "--guidance"}
_OPTION_OF_FIELD |= {"passage": "--passages", "passages": "--passages"}


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order that can be made.

    Args:
        order: What is wished.
        request: The same with the sound that it names.
        entry: The checkpoint to load.
        checkpoint: The same, for the records.
        only: Numbers of the prompt and the take of the only clip to keep, from 0; None keeps all.
        best_only: Whether of each prompt's takes only the one that measures best is kept.
    """

    order: Order
    request: GenerationRequest
    entry: CheckpointEntry
    checkpoint: CheckpointRecord
    only: tuple[int, int] | None = None
    best_only: bool = False


def mixes_told(order: Order, hint: str = "", later_hint: str = "") -> list[str]:
    """Say which of an order's melodies are mixes, of which not all is followed.

    Args:
        order: Any.
        hint: How one says that all of the first one is followed; empty where nobody can.
        later_hint: The same of those of later passages.
    """
    told = [("the melody", order.melody, hint)]
    told += [(f"the melody from {passage.start_s:g} s on", passage.melody, later_hint) for passage in order.passages]
    return [
        f"{name} is a mix: its lead and chords are followed, not its drums and bass" + (f" ({how})" if how else "")
        for name, melody, how in told
        if melody is not None and melody.separator is not None
    ]


def order_from(args: argparse.Namespace, values: dict[str, Any]) -> Ordered:
    """Turn options into an order.

    Args:
        args: The command line: prompts, passages, jobs, melody, continuation and checkpoint.
        values: The options that have defaults, by their names in the command line; a seed of None is drawn, and for
            `together` None is what suits a person who waits, or a list of jobs.

    Raises:
        UserProblem: If a value is out of range, or a file cannot be read.
    """
    check_rate(values["rate"], values["format"])
    track, channel, of_mix = (values[f"melody_{name}"] for name in ("track", "channel", "mix"))
    melody = open_melody(args.melody, track, channel, None, of_mix) if args.melody else None
    continuation = open_source(args.continuation) if args.continuation else None
    for source in (melody, continuation):
        tell("" if source is None else source.remark)
    takes = values["best_of"] or values["takes"]
    if values["together"] is None:
        values["together"] = 1 if args.jobs is None else max(JOBS_CLIPS // max(takes, 1), 1)
    piece = _piece(args.passages, melody)
    melody = melody or piece.melody
    given = [piece.prompt] if args.passages is not None else args.prompts
    goes_on = continuation is not None and args.jobs is None and args.passages is None
    order = Order(
        prompts=("",) if goes_on and not given else _prompts(given, args.jobs),
        duration_s=piece.duration_s if values["seconds"] is None else values["seconds"],
        takes=takes,
        seed=secrets.randbelow(2**31) if values["seed"] is None else values["seed"],
        together=values["together"],
        guidance_scale=values["guidance"],
        temperature=values["temperature"],
        top_k=values["top_k"],
        top_p=values["top_p"],
        melody=melody.record if melody else None,
        melody_repeats=not values["melody_ends"],
        continuation=continuation.record if continuation else None,
        passages=piece.later,
        shared=piece.shared,
        grid=piece.grid,
        ends=values["end"],
        endings=_endings(values["end"], values["endings"]),
        finish=FinishSettings(
            SoundFormat(values["format"]),
            values["rate"],
            None if values["loudness"] == NO_LOUDNESS else values["loudness"],
            compressor=values["compressor"],
        ),
    )
    if goes_on and (not given or values["morph"] is not None):
        order = _going_on(order, args.continuation, values["morph"])
    sounds = Sounds(
        melody=melody.melody if melody else None,
        continuation=continuation.audio if continuation else None,
        passages=piece.melodies,
    )
    request = _request(order, sounds)
    entry = find(args.checkpoint or STARTER)
    return Ordered(order, request, entry, CheckpointRecord.of(entry), best_only=values["best_of"] is not None)


def order_again(args: argparse.Namespace) -> tuple[Record, Ordered]:
    """Turn a clip's record back into an order. `args` as in `order_from`, and `recipe`, the record's file.

    Raises:
        UserProblem: If the record cannot be used, or what it names is gone or has changed.
    """
    again = remake(args.recipe, args.checkpoint, args.melody, args.continuation)
    return again.record, Ordered(again.order, again.request, again.entry, again.checkpoint, again.only)


def _piece(passages: Path | None, melody: MelodySource | None) -> PlannedPiece:
    if passages is None:
        return PlannedPiece("")
    piece = read_piece(passages)
    if melody is not None and piece.melody is not None:
        raise UserProblem(
            "There are two melodies to begin with.",
            f"--melody names one, the first passage of {passages} another.",
            "Leave one of them out.",
        )
    return piece


def _endings(ends: bool, given: int | None) -> int:
    return (ENDINGS if ends else 0) if given is None else given


def _going_on(order: Order, file: Path, morph: str | None) -> Order:
    """Return an order that goes on with the passage a clip ends with, or from there into a new one."""
    record = Record.beside(file)
    if record is None:
        raise UserProblem(
            "Nobody knows what the music is that is to go on.",
            f"No record lies beside {file.name}.",
            "Say it in words: give a PROMPT, and no --morph.",
        )
    grid = record.order.grid or asked_grid([*record.order.prompts, *order.prompts])
    try:
        length_s = 0.0 if morph is None else morph_s(morph, grid)
    except ValueError as error:
        raise UserProblem("--morph cannot be used as given.", f"{error}.", "Give `2 bars` or `3 s`.") from error
    return going_on(order, prompt_at(record, inf), length_s)


def _request(order: Order, sounds: Sounds) -> GenerationRequest:
    try:
        return order.request(sounds)
    except ValueError as error:
        field, _, rest = str(error).partition(" ")  # its messages begin with the field's name
        option = _OPTION_OF_FIELD.get(field, f"--{field.replace('_', '-')}")
        raise UserProblem(
            f"{option} cannot be used as given.", f"{option} {rest}.", "Give a value in that range."
        ) from error


def _prompts(given: list[str], jobs: str | None) -> tuple[str, ...]:
    prompts = [*given, *(_read_jobs(jobs) if jobs is not None else [])]
    if jobs is not None and not prompts:
        raise UserProblem(
            "There is nothing to make.", f"The jobs file {jobs} holds no prompt.", "Write one prompt on each line."
        )
    if len(prompts) > MAX_PROMPTS:
        raise UserProblem(
            "There are too many prompts.",
            f"{len(prompts)} were given, {MAX_PROMPTS} is the most for one run.",
            "Split them over several runs.",
        )
    return tuple(prompts)


def _read_jobs(jobs: str) -> list[str]:
    found = lines_of(sys.stdin.buffer, "stdin") if jobs == "-" else read_lines(Path(jobs).expanduser())
    lines = (line.strip() for line in found)
    return [line for line in lines if line and not line.startswith("#")]


def check_rate(rate_hz: int | None, sound_format: str) -> None:
    """Make sure that files of a format can have a sample rate; None is the checkpoint's own.

    Raises:
        UserProblem: If they cannot.
    """
    if rate_hz is None:
        return
    only_rate_hz = SoundFormat(sound_format).only_rate_hz
    highest_hz = MAX_MP3_RATE_HZ if sound_format == SoundFormat.MP3 else max(SAMPLE_RATES_HZ)
    allowed = [rate for rate in SAMPLE_RATES_HZ if rate <= highest_hz and only_rate_hz in (None, rate)]
    if rate_hz not in allowed:
        raise UserProblem(
            "--rate cannot be used as given.",
            f"A {sound_format} file is written at {', '.join(map(str, allowed))} Hz, got {rate_hz}.",
            "Choose one of these rates.",
        )
