"""Live music in the library: what is found after a kill is made again, and its record lies beside what is exported."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.clip import Origin
from musicgen_studio.core.live import LiveRequest, Mailbox, Steering
from musicgen_studio.engine.musicgen import MusicGen
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.library import wave_file
from musicgen_studio.library.library import Library
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.studio.arranging import live_history
from musicgen_studio.studio.arranging.exporting import export_from_library
from musicgen_studio.studio.arranging.live import LiveSession, Unheard
from musicgen_studio.studio.arranging.live_kept import UnfinishedTape, is_live, remembered
from musicgen_studio.studio.arranging.live_output import ClockOutput
from musicgen_studio.studio.arranging.live_play import LiveAgain, LivePlay, begun_clip, unfinished
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.live_record import LiveRecord
from tests.studio.arranging.test_live import NAMED, Heard, again, turned

pytestmark = pytest.mark.usefixtures("on_one_core")


def begun(engine: MusicGen, library: Library, seconds: float) -> tuple[LiveSession, UnfinishedTape, PartialClip, Heard]:
    """Play so long into an unfinished clip."""
    mailbox, heard = Mailbox(Steering(("calm piano", "rock"), (1, 1))), Heard()
    session = LiveSession(engine, NAMED, LiveRequest(7), mailbox, heard, on_chunk=lambda chunk: turned(mailbox, chunk))
    clip = begun_clip(session, LoadedEngine(engine, NAMED), mailbox.steering, 7)
    tape, partial = unfinished(library, session, clip)
    session.run(seconds)
    tape.close()
    return session, tape, partial, heard


def test_what_is_found_after_a_kill_can_be_made_again(engine: MusicGen, tmp_path: Path) -> None:
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        _, _, _, heard = begun(engine, library, 7.0)  # and nobody finishes it
    with Library(tmp_path / "clips") as library:
        (clip,) = library.reconcile().recovered
        assert clip.origin is Origin.RECOVERED
        assert is_live(library, clip)
        record = remembered(library, clip)
        assert record is not None
        found = library.read(clip.id).samples
        assert len(found) >= record.stretch.frames >= len(heard.samples) - 2.2 * 32000
        np.testing.assert_array_equal(again(engine, record), heard.samples[: record.stretch.frames])
        once_more = LiveAgain(library, clip, record, EngineChoice("starter"))
        once_more.perform(LoadedEngine(engine, NAMED), threading.Event())
        assert once_more.kept is not None
        assert once_more.kept.parent == clip.id
        np.testing.assert_array_equal(library.read(once_more.kept.id).samples, found[: record.stretch.frames])


def test_what_nobody_keeps_leaves_no_record(engine: MusicGen, tmp_path: Path) -> None:
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        _, tape, partial, _ = begun(engine, library, 3.0)
        assert is_live(library, partial.clip)
        tape.abandon()
        assert not is_live(library, partial.clip)
        assert remembered(library, partial.clip) is None
        assert library.clips() == []


class Errand:
    """An errand that nobody looks at."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def tell(self, *_progress: object) -> None:
        """Forget it."""

    def check(self) -> None:
        """Go on."""


def test_beside_what_is_exported_lies_what_makes_it_again(engine: MusicGen, tmp_path: Path) -> None:
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        session, tape, partial, heard = begun(engine, library, 3.0)
        record = session.record(0, partial.frames)
        assert record is not None
        kept = tape.finish(partial.clip, record)
        files = tmp_path / "files"

        def exported(span: tuple[int, int] | None) -> Path:
            (done,) = export_from_library(library, [kept], ["live"], files, FinishSettings(), Errand(), span)  # type: ignore[arg-type]  # what it does with one
            assert done.problem is None
            assert done.file is not None
            return done.file

        beside = LiveRecord.from_json(exported(None).with_suffix(".json").read_text(encoding="utf-8"))
        np.testing.assert_array_equal(again(engine, beside), heard.samples)
        assert not exported((0, 32000)).with_suffix(".json").exists()


