"""What the model is told, and when: the prompt, the passages that follow it, and their melodies.

Music made under the same prompts is a stretch. Where a passage is cut in, a stretch ends; in a morph two prompts, or
voices, sound at a time, and the weights move from the one to the other. A window of the model lies within one stretch
(`tokens.py`), so that its conditions hold from its first position to its last.

Melodies lie in time as the music does: a window is told of every moment which melody was, is or would go on to be
followed there. Over a sound to go on from, that is the sound itself, so that chroma and tokens agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from torch import Tensor

from musicgen_studio.core.audio import Audio, Samples, mono_mix, sounding
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.checkpoint.values import CheckpointConfig
from musicgen_studio.engine.conditions.chroma import ChromaConditioner
from musicgen_studio.engine.conditions.prompt import TextConditioner
from musicgen_studio.engine.conditions.rows import Conditions
from musicgen_studio.errors import UserProblem


@dataclass(frozen=True, slots=True)
class Stretch:
    """New music made under the same one or two prompts.

    Args:
        first: Its first frame.
        end: The frame after its last.
        voices: What sounds: 0 is what the music begins with, n the n-th passage. In a morph the one that goes and
            the one that comes.
        settled: In a morph, the frame where the one that comes is alone, `end` or later.
    """

    first: int
    end: int
    voices: tuple[int, ...] = (0,)
    settled: int = 0

    def weights(self, frame: int) -> tuple[float, ...]:
        """Return what each voice counts in a frame: together 1. Those beyond the stretch count as its last."""
        if len(self.voices) == 1:
            return (1.0,)
        come = (min(frame, self.end - 1) + 0.5 - self.first) / (self.settled - self.first)
        return 1.0 - come, come


def stretches(passages: Sequence[Passage], frames: int, frame_rate_hz: float) -> list[Stretch]:
    """Return what sounds when, without gap.

    Args:
        passages: What follows what the music begins with.
        frames: How many frames there are, 1 or more.
        frame_rate_hz: Frames per second.
    """
    found, at = list[Stretch](), 0
    for number, passage in enumerate(passages, start=1):
        first, settled = (round(time_s * frame_rate_hz) for time_s in (passage.start_s, passage.settled_s))
        found.append(Stretch(at, min(first, frames), (number - 1,)))
        found.append(Stretch(first, min(settled, frames), (number - 1, number), settled))
        at = settled
    found.append(Stretch(at, frames, (len(passages),)))
    return [stretch for stretch in found if stretch.first < stretch.end]


class ConditionsOverTime:
    """What one request tells the model. In float32 on the CPU.

    Args:
        config: Of the checkpoint.
        text: Reads prompts.
        melody: Reads melodies; None in text checkpoints.
        request: What to make.
        opening: Samples `[frames, channels]` to go on from, in the model's form and whole codec frames; none at all if
            the music begins anew.
        opening_frames: How many of its codec frames, the last ones, the model reads.
        frames: New codec frames.

    Raises:
        UserProblem: If there is a melody and the checkpoint cannot follow one, or a passage's prompt cannot be read.
    """

    def __init__(
        self,
        config: CheckpointConfig,
        text: TextConditioner,
        melody: ChromaConditioner | None,
        request: GenerationRequest,
        opening: Samples,
        opening_frames: int,
        frames: int,
    ) -> None:
        self._config, self._text, self._melody, self._request = config, text, melody, request
        self._opening, self._opening_frames = opening, opening_frames
        self.stretches = stretches(request.passages, frames, config.frame_rate)
        self._starts = [0, *(round(passage.start_s * config.frame_rate) for passage in request.passages)]
        self._is_one_window = not len(opening) and frames <= config.window_frames
        given = [request.melody, *(passage.melody for passage in request.passages)]
        self._melodies = [None if each is None else self._prepared(each) for each in given]
        # Read now, because the text encoder may have to be loaded, and later music would wait for it.
        self._passages_text = [text.states(passage.prompt) for passage in request.passages]

    def at(self, prompt: str, voice: int, start: int) -> Conditions:
        """Return what the model is told in a window.

        Args:
            prompt: What the music begins with.
            voice: As in `Stretch`.
            start: Where the window begins, in codec frames after the first that is read of the opening.
        """
        if voice:
            prompt = self._request.passages[voice - 1].prompt
        text = self._passages_text[voice - 1] if voice else self._text.states(prompt)
        if self._melody is None:
            return Conditions(text=text if prompt else None, is_null=not prompt)
        return Conditions(
            prefix=torch.cat([self._melody.states(self._chroma(self._melody, voice, start)), text]),
            null_prefix=torch.cat([self._melody.states(self._melody.null_chroma()), torch.zeros_like(text)]),
            is_null=not prompt and all(melody is None for melody in self._melodies[: voice + 1]),
        )

    def _prepared(self, melody: Audio | Melody) -> Samples | Melody:
        """Return a melody as the analysis wants it: mono samples `[frames]`, or notes."""
        if self._melody is None:
            raise UserProblem(
                "This checkpoint cannot follow a melody.",
                "It is a text checkpoint; only melody checkpoints listen to one.",
                "Choose a melody checkpoint, such as the starter or facebook/musicgen-melody.",
            )
        return self._melody.prepared(melody) if isinstance(melody, Audio) else melody

    def _chroma(self, conditioner: ChromaConditioner, voice: int, start: int) -> Tensor:
        """Return the chroma `[length, bins]` of a voice in a window: before it begins, of what was before it."""
        followed = voice if self._melodies[voice] is not None else 0
        chroma = self._melody_chroma(conditioner, followed, start)
        begin_s = (self._opening_frames + self._starts[voice] - start) / self._config.frame_rate
        before = ceil(begin_s * conditioner.config.sample_rate / conditioner.config.hop_frames)
        if voice == 0 or before <= 0:
            return chroma
        earlier = self._chroma(conditioner, voice - 1, start)
        return torch.cat([earlier[:before], chroma[before:]])

    def _melody_chroma(self, conditioner: ChromaConditioner, voice: int, start: int) -> Tensor:
        """Return the chroma of a voice's own melody in a window. Over an opening it is that of the opening."""
        melody = self._melodies[voice]
        if melody is None:
            return conditioner.null_chroma()
        first = start - self._opening_frames - self._starts[voice]  # of the melody, in codec frames
        if not isinstance(melody, Melody):
            return conditioner.chroma(self._sound_in_window(melody, voice, first))
        first_s = first / self._config.frame_rate
        chroma = conditioner.note_chroma(melody, first_s, self._request.melody_repeats)
        if first_s < 0 and voice == 0:
            before = ceil(-first_s * conditioner.config.sample_rate / conditioner.config.hop_frames)
            silence = np.zeros(1, np.float32)
            chroma[:before] = conditioner.chroma(self._sound_in_window(silence, voice, first))[:before]
        return chroma

    def _sound_in_window(self, melody: Samples, voice: int, first: int) -> Samples:
        """Return mono samples `[frames]` of a voice's melody in the window that begins at codec frame `first` of it.

        It is repeated as long as the music lasts, or else followed by silence. The opening lies before the first one.
        """
        hop, window = self._config.hop_frames, self._config.window_frames
        repeats = self._request.melody_repeats
        if self._is_one_window and first == 0 and repeats:
            return melody[: window * hop]  # one window: the chroma is repeated, not the sound (AudioCraft)
        heard = sounding(melody, first * hop, window * hop, repeats)
        if voice == 0 and len(self._opening):
            before = np.arange(first * hop, min((first + window) * hop, 0))
            heard[: len(before)] = mono_mix(self._opening)[before]
        return heard
