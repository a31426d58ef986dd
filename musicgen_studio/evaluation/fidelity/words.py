"""Which tags a prompt asks for: its words, what else they are called, and none that it forbids.

For the agreement of words and sound where a network knows tags and no sentences. Not for understanding a prompt: "no
drums" asks for nothing here, and what has no tag is passed over.
"""

import re
from collections.abc import Sequence

_FORBIDDEN = re.compile(r"\b(?:no|without|not|non)\s+[a-z0-9-]+")
_ALSO = {
    # What musicians write, and the tags that listeners give to it.
    "edm": ("electronic", "dance", "techno"),
    "house": ("dance", "electronic"),
    "techno": ("electronic", "dance"),
    "trance": ("electronic", "dance", "techno"),
    "drum and bass": ("electronic", "fast"),
    "synthwave": ("electronic", "synth", "80s"),
    "lo-fi": ("chillout", "chill", "mellow"),
    "lofi": ("chillout", "chill", "mellow"),
    "hip hop": ("hip-hop",),
    "trap": ("hip-hop",),
    "rap": ("hip-hop",),
    "orchestral": ("classical", "strings"),
    "orchestra": ("classical", "strings"),
    "cinematic": ("classical", "strings"),
    "baroque": ("classical", "harpsichord"),
    "chamber": ("classical", "strings"),
    "heavy metal": ("metal",),
    "guitars": ("guitar",),
    "percussion": ("drums",),
    "drum": ("drums",),
    "beat": ("drums",),
    "singer": ("vocals", "singing"),
    "sung": ("vocals", "singing"),
    "calm": ("soft", "slow", "mellow"),
    "relaxed": ("soft", "mellow"),
    "peaceful": ("soft", "ambient"),
    "gentle": ("soft",),
    "ballad": ("slow", "soft"),
    "lullaby": ("soft", "quiet"),
    "aggressive": ("loud", "metal"),
    "energetic": ("fast", "loud"),
    "upbeat": ("fast", "dance"),
}


def asked_tags(prompt: str, names: Sequence[str]) -> list[int]:
    """Return the numbers of the tags that a prompt asks for, in order.

    Args:
        prompt: Any text.
        names: The tags.
    """
    text = _FORBIDDEN.sub(" ", prompt.lower())
    words = f" {' '.join(re.findall(r'[a-z0-9-]+', text))} "
    wanted = {name for word, tags in _ALSO.items() if f" {word} " in words for name in tags}
    lowered = [name.lower() for name in names]
    return [number for number, name in enumerate(lowered) if name in wanted or f" {name} " in words]
