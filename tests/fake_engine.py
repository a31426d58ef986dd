"""An engine without a model: a sine for each prompt, seed and take, by the rules of `engine.api.Engine`."""

from collections.abc import Callable, Iterator
from zlib import crc32

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import USUAL_SAMPLING, GenerationRequest, Sampling
from musicgen_studio.engine.api import AudioBlock, EngineInfo, StopFlag
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
    """

    def __init__(
        self,
        *,
        follows_melody: bool = True,
        before_block: Callable[[int], None] = lambda _made: None,
        sample_rate: int = 32000,
        channels: int = 1,
        sampling: Sampling = USUAL_SAMPLING,
    ) -> None:
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
        rate = self._info.sample_rate
        step = round(BLOCK_S * rate)
        for group in request.groups():
            clips = {
                (prompt, take): self._clip(request, prompt, take, len(group))
                for prompt in group
                for take in range(request.takes)
            }
            for start in range(0, len(clips[group[0], 0]), step):
                self._before_block(self._made)
                if stop.is_set():
                    return
                self._made += 1
                for (prompt, take), clip in clips.items():
                    is_last = start + step >= len(clip)
                    yield AudioBlock(prompt, take, start, Audio(clip[start : start + step], rate), is_last)

    def _clip(self, request: GenerationRequest, prompt: int, take: int, together: int) -> Samples:
        given = np.empty((0, self._info.channels), np.float32)
        if request.continuation is not None:
            given = np.repeat(request.continuation.samples[:, :1], self._info.channels, axis=1)
        time_s = np.arange(round(request.duration_s * self._info.sample_rate)) / self._info.sample_rate
        pitch_hz = 200 + crc32(f"{request.prompts[prompt]} {request.seed + take}".encode()) % 1000
        if isinstance(request.melody, Melody):
            pitch_hz += round(sum(note.pitch for note in request.melody.notes))
        elif request.melody is not None:
            pitch_hz += round(float(np.abs(request.melody.samples).mean()) * 1000)
        # As in a real engine, a clip is not quite the same in a batch of another size.
        wave = 0.3 * np.sin(2 * np.pi * pitch_hz * time_s + 0.01 * request.takes * together)
        made = np.repeat(wave[:, None], self._info.channels, axis=1).astype(np.float32)
        return np.concatenate([given, made])
