"""MusicGen Studio: compose with MusicGen, hear it while it is made.

The classic example, three clips of 8 seconds, written at -14 LUFS:

    from musicgen_studio import GenerationRequest, generate, load, write

    engine = load("starter")
    request = GenerationRequest(("happy rock", "energetic EDM", "sad jazz"), duration_s=8)
    for number, clip in enumerate(generate(engine, request)):
        write(f"{number}.wav", clip)

Prompts that follow each other are passages, in the request or in a text (`musicgen_studio.studio.arranging.passages`):
`GenerationRequest(("happy rock",), duration_s=24, passages=(Passage(8, "sad jazz"), Passage(16, "calm piano",
morph_s=4)))`, or `read_passages("piece.txt")`.

To follow a melody or go on from a sound, put it into the request:
`GenerationRequest(("sad jazz",), melody=read("hum.wav"))`. To have the sound while it is made, take the blocks as they
come: `for block in engine.stream(request, threading.Event())`.

A section is made anew by `replace_section(engine, clip, 8, 12, request)`, and what is broken by `mend(engine, clip,
request)`; `rank(clips, "sad jazz")` says which take is the best, and why. With `ends=True, endings=4` a request comes
to an end, by itself where it can.

Music without end is steered while it is made: `mailbox = Mailbox(Steering(("calm piano", "techno"), (1, 0)))`, then
`for sound in live(engine, mailbox, seconds=60)`, and from any thread `mailbox.put(...)`.

Importing this package is instant; what a function needs is imported when it is called.
"""

from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING

from musicgen_studio.core.loudness import STREAMING_LUFS
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from musicgen_studio.batch.run import BatchResult
    from musicgen_studio.core.analysis import Analysis
    from musicgen_studio.core.audio import Audio
    from musicgen_studio.core.live import Mailbox, Steering, SteeringSource
    from musicgen_studio.core.melody import Melody
    from musicgen_studio.core.passages import Passage
    from musicgen_studio.core.request import GenerationRequest
    from musicgen_studio.core.stopping import StopFlag
    from musicgen_studio.engine.api import Engine, LiveEngine
    from musicgen_studio.evaluation.fidelity.judging import Judgement
    from musicgen_studio.evaluation.fidelity.measures import JudgedClip
    from musicgen_studio.evaluation.ranking import Ranked
    from musicgen_studio.files.sound import SoundFormat

    __version__: str

__all__ = [
    "Analysis",
    "Audio",
    "GenerationRequest",
    "Mailbox",
    "Passage",
    "Steering",
    "UserProblem",
    "__version__",
    "analyse",
    "export_project",
    "generate",
    "judge",
    "live",
    "load",
    "loop",
    "make_batch",
    "mend",
    "rank",
    "read",
    "read_passages",
    "replace_section",
    "stems",
    "write",
]


def load(checkpoint: str | PathLike[str] = "starter", device: str = "auto", precision: str = "auto") -> "LiveEngine":
    """Load a checkpoint.

    Args:
        checkpoint: `starter`, which comes with the program, or the folder of a MusicGen checkpoint.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32`, `bfloat16`, `float16` or `int8`.

    Returns:
        An engine; one thread at a time may use it.

    Raises:
        UserProblem: If the checkpoint, the device or the precision cannot be used.
    """
    from os import fspath

    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.engine.musicgen import load_engine

    return load_engine(find(fspath(checkpoint)).folder, device, precision)


def generate(engine: "Engine", request: "GenerationRequest", stop: "StopFlag | None" = None) -> "list[Audio]":
    """Make music and return it when it is done.

    Args:
        engine: From `load`.
        request: What to make.
        stop: Such as a `threading.Event`; when another thread sets it, what was made so far is returned.

    Returns:
        One clip per prompt and take: all takes of the first prompt, then those of the second, and so on.

    Raises:
        UserProblem: If the checkpoint cannot do what is asked, such as follow a melody.
    """
    from threading import Event

    from musicgen_studio.studio.making.make import make
    from musicgen_studio.studio.making.sinks.memory import InMemory

    memory = InMemory()
    make(engine, request, stop if stop is not None else Event(), [memory])
    return memory.clips()


