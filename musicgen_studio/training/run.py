"""The parts of a training, each from its folder to its result: what the commands of `musicgen-studio train` call.

Read here how corpus, codec, language model and checkpoint hang together.
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from musicgen_studio.compute.memory import keep_freed_memory
from musicgen_studio.core.audio import Samples
from musicgen_studio.core.request import Sampling
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir
from musicgen_studio.separation.network import load_network
from musicgen_studio.training.ahead import workers_for
from musicgen_studio.training.beats.dataset import make_examples
from musicgen_studio.training.beats.train import BeatTraining
from musicgen_studio.training.card import CODEC_PICTURE, PROMPTS_PICTURE, STARTERS_TEXT, model_card
from musicgen_studio.training.codec.begin import codec_to_begin_with, settings_for
from musicgen_studio.training.codec.network import latents_of, load_codec, quantised, sound_of
from musicgen_studio.training.codec.train import CodecTraining
from musicgen_studio.training.language.carry import carry_over, heard_shards, met_codes
from musicgen_studio.training.language.dataset import corpus_items, music_items, tokenise
from musicgen_studio.training.language.network import MelodyLanguageModel, Sizes, TextEncoder, load_for_training
from musicgen_studio.training.language.train import LanguageTraining, language_settings_for
from musicgen_studio.training.larger import larger_on
from musicgen_studio.training.music.corpus import shards
from musicgen_studio.training.music.synth import find_synthesizer
from musicgen_studio.training.pace import Limits, Report
from musicgen_studio.training.publish import Trained, publish
from musicgen_studio.training.separator.mixing import Coding, Mixer, make_coded
from musicgen_studio.training.separator.pieces import make_pieces, read_pieces
from musicgen_studio.training.separator.train import SeparatorTraining, example_samples
from musicgen_studio.training.settings import HOP_SAMPLES, TrainingSettings
from musicgen_studio.training.sources import base_checkpoint, note_source, noted_sources
from musicgen_studio.training.state import load_state
from musicgen_studio.training.workspace import Workspace, read_figures

if TYPE_CHECKING:
    from transformers import EncodecModel

_EXAMPLE_S = 6.0
_PREVIEW_CARD = (
    "# A training on its way\n"
    "To be listened to. `musicgen-studio train publish` makes a checkpoint of it, with its origin and figures.\n"
)
_PICTURED_S = 8.0


def starter_folder() -> Path:
    """Return the shipped checkpoint: where the text encoder comes from unless another is named."""
    return resources_dir() / "starter"


def ready_codec_folder() -> Path:
    """Return the codec that a language model is trained on where the work folder has none of its own."""
    return resources_dir() / "codec"


def prepare(device: torch.device, threads: int | None) -> None:
    """Set what holds for the whole process: threads and memory on the CPU, faster float32 matrices on CUDA."""
    if threads:
        torch.set_num_threads(threads)
    keep_freed_memory()
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")


def train_codec(
    workspace: Workspace,
    settings: TrainingSettings,
    device: torch.device,
    limits: Limits,
    report: Report,
    *,
    begin_with: Path | None = None,
    named: frozenset[str] = frozenset(),
) -> bool:
    """Train the codec; see `codec`.

    Args:
        workspace: Where everything lies.
        settings: Of the whole training.
        device: Where it runs.
        limits: What ends the run.
        report: Takes lines for the person.
        begin_with: A checkpoint, or a codec alone, whose codec is trained further. Its sizes are kept, and written
            down in the workspace's settings; None begins from nothing.
        named: Settings of the codec that the person gave in a file; sizes among them must be those of the codec.

    Returns:
        Whether it is complete.

    Raises:
        UserProblem: If music or codec are missing, or do not fit together with what was begun.
    """
    codec = None if begin_with is None else codec_to_begin_with(begin_with)
    if codec is not None:
        settings = replace(settings, codec=settings_for(codec, settings.codec, named))
    larger = larger_on(device, settings, report)
    training = CodecTraining(workspace, larger, device, limits, report, _workers(device), codec)
    note_source(workspace.codec, begin_with)
    if codec is not None:
        workspace.settings(settings)
        report(f"codec: goes on from the one in {begin_with}, {settings.codec.filters} filters wide")
    return training.run()


def train_language(
    workspace: Workspace,
    settings: TrainingSettings,
    device: torch.device,
    limits: Limits,
    report: Report,
    *,
    text_from: Path,
    begin_with: Path | None = None,
    music: Path | None = None,
    carry_from: Path | None = None,
) -> bool:
    """Train the language model.

    Args:
        workspace: Where everything lies; with `music` only its language folder is used.
        settings: Of the whole training.
        device: Where it runs.
        limits: What ends the run.
        report: Takes lines for the person.
        text_from: A checkpoint whose text encoder is used.
        begin_with: A checkpoint to go on from, with its codec and sizes; None begins anew with the workspace's codec,
            or with the one that comes with the program.
        music: A folder of the user's own music instead of the corpus.
        carry_from: A checkpoint with another codec whose language model is begun with, see `carry`.

    Returns:
        Whether it is complete.

    Raises:
        UserProblem: If codec, music or checkpoint are missing or do not fit together.
    """
    started_s = time.monotonic()
    settings = larger_on(device, settings, report)
    text = TextEncoder(begin_with or text_from, device)
    codec = _codec(workspace, begin_with).to(device)
    if begin_with is None and not _has_codec(workspace):
        report(f"language model: on the codec in {ready_codec_folder()}; `train codec` would have made another")
    if begin_with is None:
        model = MelodyLanguageModel(Sizes.of(settings.language, codec.config, text.width), settings.language.seed)
        if carry_from is not None and not (workspace.language / "state.pt").is_file():
            _carry_over(carry_from, model, codec, workspace, limits, report)
    else:
        model = load_for_training(begin_with)
        own = language_settings_for(model)
        settings = replace(settings, language=replace(settings.language, **own))
    if music is None:
        items = corpus_items(workspace, tokenise(workspace, codec, limits.stop, report))
    else:
        items = music_items(music, codec, report, lambda: limits.is_over(started_s))
        if limits.is_over(started_s):
            report("language model: ended while the music was read, before anything was learned")
            return False
    training = LanguageTraining(
        workspace.language, settings, model, text, items, device, limits, report, _workers(device), started_s
    )
    note_source(workspace.language, begin_with or carry_from)
    trained = Trained(codec, training.model, begin_with or text_from, _sampling(settings, begin_with))
    return training.run(_listen(workspace, trained, device, report) if settings.examples_every_s else None)


def _carry_over(
    checkpoint: Path, model: MelodyLanguageModel, codec: "EncodecModel", workspace: Workspace, limits: Limits,
    report: Report,
) -> None:  # fmt: skip
    known = load_for_training(checkpoint)
    if known.sizes != model.sizes:
        raise UserProblem(
            "What this checkpoint knows cannot be carried over.",
            f"Its language model is {known.sizes.layers} layers of {known.sizes.width}, the training's "
            f"{model.sizes.layers} of {model.sizes.width}, or text encoder, window or codebooks differ.",
            "Give the training's settings the checkpoint's sizes, or begin without it.",
        )
    own = _codec(workspace, checkpoint).to(next(codec.parameters()).device)
    heard = heard_shards(list(shards(workspace.corpus)), limits.stop, report)
    carry_over(known, met_codes(own, codec, heard, known.sizes.card))
    model.load_state_dict(known.state_dict())


def train_separator(
    workspace: Workspace,
    settings: TrainingSettings,
    limits: Limits,
    jobs: int,
    report: Report,
    *,
    begin_with: Path | None,
) -> bool:
    """Train the separator, on the processor: play pieces, take mixes through the starter's codec, learn.

    Args:
        workspace: Where everything lies; only its separator folder is used.
        settings: Of the whole training.
        limits: What ends the run.
        jobs: Pieces played at a time; 0 is one for each core.
        report: Takes lines for the person.
        begin_with: A separator's file to train further; None begins anew. Its sizes are kept.

    Returns:
        Whether it is complete.

    Raises:
        UserProblem: If FluidSynth, a soundfont or the file is missing.
    """
    wished = settings.separator
    synthesizer = find_synthesizer(settings.corpus.soundfont)
    make_pieces(workspace.separator / "pieces", synthesizer, wished, jobs, limits.stop, report)
    pieces = read_pieces(workspace.separator / "pieces")
    coded = workspace.separator / "coded"
    if not limits.stop.is_set():
        make_coded(
            coded, pieces, wished.coded_minutes, wished.seed, codec_round_trip(starter_folder()), limits.stop, report
        )
    if limits.stop.is_set():
        return False
    mixer = Mixer(pieces, coded, wished.coded_share, example_samples(wished.crop_s))
    network = load_network(begin_with)[0] if begin_with else None
    training = SeparatorTraining(workspace, wished, mixer, limits, report, settings.save_every_s, network)
    return training.run()


def train_beats(workspace: Workspace, settings: TrainingSettings, limits: Limits, jobs: int, report: Report) -> bool:
    """Train the net that hears beats, on the processor: play pieces at any tempo, keep what is seen of them, learn.

    Args:
        workspace: Where everything lies; only its beats folder is used.
        settings: Of the whole training.
        limits: What ends the run.
        jobs: Shards of pieces made at a time; 0 is one for each core.
        report: Takes lines for the person.

    Returns:
        Whether it is complete.

    Raises:
        UserProblem: If FluidSynth or a soundfont is missing.
    """
    synthesizer = find_synthesizer(settings.corpus.soundfont)
    folder, coder = workspace.beats / "examples", codec_round_trip(starter_folder())
    make_examples(folder, settings.beats, synthesizer, coder, jobs, limits.stop, report)
    if limits.stop.is_set():
        return False
    return BeatTraining(workspace.beats, settings.beats, limits, report, settings.save_every_s).run()


def codec_round_trip(checkpoint: Path) -> Coding:
    """Return what takes mono sound at 32 kHz through a checkpoint's codec and back."""
    from musicgen_studio.engine.checkpoint.open import open_checkpoint

    codec = open_checkpoint(checkpoint).codec().eval()

    @torch.inference_mode()
    def through(sound: Samples) -> Samples:
        whole = np.pad(sound, (0, -len(sound) % HOP_SAMPLES))
        latents = quantised(codec, latents_of(codec, torch.from_numpy(whole)[None]))
        return sound_of(codec, latents, len(whole))[0, : len(sound)].numpy()

    return through


