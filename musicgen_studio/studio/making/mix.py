"""The melody of a song: lead and other of a mix, without its drums and bass, which would be heard as melody too.

As AudioCraft does with the vocals and other of Demucs (`modules/conditioners.py`, `ChromaStemConditioner`). The chroma
of eight bands has the lead at .98 of all moments for it instead of .90. Of the music that follows, less is certain: a
gain of .04 for the starter's own clips, none that two draws agree on for bands (`python -m tests.studio.making.mixes`).
Not for taking clips apart (`studio.arranging.stems`).
"""

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


def lead_and_other(audio: Audio, stop: Event | None = None) -> tuple[Audio, str]:
    """Return what carries the melody of a mix, and which separator it was.

    Args:
        audio: A mix.
        stop: Set from any thread, it ends the work.

    Returns:
        The sound, of the same rate, channels and length; and the beginning of the SHA-256 of the separator's weights,
        by which the same melody can be had again (`check_same_separator`).

    Raises:
        UserProblem: If the separator cannot be used.
        StoppedError: If it was stopped.
    """
    from musicgen_studio.separation.masks import open_separator

    separator = open_separator()
    stems = separator.separate(audio, stop or Event(), lambda _share: None)
    first, *others = (stem for name, stem in zip(separator.info.stems, stems, strict=True) if name in FOLLOWED)
    samples = sum((other.samples for other in others), first.samples)
    return Audio(samples, audio.sample_rate), separator_mark()


def separator_mark() -> str:
    """Return what tells the separator of this program from others."""
    from musicgen_studio.separation.models import default_weights

    return file_sha256(default_weights())[:_MARK_CHARACTERS]


def check_same_separator(mark: str) -> None:
    """Refuse to make a clip again whose melody another separator took out of a mix.

    Raises:
        UserProblem: If this program has another one.
    """
    if mark != separator_mark():
        raise UserProblem(
            "The melody cannot be taken out of the mix as it was.",
            f"The separator then was {mark}, that of this program is {separator_mark()}.",
            "Use the version of the program that made the clip, or make a new one with the mix as its melody.",
        )
