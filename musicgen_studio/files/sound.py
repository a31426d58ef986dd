"""Sound files in and out. The only room that uses soundfile.

Not for where files go or what they are called (`library`, `export`), nor for changing sound (`dsp`), nor for files that
strangers made: those are decoded in a process of their own (`untrusted`), by whichever reader is right for them
(`decoding`).

Reading allows only what this program writes and its like, first by the opening bytes and then by libsndfile's own word:
libsndfile knows many more, and it is its rare decoders that have had the memory faults. Writing goes through a
temporary file in the same folder, so under the final name there is either the old file or the whole new one, whatever
happens.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import chunks, id3, opus_end
from musicgen_studio.files.comments import with_comments
from musicgen_studio.files.decoding import table
from musicgen_studio.files.decoding.table import begins_like_sound, unreadable
from musicgen_studio.files.whole import replacing

MAX_CHANNELS = 8
MAX_SAMPLE_RATE = 384_000
OPUS_RATE_HZ = 48_000
EXTENSIONS = table.EXTENSIONS
METADATA_KEYS = ("title", "artist", "comment", "date", "software", "copyright", "tempo", "key")

_OPENING_BYTES = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")
_PCM = {"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32"}
_READABLE: dict[str, set[str]] = {
    "WAV": _PCM | {"FLOAT", "DOUBLE"},
    "WAVEX": _PCM | {"FLOAT", "DOUBLE"},
    "RF64": _PCM | {"FLOAT", "DOUBLE"},
    "AIFF": _PCM,
    "FLAC": _PCM,
    "OGG": {"VORBIS", "OPUS"},
    "MP3": {"MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III"},
}
# What libsndfile has no word for: the fields of Vorbis comments that other programs look for. WAV says it in chunks.
_COMMENT_FIELDS = {"tempo": "BPM", "key": "INITIALKEY"}
# libsndfile silently drops a string of more than 2044 bytes, and all that follow it, from a WAV header.
_MAX_WAV_TEXT_BYTES = 2000
# libsndfile's Vorbis encoder overruns its stack when given minutes of sound in one call.
_BLOCK_FRAMES = 65_536


class ReadOnce(sf.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A sound file that is read from front to back."""

    def seekable(self) -> bool:
        """Tell that no place in it can be gone to."""
        # Else soundfile seeks to where it is after every read, and near the end of an Opus file libsndfile misses.
        return False


class SoundFormat(StrEnum):
    """The sound files the program writes."""

    WAV16 = "wav16"
    WAV24 = "wav24"
    WAV32F = "wav32f"
    FLAC = "flac"  # 24 bit
    OGG = "ogg"  # Vorbis, quality 8 of 10
    OPUS = "opus"  # 96 kbit/s for each channel
    MP3 = "mp3"  # 320 kbit/s, as AudioCraft writes it

    @property
    def extension(self) -> str:
        """The ending of the file's name, such as `.wav`."""
        return ".wav" if self.value.startswith("wav") else f".{self.value}"

    @property
    def only_rate_hz(self) -> int | None:
        """The one sample rate the program writes this format at, or None where there are several."""
        return OPUS_RATE_HZ if self is SoundFormat.OPUS else None

    @property
    def is_lossy(self) -> bool:
        """Whether what is read back only sounds like what was written."""
        return self in (SoundFormat.OGG, SoundFormat.OPUS, SoundFormat.MP3)


_ENCODERS: dict[SoundFormat, dict[str, object]] = {
    SoundFormat.WAV16: {"format": "WAV", "subtype": "PCM_16"},
    SoundFormat.WAV24: {"format": "WAV", "subtype": "PCM_24"},
    SoundFormat.WAV32F: {"format": "WAV", "subtype": "FLOAT"},
    SoundFormat.FLAC: {"format": "FLAC", "subtype": "PCM_24"},
    SoundFormat.OGG: {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.2},
    SoundFormat.OPUS: {"format": "OGG", "subtype": "OPUS", "compression_level": 0.64},  # of 256 to 6 kbit/s
    SoundFormat.MP3: {
        "format": "MP3",
        "subtype": "MPEG_LAYER_III",
        "compression_level": 0.0,
        "bitrate_mode": "CONSTANT",
    },
}


_BITS = {SoundFormat.WAV16: 16, SoundFormat.WAV24: 24, SoundFormat.FLAC: 24}
"""Of those whose samples are whole numbers."""