def replace_section(
    engine: "Engine",
    audio: "Audio",
    start_s: float,
    end_s: float,
    request: "GenerationRequest",
    stop: "StopFlag | None" = None,
) -> "list[Audio]":
    """Make a section of a sound anew; outside of it the sound stays as it is, sample for sample.

    Args:
        engine: From `load`.
        audio: From `generate` or `read`.
        start_s: Where the section begins.
        end_s: Where it ends.
        request: Its prompts, melody, takes, seed and sampling count, and `ends` where the section is the end.
        stop: As in `generate`. What is not whole is then left out.

    Returns:
        The whole sound, once for each take, the one that fits best to what stands after first.

    Raises:
        UserProblem: If the section cannot be, or the checkpoint cannot do what is asked.
    """
    from threading import Event

    from musicgen_studio.studio.arranging.replacing import section_request
    from musicgen_studio.studio.making.make import make
    from musicgen_studio.studio.making.sinks.memory import InMemory

    memory = InMemory()
    asked = section_request(audio, (start_s, end_s), request)
    make(engine, asked, stop if stop is not None else Event(), [memory])
    return memory.best_first()


def mend(engine: "Engine", audio: "Audio", request: "GenerationRequest", stop: "StopFlag | None" = None) -> "Audio":
    """Make anew what is broken in a sound: where it stops, fades to nothing, glitches, or ends in the middle.

    Args:
        engine: From `load`.
        audio: From `generate` or `read`.
        request: What the sound is: its prompt, takes, seed and sampling count. Of several takes the best is kept.
        stop: As in `generate`. The sound is then mended as far as it got.

    Returns:
        The sound, the same where nothing is broken.

    Raises:
        UserProblem: If the checkpoint cannot do what is asked.
    """
    from threading import Event

    from musicgen_studio.studio.arranging.mending import broken_sections
    from musicgen_studio.studio.arranging.replacing import section_request
    from musicgen_studio.studio.making.make import make
    from musicgen_studio.studio.making.sinks.best import BestTake
    from musicgen_studio.studio.making.sinks.memory import InMemory

    wanted = stop if stop is not None else Event()
    for section in broken_sections(audio):
        wish = replace(request, ends=section.ends, endings=int(section.ends))
        asked, memory = section_request(audio, (section.start_s, section.end_s), wish), InMemory()
        make(engine, asked, wanted, [BestTake(memory, asked, lambda _line: None)])
        if wanted.is_set() or not memory.clips():
            break
        (audio,) = memory.clips()
    return audio


def rank(takes: "Sequence[Audio]", prompt: str, melody: "Audio | Melody | None" = None) -> "list[Ranked]":
    """Put takes of one prompt in order, best first, by what is measured: tags, melody, beat, faults, noise, silence.

    Args:
        takes: From `generate`.
        prompt: What they were made of.
        melody: What they were to follow, or None.

    Returns:
        For each its number among the takes, from 0, and the reason.
    """
    from musicgen_studio.evaluation.ranking import ranked

    return ranked(takes, prompt, melody)


def live(
    engine: "LiveEngine", steering: "SteeringSource", seconds: float | None = None, seed: int = 0
) -> "Iterator[Audio]":
    """Make music without end, a little at a time, as it is asked for meanwhile.

    Args:
        engine: From `load`.
        steering: Such as a `Mailbox`, into which any thread may put other prompts, weights, guidance or temperature;
            asked once per chunk of 0.1 s.
        seconds: How long; None is until nobody asks for more.
        seed: Start of the random numbers.

    Yields:
        The sound as it goes on.

    Raises:
        UserProblem: If what is asked for at first cannot be done.
    """
    from musicgen_studio.core.audio import Audio
    from musicgen_studio.core.live import LiveRequest

    music, rate_hz = engine.live(LiveRequest(seed), steering), engine.info.sample_rate
    left = None if seconds is None else round(seconds * rate_hz)
    while left is None or left > 0:
        samples = music.chunk().samples[:left]
        left = None if left is None else left - len(samples)
        if len(samples):
            yield Audio(samples, rate_hz)
        music.ahead()


