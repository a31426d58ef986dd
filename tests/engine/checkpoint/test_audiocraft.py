"""AudioCraft's own layout: settings, companions beside the files, and what is said when something is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from musicgen_studio.engine.checkpoint.audiocraft import CODEC_FILE, STATE_FILE, XpSettings
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import ChromaConfig, DecoderConfig
from musicgen_studio.errors import UserProblem
from tests import tiny_checkpoints as tiny
from tests.engine.damage import copied, cut_short, edit_pickle, edit_settings, put


@pytest.fixture(autouse=True)
def no_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache, whatever the machine has."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def text_copy(audiocraft_text_checkpoint: Path, tmp_path: Path) -> Path:
    """A text checkpoint that may be damaged."""
    return copied(audiocraft_text_checkpoint, tmp_path)


@pytest.fixture
def melody_copy(audiocraft_melody_checkpoint: Path, tmp_path: Path) -> Path:
    """A melody checkpoint that may be damaged."""
    return copied(audiocraft_melody_checkpoint, tmp_path)


@pytest.fixture
def pointer_copy(audiocraft_stereo_text_checkpoint: Path, tmp_path: Path) -> Path:
    """A stereo checkpoint with a codec pointer, that may be damaged."""
    return copied(audiocraft_stereo_text_checkpoint, tmp_path)


def test_text_config(audiocraft_text_checkpoint: Path) -> None:
    config = open_checkpoint(audiocraft_text_checkpoint).config
    assert config.decoder == DecoderConfig(32, 2, 4, 64, 64, (0, 1, 2, 3), cross_attention=True)
    assert (config.architecture, config.chroma, config.text_width, config.channels) == ("musicgen", None, 16, 1)
    assert (config.sample_rate, config.hop_frames, config.window_frames) == (32000, 640, 100)


def test_stereo_config(audiocraft_stereo_text_checkpoint: Path) -> None:
    config = open_checkpoint(audiocraft_stereo_text_checkpoint).config
    assert (config.channels, config.decoder.delays) == (2, (0, 0, 1, 1, 2, 2, 3, 3))


@pytest.mark.parametrize(("seconds", "length"), [(30, 235), (2, 16), (0.1, 5), (30.0, 235)])
def test_melody_config(seconds: float, length: int, melody_copy: Path) -> None:
    edit_settings(melody_copy / STATE_FILE, lambda found: put(found, "dataset.segment_duration", seconds))
    config = open_checkpoint(melody_copy).config
    assert config.chroma == ChromaConfig(bins=12, length=length, n_fft=16384, hop_frames=4096, sample_rate=32000)
    assert config.window_frames == round(50 * seconds)


def test_half_precision_stays_in_the_decoder_only(text_copy: Path) -> None:
    def halve(found: dict[str, Any]) -> None:
        found["best_state"] = {name: tensor.half() for name, tensor in found["best_state"].items()}

    for name in (STATE_FILE, CODEC_FILE):
        edit_pickle(text_copy / name, halve)
    checkpoint = open_checkpoint(text_copy)
    assert checkpoint.layer(0).qkv.dtype == torch.float16
    assert checkpoint.codec().decoder.layers[0].conv.weight.dtype == torch.float32


def test_delays_are_one_apart_where_none_are_given(text_copy: Path) -> None:
    edit_settings(text_copy / STATE_FILE, lambda found: found.update(codebooks_pattern={"modeling": "delay"}))
    assert open_checkpoint(text_copy).config.decoder.delays == (0, 1, 2, 3)


def test_references_in_settings() -> None:
    tree = {"a": "${b.c}", "b": {"c": "${d}"}, "d": 3, "circle": "${circle}", "other": "${oc.env:USER}"}
    settings = XpSettings(tree, Path("state_dict.bin"))
    assert (settings.get("a"), settings.number("a"), settings.get("b.x.y")) == (3, 3, None)
    for name in ("circle", "other", "b"):
        with pytest.raises(UserProblem, match=f"{name} is"):
            settings.number(name)


def test_companions_one_level_up(pointer_copy: Path) -> None:
    for name in ("t5-base", "encodec_32khz"):
        (pointer_copy / name).rename(pointer_copy.parent / name)
    open_checkpoint(pointer_copy).codec()


def _move_into_cache(source: Path, cache: Path, repository: str) -> None:
    revision = "0123456789012345678901234567890123456789"
    stored = cache / f"models--{repository.replace('/', '--')}"
    (stored / "refs").mkdir(parents=True)
    (stored / "refs" / "main").write_text(revision, encoding="utf-8")
    (stored / "snapshots").mkdir()
    source.rename(stored / "snapshots" / revision)


@pytest.mark.parametrize("t5", ["t5-base", "google-t5/t5-base"])
def test_companions_in_the_cache(t5: str, pointer_copy: Path, no_cache: Path) -> None:
    _move_into_cache(pointer_copy / "t5-base", no_cache, t5)
    _move_into_cache(pointer_copy / "encodec_32khz", no_cache, "facebook/encodec_32khz")
    open_checkpoint(pointer_copy).text_encoder()


@pytest.mark.parametrize(
    ("name", "said"),
    [("t5-base", "text encoder is missing"), ("encodec_32khz", "Download facebook/encodec_32khz from huggingface")],
)
def test_missing_companions(name: str, said: str, pointer_copy: Path) -> None:
    (pointer_copy / name).rename(pointer_copy / "elsewhere")
    with pytest.raises(UserProblem, match=said) as problem:
        open_checkpoint(pointer_copy)
    assert str(pointer_copy / name) in problem.value.what_to_do


@pytest.mark.parametrize("name", ["..", "a/..", "", "/", "t5/"])
def test_a_companion_is_not_looked_for_elsewhere(name: str, text_copy: Path) -> None:
    (text_copy / "config.json").unlink(missing_ok=True)
    (text_copy.parent / "config.json").write_text("{}", encoding="utf-8")
    edit_settings(text_copy / STATE_FILE, lambda found: put(found, "conditioners.description.t5.name", name))
    with pytest.raises(UserProblem, match="text encoder is missing"):
        open_checkpoint(text_copy)


def test_a_whole_t5_serves_too(text_copy: Path) -> None:
    from transformers import T5ForConditionalGeneration

    encoder = open_checkpoint(text_copy).text_encoder()[0]
    whole = T5ForConditionalGeneration(encoder.config)
    whole.encoder.load_state_dict(encoder.encoder.state_dict())
    whole.save_pretrained(text_copy / "t5-base")
    again = open_checkpoint(text_copy).text_encoder()[0]
    assert all(torch.equal(again.state_dict()[name], tensor) for name, tensor in encoder.state_dict().items())


@pytest.mark.parametrize("name", [STATE_FILE, CODEC_FILE])
def test_a_file_cut_short(name: str, text_copy: Path) -> None:
    cut_short(text_copy / name, 0.9)
    with pytest.raises(UserProblem, match=f"{name} is damaged"):
        open_checkpoint(text_copy)


def test_a_missing_codec_file(text_copy: Path) -> None:
    (text_copy / CODEC_FILE).unlink()
    with pytest.raises(UserProblem, match=f"{CODEC_FILE} is missing"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_an_incomplete_t5(name: str, text_copy: Path) -> None:
    (text_copy / "t5-base" / name).unlink()
    with pytest.raises(UserProblem, match=r"t5-base has n"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize("settings", [None, 3, "- a\n- b", "a: [1,", "a: !!python/object:os.system {}"])
@pytest.mark.parametrize("name", [STATE_FILE, CODEC_FILE])
def test_settings_that_are_none(name: str, settings: object, text_copy: Path) -> None:
    edit_pickle(text_copy / name, lambda found: found.update({"xp.cfg": settings}))
    with pytest.raises(UserProblem, match=name):
        open_checkpoint(text_copy)


@pytest.mark.parametrize("name", [STATE_FILE, CODEC_FILE])
def test_no_tensors(name: str, text_copy: Path) -> None:
    edit_pickle(text_copy / name, lambda found: found.pop("best_state"))
    with pytest.raises(UserProblem, match=f"{name} has no tensors under “best_state”"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (STATE_FILE, "transformer.layers.1.self_attn.in_proj_weight"),
        (STATE_FILE, "condition_provider.conditioners.description.output_proj.bias"),
        (CODEC_FILE, "quantizer.vq.layers.0._codebook.embed"),
    ],
)
def test_a_missing_tensor(file: str, name: str, text_copy: Path) -> None:
    edit_pickle(text_copy / file, lambda found: found["best_state"].pop(name))
    with pytest.raises(UserProblem, match=f"{file} lacks the tensors"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (STATE_FILE, "transformer.layers.1.linear1.bias"),
        (STATE_FILE, "condition_provider.conditioners.description.t5.shared.weight"),
        (CODEC_FILE, "encoder.model.99.conv.conv.bias"),
    ],
)
def test_a_surplus_tensor(file: str, name: str, text_copy: Path) -> None:
    edit_pickle(text_copy / file, lambda found: found["best_state"].update({name: torch.zeros(3)}))
    with pytest.raises(UserProblem, match=f"{file} has the tensors “{name}”"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("file", "name"),
    [(STATE_FILE, "emb.2.weight"), (CODEC_FILE, "quantizer.vq.layers.0._codebook.embed")],
)
def test_a_misshapen_tensor(file: str, name: str, text_copy: Path) -> None:
    edit_pickle(text_copy / file, lambda found: found["best_state"].update({name: torch.zeros(7, 3)}))
    with pytest.raises(UserProblem, match=rf"{file}: tensor “{name}” has shape \[7, 3\]"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("file", "name", "read"),
    [
        (STATE_FILE, "transformer.layers.1.norm_cross.bias", lambda checkpoint: checkpoint.layer(1)),
        (STATE_FILE, "linears.2.weight", lambda checkpoint: checkpoint.outer()),
        (CODEC_FILE, "quantizer.vq.layers.0._codebook.embed", lambda checkpoint: checkpoint.codec()),
    ],
)
def test_numbers_that_are_not_finite(file: str, name: str, read: Callable[[Any], object], text_copy: Path) -> None:
    edit_pickle(text_copy / file, lambda found: found["best_state"][name].view(-1)[3:4].fill_(float("inf")))
    checkpoint = open_checkpoint(text_copy)
    with pytest.raises(UserProblem, match=f"“{name}” has numbers that are infinite"):
        read(checkpoint)


def test_a_program_in_the_file(text_copy: Path) -> None:
    found = torch.load(text_copy / STATE_FILE, weights_only=True)
    torch.save(found | {"history": Path("x")}, text_copy / STATE_FILE)
    with pytest.raises(UserProblem, match="holds more than tensors"):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lm_model", "flow_transformer_lm"),
        ("transformer_lm.activation", "relu"),
        ("transformer_lm.norm_first", False),
        ("transformer_lm.bias_attn", True),
        ("transformer_lm.layer_scale", 1e-4),
        ("transformer_lm.positional_embedding", "rope"),
        ("transformer_lm.qk_layer_norm", True),
        ("transformer_lm.kv_repeat", 2),
        ("transformer_lm.num_heads", 5),
        ("transformer_lm.num_layers", 0),
        ("transformer_lm.dim", None),
        ("transformer_lm.dim", "wide"),
        ("transformer_lm.card", 128),
        ("transformer_lm.n_q", 8),
        ("codebooks_pattern.modeling", "parallel"),
        ("codebooks_pattern.delay.delays", [0, 1, 2]),
        ("codebooks_pattern.delay.delays", [0, 1, 2, "x"]),
        ("codebooks_pattern.delay.empty_initial", 1),
        ("interleave_stereo_codebooks.use", True),
        ("interleave_stereo_codebooks.per_timestep", True),
        ("dataset.segment_duration", None),
        ("dataset.segment_duration", -1),
        ("dataset.segment_duration", 0.001),
        ("fuser.cross", []),
        ("fuser.sum", ["description"]),
        ("conditioners.genre", {"model": "lut"}),
        ("conditioners.description.model", "clap"),
        ("conditioners.description.t5.name", None),
        ("conditioners.description.t5.finetune", True),
        ("conditioners", None),
    ],
)
def test_odd_settings(name: str, value: object, text_copy: Path) -> None:
    edit_settings(text_copy / STATE_FILE, lambda found: put(found, name, value))
    with pytest.raises(UserProblem, match=STATE_FILE):
        open_checkpoint(text_copy)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("conditioners.self_wav.model", "style"),
        ("conditioners.self_wav.chroma_stem.argmax", False),
        ("conditioners.self_wav.chroma_stem.n_chroma", 24),
        ("conditioners.self_wav.chroma_stem.radix2_exp", None),
        ("fuser.prepend", ["self_wav"]),
    ],
)
def test_odd_melody_settings(name: str, value: object, melody_copy: Path) -> None:
    edit_settings(melody_copy / STATE_FILE, lambda found: put(found, name, value))
    with pytest.raises(UserProblem, match=STATE_FILE):
        open_checkpoint(melody_copy)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("compression_model", "dac"),
        ("encodec.causal", True),
        ("encodec.renormalize", True),
        ("encodec.quantizer", "no_quant"),
        ("channels", 2),
        ("seanet.norm", "time_group_norm"),
        ("seanet.activation", "ReLU"),
        ("seanet.disable_norm_outer_blocks", 1),
        ("seanet.decoder.final_activation", "Tanh"),
        ("seanet.ratios", None),
        ("seanet.ratios", [8, 5, 4, "x"]),
        ("seanet.lstm", 0),
        ("seanet.lstm", 1),
        ("seanet.n_filters", 8),
        ("rvq.n_q", 8),
        ("rvq.bins", 63),
    ],
)
def test_odd_codec_settings(name: str, value: object, text_copy: Path) -> None:
    edit_settings(text_copy / CODEC_FILE, lambda found: put(found, name, value))
    with pytest.raises(UserProblem, match=CODEC_FILE):
        open_checkpoint(text_copy)


def test_a_pointer_to_another_codec(pointer_copy: Path) -> None:
    tiny.build_text_model().text_encoder.save_pretrained(pointer_copy / "encodec_32khz")
    with pytest.raises(UserProblem, match="codec's model_type is t5"):
        open_checkpoint(pointer_copy)
