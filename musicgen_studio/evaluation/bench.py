"""How fast the engine is here: one run, figures side by side. `musicgen-studio bench` prints them.

Every figure of a run is taken on the same machine within minutes, because figures from different days or machines say
little about each other. Not a test: nothing here passes or fails.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from typing import Any

import psutil
import torch
from torch import Tensor

from musicgen_studio.compute import speed as processor
from musicgen_studio.compute.device import AUTO
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.checkpoint.needs import matrix_bytes
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint, meta_codec_config, text_config
from musicgen_studio.engine.checkpoint.values import CheckpointConfig
from musicgen_studio.engine.codec import DecodeState
from musicgen_studio.engine.model.protocol import StepMaker
from musicgen_studio.engine.musicgen import MusicGen
from musicgen_studio.paths import resources_dir

PROMPT = "happy rock with organ and drums"
CONTEXT_SHARES = (0.0, 1 / 3, 2 / 3, 29 / 30)
"""Where in the window the step is timed: 0, 500, 1000 and 1450 of Meta's 1500 frames."""

STEPS = 20
BLEND_FROM_S = 0.02
REPEATS = 3
WARM_UP_S = 1.0
"""Music that warms a processor up; a graphics card makes all of it once, because it records every part."""

CODEC_FRAMES = 500
READ_BYTES = 1 << 30
CUDA_READ_BYTES = 1 << 32
"""A graphics card reads a gigabyte in less than it takes to ask for it."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ClipTiming:
    """One clip, end to end.

    Args:
        seconds: Length of the clip.
        to_first_block_s: From the request to the first sound; None where nothing comes before the end.
        total_s: From the request to the last sound.
    """

    seconds: float
    to_first_block_s: float | None
    total_s: float

    @property
    def speed(self) -> float:
        """Seconds of music per second."""
        return self.seconds / self.total_s


def run_bench(
    shape: str = "starter",
    device: str = AUTO,
    precision: str = AUTO,
    against: str | None = None,
    report: Report = print,
    clip_seconds: tuple[float, ...] = (8.0, 30.0),
) -> dict[str, object]:
    """Measure, and tell each figure as soon as it is known.

    Args:
        shape: A name in `SHAPES` (random weights), or `starter`.
        device: As in `load_engine`.
        precision: As in `load_engine`.
        against: `transformers` does the shortest clip with it too, in float32; None does not.
        report: Takes one line at a time.
        clip_seconds: Lengths of the clips to time end to end.

    Returns:
        All figures by name, ready for JSON.

    Raises:
        UserProblem: If the device, the precision or the memory does not do.
    """
    checkpoint = open_checkpoint(resources_dir() / "starter") if shape == "starter" else RandomCheckpoint(SHAPES[shape])
    started = time.perf_counter()
    engine = MusicGen(checkpoint, device, precision)
    info = engine.info
    figures: dict[str, object] = {
        "shape": shape,
        "parameters": info.parameters,
        "device": info.device,
        "precision": info.precision,
        "threads": torch.get_num_threads(),
        "processor": torch.cuda.get_device_name() if info.device == "cuda" else processor.name(),
        "torch": torch.__version__,
        "load_s": time.perf_counter() - started,
    }
    report(f"{shape}: {info.parameters / 1e6:.1f} M weights, {info.precision} on {info.device}")
    report(f"{figures['processor']}, {figures['threads']} threads, torch {torch.__version__}")
    report(f"load                     {figures['load_s']:7.2f} s")
    first = _measured_clip(engine, min(clip_seconds), report, "first clip")
    figures |= _measured_steps(engine, checkpoint.config, report)
    clips = [_measured_clip(engine, seconds, report) for seconds in clip_seconds]
    figures |= _measured_together(engine, min(clips, key=lambda clip: clip.seconds), report)
    figures |= _measured_blend(engine, min(clip_seconds), report)
    figures |= _measured_codec(engine, report)
    resident = psutil.Process().memory_info().rss
    figures["resident_bytes"] = resident
    report(f"resident memory          {resident / 1e9:7.2f} GB")
    if against is not None:
        figures |= _measured_transformers(shape, engine, min(clips, key=lambda clip: clip.seconds), report)
    return figures | {"first_clip": _as_figures(first), "clips": [_as_figures(clip) for clip in clips]}


def read_bandwidth(device: torch.device) -> float:
    """Return how fast this machine reads memory, in bytes per second: a plain sum over it, best of three."""
    size = CUDA_READ_BYTES if device.type == "cuda" else READ_BYTES
    numbers = torch.ones(size // 4, device=device)
    return size / _best_time(lambda: numbers.sum().item())


def _measured_steps(engine: MusicGen, config: CheckpointConfig, report: Report) -> dict[str, object]:
    bandwidth = read_bandwidth(engine.decoder.device)
    report(f"this machine reads       {bandwidth / 1e9:7.1f} GB/s")
    report("context   steps/s   × real time   reads GB/s   share of the machine's")
    contexts = [round(config.window_frames * share) for share in CONTEXT_SHARES]
    steps = []
    for context, rate in zip(contexts, _step_rates(engine, contexts), strict=True):
        cache = engine.decoder.cache_bytes(rows=2, positions=context)
        reads = (matrix_bytes(config.decoder, engine.decoder.precision) + cache) * rate
        speed = rate / config.frame_rate
        report(f"{context:7d} {rate:9.1f} {speed:13.2f} {reads / 1e9:12.1f} {reads / bandwidth:12.0%}")
        steps.append({"context": context, "steps_per_s": rate, "bytes_per_s": reads})
    return {"read_bytes_per_s": bandwidth, "steps": steps}


def _step_rates(engine: MusicGen, contexts: list[int]) -> Iterator[float]:
    """Time guided steps (two rows) at each context."""
    decoder = engine.decoder
    config = decoder.config
    texts = [torch.randn(8, config.width)] if config.cross_attention else []
    cache = decoder.new_cache(2, contexts[-1] + STEPS, texts, text_rows=1)
    tokens = torch.randint(0, config.card, (2, config.codebooks, 1), device=decoder.device)

    def steps_at(context: int) -> None:
        cache.length = context
        for _ in range(STEPS):
            logits = decoder.forward(decoder.embed(tokens), cache)
        logits.sum().item()  # waits for the device

    steps_at(contexts[0])  # warms up
    for context in contexts:
        yield STEPS / _best_time(partial(steps_at, context))


def _measured_clip(engine: MusicGen, seconds: float, report: Report, name: str = "clip") -> ClipTiming:
    started = time.perf_counter()
    first = None
    for _ in engine.stream(GenerationRequest((PROMPT,), seconds), Event()):
        if first is None:
            first = time.perf_counter() - started
    timing = ClipTiming(seconds, first, time.perf_counter() - started)
    what = f"{name} of {seconds:4.0f} s"
    report(f"{what:<24} {timing.speed:7.2f} × real time, first block after {first or 0.0:.3f} s")
    return timing


def _measured_together(engine: MusicGen, alone: ClipTiming, report: Report) -> dict[str, object]:
    """Time four takes, and four prompts of different lengths at a time, against one clip of that length.

    Each was made before, as one clip was: what a device does at the first time only is in none of the times.
    """
    warm_up_s = alone.seconds if isinstance(engine.decoder, StepMaker) else min(WARM_UP_S, alone.seconds)
    figures: dict[str, object] = {}
    takes = GenerationRequest((PROMPT,), alone.seconds, takes=4)
    prompts = GenerationRequest((PROMPT, "sad jazz", "energetic EDM", "solo piano, slow"), alone.seconds, together=4)
    for name, request in (("takes", takes), ("prompts", prompts)):
        _make(engine, replace(request, duration_s=warm_up_s))
        started = time.perf_counter()
        _make(engine, request)
        figures[f"cost_of_four_{name}"] = cost = (time.perf_counter() - started) / alone.total_s
        report(f"4 {name + ' together':<23}{cost:7.2f} × the time of one")
    return figures


def _make(engine: MusicGen, request: GenerationRequest) -> None:
    for _ in engine.stream(request, Event()):
        pass


def _measured_blend(engine: MusicGen, seconds: float, report: Report) -> dict[str, object]:
    """Time a clip that goes over from its second frame to its end into another prompt, against one of one prompt.

    In turn, the least disturbed of each; and a step of the four rows that two prompts have, against one of two.
    """
    over = Passage(BLEND_FROM_S, "sad jazz", morph_s=seconds)
    both = GenerationRequest((PROMPT,), seconds, passages=(over,))
    times = {"one": list[float](), "both": list[float]()}
    for _ in range(REPEATS):
        for name, request in (("one", replace(both, passages=())), ("both", both)):
            started = time.perf_counter()
            _make(engine, request)
            times[name].append(time.perf_counter() - started)
    cost = min(times["both"]) / min(times["one"])
    rows = _step_time(engine, 4) / _step_time(engine, 2)
    report(f"2 prompts blended        {cost:7.2f} × the time of one; a step of 4 rows {rows:.2f} × one of 2")
    return {"cost_of_two_blended": cost, "cost_of_four_rows": rows}


def _step_time(engine: MusicGen, rows: int) -> float:
    """Return the shortest time of a step of so many rows, in seconds."""
    decoder = engine.decoder
    config = decoder.config
    texts = [torch.randn(8, config.width)] if config.cross_attention else []
    cache = decoder.new_cache(rows, STEPS + 1, texts, text_rows=rows // 2)
    tokens = torch.randint(0, config.card, (rows, config.codebooks, 1), device=decoder.device)
    times = list[float]()
    for _ in range(STEPS):
        started = time.perf_counter()
        decoder.forward(decoder.embed(tokens), cache).sum().item()  # waits for the device
        times.append(time.perf_counter() - started)
    return min(times)


def _measured_codec(engine: MusicGen, report: Report) -> dict[str, object]:
    """Time decoding in chunks of 25 frames and all at once."""
    codebooks, card = engine.decoder.config.codebooks, engine.decoder.config.card
    codes = torch.randint(0, card, (1, codebooks, CODEC_FRAMES))
    seconds = CODEC_FRAMES * engine.codec.hop_frames / engine.codec.sample_rate
    streamed = seconds / _best_time(lambda: _decode(engine, codes, 25))
    whole = seconds / _best_time(lambda: _decode(engine, codes, CODEC_FRAMES))
    report(f"codec, streaming         {streamed:7.2f} × real time; all at once {whole:.2f}")
    return {"codec_streaming_speed": streamed, "codec_whole_speed": whole}


def _decode(engine: MusicGen, codes: Tensor, chunk: int) -> None:
    state = DecodeState()
    for start in range(0, CODEC_FRAMES, chunk):
        state, _ = engine.codec.decode(state, codes[..., start : start + chunk], start + chunk >= CODEC_FRAMES)


def _measured_transformers(shape: str, engine: MusicGen, ours: ClipTiming, report: Report) -> dict[str, object]:
    """Make the same clip with transformers' `generate`: same shape, sampling and guidance, float32."""
    report(f"transformers makes the same {ours.seconds:.0f} s …")
    model, inputs = _transformers_model(shape, engine.decoder.device)
    frames = round(ours.seconds * 50)
    started = time.perf_counter()
    with torch.inference_mode():
        model.generate(**inputs, max_new_tokens=frames + 3, do_sample=True, top_k=250, guidance_scale=3.0)
    theirs = ClipTiming(ours.seconds, None, time.perf_counter() - started)
    report(
        f"transformers float32     {theirs.speed:7.2f} × real time: this engine is {ours.speed / theirs.speed:.1f} ×"
    )
    return {"transformers": _as_figures(theirs), "ratio": ours.speed / theirs.speed}


