"""What the model is told in music that is steered while it is made: prompts side by side, and melodies that came along.

Every prompt is a voice of its own, as in a morph (`rows.py`); all follow the same melodies. Not for requests that say
beforehand what comes when (`over_time.py`).
"""

from math import ceil

import torch
from torch import Tensor

from musicgen_studio.core.live import Told
from musicgen_studio.engine.checkpoint.values import CheckpointConfig
from musicgen_studio.engine.conditions.chroma import ChromaConditioner
from musicgen_studio.engine.conditions.prompt import TextConditioner
from musicgen_studio.engine.conditions.rows import Conditions
from musicgen_studio.errors import UserProblem


class SteeredConditions:
    """What a checkpoint is told by prompts and melodies. In float32 on the CPU.

    Args:
        config: Of the checkpoint.
        text: Reads prompts.
        melody: Reads melodies; None in text checkpoints.
    """

    def __init__(self, config: CheckpointConfig, text: TextConditioner, melody: ChromaConditioner | None) -> None:
        self._config, self._text, self._melody = config, text, melody

    def at(self, told: Told, start: int) -> list[Conditions]:
        """Return what each voice says in a window.

        Args:
            told: Prompts, and which melody is followed when.
            start: The window's first frame, its context included, in codec frames from the beginning of the music.

        Raises:
            UserProblem: If a prompt cannot be read, or there is a melody and the checkpoint cannot follow one.
        """
        texts = [self._text.states(prompt) for prompt in told.prompts]
        if self._melody is None:
            if told.melody is not None:
                raise UserProblem(
                    "This checkpoint cannot follow a melody.",
                    "It is a text checkpoint; only melody checkpoints listen to one.",
                    "Choose a melody checkpoint, such as the starter or facebook/musicgen-melody.",
                )
            pairs = zip(told.prompts, texts, strict=True)
            return [Conditions(text=text if prompt else None, is_null=not prompt) for prompt, text in pairs]
        melody, null = self._melody.states(self._chroma(told, start)), self._melody.states(self._melody.null_chroma())
        is_free = all(each.melody is None for each in told.melodies)
        return [
            Conditions(
                prefix=torch.cat([melody, text]),
                null_prefix=torch.cat([null, torch.zeros_like(text)]),
                is_null=not prompt and is_free,
            )
            for prompt, text in zip(told.prompts, texts, strict=True)
        ]

    def _chroma(self, told: Told, start: int) -> Tensor:
        """Return the chroma `[length, bins]` of a window: each moment's melody."""
        assert self._melody is not None
        chroma, rate_hz = self._melody.null_chroma(), self._config.frame_rate
        rows_per_frame = self._melody.config.sample_rate / self._melody.config.hop_frames / rate_hz
        for each in told.melodies:
            own = self._melody.null_chroma()
            if each.melody is not None:
                own = self._melody.note_chroma(each.melody, (start - each.frame) / rate_hz, repeats=True)
            before = max(ceil((each.frame - start) * rows_per_frame), 0)
            chroma = torch.cat([chroma[:before], own[before:]])
        return chroma
