"""Loading the language model that suits a device and a precision. Chosen here, in one place."""

from collections.abc import Iterable

import torch

from musicgen_studio.compute.precision import Precision
from musicgen_studio.engine.checkpoint.needs import weight_count
from musicgen_studio.engine.checkpoint.values import DecoderConfig, LayerWeights, OuterWeights
from musicgen_studio.engine.model.plain import Decoder
from musicgen_studio.engine.model.protocol import LanguageModel

_SMALL_WEIGHTS = 50_000_000
"""Weights up to which one thread makes a step: it is ten times real time, and waits for no core another program has."""

_SMALL_THREADS, _SMALL_SHARED_FROM = 2, 4
"""Two takes with guidance are four rows: then a second thread is worth it."""


def load_language_model(
    config: DecoderConfig,
    outer: OuterWeights,
    layers: Iterable[LayerWeights],
    device: torch.device,
    precision: Precision,
    identity: str | None = None,
) -> LanguageModel:
    """Load a language model.

    Args:
        config: Its hyper-parameters.
        outer: Embeddings, heads and last norm.
        layers: The layers' weights in order; taken one by one, so that a file's worth is never held at once.
        device: Where it runs.
        precision: How its matrices are kept; one that `compute.precision.resolve_precision` gives.
        identity: As in `Checkpoint.identity`.

    Raises:
        UserProblem: If a graphics card's memory does not do.
    """
    if precision is Precision.INT8 and device.type == "cpu":
        from musicgen_studio.engine.model.cpu.compiled import keep_compiled
        from musicgen_studio.engine.model.cpu.decoder import CpuDecoder, fits
        from musicgen_studio.engine.model.cpu.probe import processor_speed

        if fits(config):
            keep_compiled()
            if weight_count(config) <= _SMALL_WEIGHTS:
                threads = min(_SMALL_THREADS, torch.get_num_threads())
                return CpuDecoder(config, outer, layers, threads, identity, _SMALL_SHARED_FROM)
            allowed = torch.get_num_threads()  # fewer than there are where several processes share the processor
            threads = min(allowed, processor_speed().threads) if allowed > 1 else 1
            return CpuDecoder(config, outer, layers, threads, identity)
        precision = Precision.FLOAT32  # sizes that none of Meta's has
    if device.type == "cuda":
        from musicgen_studio.compute.memory import explained_when_full
        from musicgen_studio.engine.model.cuda.decoder import GraphedDecoder

        with explained_when_full():
            return GraphedDecoder(config, outer, layers, device, precision)
    return Decoder(config, outer, layers, device, precision)
