"""The music to learn from: composed, played and stored in shards, in parallel, and from where it stopped.

A shard is a FLAC file of several pieces one after another, the chroma of their melodies every 40 ms, and a JSON file
that says what they are. The JSON file is written last: a shard without it is made again. Piece number n is the same
whenever and wherever it is made. Styles take turns, and within a style the keys; one key of each style is held out.

Not for turning music into tokens (`dataset`).
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.chroma import mono_chroma
from musicgen_studio.files import sound as audiofile
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.training.music.captions import caption
from musicgen_studio.training.music.composer import Wish, compose, is_held_out
from musicgen_studio.training.music.score import Facts, Role, Score, ScoreKey
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.music.synth import SAMPLE_RATE, Rendered, Synthesizer, find_synthesizer
from musicgen_studio.training.pace import Report, duration
from musicgen_studio.training.settings import HOP_SAMPLES, CorpusSettings
from musicgen_studio.training.workspace import write_json, written_whole

CHROMA_EVERY_FRAMES = 2
"""The chroma of the melody is kept for every second codec frame; it changes far more slowly."""

_ALIGN = HOP_SAMPLES * CHROMA_EVERY_FRAMES
_SHORTEST_LEAD = 1e-4


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece in a shard.

    Args:
        index: Number of the piece.
        facts: What there is to say about it.
        start_frame: Where it begins in the shard, in codec frames; even.
        frames: Its length in codec frames; even.
        bar_frames: Length of a bar in codec frames.
        lead: The melody's notes: start in ms, duration in ms, MIDI pitch.
        held_out: Whether it is kept for validation.
        caption: One description of it, to read; training draws others.
    """

    index: int
    facts: Facts
    start_frame: int
    frames: int
    bar_frames: int
    lead: tuple[tuple[int, int, int], ...]
    held_out: bool
    caption: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"bpm": round(self.facts.bpm, 2), "drums": Role.DRUMS in self.facts.instruments}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Piece":
        """Build it from plain values."""
        facts = dict(raw["facts"])
        facts["key"] = ScoreKey(**facts["key"])
        facts["instruments"] = {Role(role): name for role, name in facts["instruments"].items()}
        values = {name: raw[name] for name in ("index", "start_frame", "frames", "bar_frames", "held_out", "caption")}
        return cls(facts=Facts(**facts), lead=tuple(tuple(note) for note in raw["lead"]), **values)


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard that is complete.

    Args:
        path: Its JSON file; the sound and the chroma lie beside it.
        pieces: What is in it.
    """

    path: Path
    pieces: tuple[Piece, ...]

    def sound(self) -> Samples:
        """Return all of its sound: float32 `[frames]`, 32 kHz."""
        return audiofile.read(self.path.with_suffix(".flac"), max_duration_s=36_000).samples[:, 0]

    def chroma(self) -> npt.NDArray[np.uint8]:
        """Return the strongest pitch class of the melodies, one for every second codec frame."""
        with np.load(self.path.with_suffix(".npz")) as arrays:
            chroma: npt.NDArray[np.uint8] = arrays["chroma"]
        return chroma


def shards(folder: Path) -> Iterator[Shard]:
    """Give the complete shards of a folder in order."""
    for path in sorted(folder.glob("shard-*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        yield Shard(path, tuple(Piece.from_json(piece) for piece in raw["pieces"]))


def make_corpus(folder: Path, settings: CorpusSettings, jobs: int, stop: StopFlag, report: Report) -> int:
    """Make what is missing of a corpus.

    Args:
        folder: Where to; made if missing.
        settings: How much, from which seed.
        jobs: Shards made at a time; 0 is as many as there are processor cores.
        stop: Ends it after the shards at hand.
        report: Takes lines for the person.

    Returns:
        How many shards are complete now.

    Raises:
        UserProblem: If FluidSynth or a soundfont is missing, or the disk is full.
    """
    ensure_folder(folder)
    synthesizer = find_synthesizer(settings.soundfont)
    write_json(folder / "origin.json", {"composer": "musicgen_studio.training", "licence": "MIT"} | synthesizer.origin)
    pieces = ceil(settings.hours * 3600 / settings.piece_s)
    numbers = range(ceil(pieces / settings.pieces_per_shard))
    missing = [number for number in numbers if not _shard_path(folder, number).is_file()]
    report(f"corpus: {len(numbers)} shards of {settings.pieces_per_shard} pieces, {len(missing)} to make")
    _make_shards(folder, settings, synthesizer, missing, jobs or os.cpu_count() or 1, stop, report)
    return sum(_shard_path(folder, number).is_file() for number in numbers)


def _shard_path(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.json"


def _make_shards(
    folder: Path,
    settings: CorpusSettings,
    synthesizer: Synthesizer,
    numbers: list[int],
    jobs: int,
    stop: StopFlag,
    report: Report,
) -> None:
    """Make shards in several threads; the work is FluidSynth's and numpy's, which run side by side."""
    waiting, running, began_s, done = iter(numbers), set[Future[None]](), time.monotonic(), 0
    with ThreadPoolExecutor(jobs) as pool:
        while True:
            while len(running) < jobs and not stop.is_set() and (number := next(waiting, None)) is not None:
                running.add(pool.submit(_make_shard, folder, settings, synthesizer, number))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            done += len(finished)
            left = (time.monotonic() - began_s) / done * (len(numbers) - done)
            report(f"corpus: {done} of {len(numbers)} shards made; {duration(left)} left")


def _make_shard(folder: Path, settings: CorpusSettings, synthesizer: Synthesizer, number: int) -> None:
    sounds, chroma, pieces, start = list[Samples](), list[npt.NDArray[np.uint8]](), list[Piece](), 0
    first = number * settings.pieces_per_shard
    for index in range(first, first + settings.pieces_per_shard):
        score, rendered = make_piece(index, settings, synthesizer)
        sounds.append(rendered.mix)
        chroma.append(lead_chroma(rendered.lead))
        piece = _piece(index, settings, score, start, len(rendered.mix) // HOP_SAMPLES)
        pieces.append(piece)
        start += piece.frames
    path = _shard_path(folder, number)
    audiofile.write(
        path.with_suffix(".flac"), Audio(_as_16_bit(np.concatenate(sounds)), SAMPLE_RATE), audiofile.SoundFormat.FLAC
    )
    with written_whole(path.with_suffix(".npz")) as file:
        np.savez_compressed(file, chroma=np.concatenate(chroma))
    write_json(path, {"pieces": [piece.to_json() for piece in pieces]})


def make_piece(index: int, settings: CorpusSettings, synthesizer: Synthesizer) -> tuple[Score, Rendered]:
    """Compose and play a piece.

    Args:
        index: Its number; decides everything together with the seed.
        settings: Seed and length.
        synthesizer: What plays it.

    Returns:
        The score, and its sound padded to whole pairs of codec frames.
    """
    styles = list(STYLES)
    wish = Wish(style=styles[index % len(styles)], tonic=(index // len(styles)) * 7 % 12)
    seed = settings.seed * 10_000_019 + index
    score = compose(seed, settings.piece_s, wish)
    rendered = synthesizer.render(score, seed)
    missing = -len(rendered.mix) % _ALIGN
    return score, Rendered(np.pad(rendered.mix, (0, missing)), np.pad(rendered.lead, (0, missing)))


def lead_chroma(lead: Samples) -> npt.NDArray[np.uint8]:
    """Return the strongest pitch class of a melody for every second codec frame; 0 where it is silent.

    Args:
        lead: Mono `[frames]`, 32 kHz.
    """
    count = len(lead) // _ALIGN
    if np.abs(lead).max() < _SHORTEST_LEAD:
        return np.zeros(count, np.uint8)
    chroma: npt.NDArray[np.uint8] = mono_chroma(lead, hop=_ALIGN).argmax(axis=1)[:count].astype(np.uint8)
    return chroma


def _piece(index: int, settings: CorpusSettings, score: Score, start_frame: int, frames: int) -> Piece:
    leads = [part for part in score.parts if part.role is Role.LEAD]
    facts = score.facts
    return Piece(
        index=index,
        facts=facts,
        start_frame=start_frame,
        frames=frames,
        bar_frames=STYLES[facts.style].steps * facts.frames_per_sixteenth,
        lead=tuple((note.start_ms, note.duration_ms, note.pitch) for part in leads for note in part.notes),
        held_out=is_held_out(facts.style, facts.key.tonic),
        caption=caption(facts, np.random.default_rng(settings.seed * 10_000_019 + index)),
    )


def _as_16_bit(samples: Samples) -> Samples:
    """Round to 16 bits, as `[frames, 1]`: FLAC stores no more than is there."""
    rounded: Samples = (np.clip(np.round(samples * 32768), -32768, 32767) / 32768).astype(np.float32)
    return rounded[:, None]
