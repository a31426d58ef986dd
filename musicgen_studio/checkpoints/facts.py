"""What can be said of a checkpoint before it is loaded: its size, what it follows, what it needs. Without torch.

Not for where checkpoints lie or their licences (`catalogue`). The figures of Meta's checkpoints: sizes on disk as their
pages on the Hugging Face Hub list the files; memory by
`engine.checkpoint.needs.memory_need`, which a test holds them to.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

META_LICENCE = "CC-BY-NC 4.0"
_WEIGHTS = ("*.safetensors", "*.bin", "*.th")


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """What is known. Where a fact is not, it is None.

    Args:
        parameters: Number of weights in the language model.
        follows_melody: Whether a melody can be given.
        channels: 1 mono or 2 stereo.
        disk_bytes: What its files take.
        memory_bytes: What it needs to run, with the weights as int8 on the processor.
        card_bytes: What it needs of a graphics card's memory, with the weights as float16.
    """

    parameters: int | None = None
    follows_melody: bool | None = None
    channels: int | None = None
    disk_bytes: int | None = None
    memory_bytes: int | None = None
    card_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class KnownCheckpoint:
    """One of Meta's checkpoints.

    Args:
        id: Its name on the Hugging Face Hub.
        facts: All of them.
        purpose: What it is good for, in a musician's words.
        licence: Of the weights.
        is_supported: Whether this program can load it.
    """

    id: str
    facts: CheckpointFacts
    purpose: str
    licence: str = META_LICENCE
    is_supported: bool = True

    @property
    def short_name(self) -> str:
        """Its name without its owner, such as `musicgen-small`."""
        return self.id.partition("/")[2]


def _known(
    name: str, millions: int, melody: bool, channels: int, sizes_gb: tuple[float, float, float], purpose: str
) -> KnownCheckpoint:
    disk, memory, card = (round(size * 1e9) for size in sizes_gb)
    facts = CheckpointFacts(millions * 10**6, melody, channels, disk, memory, card)
    return KnownCheckpoint(f"facebook/musicgen-{name}", facts, purpose)


_STYLE = KnownCheckpoint(
    "facebook/musicgen-style",
    CheckpointFacts(1_500_000_000, follows_melody=False, channels=1),
    "Takes its style from a sound. This program does not play its kind.",
    is_supported=False,
)

KNOWN = (  # on disk; in memory as int8; on a graphics card as float16
    _known("small", 419, False, 1, (2.4, 1.4, 1.6), "The quickest of Meta's: sketches, loops, trying prompts out."),
    _known("medium", 1837, False, 1, (8.0, 3.4, 5.1), "Fuller, and truer to the prompt than small; takes longer."),
    _known("large", 3255, False, 1, (13.7, 5.1, 8.2), "The best from words alone, and the slowest."),
    _known("melody", 1384, True, 1, (6.2, 3.1, 4.3), "Follows a melody you hum or play, in any style you name."),
    _known("melody-large", 2449, True, 1, (10.5, 4.5, 6.8), "Follows a melody, at the best quality; slow."),
    _known("stereo-small", 436, False, 2, (1.2, 1.4, 1.7), "As small, in stereo: wider, for sketches and loops."),
    _known("stereo-medium", 1862, False, 2, (4.1, 3.4, 5.1), "As medium, in stereo: fuller and wider."),
    _known("stereo-large", 3288, False, 2, (6.9, 5.2, 8.3), "The best from words alone, in stereo; the slowest."),
    _known("stereo-melody", 1409, True, 2, (6.3, 3.1, 4.3), "Follows a melody you hum or play, in stereo."),
    _known(
        "stereo-melody-large", 2483, True, 2, (10.6, 4.6, 6.8), "Follows a melody in stereo, at the best quality; slow."
    ),
    _STYLE,
)
"""In the order of the Hub's names; sizes in GB as above."""


def known(checkpoint_id: str) -> KnownCheckpoint | None:
    """Return the checkpoint with this id, such as `facebook/musicgen-small`, or `musicgen-small`."""
    return next((each for each in KNOWN if checkpoint_id in (each.id, each.short_name)), None)


def facts_of(folder: Path, checkpoint_id: str = "") -> CheckpointFacts:
    """Return what a folder's small files say. What they do not say, or what is broken, is None: loading will tell.

    Args:
        folder: A checkpoint in either layout. AudioCraft's says nothing without unpickling, so only its size is known.
        checkpoint_id: What it is called; of a known one the memory it needs is known, too.
    """
    config = _config(folder)
    decoder = config.get("decoder")
    decoder = decoder if isinstance(decoder, dict) else {}
    kind = config.get("model_type")
    same = known(checkpoint_id)
    return CheckpointFacts(
        parameters=_parameters(decoder, crosses=kind == "musicgen"),
        follows_melody=kind == "musicgen_melody" if isinstance(kind, str) else None,
        channels=decoder.get("audio_channels", 1) if decoder else None,
        disk_bytes=_disk_bytes(folder),
        memory_bytes=same.facts.memory_bytes if same is not None else None,
        card_bytes=same.facts.card_bytes if same is not None else None,
    )


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _disk_bytes(folder: Path) -> int | None:
    sizes = [path.stat().st_size for pattern in _WEIGHTS for path in folder.glob(pattern) if path.is_file()]
    return sum(sizes) if sizes else None


def _parameters(decoder: dict[str, Any], *, crosses: bool) -> int | None:
    """Count the weights as `engine.checkpoint.needs.weight_count` does; text models cross over to it in every layer."""
    try:
        width, layers, inner = decoder["hidden_size"], decoder["num_hidden_layers"], decoder["ffn_dim"]
        codebooks, card = decoder["num_codebooks"], decoder["vocab_size"]
        attention = 4 * width**2 * (2 if crosses else 1)
        return int(layers * (attention + 2 * width * inner) + codebooks * width * (2 * card + 1))
    except (KeyError, TypeError):
        return None