def _workers(device: torch.device) -> int:
    return workers_for(device.type, os.cpu_count() or 1)


def _codec(workspace: Workspace, begin_with: Path | None) -> "EncodecModel":
    if begin_with is not None:
        from musicgen_studio.engine.checkpoint.open import open_checkpoint

        return open_checkpoint(begin_with).codec()
    return load_codec(workspace.codec if _has_codec(workspace) else ready_codec_folder())


def _has_codec(workspace: Workspace) -> bool:
    return (workspace.codec / "codec.safetensors").is_file()


def _sampling(settings: TrainingSettings, begin_with: Path | None) -> Sampling:
    if begin_with is None:
        return settings.sampling
    from musicgen_studio.engine.checkpoint.open import open_checkpoint

    return open_checkpoint(begin_with).config.sampling


def _listen(workspace: Workspace, trained: Trained, device: torch.device, report: Report) -> Callable[[], None]:
    """Return what makes examples of the model as it is now."""

    def make() -> None:
        from musicgen_studio.training.judge.examples import write_examples  # the engine is needed for nothing else here

        preview = workspace.language / "preview"
        publish(trained, preview, _PREVIEW_CARD)
        write_examples(preview, workspace.language / "examples", _EXAMPLE_S, device.type)
        report(f"language model: examples in {workspace.language / 'examples'}")

    return make


