"""Recording for real: hums, clicks and levels through a sound server, devices that go, and a program that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from musicgen_studio.compute.busy import busy
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.clip import Origin
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.dsp.notes import find_notes
from musicgen_studio.dsp.pitch import track_pitch
from musicgen_studio.dsp.tones import tones
from musicgen_studio.library.library import Library
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.metronome import Clicks, Metronome
from musicgen_studio.sound.player import open_player
from musicgen_studio.studio.humming.recording import RecordingSession
from musicgen_studio.studio.humming.recording_state import Phase, RecordingSetup, RecordingState
from musicgen_studio.studio.humming.take import TakeEdit, edited
from tests.fake_inputs import counted
from tests.losses import lose, playing, until
from tests.sound.conftest import CHANNELS, RATE, PulseServer

_ROOT = Path(__file__).resolve().parents[2]
_METRONOME = Metronome(150, 2)  # a beat is 0.4 s
_HUM = (57, 60, 64, 62)  # A3, C4, E4, D4


@pytest.fixture
def session(tmp_path: Path, pulse: PulseServer) -> Iterator[RecordingSession]:
    """A session on the sink's monitor, which is kept lively."""
    with pulse.listening(), Library(tmp_path / "library") as library:
        session = RecordingSession(library)
        yield session
        session.close()


def _setup(device: SoundDevice, **changes: object) -> RecordingSetup:
    name = str(device.key)
    return replace(RecordingSetup(name, output_device=name, metronome=_METRONOME), **changes)  # type: ignore[arg-type]


def _arm(session: RecordingSession, setup: RecordingSetup) -> None:
    session.arm(setup)
    until(session, lambda state: state.phase is Phase.ARMED)


def _stop(session: RecordingSession) -> Audio:
    """End the take and return it."""
    takes = len(session.poll().takes)
    session.stop()
    clip = until(session, lambda state: len(state.takes) > takes).takes[-1]
    assert session.poll().overruns == 0
    return session._library.read(clip.id)


def _clicks(take: Audio, silence_s: float = 0.2) -> list[tuple[float, bool]]:
    """Return when clicks begin, in seconds, sound after so much silence, and whether they are accents."""
    samples = take.samples[:, 0]
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    first = [int(loud[0]), *(int(b) for a, b in pairwise(loud) if b - a > silence_s * take.sample_rate)]
    found = []
    for frame in first:
        click = samples[frame : frame + round(0.03 * take.sample_rate)]
        pitch_hz = np.abs(np.fft.rfft(click, take.sample_rate)).argmax()
        found.append((frame / take.sample_rate, bool(pitch_hz > 1470)))
    return found


def _record_clicks(session: RecordingSession, device: SoundDevice, offset_ms: float) -> list[float]:
    """Record the metronome for a while, and return how late each click is, in seconds."""
    _arm(session, _setup(device, clicks_recording=True, latency_offset_ms=offset_ms))
    session.record()
    beat = until(session, lambda state: state.beat is not None).beat
    assert beat is not None
    assert -4 < beat < -1
    until(session, lambda state: state.phase is Phase.RECORDING and state.recorded_s > 1.9)
    clicks = _clicks(_stop(session))
    assert session.poll().heard_problem is None
    bar_s = 2 * _METRONOME.beat_s
    places_s = [onset_s - (0.0 if is_accent else _METRONOME.beat_s) for onset_s, is_accent in clicks[1:]]
    return [(place_s + bar_s / 2) % bar_s - bar_s / 2 for place_s in places_s]  # the first may be cut


