"""What came of an order: the JSON beside a clip, with all that made it, so that the same samples can be made again.

The takes of a prompt are made in one batch, with those of other prompts if that was asked for, and a batch of another
size adds its floating-point numbers in another order: one take made alone differs from the same take made among four.
So a clip is made again by making the whole batch (prompts, seed, takes) and keeping the one clip. What was made before
and after that batch does not matter.

Reading is strict (`strict_json`): guessing would give other samples. Not for making clips (`make`).
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.loudness import STREAMING_CEILING_DB
from musicgen_studio.core.names import writable_json
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.dsp.silence import why_silent
from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import Finished
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.strict_json import WrongValueError, convert, text_of, value_of

FORMAT = 7
"""6 did not say how a piece came to its end, which was a fade. 5 did not say by which tempo passages were placed. 4 had
no sounds from their middle, no section filled in and aligned, no piece that ends and no shared words. 3 had the order's
values beside what came of it, no passages, a loudness set without a limiter, and no melodies out of a mix. 2 had no
prompts made together. 1 had no notes, no MIDI files, no melody that ends, and did not say how far a melody was
followed."""

MAX_BYTES = 4_000_000  # ours have two thousand, and 150 for each drawn note; a file this large is something else

_ORDERED = (
    *("duration_s", "takes", "seed", "guidance_scale", "temperature", "top_k", "top_p"),
    *("melody", "melody_notes", "melody_repeats", "continuation"),
)
_FINISHED = ("sound_format", "loudness_lufs", "compressor")  # and `sample_rate`, which says both


def program_version() -> str:
    """Return the program's version, such as `0.1.0`."""
    return version("musicgen-studio")


@dataclass(frozen=True, slots=True)
class Record:
    """How one clip was made.

    Args:
        format: Version of this format, 7.
        order: What was wished: all prompts of the batch, and how tokens were chosen where the wish left that open.
        prompt: The text of this clip.
        place: Which of the order's prompts it is, from 0.
        take: Which of the takes it is, from 0.
        melody_similarity: How far it follows the melody, 0 to 1 (`dsp.chroma.similarity`); None without one.
        fit: How well it leads into what stands after, beside the takes that were made with it (`fill.fits_of`): higher
            is better, 0 like their average; None where it leads into nothing. Up to format 5 a likelihood, below 0.
        ending: How it came to its end; None where none was asked for, or it was stopped before. Up to format 6 always
            None, and the end a fade.
        checkpoint: What made it.
        device: `cpu`, `cuda` or `mps`. Another device rounds differently.
        precision: `float32`, `bfloat16`, `float16` or `int8`. Another precision gives other samples.
        sample_rate: Of the sound, in Hz.
        frames: Length of the sound.
        gain_db: What it was amplified by to reach the loudness; below 0 it was turned down.
        limited_db: What the limiter took away where it took most, 0 or more.
        complete: False if the run was stopped before the end of the clip.
        program_version: Of MusicGen Studio.
        created: When, in UTC, such as `2026-01-31T12:00:00+00:00`.
        licence: Under which terms the clip may be used: those of its checkpoint.
    """

    format: int
    order: Order
    prompt: str
    place: int
    take: int
    melody_similarity: float | None
    fit: float | None
    ending: Ending | None
    checkpoint: CheckpointRecord
    device: str
    precision: str
    sample_rate: int
    frames: int
    gain_db: float
    limited_db: float
    complete: bool
    program_version: str
    created: str
    licence: str

    def to_json(self) -> str:
        """Return the text of the file, ending in a line break."""
        return writable_json(json.dumps(asdict(self), indent=2, ensure_ascii=False)) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Read the text of a file.

        Raises:
            UserProblem: If it is no JSON, has unknown or missing keys, or a value of the wrong type.
        """
        value = _upgraded(value_of(text, _unusable))
        if isinstance(value, dict) and value.get("format", FORMAT) != FORMAT:
            raise _unusable(f"Its format is {value['format']!r:.40}; this program knows 1 to {FORMAT}.")
        try:
            record: Record = convert("the record", cls, value)
        except WrongValueError as error:
            raise _unusable(str(error)) from error
        if not 0 <= record.take < record.order.takes:
            raise _unusable(f"take must be 0 to {record.order.takes - 1}, got {record.take}.")
        if record.prompt not in record.order.prompts[record.place : record.place + 1] or record.place < 0:
            raise _unusable(f"the order must hold the prompt at place {record.place}.")
        return record

    @classmethod
    def beside(cls, clip: Path) -> "Record | None":
        """Read how a sound file was made, if its record lies beside it.

        Raises:
            UserProblem: If what lies beside it is none.
        """
        file = clip.with_suffix(".json")
        return cls.read(file) if file.exists() else None

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Read a file.

        Raises:
            UserProblem: If it cannot be read, or is not as `from_json` wants it.
        """
        text = text_of(path, MAX_BYTES, _unusable)
        try:
            return cls.from_json(text)
        except UserProblem as problem:
            raise _unusable(f"{path}: {problem.why}") from problem