def is_sound(paths: Sequence[Path]) -> bool:
    """Tell whether all of these, and at least one, are called as sound files are, or begin like one."""
    return bool(paths) and all(path.suffix.lower() in EXTENSIONS or begins_like_sound(path) for path in paths)


def read(path: Path, max_duration_s: float = 3600) -> Audio:
    """Read a sound file.

    Args:
        path: A WAV (PCM or float), FLAC, OGG (Vorbis or Opus), MP3 or AIFF (PCM) file.
        max_duration_s: Longest sound taken, in seconds. The header is asked before anything is decoded.

    Returns:
        The sound in the file's own rate and channels. A float file may go beyond ±1.

    Raises:
        UserProblem: If the file is missing, a folder, no such sound file, damaged, empty, too long, has more than 8
            channels or a sample that is no finite number.
    """
    parts = list(blocks(path, max_duration_s))
    return Audio(np.concatenate([part.samples for part in parts]), parts[0].sample_rate)


def blocks(path: Path, max_duration_s: float = 3600) -> Iterator[Audio]:
    """Read a sound file piece by piece, so that memory does not grow with it: `read` is this, collected.

    Args:
        path: As for `read`.
        max_duration_s: As for `read`.

    Yields:
        At least one piece of the sound, each of at most 65536 frames, all of one rate and number of channels.

    Raises:
        UserProblem: As for `read`; what is only found on the way is raised after the pieces before it.
    """
    _check_opening(path)
    frames = 0
    try:
        with ReadOnce(name_for_libsndfile(path)) as sound:
            _check_header(path, sound, max_duration_s)
            claimed_frames = sound.frames if sound.format != "MP3" else 0  # an MP3's is an estimate
            for samples in _read_blocks(sound):
                if not np.isfinite(samples).all():
                    raise unreadable(path, "It holds samples that are not numbers (NaN or infinity).")
                frames += len(samples)
                yield Audio(samples, int(sound.samplerate))
    except (sf.LibsndfileError, TypeError) as error:  # TypeError: soundfile wants a description of any "*.raw"
        raise unreadable(path, f"It is damaged or not a sound file ({error}).") from error
    if not frames:
        raise unreadable(path, "It holds no sound.")
    if frames < claimed_frames:
        raise unreadable(path, f"It is cut off or damaged: of {claimed_frames} frames it holds {frames}.")


def frame_count(path: Path) -> int:
    """Return how many frames a sound file has, by its header; of a WAV file, how many of them are there.

    Raises:
        UserProblem: If it cannot be read.
    """
    _check_opening(path)
    try:
        with sf.SoundFile(name_for_libsndfile(path)) as sound:
            return int(sound.frames)
    except sf.LibsndfileError as error:
        raise unreadable(path, f"It is damaged or not a sound file ({error}).") from error


def _check_opening(path: Path) -> None:
    if not path.exists():
        raise unreadable(path, f"There is no such file in {path.parent}.", "Check the name and where the file is.")
    if not path.is_file():
        raise unreadable(path, "It is a folder or a device, not a file.")
    try:
        with path.open("rb") as file:
            opening = file.read(4)
    except OSError as error:
        raise unreadable(path, f"The system says: {error.strerror}.", "Check that you may read the file.") from error
    if not opening:
        raise unreadable(path, "The file is empty.")
    is_bare_mp3 = opening[0] == 0xFF and len(opening) > 1 and opening[1] >= 0xE0
    if not (opening.startswith(_OPENING_BYTES) or is_bare_mp3):
        raise unreadable(path, "It is not in a known sound format.")


def _check_header(path: Path, sound: sf.SoundFile, max_duration_s: float) -> None:
    if sound.subtype not in _READABLE.get(sound.format, ()):
        raise unreadable(path, f"Its sound format is {sound.format} {sound.subtype}.")
    if sound.channels > MAX_CHANNELS:
        raise unreadable(path, f"It has {sound.channels} channels; at most {MAX_CHANNELS} can be used.")
    if not 1 <= sound.samplerate <= MAX_SAMPLE_RATE:
        raise unreadable(path, f"Its sample rate is {sound.samplerate} Hz; at most {MAX_SAMPLE_RATE} Hz can be used.")
    duration_s = sound.frames / sound.samplerate
    if duration_s > max_duration_s:
        why = f"It lasts {duration_s:.0f} seconds; at most {max_duration_s:.0f} can be used."
        raise unreadable(path, why, "Cut out the part you need and choose that.")


