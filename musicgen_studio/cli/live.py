"""`musicgen-studio live`: music that goes on until somebody stops it. The work is `studio.arranging.live`'s."""

import argparse
import secrets
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.generate import add_engine_options
from musicgen_studio.cli.interrupt import stop_on_interrupt
from musicgen_studio.cli.live_keys import Keys, help_line
from musicgen_studio.cli.options import Commands, path, words
from musicgen_studio.cli.output import Output
from musicgen_studio.compute.waiting import let_go_soon
from musicgen_studio.core.live import CHUNK_FRAMES, MAX_VOICES, LiveRequest, Mailbox, Steering, SteeringSource
from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from musicgen_studio.core.melody import Melody
    from musicgen_studio.engine.api import LiveEngine
    from musicgen_studio.studio.arranging.live import LiveOutput, LiveSession
    from musicgen_studio.studio.arranging.live_schedule import Schedule
    from musicgen_studio.studio.arranging.live_tape import Tape

MAX_SECONDS = 86_400.0


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "live",
        help="music that never ends, steered while it plays",
        description="Music that never ends. On a terminal, keys steer it; h shows them.",
        epilog="Ctrl-C fades it out and stops; a second Ctrl-C quits at once.",
    )
    parser.add_argument(
        "prompts", type=words, nargs="*", metavar="PROMPT", help=f"what to make, 1 to {MAX_VOICES} that are blended"
    )
    music = parser.add_argument_group("the music")
    music.add_argument("--weights", type=float, nargs="+", metavar="X", help="what each prompt counts at first")
    music.add_argument("--schedule", type=path, metavar="FILE", help="prompts by minutes: `10 | morph 20 s | sad jazz`")
    music.add_argument("--on-the-bar", action="store_true", help="let other prompts and weights come on the next bar")
    music.add_argument("--melody", type=path, metavar="FILE", help="follow this MIDI file, or the notes in this sound")
    music.add_argument("--guidance", type=float, metavar="X", help="how strictly the prompts are followed")
    music.add_argument("--temperature", type=float, metavar="X", help="higher is more adventurous")
    music.add_argument("--sparser", type=float, default=0.0, metavar="X", help="0 to 1: fewer notes and strokes")
    music.add_argument("--seed", type=int, metavar="N", help="start of the random numbers (default: random)")
    time = parser.add_argument_group("its beginning and end")
    time.add_argument("--seconds", type=float, metavar="S", help="stop then (default: when you stop it)")
    time.add_argument("--fade-in", type=float, default=0.0, metavar="S", help="fade in (default: 0)")
    time.add_argument("--fade-out", type=float, default=3.0, metavar="S", help="fade out at the end (default: 3)")
    time.add_argument(
        "--to-the-phrase", "--to-the-bar", action="store_true", help="let it end with four bars, faded over the last"
    )
    add_engine_options(parser)
    kept = parser.add_argument_group("what becomes of it")
    kept.add_argument("--record", type=path, metavar="WAV", help="keep what is heard, and a .json that makes it again")
    kept.add_argument("--play", action=argparse.BooleanOptionalAction, default=True, help="hear it (default)")
    kept.add_argument(
        "--chunk", type=int, default=CHUNK_FRAMES, metavar="N", help="frames of 20 ms made at a time (default: 5)"
    )
    kept.add_argument("--json", action="store_true", help="a problem as one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Play until it is stopped."""
    _check_usage(args)
    let_go_soon()
    from musicgen_studio.checkpoints.catalogue import STARTER, find
    from musicgen_studio.engine.musicgen import load_engine
    from musicgen_studio.studio.arranging.live import LiveSession
    from musicgen_studio.studio.making.order import CheckpointRecord

    output = Output(as_json=args.json)
    schedule, melody = _schedule(args), _melody(args.melody)
    entry = find(args.checkpoint or STARTER)
    engine = load_engine(entry.folder, args.device or "auto", args.precision or "auto")
    mailbox, request = _asked(args, engine, schedule, melody)
    source: SteeringSource = mailbox
    if schedule is not None:
        from musicgen_studio.studio.arranging.live_schedule import Scheduled

        source = Scheduled(schedule, mailbox, engine.info.frame_rate_hz, request.chunk_frames)
    if args.seed is None:
        output.note(f"seed {request.seed}")
    with _output(args.play) as heard:
        session = LiveSession(engine, CheckpointRecord.of(entry), request, source, heard, args.fade_in)
        session.bar.holds_weights = schedule is None
        session.bar.turn(is_on=args.on_the_bar)
        tape = _tape(args.record, session)
        try:
            _play(args, session, mailbox, melody, output, may_steer=schedule is None)
        finally:
            if tape is not None:
                tape.close()
    return _told(session, tape, output)


def _check_usage(args: argparse.Namespace) -> None:
    error = args.parser.error
    if bool(args.prompts) is (args.schedule is not None):
        error("give 1 to 4 PROMPTs, or --schedule FILE")
    if len(args.prompts) > MAX_VOICES:
        error(f"{MAX_VOICES} prompts can sound at a time, got {len(args.prompts)}")
    _check_sparser(args)
    if args.weights is not None and len(args.weights) != len(args.prompts):
        error("--weights takes a number for each PROMPT")
    if args.seconds is not None and not 0 < args.seconds <= MAX_SECONDS:
        error(f"--seconds must be above 0, at most {MAX_SECONDS:g}")
    if not args.play and args.seconds is None:
        error("--no-play needs --seconds, or it would go on for ever")
    for name in ("fade_in", "fade_out"):
        if not 0 <= getattr(args, name) <= 600:
            error(f"--{name.replace('_', '-')} must be 0 to 600")
    if args.record is not None and args.record.suffix.lower() != ".wav":
        error("--record writes a .wav file")


def _check_sparser(args: argparse.Namespace) -> None:
    if not 0 <= args.sparser <= 1:
        args.parser.error("--sparser must be 0 to 1")
    if args.sparser and (args.schedule is not None or len(args.prompts) == MAX_VOICES):
        args.parser.error(f"--sparser needs PROMPTs, {MAX_VOICES - 1} at most")


def _schedule(args: argparse.Namespace) -> "Schedule | None":
    if args.schedule is None:
        return None
    from musicgen_studio.studio.arranging.live_schedule import read_schedule

    return read_schedule(args.schedule)


def _melody(file: Path | None) -> "Melody | None":
    if file is None:
        return None
    from musicgen_studio.files.midi import holds_midi
    from musicgen_studio.studio.humming.hearing import hear_file, hear_midi

    heard = hear_midi(file) if holds_midi(file) else hear_file(file)
    if heard.melody is None or not heard.melody.notes:
        raise UserProblem("No notes were found.", f"{file.name} has no clear pitch.", "Choose another file.")
    return heard.melody


def _asked(
    args: argparse.Namespace, engine: "LiveEngine", schedule: "Schedule | None", melody: "Melody | None"
) -> tuple[Mailbox, LiveRequest]:
    usual = engine.info.sampling
    prompts = tuple(args.prompts) if schedule is None else (schedule.entries[0].prompt,)
    weights = tuple(args.weights) if args.weights else (1.0,) * len(prompts)
    try:
        steering = Steering(
            prompts,
            weights,
            usual.guidance_scale if args.guidance is None else args.guidance,
            usual.temperature if args.temperature is None else args.temperature,
            melody,
        )
        seed = secrets.randbelow(2**31) if args.seed is None else args.seed
        return Mailbox(steering.sparser(args.sparser)), LiveRequest(seed, args.chunk)
    except ValueError as error:
        raise UserProblem("This cannot be played.", f"{error}.", "Give a value in that range.") from error


def _output(is_heard: bool) -> "AbstractContextManager[LiveOutput]":
    from musicgen_studio.studio.arranging.live import Unheard

    if not is_heard:
        return nullcontext(Unheard())
    from musicgen_studio.studio.arranging.live_output import open_output

    return open_output(finishes=True)


def _tape(file: Path | None, session: "LiveSession") -> "Tape | None":
    if file is None:
        return None
    from musicgen_studio.studio.arranging.live import recorded

    return recorded(session, file)


def _play(
    args: argparse.Namespace,
    session: "LiveSession",
    mailbox: Mailbox,
    melody: "Melody | None",
    output: Output,
    *,
    may_steer: bool,
) -> None:
    """Play, with the keys and Ctrl-C listened to meanwhile."""
    keys = Keys(session, mailbox, melody, output.note, may_steer=may_steer, fade_s=args.fade_out)
    fault: list[BaseException] = []

    def play() -> None:
        try:
            session.run(None if args.to_the_phrase else args.seconds, args.fade_out)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            fault.append(error)

    thread = threading.Thread(target=play, name="live", daemon=True)
    with stop_on_interrupt() as stop, keys.listening():
        if sys.stdin.isatty():
            output.note(help_line(may_steer=may_steer))
        thread.start()
        _watch(args, session, thread, stop)
    if fault:
        raise fault[0]


def _watch(args: argparse.Namespace, session: "LiveSession", thread: threading.Thread, stop: threading.Event) -> None:
    is_ending = False
    while thread.is_alive():
        thread.join(0.1)
        is_time = args.to_the_phrase and args.seconds is not None and session.facts.heard_s >= args.seconds
        if not is_ending and (stop.is_set() or is_time):
            is_ending = True
            if args.to_the_phrase:
                session.end_with_the_phrase()
            else:
                session.fade_out(args.fade_out)


def _told(session: "LiveSession", tape: "Tape | None", output: Output) -> int:
    facts = session.facts
    told = f"{facts.heard_s:.1f} s of music"
    if facts.breaks:
        told += f"; the sound broke off {facts.breaks} times, at {speed_in_words(facts.speed)} × real time"
        told += f", with {facts.lead_s:.2g} s gathered before it went on"
    output.note(told)
    if tape is not None:
        if tape.problem is not None:
            raise tape.problem
        print(tape.path, flush=True)
    return 0
