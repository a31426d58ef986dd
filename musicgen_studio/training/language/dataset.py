"""What the language model reads: music as tokens, with the chroma of its melody and words that describe it.

Tokens are made once for each shard and codec. A window of training is decided by the seed and the step's number alone,
so a resumed training sees what the uninterrupted one would have seen. Music of the user's own comes in here too.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from musicgen_studio.core.audio import Samples, mono_mix
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.chroma import HOP as CHROMA_HOP_SAMPLES
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import is_sound
from musicgen_studio.files.text import read_lines
from musicgen_studio.files.untrusted import decode
from musicgen_studio.training.codec.network import fingerprint, latents_of
from musicgen_studio.training.language.listener import answers, no_answers
from musicgen_studio.training.music.captions import caption
from musicgen_studio.training.music.corpus import CHROMA_EVERY_FRAMES, Shard, lead_chroma, shards
from musicgen_studio.training.music.score import Facts
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import FRAME_RATE_HZ, FRAMES_PER_SIXTEENTH, HOP_SAMPLES, LanguageSettings
from musicgen_studio.training.workspace import Workspace, written_whole

if TYPE_CHECKING:
    from transformers import EncodecModel

Codes = npt.NDArray[np.uint16]
Describe = Callable[[np.random.Generator], str]

_ENCODED_AT_ONCE_S = 40
_NAMES_SHOWN = 5
_EVERY_NTH_HELD_OUT = 10
_CAPTION_LETTERS = (5, 75)
_CAPTIONS_TO_CHOOSE_FROM = 4
_DISPLACED_ONCE_IN_FRAMES = 100
_DISPLACED_FRAMES = (8, 31)
"""Lengths of a displaced stretch, the second excluded: a note to a few."""

_DISPLACED_BY_FRAMES = (-2, -1, -1, 1, 1, 2)
"""How late it comes, each as likely as the others: what made music errs by."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A piece as the language model sees it.

    Args:
        codes: `[codebooks, frames]`.
        chroma: Strongest pitch class of the melody for every second frame.
        describe: Draws a description.
        bar_frames: Length of a bar; 0 if unknown.
        held_out: Whether it is kept for validation.
        facts: What is true of it; None of music the composer did not write.
    """

    codes: Codes
    chroma: npt.NDArray[np.uint8]
    describe: Describe
    bar_frames: int
    held_out: bool
    facts: Facts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Windows of one step.

    Args:
        codes: int64 `[rows, codebooks, frames]`; -1 where a piece was shorter than the window.
        heard: The same as the model hears it; some of it displaced, see `_displaced`.
        chroma: int64 `[rows, length]`: pitch classes; 0 throughout stands for no melody.
        captions: A description for each row; empty is none.
        answers: int64 `[rows, questions, frames]`: what is true of each frame, see `listener`.
    """

    codes: torch.Tensor
    heard: torch.Tensor
    chroma: torch.Tensor
    captions: tuple[str, ...]
    answers: torch.Tensor


def chroma_length(window_frames: int) -> int:
    """Return how many chroma frames a window of codec frames has, as transformers' extractor counts them."""
    return 1 + window_frames * HOP_SAMPLES // CHROMA_HOP_SAMPLES


