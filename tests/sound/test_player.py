"""The player: its callback step by step, and the whole of it on a real sound server that is then taken away."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, portaudio
from musicgen_studio.sound.player import Player, open_player
from tests.sound.conftest import RATE, PulseServer, Recording
from tests.sound.signals import music, similarity

_STATUS = SimpleNamespace(output_underflow=False)
_NOWHERE = SoundDevice("nowhere", "none", 0, 2, 1000, is_default_input=False, is_default_output=False)


def _ask(player: Player, frames: int = 100) -> Samples:
    """Be the sound card once."""
    out = np.full((frames, 2), np.nan, np.float32)
    player._fill(out, frames, None, _STATUS)
    return out


def _ones(frames: int, channels: int = 2) -> Audio:
    return Audio(np.ones((frames, channels), np.float32), 1000)


# --- the callback, step by step, without a device (at 1000 Hz, so that a frame is a millisecond) ---


def test_it_is_silent_until_the_preroll_is_there() -> None:
    player = Player(_NOWHERE, preroll_s=0.25)
    player.write(_ones(249))
    assert not _ask(player).any()
    assert player.buffering
    player.write(_ones(1))
    assert (_ask(player) == 1).all()
    assert not player.buffering
    assert player.underruns == 0


def test_after_running_dry_it_waits_for_as_much_as_it_was_told_since() -> None:
    player = Player(_NOWHERE, preroll_s=0.1)
    player.write(_ones(100))
    assert _ask(player).all()
    player.set_preroll(0.3)
    assert not _ask(player).any()
    player.write(_ones(299))
    assert not _ask(player).any()
    player.write(_ones(1))
    assert _ask(player).all()
    with pytest.raises(ValueError, match="preroll_s must be 0 to 30, got 31"):
        player.set_preroll(31)


def test_running_dry_is_counted_once_and_waits_for_the_preroll() -> None:
    player = Player(_NOWHERE, preroll_s=0.15)
    player.write(_ones(150))
    heard = [_ask(player) for _ in range(4)]
    assert [int(out.sum()) // 2 for out in heard] == [100, 50, 0, 0]
    assert player.underruns == 1
    assert player.buffering
    player.write(_ones(149))
    assert not _ask(player).any()
    player.write(_ones(1))
    assert _ask(player).all()
    assert player.underruns == 1


def test_what_the_device_did_not_get_in_time_is_a_break_too() -> None:
    player = Player(_NOWHERE, preroll_s=0.1)
    late = SimpleNamespace(output_underflow=True)
    player._fill(np.empty((100, 2), np.float32), 100, None, late)
    assert player.underruns == 0  # nothing is heard yet that could break off
    player.write(_ones(300))
    assert _ask(player).all()
    player._fill(np.empty((100, 2), np.float32), 100, None, late)
    assert player.underruns == 1
    assert _ask(player).all()
    assert player.underruns == 1


def test_without_preroll_nothing_is_no_underrun() -> None:
    player = Player(_NOWHERE, preroll_s=0)
    assert not _ask(player).any()
    assert player.underruns == 0


def _in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_full_buffer_holds_the_writer_until_there_is_room() -> None:
    player = Player(_NOWHERE, preroll_s=0.1, buffer_s=0.3)
    thread = _in_thread(lambda: player.write(_ones(1000)))
    heard = 0
    while heard < 1000:
        assert player._ring.available <= 300
        heard += int(_ask(player)[:, 0].sum())
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert heard == 1000


def test_stop_frees_a_waiting_writer() -> None:
    player = Player(_NOWHERE, preroll_s=0.1, buffer_s=0.3)
    thread = _in_thread(lambda: player.write(_ones(1000)))
    player.stop()
    thread.join(timeout=10)
    assert not thread.is_alive()
    player.write(_ones(1000))
    player.finish()


@pytest.mark.usefixtures("pulse")
def test_finish_plays_a_clip_that_is_shorter_than_the_preroll() -> None:
    player = Player(_NOWHERE, preroll_s=5)
    player.write(_ones(50))
    assert not _ask(player).any()
    player._ring.close()
    with pytest.raises(portaudio().CallbackStop):
        _ask(player)
    assert player.underruns == 0


@pytest.mark.parametrize("channels", [1, 4])
def test_other_channel_numbers_are_heard_on_both_sides(channels: int) -> None:
    player = Player(_NOWHERE, preroll_s=0)
    samples = np.arange(channels, dtype=np.float32)[np.newaxis].repeat(100, axis=0)
    player.write(Audio(samples, 1000))
    np.testing.assert_array_equal(_ask(player), samples.mean())


def test_a_change_of_rate_is_a_bug() -> None:
    player = Player(_NOWHERE)
    player.write(_ones(10))
    with pytest.raises(ValueError, match="1000"):
        player.write(Audio(np.ones((10, 2), np.float32), 2000))


@pytest.mark.parametrize(("preroll_s", "buffer_s"), [(2, 1), (-1, 1), (0, 0)])
def test_a_preroll_that_never_fits_is_a_bug(preroll_s: float, buffer_s: float) -> None:
    with pytest.raises(ValueError, match="preroll_s"):
        Player(_NOWHERE, preroll_s, buffer_s)


def test_a_device_that_never_asks_is_noticed() -> None:
    player = Player(_NOWHERE, buffer_s=0.5)
    with pytest.raises(UserProblem, match="asks for no sound"):
        player.write(_ones(1000))


@pytest.mark.usefixtures("pulse")
def test_a_device_that_is_gone_cannot_be_opened() -> None:
    with pytest.raises(UserProblem, match="nowhere"), Player(_NOWHERE):
        pass


# --- the whole of it, on a sound server ---


@pytest.mark.parametrize(("channels", "latency_s"), [(1, 0.5), (2, 0.15)])
def test_what_is_played_is_what_is_heard(
    device: SoundDevice, recording: Recording, channels: int, latency_s: float
) -> None:
    clip = music(3, channels)
    with open_player(device, preroll_s=0.3, buffer_s=1, latency_s=latency_s) as player:
        for piece in np.array_split(clip.samples, 17):
            player.write(Audio(piece, clip.sample_rate))
        player.finish()
        assert player.underruns == 0
        assert player.position_s == pytest.approx(3, abs=0.01)
    recording.wait_for_more(0.5)
    recorded, wanted = recording.samples(), resample(clip, RATE).samples
    for side in range(2):
        assert similarity(recorded[:, side], wanted[:, side % channels]) > 0.99


@pytest.mark.usefixtures("recording")
def test_leaving_early_is_quick(device: SoundDevice) -> None:
    with open_player(device) as player:
        player.write(music(25))
    assert player.position_s < 5


@pytest.mark.usefixtures("recording")
def test_a_finished_player_with_nothing_to_play(device: SoundDevice) -> None:
    with open_player(device) as player:
        player.finish()
    assert player.position_s == 0


def _unplugged(pulse: PulseServer) -> AbstractContextManager[None]:
    return pulse.unplugged()


def _stalled(pulse: PulseServer) -> AbstractContextManager[None]:
    return pulse.suspended()


def _until_heard(player: Player) -> None:
    while player.position_s == 0:
        player.write(music(0.5))


def _for_ever(player: Player) -> None:
    while True:
        player.write(music(0.5))


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize(("fault", "why"), [(_unplugged, "unplugged"), (_stalled, "over a second")])
@pytest.mark.parametrize("work", [_for_ever, Player.finish])
def test_a_device_that_fails_is_noticed(
    pulse: PulseServer,
    device: SoundDevice,
    fault: Callable[[PulseServer], AbstractContextManager[None]],
    why: str,
    work: Callable[[Player], None],
) -> None:
    with open_player(device, buffer_s=8) as player:
        player.write(music(7))
        _until_heard(player)
        with fault(pulse), pytest.raises(UserProblem, match=why) as caught:
            work(player)
    assert device.name in caught.value.what


def test_without_an_output_there_is_no_player(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicgen_studio.sound.player.list_devices", list)
    with pytest.raises(UserProblem, match="no sound device"):
        open_player()