def test_the_count_in_counts_down_and_ends_in_time_on_a_busy_computer(
    session: RecordingSession, device: SoundDevice
) -> None:
    """Under load it went 5 4 4 4 3 4 5, and recording began seconds late: the device's clock counts, not ours."""
    _arm(session, _setup(device, metronome=Metronome(150, 4), count_in_bars=2))
    with busy((os.cpu_count() or 1) * 2):
        begun_s = monotonic()
        session.record()
        beats: list[float] = []

        def watch(state: RecordingState) -> bool:
            if state.phase is Phase.COUNT_IN and state.beat is not None:
                beats.append(state.beat)
            return state.phase is Phase.RECORDING

        until(session, watch)
        took_s = monotonic() - begun_s
        until(session, lambda state: state.recorded_s > 1.0)
    take = _stop(session)
    assert len(beats) > 8
    assert beats == sorted(beats)
    assert -8 - 2.0 / 0.4 < beats[0] < beats[-1] < 0.5  # a busy device may begin late, and is waited for
    assert took_s < 8 * 0.4 + 2.0
    assert take.duration_s > 1.0


def test_the_take_begins_at_the_end_of_the_count_in(session: RecordingSession, device: SoundDevice) -> None:
    late_s = _record_clicks(session, device, 0.0)
    assert len(late_s) >= 3
    assert late_s == pytest.approx([0.0] * len(late_s), abs=0.040)
    moved_s = _record_clicks(session, device, 150.0)
    assert moved_s == pytest.approx([np.median(late_s) - 0.150] * len(moved_s), abs=0.015)


