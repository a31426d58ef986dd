"""transformers' layout: read as transformers reads it; every kind of damage is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from musicgen_studio.core.request import Sampling
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import ChromaConfig, DecoderConfig
from musicgen_studio.errors import UserProblem
from tests import tiny_checkpoints as tiny
from tests.engine.damage import copied, cut_short, edit_json, edit_tensors, put

_LAYER = "decoder.model.decoder.layers.1."


@pytest.fixture
def text_copy(text_checkpoint: Path, tmp_path: Path) -> Path:
    """A text checkpoint that may be damaged."""
    return copied(text_checkpoint, tmp_path)


@pytest.fixture
def melody_copy(melody_checkpoint: Path, tmp_path: Path) -> Path:
    """A melody checkpoint that may be damaged."""
    return copied(melody_checkpoint, tmp_path)


def test_text_config(text_checkpoint: Path) -> None:
    config = open_checkpoint(text_checkpoint).config
    assert config.decoder == DecoderConfig(32, 2, 4, 64, 64, (0, 1, 2, 3), cross_attention=True)
    assert (config.architecture, config.chroma, config.text_width, config.channels) == ("musicgen", None, 16, 1)
    assert (config.sample_rate, config.hop_frames, config.frame_rate, config.window_frames) == (32000, 640, 50, 100)


def test_stereo_melody_config(stereo_melody_checkpoint: Path) -> None:
    config = open_checkpoint(stereo_melody_checkpoint).config
    assert config.decoder == DecoderConfig(32, 2, 4, 64, 64, (0, 0, 1, 1, 2, 2, 3, 3), cross_attention=False)
    assert config.chroma == ChromaConfig(bins=12, length=16, n_fft=16384, hop_frames=4096, sample_rate=32000)
    assert (config.architecture, config.channels, config.window_frames) == ("musicgen_melody", 2, 100)


def test_layer_is_that_of_the_model(text_checkpoint: Path, text_model: Any) -> None:
    layer, theirs = open_checkpoint(text_checkpoint).layer(1), text_model.decoder.model.decoder.layers[1]
    q, k, v = layer.qkv.chunk(3)
    assert torch.equal(q, theirs.self_attn.q_proj.weight)
    assert torch.equal(k, theirs.self_attn.k_proj.weight)
    assert torch.equal(v, theirs.self_attn.v_proj.weight)
    assert torch.equal(layer.attention_out, theirs.self_attn.out_proj.weight)
    assert layer.cross is not None
    assert torch.equal(layer.cross.q, theirs.encoder_attn.q_proj.weight)
    assert torch.equal(layer.cross.k, theirs.encoder_attn.k_proj.weight)
    assert torch.equal(layer.cross.v, theirs.encoder_attn.v_proj.weight)
    assert torch.equal(layer.cross.out, theirs.encoder_attn.out_proj.weight)
    assert torch.equal(layer.cross.norm.weight, theirs.encoder_attn_layer_norm.weight)
    assert torch.equal(layer.attention_norm.bias, theirs.self_attn_layer_norm.bias)
    assert torch.equal(layer.feed_forward_norm.weight, theirs.final_layer_norm.weight)
    assert torch.equal(layer.up, theirs.fc1.weight)
    assert torch.equal(layer.down, theirs.fc2.weight)


def test_outer_is_that_of_the_model(melody_checkpoint: Path, melody_model: Any) -> None:
    outer, decoder = open_checkpoint(melody_checkpoint).outer(), melody_model.decoder
    for k in range(4):
        assert torch.equal(outer.embeddings[k], decoder.model.decoder.embed_tokens[k].weight)
        assert torch.equal(outer.heads[64 * k : 64 * (k + 1)], decoder.lm_heads[k].weight)
    assert torch.equal(outer.out_norm.weight, decoder.model.decoder.layer_norm.weight)
    assert outer.text_projection is not None
    assert outer.chroma_projection is not None
    assert torch.equal(outer.text_projection.weight, melody_model.enc_to_dec_proj.weight)
    assert torch.equal(outer.chroma_projection.bias, melody_model.audio_enc_to_dec_proj.bias)


def test_codec_and_text_encoder_are_those_of_transformers(melody_checkpoint: Path) -> None:
    from transformers import AutoTokenizer, MusicgenMelodyForConditionalGeneration

    theirs = MusicgenMelodyForConditionalGeneration.from_pretrained(melody_checkpoint, local_files_only=True)
    checkpoint = open_checkpoint(melody_checkpoint)
    encoder, tokenizer = checkpoint.text_encoder()
    state = encoder.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in theirs.text_encoder.state_dict().items())
    assert tokenizer("calm piano").input_ids == AutoTokenizer.from_pretrained(melody_checkpoint)("calm piano").input_ids
    codec = checkpoint.codec()
    codes = torch.randint(0, tiny.CARD, (1, 1, 4, 20), generator=torch.Generator().manual_seed(0))
    ours, expected = (model.decode(codes, [None]).audio_values for model in (codec, theirs.audio_encoder))
    assert torch.equal(ours, expected)
    assert torch.equal(codec.encode(expected).audio_codes, theirs.audio_encoder.encode(expected).audio_codes)


def test_codec_is_folded_and_frozen(text_checkpoint: Path) -> None:
    checkpoint = open_checkpoint(text_checkpoint)
    codec, (encoder, _) = checkpoint.codec(), checkpoint.text_encoder()
    assert not any("parametrizations" in name for name in codec.state_dict())
    for model in (codec, encoder):
        assert not model.training
        assert not any(parameter.requires_grad for parameter in model.parameters())
        assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
        assert not any(tensor.is_meta for tensor in [*model.parameters(), *model.buffers()])


def test_half_precision_stays_in_the_decoder_only(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(tiny.write_huggingface(tmp_path, tiny.build_text_model(), dtype=torch.float16))
    assert checkpoint.layer(0).qkv.dtype == checkpoint.outer().heads.dtype == torch.float16
    assert checkpoint.codec().decoder.layers[0].conv.weight.dtype == torch.float32
    assert checkpoint.text_encoder()[0].dtype == torch.float32


def test_no_text_projection_where_widths_are_equal(tmp_path: Path) -> None:
    size = tiny.Size(width=tiny.TEXT_WIDTH)
    for name, build in {"text": tiny.build_text_model, "melody": tiny.build_melody_model}.items():
        folder = tiny.write_huggingface(tmp_path / name, build(size=size))
        assert open_checkpoint(folder).outer().text_projection is None


def test_scaled_embeddings(text_copy: Path) -> None:
    edit_json(text_copy / "config.json", lambda found: put(found, "decoder.scale_embedding", True))
    assert open_checkpoint(text_copy).config.decoder.embedding_scale == pytest.approx(32**0.5)


@pytest.mark.parametrize(("max_length", "frames"), [(1500, 1500), (603, 600), (104, 100), (40, 36)])
def test_text_window_is_whole_seconds(max_length: int, frames: int, text_copy: Path) -> None:
    edit_json(text_copy / "generation_config.json", lambda found: found.update(max_length=max_length))
    assert open_checkpoint(text_copy).config.window_frames == frames


@pytest.mark.parametrize(
    ("said", "sampling"),
    [
        ({}, Sampling(3.0, 1.0, 250, 0.0)),
        ({"guidance_scale": None, "top_k": None, "top_p": 1.0}, Sampling(3.0, 1.0, 250, 0.0)),
        ({"guidance_scale": 4, "temperature": 0.9, "top_k": 50, "top_p": 0.5}, Sampling(4, 0.9, 50, 0.5)),
    ],
    ids=["nothing", "off", "all"],
)
def test_sampling_is_what_it_says_of_itself(said: dict[str, object], sampling: Sampling, text_copy: Path) -> None:
    """What is left open is as AudioCraft has it; top-k would be 50 in transformers."""

    def say(found: dict[str, object]) -> None:
        for name in ("guidance_scale", "temperature", "top_k", "top_p"):
            found.pop(name, None)
        found.update(said)

    edit_json(text_copy / "generation_config.json", say)
    assert open_checkpoint(text_copy).config.sampling == sampling


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("top_k", 50.5, "top_k is 50.5"),
        ("temperature", "hot", "temperature is hot"),
        ("temperature", 7.0, "temperature must be 0 to 5, got 7.0"),
        ("top_p", True, "top_p is True"),
    ],
)
def test_odd_sampling(name: str, value: object, why: str, text_copy: Path) -> None:
    edit_json(text_copy / "generation_config.json", lambda found: found.update({name: value}))
    with pytest.raises(UserProblem, match=r"generation_config\.json") as problem:
        open_checkpoint(text_copy)
    assert why in str(problem.value)


def test_melody_window_is_that_of_its_melodies(melody_copy: Path) -> None:
    settings = melody_copy / "preprocessor_config.json"
    edit_json(settings, lambda found: found.update(n_samples=3 * 32000))
    assert open_checkpoint(melody_copy).config.window_frames == 150
    edit_json(settings, lambda found: found.pop("n_samples"))
    assert open_checkpoint(melody_copy).config.window_frames == 100
    settings.unlink()
    edit_json(melody_copy / "config.json", lambda found: found.update(chroma_length=235))
    config = open_checkpoint(melody_copy).config
    assert (config.window_frames, config.chroma) == (1500, ChromaConfig(12, 235, 16384, 4096, 32000))


def test_feature_extractor_settings_inside_the_processor_s(melody_copy: Path) -> None:
    (melody_copy / "preprocessor_config.json").unlink()
    settings = '{"feature_extractor": {"n_samples": 128000, "hop_length": 2048}}'
    (melody_copy / "processor_config.json").write_text(settings, encoding="utf-8")
    config = open_checkpoint(melody_copy).config
    assert config.window_frames == 200
    assert config.chroma is not None
    assert config.chroma.hop_frames == 2048


def test_tied_embeddings_under_their_other_name(text_copy: Path) -> None:
    def rename(state: dict[str, Any]) -> None:
        state["text_encoder.encoder.embed_tokens.weight"] = state.pop("text_encoder.shared.weight")

    before = open_checkpoint(text_copy).text_encoder()[0].shared.weight
    edit_tensors(text_copy / "model.safetensors", rename)
    assert torch.equal(open_checkpoint(text_copy).text_encoder()[0].shared.weight, before)


def test_harmless_tensors_may_be_there_or_not(text_copy: Path) -> None:
    def change(state: dict[str, Any]) -> None:
        for name in [name for name in state if name.endswith(("cluster_size", "embed_avg", "inited"))]:
            del state[name]
        state["decoder.model.decoder.embed_positions.weights"] = torch.zeros(2048, 32)
        state["text_encoder.embeddings.position_ids"] = torch.arange(512)

    edit_tensors(text_copy / "model.safetensors", change)
    checkpoint = open_checkpoint(text_copy)
    assert checkpoint.codec().quantizer.layers[0].codebook.embed.any()


def test_another_architecture(text_copy: Path) -> None:
    edit_json(text_copy / "config.json", lambda found: found.update(model_type="bert"))
    with pytest.raises(UserProblem, match=r"config\.json: model type is “bert”"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize("section", ["text_encoder", "audio_encoder", "decoder"])
def test_a_missing_section(section: str, text_copy: Path) -> None:
    edit_json(text_copy / "config.json", lambda found: found.pop(section))
    with pytest.raises(UserProblem, match=f"no “{section}” section"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize("name", ["config.json", "generation_config.json", "model.safetensors"])
def test_a_file_cut_short(name: str, text_copy: Path) -> None:
    cut_short(text_copy / name)
    with pytest.raises(UserProblem, match=rf"{name} is damaged"):
        open_checkpoint(text_copy)


def test_a_tokenizer_cut_short(text_copy: Path) -> None:
    cut_short(text_copy / "tokenizer.json")
    with pytest.raises(UserProblem, match=r"tokenizer\.json is damaged"):
        open_checkpoint(text_copy).text_encoder()
    (text_copy / "tokenizer.json").write_text('{"model": 3}', encoding="utf-8")
    with pytest.raises(UserProblem, match=r"tokenizer\.json is damaged"):
        open_checkpoint(text_copy).text_encoder()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("model.safetensors", "has neither model.safetensors nor"),
        ("tokenizer.json", "has no tokenizer"),
    ],
)
def test_a_missing_file(name: str, said: str, text_copy: Path) -> None:
    (text_copy / name).unlink()
    with pytest.raises(UserProblem, match=said):
        open_checkpoint(text_copy)


def test_a_missing_shard(sharded_checkpoint: Path, tmp_path: Path) -> None:
    folder = copied(sharded_checkpoint, tmp_path)
    shard = sorted(folder.glob("*.safetensors"))[1]
    shard.unlink()
    with pytest.raises(UserProblem, match=f"{shard.name} is missing"):
        open_checkpoint(folder)


@pytest.mark.parametrize(
    "name",
    [
        f"{_LAYER}fc1.weight",
        "decoder.lm_heads.3.weight",
        "enc_to_dec_proj.bias",
        "audio_encoder.quantizer.layers.2.codebook.embed",
        "text_encoder.shared.weight",
    ],
)
def test_a_missing_tensor(name: str, text_copy: Path) -> None:
    edit_tensors(text_copy / "model.safetensors", lambda state: state.pop(name))
    with pytest.raises(UserProblem, match=f"lacks the tensors “{name}”"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    "name", [f"{_LAYER}fc1.bias", "adapter.weight", "audio_encoder.film.weight", "text_encoder.pooler.weight"]
)
def test_a_surplus_tensor(name: str, text_copy: Path) -> None:
    edit_tensors(text_copy / "model.safetensors", lambda state: state.update({name: torch.zeros(32)}))
    with pytest.raises(UserProblem, match=f"has the tensors “{name}”, for which the model has no use"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    "name", [f"{_LAYER}fc1.weight", "audio_encoder.quantizer.layers.2.codebook.embed", "text_encoder.shared.weight"]
)
def test_a_misshapen_tensor(name: str, text_copy: Path) -> None:
    edit_tensors(text_copy / "model.safetensors", lambda state: state.update({name: torch.zeros(7, 3)}))
    with pytest.raises(UserProblem, match=rf"“{name}” has shape \[7, 3\]"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (f"{_LAYER}fc1.weight", lambda checkpoint: checkpoint.layer(1)),
        ("decoder.lm_heads.3.weight", lambda checkpoint: checkpoint.outer()),
        ("audio_encoder.quantizer.layers.2.codebook.embed", lambda checkpoint: checkpoint.codec()),
        ("text_encoder.shared.weight", lambda checkpoint: checkpoint.text_encoder()),
    ],
)
def test_numbers_that_are_not_finite(name: str, read: Callable[[Any], object], text_copy: Path) -> None:
    edit_tensors(text_copy / "model.safetensors", lambda state: state[name].view(-1)[5:6].fill_(float("nan")))
    checkpoint = open_checkpoint(text_copy)
    with pytest.raises(UserProblem, match=f"“{name}” has numbers that are infinite"):
        read(checkpoint)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("decoder.num_attention_heads", 5, "width is 32"),
        ("decoder.num_attention_heads", 0, "heads is 0"),
        ("decoder.num_hidden_layers", -1, "layers is -1"),
        ("decoder.hidden_size", "wide", "hidden_size"),
        ("decoder.activation_function", "relu", "activation_function is relu"),
        ("decoder.cross_attention_hidden_size", 16, "cross_attention_hidden_size is 16"),
        ("decoder.pad_token_id", 3, "pad_token_id is 3"),
        ("decoder.vocab_size", 128, "pad_token_id is 64"),
        ("decoder.num_codebooks", 8, "number of codebooks is 8"),
        ("decoder.audio_channels", 2, "number of codebooks is 4"),
        ("decoder.audio_channels", 3, "audio channels"),
        ("audio_encoder.use_causal_conv", True, "codec's use_causal_conv is True"),
        ("audio_encoder.norm_type", "time_group_norm", "codec's norm_type is time_group_norm"),
        ("audio_encoder.normalize", True, "codec's normalize is True"),
        ("audio_encoder.chunk_length_s", 1.0, "codec's chunk_length_s is 1.0"),
        ("audio_encoder.audio_channels", 2, "codec's audio_channels is 2"),
        ("audio_encoder.codebook_size", 63, "no codec can be built"),
        ("audio_encoder.model_type", "dac", "codec's model_type is dac"),
        ("audio_encoder.model_type", "no such", "config.json: "),
        ("text_encoder.model_type", "encodec", "no text encoder can be built"),
    ],
)
def test_odd_values(name: str, value: object, said: str, text_copy: Path) -> None:
    edit_json(text_copy / "config.json", lambda found: put(found, name, value))
    with pytest.raises(UserProblem, match=r"config\.json") as problem:
        open_checkpoint(text_copy)
    assert said in str(problem.value)


@pytest.mark.parametrize("value", [0, -5, "long", None])
def test_odd_length(value: object, text_copy: Path) -> None:
    edit_json(text_copy / "generation_config.json", lambda found: found.update(max_length=value))
    with pytest.raises(UserProblem, match="max_length is"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("file", "name", "value"),
    [
        ("config.json", "num_chroma", 24),
        ("config.json", "chroma_length", 0),
        ("preprocessor_config.json", "feature_size", 24),
        ("preprocessor_config.json", "n_fft", 0),
        ("preprocessor_config.json", "n_samples", 10),
    ],
)
def test_odd_melody_values(file: str, name: str, value: object, melody_copy: Path) -> None:
    edit_json(melody_copy / file, lambda found: found.update({name: value}))
    with pytest.raises(UserProblem):
        open_checkpoint(melody_copy)