def read_passages(
    path: str | PathLike[str], duration_s: float | None = None, seed: int = 0, takes: int = 1
) -> "GenerationRequest":
    """Read a text of passages, such as `0:00 | happy rock`, `bar 9 | morph 2 bars | sad jazz`, a line each.

    Args:
        path: The text; `studio.arranging.passages` says what may stand in it.
        duration_s: How long the piece is; None is as the text says, else 8 seconds more than the last passage's start.
        seed: Start of the random numbers.
        takes: How many versions.

    Raises:
        UserProblem: If it cannot be read, or says what cannot be; naming the line.
        ValueError: If a value is out of range.
    """
    from pathlib import Path

    from musicgen_studio.studio.arranging.passages import read_piece
    from musicgen_studio.studio.making.order import Order, Sounds

    piece = read_piece(Path(path))
    wanted_s = piece.duration_s if duration_s is None else duration_s
    order = Order((piece.prompt,), wanted_s, takes, seed, passages=piece.later)
    return order.request(Sounds(piece.melody.melody if piece.melody else None, passages=piece.melodies))


def make_batch(
    table: str | PathLike[str],
    folder: str | PathLike[str],
    checkpoint: str | PathLike[str] = "starter",
    device: str = "auto",
    precision: str = "auto",
    *,
    workers: int | None = None,
    ray: str | None = None,
    seconds: float | None = None,
    takes: int = 1,
    seed: int = 0,
    stop: "StopFlag | None" = None,
) -> "BatchResult":
    """Make a table of clips with several processes, or on a cluster; what is whole in the folder is not made again.

    Args:
        table: CSV or JSONL with the columns prompt, seconds, seed, takes, melody and passages.
        folder: Where the clips, their records and the manifest go.
        checkpoint: As in `load`.
        device: As in `load`.
        precision: As in `load`.
        workers: How many; None is one for each GPU, else one (on a cluster one for each node).
        ray: `HOST:PORT` of a Ray cluster's head, or `auto`; None is this computer.
        seconds: Length where a row has none; None is 8, or as its passages say.
        takes: Versions where a row says nothing.
        seed: Rows that are alike and name no seed go on from it.
        stop: Such as a `threading.Event`; when another thread sets it, what is whole stays and the next call goes on.

    Returns:
        The manifest's file and lines; `made`, how many clips are whole, and `failures`.

    Raises:
        UserProblem: If the table, the folder, the checkpoint or the cluster cannot be used.
    """
    from os import fspath
    from pathlib import Path
    from threading import Event

    from musicgen_studio.batch.local import Crew
    from musicgen_studio.batch.plan import BatchSettings, read_plan
    from musicgen_studio.batch.ray_cluster import Cluster
    from musicgen_studio.batch.run import Makers, run_batch
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.compute.device import graphics_cards
    from musicgen_studio.engine.musicgen import load_engine
    from musicgen_studio.studio.making.order import CheckpointRecord

    entry = find(fspath(checkpoint))
    plan = read_plan(Path(table), CheckpointRecord.of(entry), BatchSettings(seconds, takes, seed))
    if ray is None:
        crew = Crew.of_this_computer(workers, graphics_cards(device))
        makers: Makers | Cluster = Makers(entry.folder, load_engine, crew, device, precision)
    else:
        makers = Cluster(ray, entry.name_elsewhere(fspath(checkpoint)), load_engine, device, precision, workers)
    return run_batch(plan, Path(folder), makers, stop if stop is not None else Event())


def analyse(audio: "Audio") -> "Analysis":
    """Find out tempo, beats and bars, key and loudness of a sound, and how sure each is.

    Args:
        audio: From `generate` or `read`, at least a few seconds of music.

    Returns:
        What was found; `tempo_text` and `key_text` say it in words, such as `125 bpm` and `A minor?`.
    """
    from musicgen_studio.analysis.analyse import analyse as find_out

    return find_out(audio)


def stems(
    audio: "Audio", separator: str | PathLike[str] | None = None, stop: "StopFlag | None" = None
) -> "dict[str, Audio]":
    """Take a sound apart into drums, bass, lead and other, whose sum it is.

    Args:
        audio: From `generate` or `read`, any rate, channels and length.
        separator: A file of `musicgen-studio train separator`; None takes the one that comes with the program.
        stop: Such as a `threading.Event`; when another thread sets it, the work ends with `StoppedError`.

    Returns:
        The stems by name. They add up to the sound as they are; `write` with `loudness_lufs=None` keeps them so.

    Raises:
        UserProblem: If the separator cannot be used.
    """
    from pathlib import Path
    from threading import Event

    from musicgen_studio.separation.masks import open_separator

    chosen = open_separator(Path(separator) if separator is not None else None)
    made = chosen.separate(audio, stop if stop is not None else Event(), lambda _share: None)
    return dict(zip(chosen.info.stems, made, strict=True))