def _read_blocks(sound: sf.SoundFile) -> Iterator[Samples]:
    # In blocks, so that memory grows with what the file really holds and not with what its header claims.
    left = sound.frames
    while len(block := sound.read(min(left, _BLOCK_FRAMES), dtype="float32", always_2d=True)):
        left -= len(block)
        yield block


def name_for_libsndfile(path: Path) -> str | bytes:
    """Return a path as soundfile takes it: on Linux a name may be bytes that are no text."""
    return str(path) if sys.platform == "win32" else os.fsencode(path)


def write(
    path: Path,
    audio: Audio,
    sound_format: SoundFormat,
    metadata: Mapping[str, str] = {},
    *,
    wave_chunks: bytes = b"",
    replace: bool = True,
    on_block: Callable[[int], None] | None = None,
    first_rules: bool = False,
) -> None:
    """Write a sound file, whole or not at all.

    Args:
        path: Where to. The ending is the caller's choice, see `SoundFormat.extension`.
        audio: The sound, at least one frame. All formats but `WAV32F` clip it at ±1.
        sound_format: What to write.
        metadata: Texts under the keys in `METADATA_KEYS`. WAV keeps the first 2000 bytes of each, and neither `tempo`
            (beats per minute as a number) nor `key` (such as `F#m`), for which it has chunks.
        wave_chunks: What a WAV file is to hold behind its sound (`chunks`); left out in other formats.
        replace: Whether a file already there is replaced. If not, it is safe from this call whoever made it when.
        on_block: Told after each second or so of sound how many frames are encoded, for progress; what it raises ends
            the writing and leaves no file.
        first_rules: Let libsndfile cut whole numbers off the samples, as it was in the files of records of formats 1
            to 3, which are to come out again as they were.

    Raises:
        UserProblem: If the folder is missing, full or not to be written, or the format cannot hold the sound.
        FileExistsError: If there is a file and it is not to be replaced.
        ValueError: If a metadata key is unknown, or there is no frame to write.
    """
    # Encoded in memory first: libsndfile would report a full disk without its cause, a Python file gives the errno.
    parts = _parts(path.name, audio, sound_format, metadata, wave_chunks, on_block, first_rules=first_rules)
    with replacing(path, replace=replace) as file:
        for part in parts:
            file.write(part)


def encoded(
    name: str,
    audio: Audio,
    sound_format: SoundFormat,
    metadata: Mapping[str, str] = {},
    *,
    wave_chunks: bytes = b"",
    on_block: Callable[[int], None] | None = None,
    first_rules: bool = False,
) -> bytes | bytearray:
    """Return a whole sound file, for a place that is no file of its own, such as a zip.

    Args:
        name: What it is called, for a problem's text.
        audio: As for `write`.
        sound_format: As for `write`.
        metadata: As for `write`.
        wave_chunks: As for `write`.
        on_block: As for `write`.
        first_rules: As for `write`.

    Raises:
        UserProblem: If the format cannot hold the sound.
        ValueError: As for `write`.
    """
    parts = _parts(name, audio, sound_format, metadata, wave_chunks, on_block, first_rules=first_rules)
    return parts[0] if len(parts) == 1 and not isinstance(parts[0], memoryview) else b"".join(parts)


def _parts(
    name: str,
    audio: Audio,
    sound_format: SoundFormat,
    metadata: Mapping[str, str],
    wave_chunks: bytes,
    on_block: Callable[[int], None] | None,
    *,
    first_rules: bool,
) -> tuple[bytes | bytearray | memoryview, ...]:
    if not audio.frames:
        raise ValueError("audio must have at least one frame, as no reader takes an empty sound file")
    if unknown := set(metadata) - set(METADATA_KEYS):
        raise ValueError(f"metadata keys must be among {METADATA_KEYS}, got {sorted(unknown)}")
    file = _encode(name, audio, sound_format, metadata, on_block, first_rules=first_rules)
    if sound_format is SoundFormat.MP3:
        return id3.header(metadata), file
    if wave_chunks and sound_format.extension == ".wav":
        return chunks.appended(file, wave_chunks)
    return (file,)


def as_encoded(audio: Audio, sound_format: SoundFormat, on_block: Callable[[int], None] | None = None) -> Audio:
    """Return what a reader of the written file would hear, without writing it.

    Args:
        audio: The sound, at least one frame.
        sound_format: The format it would be written in. Lossy ones change the sound and its peaks.
        on_block: As for `write`; while it is read back, it is told again and again that all frames are encoded.

    Raises:
        UserProblem: If the format cannot hold the sound.
    """
    file = _encode("sound", audio, sound_format, {}, on_block)
    blocks_read = []
    with ReadOnce(io.BytesIO(file)) as sound:
        for block in _read_blocks(sound):
            blocks_read.append(block)
            if on_block is not None:
                on_block(audio.frames)
        return Audio(np.concatenate(blocks_read), int(sound.samplerate))


