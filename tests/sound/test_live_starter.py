"""The promise of the program: a minute of music from the starter, heard while it is made, without a gap."""

import threading
from time import monotonic

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.paths import resources_dir
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.transport import Transport
from tests.sound.conftest import RATE, Recording
from tests.sound.signals import similarity

MINUTE_S = 60.0


def test_a_minute_is_made_and_heard_without_an_under_run(device: SoundDevice, recording: Recording) -> None:
    engine = load_engine(resources_dir() / "starter", "cpu")
    sound = GrowingSound(engine.info.sample_rate, 1, round(MINUTE_S * engine.info.sample_rate))
    started_s = monotonic()

    def make() -> None:
        for block in engine.stream(GenerationRequest(("happy rock",), MINUTE_S, seed=1), threading.Event()):
            sound.append(block.audio.samples)
        sound.end()

    def speed() -> float | None:
        return sound.frames / sound.sample_rate / (monotonic() - started_s) if sound.frames else None

    maker = threading.Thread(target=make)
    transport = Transport()
    try:
        transport.choose_device(device)
        transport.load(sound, speed)
        maker.start()
        transport.play()
        pause = threading.Event()
        while (state := transport.poll()).is_playing:
            assert monotonic() - started_s < 3 * MINUTE_S
            pause.wait(0.02)
    finally:
        maker.join()
        transport.close()
    assert state.problem is None
    assert state.underruns == 0
    recording.wait_for_more(0.5)
    made = resample(Audio(sound.read(0, sound.frames), sound.sample_rate), RATE).samples[:, 0]
    assert similarity(recording.samples()[:, 0], made) > 0.99
