"""The model card of a published checkpoint: what it is, where it comes from, what it may be used for, its figures."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from musicgen_studio.training.music.moods import MOODS
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.sources import BaseCheckpoint, licence_for

CODEC_PICTURE, PROMPTS_PICTURE = "codec.png", "prompts.png"
"""Files beside the card that it shows."""

PICTURED = ("happy rock", "energetic EDM", "sad jazz")
"""Prompts whose music the second of them shows: plainly different to the eye, too."""


STARTERS_TEXT = "all-MiniLM-L6-v2, unchanged (Apache-2.0)"


def model_card(
    codec: dict[str, Any],
    language: dict[str, Any],
    origin: dict[str, Any],
    evaluation: str,
    sources: Sequence[BaseCheckpoint] = (),
    text: str = STARTERS_TEXT,
) -> str:
    """Return a README.md.

    Args:
        codec: The codec's figures, as `codec/figures.json` has them.
        language: The language model's, as `language/figures.json` has them.
        origin: What the corpus was made with, as `corpus/origin.json` has it; empty for a user's own music.
        evaluation: The table of `evaluate`, or nothing.
        sources: The checkpoints that codec and language model began with; none began from nothing.
        text: What the text encoder is.
    """
    sections = [
        _head(origin, sources, text),
        _codec_section(codec) if codec else "",
        _language_section(language) if language else "",
        _prompts_section(),
        _evaluation_section(evaluation) if evaluation else "",
        _limits(),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(origin: dict[str, Any], sources: Sequence[BaseCheckpoint], text: str) -> str:
    is_own = not origin
    licence = licence_for(sources) or ("other" if is_own else "cc0-1.0")
    music = (
        "music of its maker's own: the rights in that music decide what it may be used for."
        if is_own
        else "music that this project composes by rule "
        f"({len(STYLES)} styles, {len(MOODS)} moods) and renders with FluidSynth and the soundfont "
        f"{origin.get('soundfont', 'FluidR3 GM')} (MIT licence, SHA-256 {origin.get('sha256', 'unknown')})."
    )
    is_free = not is_own and licence_for(sources) is None
    return (
        f"---\nlicense: {licence}\nlibrary_name: transformers\ntags: [musicgen, music, audio]\n---\n"
        "# MusicGen Studio checkpoint\n"
        "MusicGen Melody in transformers' layout: words and a melody in, music at 32 kHz out.\n\n"
        f"**Origin.** {_began(sources, is_own)} on {music}{' The weights may be used for anything.' * is_free}\n"
        f"The text encoder is {text}."
    )


def _began(sources: Sequence[BaseCheckpoint], is_own: bool) -> str:
    if not sources:
        return "Trained further" if is_own else "Trained from scratch"
    named = ", ".join(f"{source.id} (licence: {source.licence})" for source in sources)
    asked = "" if licence_for(sources) is None else " What its licence asks holds for these weights, too."
    return f"Began with {named}.{asked} Trained further"


def _codec_section(codec: dict[str, Any]) -> str:
    return (
        "## Codec\n| figure, on held-out pieces | value |\n|---|---|\n"
        f"| pieces | {codec['held_out_pieces']:.0f} |\n"
        f"| log10-mel distance (80 bands, floor -70 dB) | {codec['log_mel_distance']:.3f} |\n"
        f"| SI-SDR | {codec['si_sdr_db']:.1f} dB |\n"
        f"| Fréchet distance of half-second log-mel statistics | {codec['frechet_distance']:.3g} |\n"
        f"| strong onsets kept, within 30 ms | {codec['onsets_kept']:.2f} |\n"
        f"| bandwidth: the highest band that is not over 6 dB weaker | {codec['bandwidth_khz']:.1f} kHz |\n"
        + _code_rows(codec)
        + "\n"
        f"![Spectrograms of a held-out piece and of its reconstruction]({CODEC_PICTURE})\n\n"
        "Above a held-out piece, below what the codec makes of it; 8 seconds, mel, 0 to 16 kHz, dark is loud."
    )


def _code_rows(codec: dict[str, Any]) -> str:
    """Return what is known of codes and tags; trainings of before did not measure them."""
    if "codes_used" not in codec:
        return ""
    return (
        f"| codes used, in the codebook that uses the fewest | {codec['codes_used']:.2f} |\n"
        f"| what a frame's codes carry by their frequency | {codec['bits_per_frame']:.1f} bits |\n"
        f"| Fréchet distance to the originals by musicnn | {codec['musicnn_frechet_distance']:.3g} |\n"
        f"| divergence of musicnn's tags from the originals' | {codec['musicnn_divergence']:.3g} nats |\n"
    )


def _prompts_section() -> str:
    return (
        "## What prompts give\n"
        f"![Spectrograms of three clips]({PROMPTS_PICTURE})\n\n"
        f"From the top: {', '.join(f'“{prompt}”' for prompt in PICTURED)}; 8 seconds, the first clip of each."
    )


def _language_section(language: dict[str, Any]) -> str:
    books = range(1, len(language["unigram"]) + 1)
    rows = [
        f"| {point['step']} | {point['minutes']:.0f} | " + " | ".join(f"{v:.2f}" for v in point["validation"]) + " |"
        for point in _thinned(language["curve"])
    ]
    known = language["curve"][-1].get("known", {})
    told = ", ".join(f"{question} {share:.2f}" for question, share in known.items())
    return (
        f"## Language model\n{language['weights'] / 1e6:.1f} M weights, {language['hours']:.1f} hours of music. "
        "Validation loss (nats per token) on held-out styles × keys, higher again where a finished training was gone "
        "on with:\n\n"
        f"| step | minutes | {' | '.join(f'codebook {book}' for book in books)} |\n"
        f"{'|---' * (2 + len(books))}|\n{chr(10).join(rows)}\n"
        f"| unigram | | {' | '.join(f'{value:.2f}' for value in language['unigram'])} |"
        + (f"\n\nWhat the middle of its layers can tell of those windows, share right: {told}." if told else "")
    )


def _evaluation_section(table: str) -> str:
    return (
        "## What generated music does\n"
        f"`musicgen-studio evaluate`, seeds fixed, sampled as `generation_config.json` says:\n\n{table}"
    )


def _thinned(curve: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most ten points, the last one among them."""
    step = max(ceil((len(curve) - 1) / 9), 1)
    return [*curve[:-1][::step], *curve[-1:]]


def _limits() -> str:
    return (
        "## Limits\nA small model taught by music made by rule: General MIDI sounds, plain forms, tempi of "
        "75, 83, 94, 107, 125 and 150 BPM, no voices that sing words. English prompts."
    )
