"""What other programs want to know of a WAV file beside its sound: tempo and beats, loop points, markers, origin.

Chunks go behind the sound of a whole file, before it is put in place (`files.sound`). Not for reading them, not for
texts such as the title (libsndfile writes those), and not for RF64 files, whose sizes stand elsewhere.

Sources: "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, `smpl`, `cue `, `adtl`); EBU Tech 3285
(`bext`); libsndfile `src/wav.c` for `acid`, which Sonic Foundry never published. The note numbers of `acid` are those
that its own program writes: 48 is C, 59 is B.
"""

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MIDDLE_C = 60
ROOT_OCTAVE = 48
"""Added to a pitch class it is the root note of a sound in that key."""

LARGEST_FILE_BYTES = 2**32 - 1 + 8

_HEADER = struct.Struct("<4sI4s")
_ONE_SHOT, _ROOT_VALID, _STRETCH = 1, 2, 4
_FORWARD = 0  # the loop plays on in the same direction
_ENDLESS = 0
_BEXT = struct.Struct("<256s32s32s10s8sQH64s190s")
_BEXT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cue:
    """A place or a stretch in a sound.

    Args:
        frame: Where it begins, 0 or more.
        name: What it is called; may be empty.
        frames: How long it is; 0 for a place.
    """

    frame: int
    name: str
    frames: int = 0

    def __post_init__(self) -> None:
        if self.frame < 0 or self.frames < 0:
            raise ValueError(f"frame and frames must be 0 or more, got {self.frame} and {self.frames}")


def acid(
    tempo_bpm: float, beats: int, *, beats_per_bar: int, beat_unit: int, root_note: int | None, is_loop: bool
) -> bytes:
    """Return the chunk with tempo and beats.

    Args:
        tempo_bpm: Beats per minute, above 0.
        beats: How many the sound has, 0 or more.
        beats_per_bar: The upper number of the time signature.
        beat_unit: The lower one.
        root_note: Such as `ROOT_OCTAVE` + 9 for A; None if there is no key.
        is_loop: Whether a program may stretch it to its own tempo. Else it is a "one-shot", played as it is.
    """
    flags = (_STRETCH if is_loop else _ONE_SHOT) | (0 if root_note is None else _ROOT_VALID)
    root = MIDDLE_C if root_note is None else root_note
    content = struct.pack("<IHHfIHHf", flags, root, 0x8000, 0.0, beats, beat_unit, beats_per_bar, tempo_bpm)
    return _chunk(b"acid", content)


def smpl(sample_rate: int, frames: int, root_note: int | None) -> bytes:
    """Return the chunk that tells a sampler to repeat the whole sound.

    Args:
        sample_rate: In Hz.
        frames: How many the sound has, 1 or more.
        root_note: The key that plays it as it is, or None for middle C.
    """
    root = MIDDLE_C if root_note is None else root_note
    period_ns = round(1e9 / sample_rate)
    head = struct.pack("<9I", 0, 0, period_ns, root, 0, 0, 0, 1, 0)
    last = frames - 1  # the last frame that is played, not the first that is not
    return _chunk(b"smpl", head + struct.pack("<6I", 0, _FORWARD, 0, last, 0, _ENDLESS))


def cues(marks: Sequence[Cue]) -> bytes:
    """Return the chunks with markers: their places, and a list of their names and lengths.

    Args:
        marks: In any order. Without any there is nothing to write.
    """
    if not marks:
        return b""
    ordered = sorted(enumerate(marks, start=1), key=lambda entry: entry[1].frame)
    points = b"".join(struct.pack("<II4sIII", id_, mark.frame, b"data", 0, 0, mark.frame) for id_, mark in ordered)
    labels = b"".join(_label(id_, mark) for id_, mark in ordered)
    return _chunk(b"cue ", struct.pack("<I", len(marks)) + points) + _chunk(b"LIST", b"adtl" + labels)


def bext(description: str, originator: str, created: str, reference: str = "") -> bytes:
    """Return the chunk of broadcasters, by which a program places the sound at its project's beginning.

    Args:
        description: Up to 256 letters; what is not ASCII loses its accents, or becomes `?`.
        originator: Up to 32 letters: who made it.
        created: ISO 8601, such as `2026-01-31T12:00:00+00:00`; may be empty.
        reference: Up to 32 letters: what the originator calls it.
    """
    date, time = created[:10], created[11:19]
    texts = (_ascii(description, 256), _ascii(originator, 32), _ascii(reference, 32), _ascii(date, 10), _ascii(time, 8))
    return _chunk(b"bext", _BEXT.pack(*texts, 0, _BEXT_VERSION, b"", b""))


def appended(wave: bytes | bytearray, chunks: bytes) -> tuple[bytes, memoryview, bytes]:
    """Return a whole WAV file with chunks behind what it has: its header, what it had, the chunks.

    In parts, as one copy of a long sound in memory would keep every other thread waiting.

    Args:
        wave: The file.
        chunks: Whole chunks, from the functions here.

    Raises:
        ValueError: If it is no such file, or would be larger than its header can say.
    """
    if len(wave) < _HEADER.size or _HEADER.unpack_from(wave)[::2] != (b"RIFF", b"WAVE"):
        raise ValueError(f"the file must be RIFF WAVE, got {bytes(wave[:4])!r} {bytes(wave[8:12])!r}")
    claimed = _HEADER.unpack_from(wave)[1] + 8
    if claimed not in (len(wave), len(wave) + 1):  # the byte that makes a last chunk even may be missing
        raise ValueError(f"the file must be whole: its header says {claimed} bytes, it has {len(wave)}")
    behind = bytes(len(wave) % 2) + chunks
    size = len(wave) + len(behind)
    if size > LARGEST_FILE_BYTES:
        raise ValueError(f"a WAV file must have at most {LARGEST_FILE_BYTES} bytes, got {size}")
    return _HEADER.pack(b"RIFF", size - 8, b"WAVE"), memoryview(wave)[_HEADER.size :], behind


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _label(id_: int, mark: Cue) -> bytes:
    text = mark.name.replace("\0", " ").encode("utf-8", "replace")
    label = _chunk(b"labl", struct.pack("<I", id_) + text + b"\0")
    if not mark.frames:
        return label
    return label + _chunk(b"ltxt", struct.pack("<II4sHHHH", id_, mark.frames, b"rgn ", 0, 0, 0, 0))


def _ascii(text: str, max_bytes: int) -> bytes:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return plain.replace("\0", " ").encode("ascii", "replace")[:max_bytes]