def test_a_slow_disk_does_not_hold_the_music_up(engine: MusicGen, tmp_path: Path) -> None:
    """The disk takes the first piece only when all of the music has been made."""
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        session = LiveSession(engine, NAMED, LiveRequest(7), Mailbox(Steering(("calm",))), Unheard())
        partial = library.begin(begun_clip(session, LoadedEngine(engine, NAMED), Steering(("calm",)), 7))
        made = threading.Event()

        def describe(frames: int) -> LiveRecord | None:
            assert made.wait(60)
            return session.record(0, frames)

        tape = UnfinishedTape(library, partial, describe)
        session.add_tape(tape)
        session.run(4.0)
        assert partial.frames < 3 * 32000
        made.set()
        tape.close()
        assert partial.frames == 4 * 32000
        tape.abandon()


def test_nothing_is_remembered_of_sound_that_is_not_in_the_file(engine: MusicGen, tmp_path: Path) -> None:
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        session = LiveSession(engine, NAMED, LiveRequest(7), Mailbox(Steering(("calm",))), Unheard())
        partial = library.begin(begun_clip(session, LoadedEngine(engine, NAMED), Steering(("calm",)), 7))
        remembered_frames = list[int]()
        tape = UnfinishedTape(library, partial, remembered_frames.append)
        for _ in range(9):
            tape.append(np.zeros((22_400, 1), np.float32))  # 0.7 s: each second one completes a second in the file
        tape.close()
        assert remembered_frames == [2 * 44_800, 4 * 44_800]
        tape.abandon()


class Turning(Mailbox):
    """Asks for something else at each chunk, and for the end after six seconds.

    Args:
        fade_s: How long it then fades out.
    """

    play: LivePlay

    def __init__(self, fade_s: float) -> None:
        super().__init__(Steering(("calm piano", "rock"), (1, 1)))
        self._fade_s = fade_s

    def read(self, frame: int) -> Steering:
        """Return what is asked for."""
        if frame >= 300:
            self.play.stop(self._fade_s)
        return replace(self.steering, weights=(1.0, 1.0 + frame))


@contextmanager
def quick_clock() -> Iterator[ClockOutput]:
    """Open a device that takes its sound whenever somebody waits for that."""
    now_s = [0.0]

    def sleep(seconds: float) -> None:
        now_s[0] += seconds

    yield ClockOutput(0.1, lambda: now_s[0], sleep)


def kept_whole(library: Library, fade_s: float = 0.0) -> LivePlay:
    """Return a time of playing live that is to be kept, not begun yet."""
    mailbox = Turning(fade_s)
    mailbox.play = LivePlay(library, EngineChoice("starter"), mailbox, quick_clock, 7)
    mailbox.play.keeps_all = True
    return mailbox.play


def test_all_of_it_is_kept_also_where_too_much_was_asked_for_to_make_it_again(
    engine: MusicGen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_history, "MAX_STEERED", 30)
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        play = kept_whole(library)
        play.perform(LoadedEngine(engine, NAMED), threading.Event())
        assert play.kept is not None
        assert play.facts is not None
        assert library.read(play.kept.id).frames == round(play.facts.heard_s * 32000) > 5 * 32000


def test_what_the_disk_did_not_take_of_it_is_told(
    engine: MusicGen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two seconds the disk is full, and has room again when the music ends."""
    put, refused = wave_file.put, list[int]()

    def full_once(path: Path, start_frame: int, samples: np.ndarray) -> None:
        if start_frame >= 2 * 32000 and not refused:
            refused.append(start_frame)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        put(path, start_frame, samples)

    monkeypatch.setattr(wave_file, "put", full_once)
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        play = kept_whole(library)
        with pytest.raises(UserProblem, match="could not be saved"):
            play.perform(LoadedEngine(engine, NAMED), threading.Event())
        assert play.kept is not None
        assert not play.kept.is_complete
        assert 2 * 32000 <= library.read(play.kept.id).frames < 4 * 32000


def test_a_fade_is_heard_to_its_end(engine: MusicGen, tmp_path: Path) -> None:
    """What was made ahead is unheard when the last of it has been made; only who stops at once leaves it so."""
    with Library(tmp_path / "clips") as library:
        library.reconcile()
        for fade_s in (0.5, 0.0):
            play = kept_whole(library, fade_s)
            play.perform(LoadedEngine(engine, NAMED), threading.Event())
            output = play._output
            assert isinstance(output, ClockOutput)
            unheard_s = output._written_s - output.taken_s
            assert (unheard_s < 1e-6) is (fade_s > 0)