def tokenise(workspace: Workspace, codec: "EncodecModel", stop: StopFlag, report: Report) -> Path:
    """Turn what is missing of the corpus into tokens.

    Args:
        workspace: Where the corpus is.
        codec: Folded; runs where it is.
        stop: Ends it after the shard at hand.
        report: Takes lines for the person.

    Returns:
        The folder of this codec's tokens.
    """
    folder = workspace.tokens / fingerprint(codec)
    missing = [shard for shard in shards(workspace.corpus) if not _token_path(folder, shard).is_file()]
    # On a CPU a shard for each core is faster than each shard on all cores: the codec's layers are small.
    jobs = torch.get_num_threads() if next(codec.parameters()).device.type == "cpu" else 1
    with ThreadPoolExecutor(jobs, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        made = [pool.submit(_tokenise_shard, folder, shard, codec, stop) for shard in missing]
        for number, future in enumerate(as_completed(made), start=1):
            future.result()
            if not stop.is_set():
                report(f"tokens: {number} of {len(missing)} shards")
    return folder


def _tokenise_shard(folder: Path, shard: Shard, codec: "EncodecModel", stop: StopFlag) -> None:
    if stop.is_set():
        return
    sound = shard.sound()
    codes = [encode(codec, _of_piece(sound, piece.start_frame, piece.frames)) for piece in shard.pieces]
    with written_whole(_token_path(folder, shard)) as file:
        np.savez_compressed(file, codes=np.concatenate(codes, axis=1))


def _token_path(folder: Path, shard: Shard) -> Path:
    return folder / shard.path.with_suffix(".npz").name


def _of_piece(sound: Samples, start_frame: int, frames: int) -> Samples:
    return sound[start_frame * HOP_SAMPLES : (start_frame + frames) * HOP_SAMPLES]


@torch.no_grad()
def encode(codec: "EncodecModel", samples: Samples) -> Codes:
    """Return the codes `[codebooks, frames]` of mono samples `[frames]` at 32 kHz, whole codec frames only."""
    device = next(codec.parameters()).device
    step = _ENCODED_AT_ONCE_S * SAMPLE_RATE
    usable = samples[: len(samples) // HOP_SAMPLES * HOP_SAMPLES]
    parts = []
    for first in range(0, len(usable), step):
        latents = latents_of(codec, torch.from_numpy(usable[first : first + step]).to(device)[None])
        parts.append(codec.quantizer.encode(latents)[:, 0].cpu().numpy().astype(np.uint16))
    return np.concatenate(parts, axis=1)


def corpus_items(workspace: Workspace, tokens: Path) -> list[Item]:
    """Read the pieces of a corpus whose tokens are there."""
    items = list[Item]()
    for shard in shards(workspace.corpus):
        if not _token_path(tokens, shard).is_file():
            continue
        with np.load(_token_path(tokens, shard)) as arrays:
            codes = arrays["codes"]
        chroma = shard.chroma()
        for piece in shard.pieces:
            first, last = piece.start_frame, piece.start_frame + piece.frames
            items.append(
                Item(
                    codes=codes[:, first:last],
                    chroma=chroma[first // CHROMA_EVERY_FRAMES : last // CHROMA_EVERY_FRAMES],
                    describe=partial(caption, piece.facts),
                    bar_frames=piece.bar_frames,
                    held_out=piece.held_out,
                    facts=piece.facts,
                )
            )
    return items


def music_items(
    folder: Path, codec: "EncodecModel", report: Report, must_stop: Callable[[], bool] = lambda: False
) -> list[Item]:
    """Read a folder of the user's own music: each sound file with a text file of the same name beside it.

    Each line of the text file is one description of the whole piece. Every tenth file is kept for validation; of fewer
    than ten, the last one.

    Args:
        folder: With sound files, also in folders below.
        codec: Folded; runs where it is.
        report: Takes a line for each file.
        must_stop: Asked before each file; what was read by then is returned.

    Raises:
        UserProblem: If there is no music, a description is missing or a file cannot be read.
    """
    paths = _sounds(folder, report)
    if len(paths) < 2:
        raise UserProblem(
            "There is no music to learn from.",
            f"{folder} holds {len(paths)} sound files; at least two are needed, one to be judged by.",
            "Put sound files there, each with a .txt of the same name that describes it.",
        )
    descriptions = [_descriptions(path) for path in paths]
    items = list[Item]()
    every = min(_EVERY_NTH_HELD_OUT, len(paths))
    for number, (path, lines) in enumerate(zip(paths, descriptions, strict=True), start=1):
        if must_stop():
            break
        decoded = decode(path)
        sound = mono_mix(resample(decoded.audio, SAMPLE_RATE).samples)
        items.append(
            Item(encode(codec, sound), lead_chroma(sound), partial(_choose, lines), 0, held_out=number % every == 0)
        )
        report(f"music: {number} of {len(paths)}, {path.name}" + (f"; {decoded.remark}" if decoded.remark else ""))
    return items


def _sounds(folder: Path, report: Report) -> list[Path]:
    """Return the sound files of a folder, and report what else lies there and is left out."""
    paths, left_out = list[Path](), list[Path]()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name.startswith("."):  # of the system; macOS' "._x.wav" holds no sound
            left_out.append(path)
        elif path.suffix.lower() != ".txt":
            (paths if is_sound([path]) else left_out).append(path)
    if left_out:
        named = ", ".join(str(path.relative_to(folder)) for path in left_out[:_NAMES_SHOWN])
        more = len(left_out) - _NAMES_SHOWN
        report(f"music: left out, as it is no sound: {named}" + (f" and {more} more" if more > 0 else ""))
    return paths


def _descriptions(path: Path) -> tuple[str, ...]:
    beside = path.with_suffix(".txt")
    found = next((each for each in (beside, path.with_suffix(".TXT")) if each.is_file()), None)
    lines = [] if found is None else read_lines(found)
    described = tuple(line.strip() for line in lines if line.strip())
    if not described:
        raise UserProblem(
            "The music cannot be learned from.",
            f"{path.name} has no description: {beside} is missing or empty.",
            "Write what it is into that file, one description a line, such as “slow blues with slide guitar”.",
        )
    return described


def _choose(lines: tuple[str, ...], rng: np.random.Generator) -> str:
    return str(rng.choice(lines))


def draw_batch(
    items: list[Item],
    settings: LanguageSettings,
    rows: int,
    rng: np.random.Generator,
    *,
    learning: bool = True,
    seconds: int | None = None,
) -> Batch:
    """Draw windows.

    Args:
        items: Pieces to draw from.
        settings: Window, where it begins, what comes more often, what is left out how often.
        rows: How many windows.
        rng: Decides everything.
        learning: Whether they are to learn from: then some pieces come more often, words and melodies are left out now
            and then, and some of what is heard is displaced.
        seconds: How much of each window is there to be learned; None is all. The melody is always the whole window's.
    """
    codes, heard, chroma, captions, true = [], [], [], [], []
    frames = (seconds or settings.window_s) * FRAME_RATE_HZ
    letters = int(rng.integers(*_CAPTION_LETTERS))
    for _ in range(rows):
        item = _drawn(items, settings, rng) if learning else items[int(rng.integers(len(items)))]
        start = _start(item, settings, rng)
        words, melody = _about_as_long(item, letters, rng), _chroma_from(item, start, settings.window_frames)
        leave_text, leave_melody = rng.random(2) < (settings.text_dropout, settings.melody_dropout)
        codes.append(_window(item.codes, start, frames))
        true.append(answers(item.facts, start, frames) if item.facts else no_answers(frames))
        chroma.append(np.zeros_like(melody) if learning and leave_melody else melody)
        captions.append("" if learning and leave_text else words)
        displace = learning and rng.random() < settings.displaced_share
        heard.append(_displaced(codes[-1], rng) if displace else codes[-1])
    tensors = [torch.from_numpy(np.stack(arrays)) for arrays in (codes, heard, chroma, true)]
    return Batch(codes=tensors[0], heard=tensors[1], chroma=tensors[2], captions=tuple(captions), answers=tensors[3])


def _drawn(items: list[Item], settings: LanguageSettings, rng: np.random.Generator) -> Item:
    """Draw a piece, those of some tempi and those that swing more often than others; pieces not known all alike."""
    highest = max(settings.tempo_weights) * max(settings.swing_weight, 1.0)
    while True:
        item = items[int(rng.integers(len(items)))]
        if item.facts is None or rng.random() * highest < _weight(item.facts, settings):
            return item


def _weight(facts: Facts, settings: LanguageSettings) -> float:
    tempo = settings.tempo_weights[FRAMES_PER_SIXTEENTH.index(facts.frames_per_sixteenth)]
    return tempo * settings.swing_weight if facts.swing else tempo


def _about_as_long(item: Item, letters: int, rng: np.random.Generator) -> str:
    """Draw a description of about some length.

    The music begins after the words, and the words of a batch take the place of its longest. So those of a batch are
    about as long as each other: then music begins early in some batches and late in others, as it does after prompts.
    """
    return min(
        (item.describe(rng) for _ in range(_CAPTIONS_TO_CHOOSE_FROM)), key=lambda words: abs(len(words) - letters)
    )


def _start(item: Item, settings: LanguageSettings, rng: np.random.Generator) -> int:
    """Choose where a window begins: with the piece, with a bar, or anywhere."""
    last = item.codes.shape[1] - settings.window_frames
    if last <= 0:
        return 0
    chance = rng.random()
    if chance < settings.from_start:
        return 0
    start = int(rng.integers(last + 1))
    on_bar = chance < settings.from_start + settings.on_bar and item.bar_frames
    return start // item.bar_frames * item.bar_frames if on_bar else start


def _window(codes: Codes, start: int, frames: int) -> npt.NDArray[np.int64]:
    """Return int64 `[codebooks, frames]`; -1 where the piece has ended."""
    window = np.full((len(codes), frames), -1, np.int64)
    part = codes[:, start : start + frames]
    window[:, : part.shape[1]] = part
    return window


def _displaced(window: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return a window in which stretches of a fraction of a second come a frame or two early or late.

    Music that is made errs like that. Who has only heard music without fault may count from the last strike alone, and
    each error stays; who has heard some that errs keeps to the time of all that was before.
    """
    heard = window.copy()
    length, longest_shift = int((window[0] >= 0).sum()), max(_DISPLACED_BY_FRAMES)
    for _ in range(length // _DISPLACED_ONCE_IN_FRAMES):
        frames = int(rng.integers(*_DISPLACED_FRAMES))
        start = int(rng.integers(longest_shift, length - frames - longest_shift + 1))
        late = int(rng.choice(_DISPLACED_BY_FRAMES))
        heard[:, start : start + frames] = window[:, start - late : start - late + frames]
    return heard


def _chroma_from(item: Item, start: int, frames: int) -> npt.NDArray[np.int64]:
    """Return the pitch classes a window hears, one every 128 ms; 0 after the end."""
    places = start + np.round(np.arange(chroma_length(frames)) * CHROMA_HOP_SAMPLES / HOP_SAMPLES).astype(int)
    places //= CHROMA_EVERY_FRAMES
    heard = np.where(places < len(item.chroma), item.chroma[np.minimum(places, len(item.chroma) - 1)], 0)
    return heard.astype(np.int64)
