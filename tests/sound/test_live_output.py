"""Hearing live music on a device, as loud as is wished."""

import threading
from math import inf
from types import SimpleNamespace

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import DeviceName, SoundDevice, chosen_output
from musicgen_studio.sound.player import Player, open_player
from musicgen_studio.studio.arranging.live_output import PlayerOutput
from tests.sound.conftest import RATE, Recording
from tests.sound.signals import music

_PIECE = RATE // 10


def test_it_is_as_loud_as_the_window_says_and_goes_over_without_a_click(
    device: SoundDevice, recording: Recording
) -> None:
    """Loud, then at a fifth: what the sound card hears is that, and nothing jumps where it changes."""
    volume = 1.0
    sound = Audio(0.5 * np.ones((_PIECE, 2), np.float32), RATE)
    written = list[np.ndarray]()

    class Listening(Player):
        def write(self, audio: Audio) -> None:
            written.append(audio.samples)
            super().write(audio)

    with Listening(device, preroll_s=0.1) as player:
        output, stop = PlayerOutput(player, lambda: volume), threading.Event()
        for piece in range(20):
            volume = 1.0 if piece < 10 else 0.2
            output.write(sound)
            output.wait(0.1, stop)
        player.finish()
    heard = np.concatenate(written)[:, 0]
    assert heard[:_PIECE] == pytest.approx(0.5)
    assert heard[-_PIECE:] == pytest.approx(0.1)
    assert np.abs(np.diff(heard)).max() < 0.001
    loudest = np.abs(recording.samples()).max(axis=1)
    assert loudest.max() == pytest.approx(0.5, abs=0.03)
    loud = np.flatnonzero(loudest > 0.45)
    quiet = np.flatnonzero((loudest > 0.07) & (loudest < 0.13))
    assert len(loud) > 0.8 * RATE
    assert len(quiet[quiet > loud[-1]]) > 0.7 * RATE


def test_what_the_device_takes_at_a_time_does_not_count_as_ahead() -> None:
    """It is gone within a moment: with 0.1 s of lead and 0.04 s taken at a time, 0.14 s must wait (at 1000 Hz)."""
    player = Player(SoundDevice("nowhere", "none", 0, 2, 1000, False, False), preroll_s=0.1)
    output, stop = PlayerOutput(player), threading.Event()
    out, status = np.empty((40, 2), np.float32), SimpleNamespace(output_underflow=False)
    assert output.unheard_s == inf
    output.write(Audio(np.ones((300, 2), np.float32), 1000))
    player._fill(out, 40, None, status)
    assert output.unheard_s == pytest.approx(0.22)
    waiting = threading.Thread(target=output.wait, args=(0.1, stop))
    waiting.start()
    for _ in range(2):
        player._fill(out, 40, None, status)
    assert waiting.is_alive()
    player._fill(out, 40, None, status)
    waiting.join(10)
    assert not waiting.is_alive()
    assert output.unheard_s == pytest.approx(0.1)


def test_it_plays_on_the_device_that_was_chosen_or_on_the_systems(device: SoundDevice) -> None:
    assert chosen_output(device.key) == device
    assert chosen_output(None) is None
    assert chosen_output(DeviceName("of long ago", "ALSA")) is None
    with open_player(chosen_output(device.key), preroll_s=0.1) as player:
        output = PlayerOutput(player)
        output.write(music(0.3))
        player.finish()
        assert output.taken_s == pytest.approx(0.3, abs=0.01)


def test_a_device_that_is_lost_while_enough_waits_is_told() -> None:
    """Nobody takes what waits any more, so it would wait for ever."""
    player = Player(SoundDevice("nowhere", "none", 0, 2, 1000, False, False), preroll_s=0.1)
    output, stop, told = PlayerOutput(player), threading.Event(), list[UserProblem]()
    output.write(Audio(np.ones((300, 2), np.float32), 1000))
    player._fill(np.empty((40, 2), np.float32), 40, None, SimpleNamespace(output_underflow=False))
    player._stream._watchdog.ended.set()

    def wait() -> None:
        try:
            output.wait(0.1, stop)
        except UserProblem as problem:
            told.append(problem)

    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(5)
    stop.set()
    waiting.join(5)
    assert [problem.why for problem in told] == ["It was unplugged or switched off."]
