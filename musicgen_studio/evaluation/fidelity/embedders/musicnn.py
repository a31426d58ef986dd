"""The embedder that comes with the program: musicnn, two taggers of 50 tags each.

Its figures stand under its own name: they are not the VGGish distance, the PaSST divergence or the CLAP score of
papers. Not for the network itself (`analysis.tags`).
"""

import numpy as np

from musicgen_studio.analysis.tags import EMBEDDING, NAMES, WINDOW_S, Tagger, tag
from musicgen_studio.core.audio import Audio
from musicgen_studio.evaluation.fidelity.api import Embedded, EmbedderInfo
from musicgen_studio.evaluation.fidelity.words import asked_tags

TAGS = tuple(name for tagger in Tagger for name in NAMES[tagger])
"""Both taggers' tags, MagnaTagATune's first."""


class MusicnnEmbedder:
    """Listens with both taggers; the embedding is MagnaTagATune's."""

    @property
    def info(self) -> EmbedderInfo:
        """What there is to say of it."""
        return EmbedderInfo(
            "musicnn",
            "musicnn (Pons and Serra, 2019), taggers for MagnaTagATune and Million Song",
            EMBEDDING,
            WINDOW_S,
            "MagnaTagATune (embedding, tags) and the Million Song Dataset with tags of Last.fm; what rights there are "
            "in that music is not stated",
            "ISC",
        )

    def hear(self, audio: Audio) -> Embedded:
        """Return what it says of a sound; see `Embedder`."""
        said = [tag(audio, tagger) for tagger in Tagger]
        return Embedded(said[0].embedding, np.concatenate([each.likely for each in said], axis=1))

    def agreement(self, heard: Embedded, prompt: str) -> float | None:
        """Return how likely the tags are that the words name, on average, 0 to 1; None if they name none."""
        assert heard.likely is not None  # it always knows tags
        asked = asked_tags(prompt, TAGS)
        return float(heard.likely[:, asked].mean()) if asked else None
