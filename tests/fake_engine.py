"""An engine without a model: a sine for each prompt, seed and take, by the rules of `engine.api.Engine`."""

from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import USUAL_SAMPLING, GenerationRequest, Sampling
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.api import AudioBlock, EngineInfo
from musicgen_studio.errors import UserProblem

BLOCK_S = 0.5


class FakeEngine:
    """Behaves like an engine; what it plays depends on all that a real one's sound depends on.

    Args:
        follows_melody: Whether it takes a melody or refuses it.
        before_block: Called with the number of time steps made so far, before each; may set a flag, raise, or kill.
        sample_rate: In Hz.
        channels: 1 or 2.
        sampling: What it says of itself.
        block_s: How much of a clip each block has.
    """

    def __init__(
        self,
        *,
        follows_melody: bool = True,
        before_block: Callable[[int], None] = lambda _made: None,
        sample_rate: int = 32000,
        channels: int = 1,
        sampling: Sampling = USUAL_SAMPLING,
        block_s: float = BLOCK_S,
    ) -> None:
        self._block_s = block_s
        self.requests: list[GenerationRequest] = []
        self._before_block = before_block
        self._made = 0
        self._info = EngineInfo(
            "musicgen_melody", follows_melody, channels, sample_rate, 30.0, 1000, "cpu", "float32", sampling
        )

    @property
    def info(self) -> EngineInfo:
        """What it claims to be."""
        return self._info

    def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Yield blocks of half a second, the clips that are made together in turn."""
        self.requests.append(request)
        if request.melody is not None and not self._info.follows_melody:
            raise UserProblem("This checkpoint cannot follow a melody.", "It is a text checkpoint.", "Leave it out.")
        return self._blocks(request, stop)

    def _blocks(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        rate = self._info.sample_rate
        step, end = round(self._block_s * rate), round(request.duration_s * rate)
        lead, after = self._version(request.continuation)[-rate // 25 :], self._version(request.after)[: rate // 25]
        for group in request.groups():
            clips = {
                (prompt, take): self._clip(request, prompt, take, len(group))
                for prompt in group
                for take in range(request.takes)
            }
            pieces = [(start, min(start + step, end), True) for start in range(0, end, step)]
            pieces = [(-len(lead), 0, False), *pieces, (end, end + len(after), False)]
            pieces = [piece for piece in pieces if piece[0] < piece[1]]
            for start, stop_frame, is_new in pieces:
                self._before_block(self._made)
                if stop.is_set():
                    return
                self._made += is_new
                for (prompt, take), clip in clips.items():
                    samples = clip[start:stop_frame] if is_new else lead if start < 0 else after
                    yield AudioBlock(prompt, take, start, Audio(samples, rate), stop_frame == pieces[-1][1], is_new)

    def _version(self, sound: Audio | None) -> Samples:
        """Return a sound as a codec would give it back, in whole frames: here, as it is."""
        if sound is None:
            return np.empty((0, self._info.channels), np.float32)
        frames = self._info.codec_frames(sound) * self._info.sample_rate // 50
        return with_channels(resample(sound, self._info.sample_rate).samples[:frames], self._info.channels)

    def score(self, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
        """Prefer fills that end where what stands after begins."""
        if request.after is None:
            raise ValueError("after must be the sound that the fills are to lead into, got None")
        begins = request.after.samples[0].mean()
        ends = [fill.samples[-1].mean() if fill.frames else 0.0 for fill in fills]
        return [] if stop.is_set() else [-float(abs(end - begins)) for end in ends]

    def _clip(self, request: GenerationRequest, prompt: int, take: int, together: int) -> Samples:
        time_s = np.arange(round(request.duration_s * self._info.sample_rate)) / self._info.sample_rate
        pitch_hz = 200 + crc32(f"{request.prompts[prompt]} {request.seed + take}".encode()) % 1000
        if isinstance(request.melody, Melody):
            pitch_hz += round(sum(note.pitch for note in request.melody.notes))
        elif request.melody is not None:
            pitch_hz += round(float(np.abs(request.melody.samples).mean()) * 1000)
        # As in a real engine, a clip is not quite the same in a batch of another size.
        wave = 0.3 * np.sin(2 * np.pi * pitch_hz * time_s + 0.01 * request.takes * together)
        return np.repeat(wave[:, None], self._info.channels, axis=1).astype(np.float32)