def loop(
    audio: "Audio",
    folder: str | PathLike[str],
    bars: int = 4,
    *,
    title: str = "loop",
    tempo_bpm: float | None = None,
    start_bar: int | None = None,
) -> "Path":
    """Cut whole bars out of a sound, so that they close without a click, and write them with tempo, beats and key.

    Args:
        audio: From `generate` or `read`.
        folder: Where the WAV file goes; it is made if it is not there, and nothing in it is overwritten.
        bars: How many.
        title: What it is called.
        tempo_bpm: Beats per minute; None is as heard.
        start_bar: With which bar it begins, from 0; None chooses.

    Returns:
        The file, such as `loop_125bpm_Am_4bars.wav`. Its length is the bars' to the nearest frame.

    Raises:
        UserProblem: If no tempo is heard for sure and none is given, there are not so many bars, or the file cannot be
            written.
    """
    from pathlib import Path

    from musicgen_studio.export.loop import export_loop
    from musicgen_studio.studio.arranging.hand_off import song_of

    song = song_of(title, audio, _known(audio, tempo_bpm))
    return export_loop(song, Path(folder), bars, start_bar=start_bar)


def export_project(
    audio: "Audio",
    folder: str | PathLike[str],
    project: str = "dawproject",
    *,
    title: str = "clip",
    tempo_bpm: float | None = None,
    stems: "Mapping[str, Audio] | None" = None,
    sample_rate: int | None = None,
) -> "Path":
    """Make a project of a DAW out of a sound and its stems, or a folder of stems.

    Args:
        audio: From `generate` or `read`.
        folder: Where it goes; it is made if it is not there, and nothing in it is overwritten.
        project: `dawproject`, `reaper` or `stems`.
        title: What it is called.
        tempo_bpm: Beats per minute; None is as heard, if that is sure.
        stems: By name, each as long as the sound; they add up to it. None makes the sound the only track.
        sample_rate: Of the sounds in it, in Hz; None is the sound's own.

    Returns:
        The file to open, or the folder of stems.

    Raises:
        UserProblem: If it cannot be written.
    """
    from pathlib import Path

    from musicgen_studio.export.targets import Target
    from musicgen_studio.export.tracks import TrackSettings
    from musicgen_studio.studio.arranging.hand_off import HandOff, make_target, song_of

    song = song_of(title, audio, _known(audio, tempo_bpm), stems)
    return make_target(song, HandOff(Target(project), Path(folder), TrackSettings(sample_rate)))


def judge(
    made: "str | PathLike[str] | Sequence[Audio]",
    against: "str | PathLike[str] | Sequence[Audio]" = (),
    prompts: "Sequence[str]" = (),
    embedding: str = "musicnn",
) -> "Judgement":
    """Measure clips: how near they are to other music and to their words, how loud, silent and broken they are.

    Args:
        made: A folder of sound files, or sounds from `generate` or `read`; two at least.
        against: What they are compared with, in the same way; empty for nothing.
        prompts: The words of each of the sounds, in their order; a folder's are in the records beside its files.
        embedding: The network that listens: `musicnn`, which comes with the program, or `vggish`, `panns`, `passt` or
            `clap`, whose weights are downloads (`musicgen-studio checkpoints download`).

    Returns:
        The figures: `figures`, `table()`, `to_json()`, `to_html()`, `rows()` and `dataframe()`. A notebook shows them.

    Raises:
        UserProblem: If a set has less than two clips, one cannot be read, or the weights are not there.
        ValueError: If there are prompts, but not one for each sound.
    """
    from musicgen_studio.evaluation.fidelity.embedders.choose import open_embedder
    from musicgen_studio.evaluation.fidelity.judging import judge as compare

    return compare(_clips(made, prompts), _clips(against, ()), open_embedder(embedding))


