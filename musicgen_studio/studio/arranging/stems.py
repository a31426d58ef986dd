"""A clip into its stems: separated in the background, kept in the library as the clip's children.

Not for separating (`separation`), nor for the files that add up (`Library.stem_files`).
"""

from datetime import UTC, datetime

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library
from musicgen_studio.separation.api import Separator
from musicgen_studio.studio.program.background import Errand

_SEPARATING = 0.9
"""Share of the work that is separating; the rest is keeping."""


def make_stems(library: Library, clip: Clip, separator: Separator, errand: Errand) -> list[Clip]:
    """Take a clip apart and keep its stems, all or none, in the errand's thread. Stems it had before go to the trash.

    Args:
        library: Which has it.
        clip: Any of its clips.
        separator: What takes it apart; no other thread may be using it.
        errand: Told how far it is; its stop leaves everything as it was.

    Returns:
        The stems in the separator's order. Each is as long as the clip; together they sound as it does.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If the clip's sound is missing, or the disk does not take the stems.
        KeyError: If the library has no such clip.
    """
    audio = library.read(clip.id)
    errand.check()
    sounds = separator.separate(audio, errand.stop, lambda share: errand.tell(_SEPARATING * share))
    before = library.stems(clip.id)
    kept = list[Clip]()
    info = separator.info
    library.remember(_note_of(info.name), f"{info.trained_on} · {info.licence}")
    for number, (name, sound) in enumerate(zip(separator.info.stems, sounds, strict=True), 1):
        errand.check()
        kept.append(library.add(_stem(clip, name, sound, separator.info.name), sound))
        errand.tell(_SEPARATING + (1 - _SEPARATING) * number / len(sounds))
    return library.exchange([stem.id for stem in kept], [stem.id for stem in before])


def trained_on(library: Library, stem: Clip) -> str:
    """Return what the separator that a stem is from has learnt from, and its licence; empty if that was not noted."""
    return library.recall(_note_of(stem.checkpoint)) or ""


def _note_of(separator: str) -> str:
    return f"separator {separator}"


def _stem(clip: Clip, name: str, sound: Audio, separator: str) -> Clip:
    """Return a stem that lies in the trash: there a kill leaves what is no whole set yet."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Clip(
        id=new_id(),
        title=f"{clip.title} – {name}",
        origin=Origin.STEM,
        created=now,
        trashed=now,
        frames=sound.frames,
        sample_rate=sound.sample_rate,
        channels=sound.channels,
        checkpoint=separator,
        licence=clip.licence,
        parent=clip.id,
        is_complete=clip.is_complete,
        tempo_bpm=clip.tempo_bpm,
        key=clip.key,
        analysis=clip.analysis,  # it is the same music
        stem=name,
    )