@dataclass(frozen=True, slots=True)
class Made:
    """One take as it is kept, and what made it: what a record is written of.

    Args:
        request: What the engine was asked for.
        info: What made it.
        checkpoint: What the engine was loaded from.
        prompt: Index into the request's prompts.
        take: From 0.
        finished: Its sound as it is kept, and what was done to its loudness.
        is_complete: False if its run was cut short.
        fit: As in `Record`.
        ending: As in `Record`.
    """

    request: GenerationRequest
    info: EngineInfo
    checkpoint: CheckpointRecord
    prompt: int
    take: int
    finished: Finished
    is_complete: bool
    fit: float | None = None
    ending: Ending | None = None


def record_of(order: Order, made: Made) -> Record:
    """Return what makes a clip again.

    Args:
        order: What was asked for.
        made: What came of it.
    """
    request, audio = made.request, made.finished.audio
    group = next(group for group in request.groups() if made.prompt in group)
    return Record(
        format=FORMAT,
        order=_settled(order, request, made.info, group),
        prompt=request.prompts[made.prompt],
        place=group.index(made.prompt),
        take=made.take,
        melody_similarity=melody_similarity(request, audio),
        fit=None if made.fit is None else round(made.fit, 4),
        ending=made.ending,
        checkpoint=made.checkpoint,
        device=made.info.device,
        precision=made.info.precision,
        sample_rate=audio.sample_rate,
        frames=audio.frames,
        gain_db=round(made.finished.gain_db, 2),
        limited_db=round(made.finished.limited_db, 2),
        complete=made.is_complete,
        program_version=program_version(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        licence=made.checkpoint.licence,
    )


def _settled(order: Order, request: GenerationRequest, info: EngineInfo, group: list[int]) -> Order:
    """Return the order of one batch alone, with nothing left open."""
    sampling = request.sampling(info.sampling)
    return replace(
        order,
        prompts=tuple(request.prompts[number] for number in group),
        together=len(group),
        duration_s=float(request.duration_s),
        guidance_scale=float(sampling.guidance_scale),
        temperature=float(sampling.temperature),
        top_k=sampling.top_k,
        top_p=float(sampling.top_p),
    )


def made_from_s(record: Record) -> float:
    """Return where in a clip that leads into nothing the music begins that its order made, in seconds."""
    early_s = 0.0 if record.ending is None else record.ending.early_s
    return max(record.frames / record.sample_rate + early_s - record.order.duration_s, 0.0)


def melody_similarity(request: GenerationRequest, audio: Audio) -> float | None:
    """Return how far a clip follows the melody that was asked for, 0 to 1; see `dsp.chroma.similarity`.

    Args:
        request: What was asked for.
        audio: The clip, at any rate and loudness. What was continued is not looked at.

    Returns:
        The similarity to four digits; None without a melody that carries anything, or without new music.
    """
    given_s = request.continuation.duration_s if request.continuation else 0.0
    first = round(given_s * audio.sample_rate)
    made = Audio(audio.samples[first : first + round(request.duration_s * audio.sample_rate)], audio.sample_rate)
    if request.melody is None or not made.frames:
        return None
    if isinstance(request.melody, Audio) and why_silent(request.melody):
        return None
    return round(follows(request.melody, made, request.melody_repeats), 4)


def _unusable(why: str, what_to_do: str = "Choose the .json file that was written beside a clip.") -> UserProblem:
    return UserProblem("The record of the clip cannot be used.", why, what_to_do)


def with_later_keys(order: dict[str, Any]) -> dict[str, Any]:
    """Return an order, as read from JSON, with what orders of record formats 5 and 6 had not."""
    return {"grid": None, "endings": 0} | order


def _upgraded(value: object) -> object:
    """Bring a record of format 1 to 6 to format 7; anything else passes as it is."""
    if not isinstance(value, dict) or value.get("format") not in (1, 2, 3, 4, 5, 6):
        return value
    if value["format"] < 5:
        value = _fifth(value if value["format"] == 4 else _with_order(_third(value)))
    order = value.get("order")
    return (
        {"ending": None}
        | value
        | {"format": FORMAT, "order": with_later_keys(order) if isinstance(order, dict) else order}
    )


def _fifth(value: dict[str, Any]) -> dict[str, Any]:
    """Bring a record of format 4 to format 5: nothing in it began in the middle, was aligned or came to an end."""
    order = value.get("order")
    if isinstance(order, dict):
        order = {"aligned": False, "ends": False, "shared": ""} | order
        order = _from_its_first(order, "melody", "continuation", "after")
        if isinstance(passages := order.get("passages"), list):
            order["passages"] = [_from_its_first(each, "melody") for each in passages]
    return {"fit": None} | value | {"format": 5, "order": order}


def _from_its_first(value: Any, *names: str) -> Any:
    """Say of the files that something names that they went in from their first frame on."""
    if not isinstance(value, dict):
        return value
    return value | {name: {"first": 0} | file for name in names if isinstance(file := value.get(name), dict)}


def _third(value: dict[str, Any]) -> dict[str, Any]:
    """Bring a record of format 1 or 2 to format 3."""
    if value["format"] == 3:
        return value
    later: dict[str, object] = {"together": [value.get("prompt")], "place": 0}
    files: dict[str, object] = {}
    if value["format"] == 1:
        later |= {"melody_notes": None, "melody_repeats": True, "melody_similarity": None}
        files = {
            name: {"track": None, "channel": None} | file
            for name in ("melody", "continuation")
            if isinstance(file := value.get(name), dict)
        }
    return later | value | files


def _with_order(value: dict[str, Any]) -> dict[str, Any]:
    """Bring a record of format 3 to format 4; what it lacks is said here, by the name it had there."""
    for name in (*_ORDERED, *_FINISHED, "together", "sample_rate"):
        if name not in value:
            raise _unusable(f"the record lacks the key {name!r}.")
    rest = {name: held for name, held in value.items() if name not in (*_ORDERED, *_FINISHED, "together")}
    together = value["together"]
    finish = {name: value[name] for name in (*_FINISHED, "sample_rate")}
    files = {
        name: {"separator": None} | held for name in ("melody", "continuation") if isinstance(held := value[name], dict)
    }
    order = (
        {name: value[name] for name in _ORDERED}
        | files
        | {
            "prompts": together,
            "together": len(together) if isinstance(together, list) else 1,
            "after": None,
            "passages": [],
            "finish": finish | {"ceiling_db": STREAMING_CEILING_DB, "first_rules": True},
        }
    )
    return rest | {"format": 4, "order": order, "gain_db": 0.0, "limited_db": 0.0}