def _encode(
    name: str,
    audio: Audio,
    sound_format: SoundFormat,
    metadata: Mapping[str, str],
    on_block: Callable[[int], None] | None,
    *,
    first_rules: bool = False,
) -> bytes | bytearray:
    _check_rate(name, audio, sound_format)
    padding_frames = opus_end.padding_frames(audio.frames) if sound_format is SoundFormat.OPUS else 0
    encoded = io.BytesIO()
    try:
        with sf.SoundFile(encoded, "w", audio.sample_rate, audio.channels, **_ENCODERS[sound_format]) as sound:
            for key, text in _fitting(metadata, sound_format).items():
                setattr(sound, key, text)
            for start in range(0, audio.frames, _BLOCK_FRAMES):
                block = audio.samples[start : start + _BLOCK_FRAMES]
                sound.write(_as_written(block, sound_format, is_cut=first_rules))
                if on_block is not None:
                    on_block(start + len(block))
            sound.write(np.zeros((padding_frames, audio.channels), np.float32))
    except sf.LibsndfileError as error:
        raise UserProblem(
            f'The sound file "{name}" could not be written.',
            f"A {sound_format.extension[1:].upper()} file cannot hold {audio.frames} frames of {audio.channels} "
            f"channels at {audio.sample_rate} Hz ({error.error_string}).",
            "Choose WAV, or a sample rate of 48000 Hz or less with one or two channels.",
        ) from error
    return with_comments(_without_padding(encoded.getvalue(), padding_frames), _comments(metadata, sound_format))


def _as_written(block: Samples, sound_format: SoundFormat, *, is_cut: bool) -> npt.NDArray[np.float32 | np.int32]:
    """Return a block as libsndfile is to take it: whole numbers rounded here, so that what a file held is what it gets.

    libsndfile would multiply by 2^23 - 1 and divide by 2^23, and cut off what is left.
    """
    if sound_format is SoundFormat.WAV32F:
        return block
    if (bits := _BITS.get(sound_format)) is None or is_cut:
        return np.clip(block, -1.0, 1.0)
    full_scale = 1 << (bits - 1)
    steps = np.clip(np.rint(block.astype(np.float64) * full_scale), -full_scale, full_scale - 1)
    return steps.astype(np.int32) << (32 - bits)


def _without_padding(encoded: bytes, padding_frames: int) -> bytes | bytearray:
    if not padding_frames:
        return encoded
    file = bytearray(encoded)
    opus_end.cut_end(file, padding_frames)
    return file


def _check_rate(name: str, audio: Audio, sound_format: SoundFormat) -> None:
    if sound_format.only_rate_hz not in (None, audio.sample_rate):
        raise UserProblem(
            f'The sound file "{name}" could not be written.',
            f"An {sound_format.extension[1:].upper()} file cannot hold sound at {audio.sample_rate} Hz.",
            f"Choose a sample rate of {sound_format.only_rate_hz} Hz, or another format.",
        )


def _fitting(metadata: Mapping[str, str], sound_format: SoundFormat) -> dict[str, str]:
    if sound_format in (SoundFormat.MP3, SoundFormat.OPUS):
        return {}  # MP3 has a header of our own, see `id3`; libsndfile breaks an Opus file by a text that is long
    limit = _MAX_WAV_TEXT_BYTES if sound_format.extension == ".wav" else None
    known = {key: text for key, text in metadata.items() if key not in _COMMENT_FIELDS}
    encoded = {key: text.replace("\0", " ").encode("utf-8", "replace")[:limit] for key, text in known.items()}
    return {key: text.decode("utf-8", "ignore") for key, text in encoded.items() if text}


def _comments(metadata: Mapping[str, str], sound_format: SoundFormat) -> dict[str, str]:
    """Return what libsndfile cannot write into a FLAC or Ogg file itself."""
    fields = dict(_COMMENT_FIELDS)
    if sound_format is SoundFormat.OPUS:
        fields = {key: key.upper() for key in METADATA_KEYS} | {"software": "ENCODER"} | fields
    elif sound_format not in (SoundFormat.FLAC, SoundFormat.OGG):
        return {}
    return {fields[key]: text.replace("\0", " ") for key, text in metadata.items() if key in fields and text}
