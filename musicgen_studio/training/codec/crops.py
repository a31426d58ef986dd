"""What a step of the codec's training hears: crops of pieces, at many levels, some of them in another room.

Half of the steps hear short crops, the others as much music in fewer, longer ones: attacks are short, decays and rooms
are not. All is decided by the step's number, and no two steps are alike. Not for making the music: that is `corpus`.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.codec.figures import Sounds
from musicgen_studio.training.music.corpus import Piece, shards
from musicgen_studio.training.music.synth import SAMPLE_RATE, in_room
from musicgen_studio.training.settings import HOP_SAMPLES, CodecSettings
from musicgen_studio.training.workspace import Workspace

_HELD_OUT = 24
_GAINS = (0.5, 1.1)
_DECAYS_S = (0.2, 1.2)
_WET = (0.05, 0.3)
"""How loud a room is beside what sounds in it."""


def read_sounds(workspace: Workspace, settings: CodecSettings) -> tuple[Sounds, Sounds]:
    """Read as much music as the settings say: what is learned from, and up to 24 held-out pieces.

    Raises:
        UserProblem: If one of them is missing.
    """
    learned, held_out, seconds = Sounds(), Sounds(), 0.0
    for piece, sound in _pieces(workspace):
        if piece.held_out:
            if len(held_out) < _HELD_OUT:
                held_out.append(sound)
            continue
        learned.append(sound)
        seconds += len(sound) / SAMPLE_RATE
        if seconds >= settings.hours * 3600 and held_out:
            break
    if not learned or not held_out:
        raise UserProblem(
            "There is no music to train on.",
            f"{workspace.corpus} holds {len(learned)} pieces to learn from and {len(held_out)} to be judged by.",
            "Make the corpus first, or more of it: `musicgen-studio train corpus`.",
        )
    return learned, held_out


def _pieces(workspace: Workspace) -> Iterator[tuple[Piece, npt.NDArray[np.int16]]]:
    for shard in shards(workspace.corpus):
        sound = np.round(shard.sound() * 32767).astype(np.int16)
        for piece in shard.pieces:
            first = piece.start_frame * HOP_SAMPLES
            yield piece, sound[first : first + piece.frames * HOP_SAMPLES]


def draw_crops(sounds: Sounds, settings: CodecSettings, rng: np.random.Generator) -> Tensor:
    """Draw a batch, `[rows, samples]`, float32, whole codec frames.

    Args:
        sounds: To draw from; one shorter than a crop is followed by silence.
        settings: How long, how many, how often in another room.
        rng: Decides everything.
    """
    seconds = max(settings.longest_crop_s, settings.crop_s) if rng.random() < 0.5 else settings.crop_s
    rows = max(round(settings.batch * settings.crop_s / seconds), 1)
    length = max(round(seconds * SAMPLE_RATE) // HOP_SAMPLES, 4) * HOP_SAMPLES
    return torch.from_numpy(np.stack([_crop(sounds, length, settings.rooms, rng) for _ in range(rows)]))


def _crop(sounds: Sounds, length: int, rooms: float, rng: np.random.Generator) -> Samples:
    sound = sounds[int(rng.integers(len(sounds)))]
    first = int(rng.integers(max(len(sound) - length, 1)))
    part = sound[first : first + length]
    crop = np.zeros(length, np.float32)
    crop[: len(part)] = part / np.float32(32767)
    if rng.random() < rooms:
        crop = in_room(crop, rng.uniform(*_DECAYS_S), rng.uniform(*_WET), rng)
    crop *= np.float32(rng.uniform(*_GAINS))  # quieter and louder music, too
    return crop / max(float(np.abs(crop).max()), 1.0)  # a room may add to a peak