def test_one_hears_oneself(session: RecordingSession, device: SoundDevice) -> None:
    """The microphone hears the speaker here, so a click comes again and again, as late as one hears oneself."""
    _arm(session, _setup(device, count_in_bars=0, monitors_input=True))
    session.record()
    until(session, lambda state: state.recorded_s > 0.5)
    click = np.zeros((RATE, CHANNELS), np.float32)
    click[RATE // 2 :][:96] = 0.5  # a sound server may swallow the first milliseconds of a stream
    with open_player(device, latency_s=0.5) as player:
        player.write(Audio(click, RATE))
        player.finish()
        heard = until(session, lambda state: max(state.peaks) > 0.1)
        until(session, lambda state: state.recorded_s > heard.recorded_s + 1.0)
    onsets_s = [onset_s for onset_s, _ in _clicks(_stop(session), silence_s=0.015)]
    assert len(onsets_s) >= 3
    assert 0.01 < np.median(np.diff(onsets_s)) < 0.3
    assert session.poll().heard_problem is None


def test_a_hum_comes_back_as_its_notes(session: RecordingSession, device: SoundDevice) -> None:
    melody = Melody(tuple(Note(0.4 + 0.6 * number, 0.5, pitch) for number, pitch in enumerate(_HUM)), 3.0)
    click = np.zeros((RATE, CHANNELS), np.float32)
    Clicks(_METRONOME, RATE).add_to(click[RATE // 2 :], 0, end_beat=1)  # tells when the hum begins: 0.5 s later
    hum = tones(melody, RATE).samples.repeat(CHANNELS, axis=1)
    _arm(session, _setup(device, count_in_bars=0))
    session.record()
    until(session, lambda state: state.recorded_s > 0)
    with open_player(device, latency_s=0.5) as player:
        player.write(Audio(np.concatenate([click, hum]), RATE))
        player.finish()
    take = _stop(session)
    click_s, _ = _clicks(take)[0]
    take = edited(take, TakeEdit(click_s + 0.5))
    notes = find_notes(track_pitch(take), take)
    assert [round(note.pitch) for note in notes] == list(_HUM)
    for heard, sung in zip(notes, melody.notes, strict=True):
        assert heard.onset_s == pytest.approx(sung.onset_s, abs=0.040)


def _tone(level: float) -> Samples:
    """Return ten seconds of A3, float32 [frames, 2]."""
    wave = level * np.sin(2 * np.pi * 220 * np.arange(10 * RATE) / RATE)
    return wave.astype(np.float32)[:, np.newaxis].repeat(CHANNELS, axis=1)


def test_levels_are_those_of_what_is_played_and_too_loud_lights_up(
    pulse: PulseServer, session: RecordingSession, device: SoundDevice
) -> None:
    _arm(session, _setup(device))
    with playing(pulse, _tone(0.5)):
        for _ in range(20):
            state = until(session, lambda state: max(state.peaks) > 0.4)
            assert state.peaks == pytest.approx((0.5, 0.5), abs=0.02)
        assert state.clipped == (False, False)
    with playing(pulse, _tone(1.5)):
        until(session, lambda state: state.clipped == (True, True))
    until(session, lambda state: max(state.peaks) == 0)
    session.reset_clip()
    assert session.poll().clipped == (False, False)


@pytest.mark.usefixtures("device")
def test_ten_losses_lose_no_take(pulse: PulseServer, tmp_path: Path) -> None:
    found = lose(pulse, tmp_path / "library", runs=10)
    assert found.losses == []
    assert found.counts.total() == 10


def _kill_while_recording(folder: Path, seconds: float, rate: int, *options: str) -> int:
    """Let a child record so long, kill it, and return how many frames it has told of."""
    command = [sys.executable, "-m", "tests.losses", "--child", str(folder), *options]
    told, end_s = 0, monotonic() + 60
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        while told < seconds * rate:
            told = int(child.stdout.readline())
            assert monotonic() < end_s
        child.kill()
    assert child.returncode == -signal.SIGKILL
    return told


@pytest.mark.skipif(os.name != "posix", reason="a kill that no program can see coming is POSIX's SIGKILL")
@pytest.mark.parametrize("seconds", [1.1, 2.5])
def test_a_killed_program_keeps_the_take(tmp_path: Path, seconds: float) -> None:
    rate = 8000
    told = _kill_while_recording(tmp_path / "library", seconds, rate, "--counting")
    with Library(tmp_path / "library") as library:
        (clip,) = library.reconcile().recovered
        assert (clip.title, clip.origin, clip.is_complete) == ("Hum 1", Origin.RECOVERED, False)
        assert clip.frames > told - rate
        samples = library.read(clip.id).samples
        first = round(float(samples[0, 0]) * 65536)
        np.testing.assert_array_equal(samples, counted(first, clip.frames))
        assert library.notices == []


@pytest.mark.skipif(os.name != "posix", reason="a kill that no program can see coming is POSIX's SIGKILL")
@pytest.mark.usefixtures("device")
def test_a_killed_program_keeps_what_came_from_the_sound_server(pulse: PulseServer, tmp_path: Path) -> None:
    with playing(pulse, _tone(0.5)):
        told = _kill_while_recording(tmp_path / "library", 1.5, RATE)
    with Library(tmp_path / "library") as library:
        (clip,) = library.reconcile().recovered
        assert clip.frames > told - RATE
        assert np.abs(library.read(clip.id).samples[-RATE // 4 :]).max() == pytest.approx(0.5, abs=0.02)


def test_a_sound_server_without_a_processor_loses_no_input_and_ends_no_take(
    session: RecordingSession, device: SoundDevice, pulse: PulseServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    _arm(session, _setup(device, count_in_bars=0))
    for _ in range(2):
        until(session, lambda _: session._input is not None and session._input.is_awake)
        lost = caplog.text.count("lost an input")
        with pulse.starved():
            until(session, lambda _, lost=lost: caplog.text.count("lost an input") > lost)  # type: ignore[misc]
        until(session, lambda _, lost=lost: caplog.text.count("it was opened again") > lost)  # type: ignore[misc]
    state = session.poll()
    assert (state.phase, state.problem) == (Phase.ARMED, None)
    session.record()
    until(session, lambda state: state.recorded_s > 0.5)
    with pulse.starved():
        wait_s = monotonic() + 2.0
        until(session, lambda _: monotonic() > wait_s)
    recorded_s = session.poll().recorded_s
    until(session, lambda state: state.recorded_s > recorded_s + 0.5)
    state = session.poll()
    assert (state.phase, state.problem) == (Phase.RECORDING, None)
