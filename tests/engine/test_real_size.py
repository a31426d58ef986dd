"""The language model in the size of Meta's small checkpoint, random weights, against transformers in float32."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from musicgen_studio.compute.precision import Precision
from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.engine.checkpoint.random import SHAPES
from musicgen_studio.engine.checkpoint.values import Affine, CrossAttentionWeights, LayerWeights, OuterWeights
from musicgen_studio.engine.model.plain import Decoder
from musicgen_studio.engine.patterns import delayed

CONFIG = SHAPES["small"].decoder


def _reference() -> Any:
    make_torchaudio_importable()
    from transformers import MusicgenDecoderConfig, MusicgenForCausalLM

    config = MusicgenDecoderConfig(
        hidden_size=CONFIG.width,
        num_hidden_layers=CONFIG.layers,
        num_attention_heads=CONFIG.heads,
        ffn_dim=CONFIG.feed_forward,
        pad_token_id=None,
        bos_token_id=None,
    )
    torch.manual_seed(0)
    return MusicgenForCausalLM(config).eval()


def _affine(norm: Any) -> Affine:
    return Affine(norm.weight.data, norm.bias.data)


def _outer(model: Any) -> OuterWeights:
    inner = model.model.decoder
    return OuterWeights(
        embeddings=torch.stack([embedding.weight.data for embedding in inner.embed_tokens]),
        out_norm=_affine(inner.layer_norm),
        heads=torch.cat([head.weight.data for head in model.lm_heads]),
        text_projection=None,
        chroma_projection=None,
    )


def _layers(model: Any) -> Iterator[LayerWeights]:
    for layer in model.model.decoder.layers:
        attention, cross = layer.self_attn, layer.encoder_attn
        yield LayerWeights(
            attention_norm=_affine(layer.self_attn_layer_norm),
            qkv=torch.cat([part.weight.data for part in (attention.q_proj, attention.k_proj, attention.v_proj)]),
            attention_out=attention.out_proj.weight.data,
            cross=CrossAttentionWeights(
                norm=_affine(layer.encoder_attn_layer_norm),
                q=cross.q_proj.weight.data,
                k=cross.k_proj.weight.data,
                v=cross.v_proj.weight.data,
                out=cross.out_proj.weight.data,
            ),
            feed_forward_norm=_affine(layer.final_layer_norm),
            up=layer.fc1.weight.data,
            down=layer.fc2.weight.data,
        )


def _expected(model: Any, steps: Tensor, text: Tensor) -> Tensor:
    states = torch.stack([text, torch.zeros_like(text)])
    mask = torch.ones(2, len(text))
    with torch.inference_mode():
        out: Tensor = model(steps.flatten(0, 1), encoder_hidden_states=states, encoder_attention_mask=mask).logits
    return out.view(2, CONFIG.codebooks, steps.shape[-1], CONFIG.card)


def test_logits_in_the_size_of_small() -> None:
    model = _reference()
    codes = torch.randint(0, CONFIG.card, (2, CONFIG.codebooks, 20), generator=torch.manual_seed(1))
    steps, text = delayed(codes, CONFIG.card, CONFIG.delays), torch.randn(7, CONFIG.width)
    expected = _expected(model, steps, text)
    decoder = Decoder(CONFIG, _outer(model), _layers(model), torch.device("cpu"), Precision.FLOAT32)
    cache = decoder.new_cache(2, steps.shape[-1], [text], text_rows=1)
    ours = [decoder.forward(decoder.embed(steps[..., :12]), cache)]
    ours += [decoder.forward(decoder.embed(steps[..., s : s + 1]), cache) for s in range(12, steps.shape[-1])]
    difference = (torch.stack(ours, dim=2) - expected[:, :, 11:]).abs().max()
    assert difference / expected.abs().max() <= 1e-4
