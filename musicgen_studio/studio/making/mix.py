"""The melody of a song: lead and other of a mix, without its drums and bass, which would be heard as melody too.

As AudioCraft does with the vocals and other of Demucs (`modules/conditioners.py`, `ChromaStemConditioner`). The chroma
of eight bands has the lead at .98 of all moments for it instead of .90. Of the music that follows, less is certain: a
gain of .04 for the starter's own clips, none that two draws agree on for bands (`python -m tests.studio.making.mixes`,
all with the former separator).
Not for taking clips apart (`studio.arranging.stems`).
"""

from pathlib import Path
from threading import Event

from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.pitch import is_one_voice, track_pitch
from musicgen_studio.errors import UserProblem

FOLLOWED = ("lead", "other")
_MARK_CHARACTERS = 12


def is_mix(audio: Audio) -> bool:
    """Tell whether a sound has several voices at once; a hum has one. Takes a second for half a minute."""
    return bool(audio.samples.any()) and not is_one_voice(track_pitch(audio), audio)


def lead_and_other(audio: Audio, stop: Event | None = None, mark: str | None = None) -> tuple[Audio, str]:
    """Return what carries the melody of a mix, and which separator it was.

    Args:
        audio: A mix.
        stop: Set from any thread, it ends the work.
        mark: Which separator it was when the same melody was had before; None takes the one of today.

    Returns:
        The sound, of the same rate, channels and length; and the separator's mark: the beginning of the SHA-256 of its
        weights.

    Raises:
        UserProblem: If the separator cannot be used, or this program does not have it.
        StoppedError: If it was stopped.
    """
    from musicgen_studio.separation.masks import open_separator
    from musicgen_studio.separation.models import default_weights

    weights = default_weights() if mark is None else _weights_of(mark)
    separator = open_separator(weights)
    stems = separator.separate(audio, stop or Event(), lambda _share: None)
    first, *others = (stem for name, stem in zip(separator.info.stems, stems, strict=True) if name in FOLLOWED)
    samples = sum((other.samples for other in others), first.samples)
    return Audio(samples, audio.sample_rate), _mark_of(weights)


def _mark_of(weights: Path) -> str:
    return file_sha256(weights)[:_MARK_CHARACTERS]


def _weights_of(mark: str) -> Path:
    """Return the weights with a mark: those of today, or former ones, which are kept for what was made with them."""
    from musicgen_studio.separation.models import default_weights, former_weights

    known = {_mark_of(path): path for path in (default_weights(), *former_weights())}
    if mark not in known:
        raise UserProblem(
            "The melody cannot be taken out of the mix as it was.",
            f"The separator then was {mark}, this program has {', '.join(known)}.",
            "Use the version of the program that made the clip, or make a new one with the mix as its melody.",
        )
    return known[mark]
