"""Files that go into a clip: a melody to follow, a sound to continue. Not for writing clips (`sinks`)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.dsp.silence import why_silent
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import MidiFile, holds_midi
from musicgen_studio.files.sound import read
from musicgen_studio.files.untrusted import Decoded, decode
from musicgen_studio.studio.making.mix import is_mix, lead_and_other
from musicgen_studio.studio.making.order import Order, Sounds, SourceFile, portable_path


@dataclass(frozen=True, slots=True)
class SoundSource:
    """A sound file that was read.

    Args:
        audio: The sound.
        record: What a clip's record says of it.
        remark: What is missing of it or was stepped over, as a sentence; empty if nothing.
    """

    audio: Audio
    record: SourceFile
    remark: str = ""


@dataclass(frozen=True, slots=True)
class MelodySource:
    """A melody to follow, and where it is from.

    Args:
        melody: The sound of a sound file, or notes.
        record: What a clip's record says of the file; None for notes that came from none, which the record then holds.
        remark: As in `SoundSource`.
    """

    melody: Audio | Melody
    record: SourceFile | None
    remark: str = ""


def open_source(
    path: Path, frames: int | None = None, first: int = 0, *, is_own: bool = False, sha256: str | None = None
) -> SoundSource:
    """Read a sound file, or some of its frames, and note which one it was.

    Args:
        path: The file, of any kind that `files.untrusted` reads.
        frames: How much to take of it, in its own frames, 1 or more; None is all.
        first: From which of its frames on.
        is_own: Whether this program wrote it into its library: then it is read here, without a process of its own.
        sha256: Of the file, where that is known already.

    Raises:
        UserProblem: If it cannot be read.
    """
    decoded = Decoded(read(path)) if is_own else decode(path)
    audio = decoded.audio
    if frames is not None or first:
        audio = Audio(audio.samples[first : None if frames is None else first + frames], audio.sample_rate)
    record = SourceFile(portable_path(path), sha256 or file_sha256(path), frames, first=first)
    return SoundSource(audio, record, decoded.remark)


def open_melody(
    path: Path,
    track: int | None = None,
    channel: int | None = None,
    frames: int | None = None,
    of_mix: bool | None = None,
    first: int = 0,
    *,
    must_carry: bool = True,
    sha256: str | None = None,
    separator: str | None = None,
) -> MelodySource:
    """Read a melody from a sound or a MIDI file, and note which one it was.

    Args:
        path: The file. What ends or begins like a MIDI file is one.
        track: Of a MIDI file, see `midi.read_midi`.
        channel: Of a MIDI file, see `midi.read_midi`.
        frames: Of a sound file, see `open_source`.
        of_mix: Of a sound file, whether it is a mix, of which lead and other are followed without drums and bass; None
            finds out (`mix.is_mix`).
        first: Of a sound file, see `open_source`.
        must_carry: Whether a sound that carries nothing is refused. Old records may name one.
        sha256: Of the file, where that is known already.
        separator: Of a mix, the mark of the one that takes it apart, see `mix.lead_and_other`.

    Raises:
        UserProblem: If it cannot be read, carries nothing to follow, or a track or channel is named of a sound file.
    """
    if holds_midi(path):
        midi = MidiFile(path)
        melody = midi.melody(track, channel)
        record = SourceFile(portable_path(path), sha256 or file_sha256(path), None, track, channel)
        return MelodySource(melody, record, midi.remark)
    if track is not None or channel is not None:
        raise UserProblem(
            "A track or channel was named, but the melody is no MIDI file.",
            f"{path.name} is read as sound.",
            "Leave track and channel out, or choose a MIDI file (.mid).",
        )
    source = open_source(path, frames, first, sha256=sha256)
    if must_carry:
        check_carries(source.audio, path.name)
    if of_mix is None:
        of_mix = is_mix(source.audio)
    if not of_mix:
        return MelodySource(source.audio, source.record, source.remark)
    followed, mark = lead_and_other(source.audio, mark=separator)
    return MelodySource(followed, replace(source.record, separator=mark), source.remark)


def holds_mix(path: Path) -> bool:
    """Tell whether a file is a sound of which `open_melody` follows lead and other alone, where nobody says otherwise.

    Raises:
        UserProblem: If it cannot be read.
    """
    return not holds_midi(path) and is_mix(decode(path).audio)


def check_carries(audio: Audio, name: str) -> None:
    """Make sure that there is something to follow in a sound.

    Raises:
        UserProblem: If it is silent, or would be when its channels are mixed.
    """
    if why := why_silent(audio):
        raise UserProblem(
            "There is nothing to follow in the melody.", f"{name} {why}.", "Choose or record another melody."
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """Where files of an order are now, for those that are no longer where they were.

    Args:
        melody: Of the melody.
        continuation: Of the continued sound.
        melody_hint: How the person can say where the melody is, such as `--melody`.
        continuation_hint: The same of the continued sound.
    """

    melody: Path | None = None
    continuation: Path | None = None
    melody_hint: str = "a file beside the program"
    continuation_hint: str = "a file beside the program"


def nowhere(_path: Path) -> None:
    """Know nothing of files that are no longer where they were."""


def reopen(
    order: Order,
    beside: Path | None = None,
    moved: Moved | None = None,
    find_again: Callable[[Path], Path | None] = nowhere,
) -> tuple[Order, Sounds]:
    """Read the very files that an order names.

    Args:
        order: Which names them.
        beside: A file in whose folder they are looked for, too.
        moved: Where they are now.
        find_again: Tells where a file is now that was at a path once, such as `Library.find_again`.

    Returns:
        The order with the files where they were found, and what is in them.

    Raises:
        UserProblem: If one is gone, unreadable, or no longer the same.
    """
    moved = moved or Moved()

    def _beside(record: SourceFile) -> Path:
        return beside or Path(record.file)

    def _again(record: SourceFile) -> Path | None:
        path = Path(record.file).expanduser()
        return None if path.exists() else find_again(path)

    def sound(record: SourceFile | None, given: Path | None, hint: str) -> SoundSource | None:
        return None if record is None else reopen_source(record, _beside(record), given or _again(record), hint)

    def melody(record: SourceFile | None, given: Path | None, hint: str) -> MelodySource | None:
        return None if record is None else reopen_melody(record, _beside(record), given or _again(record), hint)

    tune = melody(order.melody, moved.melody, moved.melody_hint)
    given = sound(order.continuation, moved.continuation, moved.continuation_hint)
    is_one_file = order.after and order.continuation and order.after.sha256 == order.continuation.sha256
    after = sound(order.after, moved.continuation if is_one_file else None, moved.continuation_hint)
    later = [melody(passage.melody, None, moved.melody_hint) for passage in order.passages]
    found = replace(
        order,
        melody=None if tune is None else tune.record,
        continuation=None if given is None else given.record,
        after=None if after is None else after.record,
        passages=tuple(
            replace(passage, melody=None if own is None else own.record)
            for passage, own in zip(order.passages, later, strict=True)
        ),
    )
    sounds = Sounds(
        melody=None if tune is None else tune.melody,
        continuation=None if given is None else given.audio,
        after=None if after is None else after.audio,
        passages=tuple(None if own is None else own.melody for own in later),
    )
    return found, sounds


def reopen_source(record: SourceFile, recipe_file: Path, given: Path | None, option: str) -> SoundSource:
    """Read the very sound file a record names: where it was, or beside the record.

    Args:
        record: What the record says.
        recipe_file: The record, for the folder it lies in.
        given: Where the person says the file is now, or None.
        option: How they can say so, such as `--continue`.

    Raises:
        UserProblem: If it is gone, unreadable, or no longer the same.
    """
    found = _found(record, recipe_file, given, option)
    _check_same(record, found, option)
    return open_source(found, record.frames, record.first, sha256=record.sha256)


def reopen_melody(record: SourceFile, recipe_file: Path, given: Path | None, option: str) -> MelodySource:
    """Read the very melody a record names; like `reopen_source`."""
    found = _found(record, recipe_file, given, option)
    _check_same(record, found, option)
    of_mix = record.separator is not None
    return open_melody(
        found,
        record.track,
        record.channel,
        record.frames,
        of_mix,
        record.first,
        must_carry=False,
        sha256=record.sha256,
        separator=record.separator,
    )


def _found(record: SourceFile, recipe_file: Path, given: Path | None, option: str) -> Path:
    known = Path(record.file).expanduser()
    places = [given] if given is not None else [known, recipe_file.parent / known.name]
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise UserProblem(
            "A file that went into the clip was not found.",
            f"It was {record.file}.",
            f"Say where it is now with {option} FILE.",
        )
    return found


def _check_same(record: SourceFile, found: Path, option: str) -> None:
    sha256 = file_sha256(found)
    if sha256 != record.sha256:
        raise UserProblem(
            "A file that went into the clip has changed.",
            f"{found} has the sha256 {sha256[:12]}…, the record says {record.sha256[:12]}….",
            f"Say where the unchanged file is with {option} FILE.",
        )