def publish_checkpoint(
    workspace: Workspace,
    settings: TrainingSettings,
    folder: Path,
    *,
    text_from: Path,
    begin_with: Path | None = None,
) -> None:
    """Write what has been trained as a checkpoint.

    Args:
        workspace: Where everything lies.
        settings: Of the whole training.
        folder: Where to.
        text_from: A checkpoint whose text encoder is used.
        begin_with: The checkpoint the training went on from, if it did: codec and sizes are its.

    Raises:
        UserProblem: If codec or language model are missing.
    """
    cpu = torch.device("cpu")
    codec = _codec(workspace, begin_with)
    state = load_state(workspace.language / "state.pt")
    if state is None:
        raise UserProblem(
            "There is no language model yet.",
            f"{workspace.language} holds no saved state.",
            "Train it first: `musicgen-studio train lm`.",
        )
    if begin_with is None:
        text_width = TextEncoder(text_from, cpu).width
        model = MelodyLanguageModel(Sizes.of(settings.language, codec.config, text_width), seed=0)
    else:
        model = load_for_training(begin_with)
    model.load_state_dict(state["model"])
    evaluation = str(read_figures(workspace.root / "figures.json").get("table", ""))
    trained = Trained(codec, model, begin_with or text_from, _sampling(settings, begin_with))
    publish(trained, folder, _card(workspace, evaluation, begin_with, text_from))
    _add_pictures(workspace, folder)


def _add_pictures(workspace: Workspace, folder: Path) -> None:
    """Add what the card shows: music before and after the codec, and what a few prompts give."""
    from musicgen_studio.training.judge.examples import write_picture

    of_codec = workspace.codec / "examples" / "0.png"
    if of_codec.is_file():
        shutil.copyfile(of_codec, folder / CODEC_PICTURE)
    write_picture(folder, folder / PROMPTS_PICTURE, _PICTURED_S, "cpu")


def _card(workspace: Workspace, evaluation: str, begin_with: Path | None, text_from: Path) -> str:
    own_codec = () if begin_with is not None else noted_sources(workspace.codec)
    named = () if begin_with is None else (base_checkpoint(begin_with),)
    sources = tuple(dict.fromkeys((*own_codec, *noted_sources(workspace.language), *named)))
    text_of = base_checkpoint(begin_with or text_from)
    is_starters = (begin_with or text_from).resolve() == starter_folder().resolve()
    return model_card(
        read_figures(workspace.codec / "figures.json"),
        read_figures(workspace.language / "figures.json"),
        read_figures(workspace.corpus / "origin.json"),
        evaluation,
        sources,
        STARTERS_TEXT if is_starters else f"that of {text_of.id}, unchanged (licence: {text_of.licence})",
    )
