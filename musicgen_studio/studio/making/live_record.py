"""How live music was made: the JSON beside a recording of it, with all that makes the same samples again.

It begins where a window of the model opened, at most a window before the recording: the codes before it, the codec's
state, the position of the random numbers. From there on it holds what was asked for when. So a recording of the last
half minute of three hours is made again in half a minute, and not in three hours.

Reading is strict (`strict_json`). Not for clips that were ordered (`record`), and not for making it (`live_remake`).
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from musicgen_studio.core.live import LiveRequest, MelodyFrom, Steered, Steering, Told
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.names import writable_json
from musicgen_studio.engine.api import CodecState, LiveState
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.studio.making.strict_json import WrongValueError, convert, text_of, value_of

KIND, FORMAT = "live", 2

_FORMATS = (1, FORMAT)
"""In the first, weights counted by the prompts' places alone (`LiveRequest.weighs_by_place`)."""

MAX_BYTES = 64_000_000
"""An hour of a puck that never rests takes three."""

_NO_MELODY = -1


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array in a text.

    Args:
        kind: `float32`, `int16` or `uint8`, little-endian.
        shape: Of the array.
        data: Its bytes, compressed by zlib, in base64.
    """

    kind: str
    shape: tuple[int, ...]
    data: str

    @classmethod
    def of(cls, array: Any) -> "Numbers":
        """Write an array."""
        packed = zlib.compress(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).data)
        return cls(str(array.dtype), tuple(int(each) for each in array.shape), b64encode(packed).decode("ascii"))

    def array(self) -> Any:
        """Read it.

        Raises:
            ValueError: If it is none.
        """
        if self.kind not in ("float32", "int16", "uint8") or any(each < 0 for each in self.shape):
            raise ValueError(
                f"an array must be float32, int16 or uint8, got {self.kind!r:.20} {list(self.shape)!r:.40}"
            )
        kind = np.dtype(self.kind).newbyteorder("<")
        wanted = prod(self.shape) * kind.itemsize
        if wanted > MAX_BYTES:
            raise ValueError(f"an array must have {MAX_BYTES} bytes at most, got {wanted}")
        try:
            unpacked = zlib.decompressobj().decompress(b64decode(self.data, validate=True), wanted + 1)
        except (ValueError, zlib.error) as error:
            raise ValueError(f"an array cannot be unpacked ({error})") from error
        if len(unpacked) != wanted:
            raise ValueError(f"an array of the shape {list(self.shape)} must have {wanted} bytes, got {len(unpacked)}")
        return np.frombuffer(unpacked, kind).reshape(self.shape).astype(np.dtype(self.kind))


@dataclass(frozen=True, slots=True)
class MelodyChange:
    """From a frame on, a melody: its place in the record's melodies, or -1 for none."""

    frame: int
    melody: int


@dataclass(frozen=True, slots=True)
class Begin:
    """Where it begins: `LiveState` as JSON."""

    frame: int
    prompts: tuple[str, ...]
    melodies: tuple[MelodyChange, ...]
    pieces: tuple[int, ...]
    codes: Numbers
    noise: Numbers
    latents: Numbers
    lstm_hidden: Numbers
    lstm_cell: Numbers
    hidden: Numbers
    known: int
    convolved: int
    emitted: int


@dataclass(frozen=True, slots=True)
class Asked:
    """From a frame on, what was asked for: `Steered` as JSON.

    Args:
        frame: As there.
        prompts: None is as before.
        weights: As in `Steering`, like the two that follow.
        guidance_scale: How strictly.
        temperature: How adventurous.
        melody: Its place in the record's melodies, or -1 for none.
    """

    frame: int
    prompts: tuple[str, ...] | None
    weights: tuple[float, ...]
    guidance_scale: float
    temperature: float
    melody: int


@dataclass(frozen=True, slots=True)
class KeptStretch:
    """What was kept, in audio frames from the beginning of the music.

    Args:
        first: The first frame.
        frames: How many.
        fade_in: The music fades in over so many frames from its beginning, not the recording's.
        fade_out: From this frame on it fades out; -1 if it does not.
        fade_end: Where it is silent; -1 if it does not fade out.
    """

    first: int
    frames: int
    fade_in: int = 0
    fade_out: int = -1
    fade_end: int = -1