def _clips(sounds: "str | PathLike[str] | Sequence[Audio]", prompts: "Sequence[str]") -> "list[JudgedClip]":
    from pathlib import Path

    from musicgen_studio.evaluation.fidelity.measures import JudgedClip
    from musicgen_studio.studio.making.judged import clips_in

    if isinstance(sounds, str | PathLike):
        return clips_in(Path(sounds))
    if prompts and len(prompts) != len(sounds):
        raise ValueError(f"prompts must be one for each of the {len(sounds)} sounds, got {len(prompts)}")
    words = prompts or [""] * len(sounds)
    return [
        JudgedClip(str(number), audio, prompt)
        for number, (audio, prompt) in enumerate(zip(sounds, words, strict=True), start=1)
    ]


def _known(audio: "Audio", tempo_bpm: float | None) -> "Analysis":
    found = analyse(audio)
    return found if tempo_bpm is None else found.with_bpm(tempo_bpm, audio.duration_s)


def read(path: str | PathLike[str]) -> "Audio":
    """Read a sound file of any kind, or the sound of a video, in its own rate and channels.

    Raises:
        UserProblem: If it cannot be read.
    """
    from pathlib import Path

    from musicgen_studio.files.untrusted import read_untrusted

    return read_untrusted(Path(path))


def write(
    path: str | PathLike[str],
    audio: "Audio",
    sound_format: str | None = None,
    loudness_lufs: float | None = STREAMING_LUFS,
    compressor: bool = False,
) -> None:
    """Write a sound file, whole or not at all. A file already there is replaced.

    Args:
        path: Where to.
        audio: The sound.
        sound_format: `wav16`, `wav24`, `wav32f`, `flac`, `ogg`, `opus` or `mp3`. None goes by the name's ending,
            `.wav` being `wav24`.
        loudness_lufs: Loudness to bring it to, in LUFS, its true peak kept below -1 dB by a limiter; more than 8 dB of
            limiting is warned of. None leaves it as it is, but turns down what the format would clip.
        compressor: Whether to round off peaks before the limiter.

    Raises:
        UserProblem: If the file cannot be written, or the name's ending is none of ours.
        ValueError: If the loudness is not -70 to 0.
    """
    import warnings
    from pathlib import Path

    from musicgen_studio.export.finish import FinishSettings, finish, said_of_limiting
    from musicgen_studio.files import sound as audiofile

    path = Path(path)
    kind = audiofile.SoundFormat(sound_format) if sound_format else _format_of(path)
    finished = finish(audio, FinishSettings(kind, loudness_lufs=loudness_lufs, compressor=compressor))
    audiofile.write(path, finished.audio, kind)
    if said := said_of_limiting(finished.limited_db):
        warnings.warn(f"{path.name}: {said}", stacklevel=2)


def _format_of(path: "Path") -> "SoundFormat":
    from musicgen_studio.files.sound import SoundFormat

    by_ending = (SoundFormat.WAV24, SoundFormat.FLAC, SoundFormat.OGG, SoundFormat.OPUS, SoundFormat.MP3)
    known = {kind.extension: kind for kind in by_ending}
    if path.suffix.lower() not in known:
        raise UserProblem(
            f'The sound file "{path.name}" could not be written.',
            "Its name does not say in which format.",
            f"Let the name end in {', '.join(known)}, or give sound_format.",
        )
    return known[path.suffix.lower()]


if not TYPE_CHECKING:  # a type checker is to find a misspelt name

    def __getattr__(name: str) -> object:
        # PEP 562: values whose modules take time to import (numpy) are looked up when they are first named.
        if name in ("Mailbox", "Steering"):
            from musicgen_studio.core import live as values

            return getattr(values, name)
        if name == "Audio":
            from musicgen_studio.core.audio import Audio

            return Audio
        if name == "Passage":
            from musicgen_studio.core.passages import Passage

            return Passage
        if name == "Analysis":
            from musicgen_studio.core.analysis import Analysis

            return Analysis
        if name == "GenerationRequest":
            from musicgen_studio.core.request import GenerationRequest

            return GenerationRequest
        if name == "__version__":
            from importlib.metadata import version

            return version("musicgen-studio")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