def _transformers_model(shape: str, device: torch.device) -> tuple[Any, dict[str, Tensor]]:
    from transformers import (
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
        MusicgenMelodyConfig,
        MusicgenMelodyDecoderConfig,
        MusicgenMelodyForConditionalGeneration,
    )

    ids = torch.arange(2, len(PROMPT.split()) + 3, device=device)[None]
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if shape == "starter":
        folder = resources_dir() / "starter"
        model = MusicgenMelodyForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        return model.eval().to(device), inputs
    decoder = SHAPES[shape].decoder
    settings = {
        "hidden_size": decoder.width,
        "num_hidden_layers": decoder.layers,
        "num_attention_heads": decoder.heads,
        "ffn_dim": decoder.feed_forward,
    }
    parts = {"text_encoder": text_config(), "audio_encoder": meta_codec_config()}
    if decoder.cross_attention:
        config = MusicgenConfig(decoder=MusicgenDecoderConfig(**settings), **parts)
        model = MusicgenForConditionalGeneration(config)
    else:
        config = MusicgenMelodyConfig(decoder=MusicgenMelodyDecoderConfig(**settings), **parts)
        model = MusicgenMelodyForConditionalGeneration(config)
    model.generation_config.decoder_start_token_id = decoder.card
    model.generation_config.pad_token_id = decoder.card
    return model.eval().to(device), inputs


def _best_time(work: Callable[[], object]) -> float:
    """Return the shortest of a few runs, in seconds: the one least disturbed."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def _as_figures(clip: ClipTiming) -> dict[str, object]:
    return {
        "seconds": clip.seconds,
        "to_first_block_s": clip.to_first_block_s,
        "total_s": clip.total_s,
        "speed": clip.speed,
    }