@dataclass(frozen=True, slots=True)
class LiveRecord:
    """How a recording of live music was made.

    Args:
        kind: `live`.
        format: Version of this format, 1.
        seed: As in `LiveRequest`, like the three that follow.
        chunk_frames: Codec frames made at a time.
        top_k: Among how many.
        top_p: Among the likeliest.
        begin: Where making it again begins.
        asked: What was asked for, from there on.
        melodies: Those that are named by their place.
        stretch: What of the music is kept.
        checkpoint: What made it.
        device: As in `Record`, like those that follow.
        precision: Of the model.
        sample_rate: In Hz.
        channels: 1 or 2.
        program_version: Of MusicGen Studio.
        created: When.
        licence: Of the music.
    """

    kind: str
    format: int
    seed: int
    chunk_frames: int
    top_k: int | None
    top_p: float | None
    begin: Begin
    asked: tuple[Asked, ...]
    melodies: tuple[Melody, ...]
    stretch: KeptStretch
    checkpoint: CheckpointRecord
    device: str
    precision: str
    sample_rate: int
    channels: int
    program_version: str
    created: str
    licence: str

    @property
    def request(self) -> LiveRequest:
        """What stayed as it was."""
        return LiveRequest(self.seed, self.chunk_frames, self.top_k, self.top_p, weighs_by_place=self.format == 1)

    @property
    def prompts(self) -> tuple[str, ...]:
        """All prompts that were asked for, in order, none twice."""
        asked = (prompt for each in self.asked for prompt in each.prompts or ())
        return tuple(dict.fromkeys((*self.begin.prompts, *asked)))

    def state(self) -> LiveState:
        """Return where it begins.

        Raises:
            UserProblem: If the record does not hold it.
        """
        begin = self.begin
        try:
            melodies = tuple(MelodyFrom(each.frame, self._melody(each.melody)) for each in begin.melodies)
            codec = CodecState(
                begin.latents.array(),
                begin.lstm_hidden.array(),
                begin.lstm_cell.array(),
                begin.hidden.array(),
                begin.known,
                begin.convolved,
                begin.emitted,
            )
            told, noise = Told(begin.prompts, melodies), bytes(begin.noise.array().data)
            return LiveState(begin.frame, told, begin.pieces, begin.codes.array(), noise, codec)
        except ValueError as error:
            raise unusable(f"{error}.") from error

    def steered(self) -> tuple[Steered, ...]:
        """Return what was asked for when.

        Raises:
            UserProblem: If the record does not hold it.
        """
        found, prompts = list[Steered](), self.begin.prompts
        try:
            for each in self.asked:
                prompts = each.prompts or prompts
                steering = Steering(
                    prompts, each.weights, each.guidance_scale, each.temperature, self._melody(each.melody)
                )
                found.append(Steered(each.frame, steering))
        except ValueError as error:
            raise unusable(f"{error}.") from error
        return tuple(found)

    def _melody(self, place: int) -> Melody | None:
        if not _NO_MELODY <= place < len(self.melodies):
            raise ValueError(f"melody must be -1 to {len(self.melodies) - 1}, got {place}")
        return None if place == _NO_MELODY else self.melodies[place]

    def to_json(self) -> str:
        """Return the text of the file, ending in a line break."""
        return writable_json(json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "LiveRecord":
        """Read the text of a file.

        Raises:
            UserProblem: If it is no JSON, has unknown or missing keys, or a value of the wrong type.
        """
        value = value_of(text, unusable)
        if isinstance(value, dict) and value.get("format", FORMAT) not in _FORMATS:
            raise unusable(f"Its format is {value['format']!r:.40}; this program knows up to {FORMAT}.")
        try:
            record: LiveRecord = convert("the record", cls, value)
            record.request  # noqa: B018 - raises where a value cannot be
        except WrongValueError as error:
            raise unusable(str(error)) from error
        except ValueError as error:
            raise unusable(f"{error}.") from error
        if record.kind != KIND or not record.asked or record.stretch.frames < 1:
            raise unusable("It is no record of live music, or of none at all.")
        return record


def read_live(path: Path) -> LiveRecord:
    """Read a file.

    Raises:
        UserProblem: If it cannot be read, or is not as `LiveRecord.from_json` wants it.
    """
    return LiveRecord.from_json(text_of(path, MAX_BYTES, unusable))


def is_live(text: str) -> bool:
    """Tell whether a record's text is one of live music."""
    return f'"kind":"{KIND}"' in text[:200].replace(" ", "").replace("\n", "")


def begin_of(state: LiveState, melodies: list[Melody]) -> Begin:
    """Write where music begins; melodies that are not in the list yet are added."""
    codec, told = state.codec, state.told
    return Begin(
        frame=state.frame,
        prompts=told.prompts,
        melodies=tuple(MelodyChange(each.frame, place_of(each.melody, melodies)) for each in told.melodies),
        pieces=state.pieces,
        codes=Numbers.of(state.codes),
        noise=Numbers.of(np.frombuffer(state.noise, np.uint8)),
        latents=Numbers.of(codec.latents),
        lstm_hidden=Numbers.of(codec.lstm_hidden),
        lstm_cell=Numbers.of(codec.lstm_cell),
        hidden=Numbers.of(codec.hidden),
        known=codec.known,
        convolved=codec.convolved,
        emitted=codec.emitted,
    )


def asked_of(steered: Sequence[Steered], before: tuple[str, ...], melodies: list[Melody]) -> tuple[Asked, ...]:
    """Write what was asked for.

    Args:
        steered: In order.
        before: The prompts that the record begins with.
        melodies: Those of the record; what is not in it yet is added.
    """
    found = list[Asked]()
    for each in steered:
        now = each.steering
        prompts = None if now.prompts == before else now.prompts
        place = place_of(now.melody, melodies)
        weights = tuple(float(weight) for weight in now.weights)
        asked = Asked(each.frame, prompts, weights, float(now.guidance_scale), float(now.temperature), place)
        found.append(asked)
        before = now.prompts
    return tuple(found)


def place_of(melody: Melody | None, melodies: list[Melody]) -> int:
    """Return a melody's place among those of a record, where it is added if it is not there; -1 for none."""
    if melody is None:
        return _NO_MELODY
    if melody not in melodies:
        melodies.append(melody)
    return melodies.index(melody)


def unusable(why: str, what_to_do: str = "Choose the .json file that was written beside a recording.") -> UserProblem:
    """Say that a record cannot be used."""
    return UserProblem("The record of the live music cannot be used.", why, what_to_do)
