"""Files of CLAP as they are published, with random weights. Not for the other networks, which are single files."""

import json
from pathlib import Path
from typing import Any

import torch


def write_clap(folder: Path, *, is_fused: bool = False) -> Path:
    """Save a small CLAP with random weights in the layout of `laion/larger_clap_music`, and return its folder.

    Args:
        folder: Where to.
        is_fused: As `laion/clap-htsat-fused`, which looks at long sounds in two ways at once.
    """
    from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable

    make_torchaudio_importable()
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, PreTrainedTokenizerFast

    pieces = ("<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet()))
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer", **special}))
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    truncation = "fusion" if is_fused else "rand_trunc"
    ClapFeatureExtractor(truncation=truncation, padding="repeatpad", frequency_min=50).save_pretrained(folder)
    text: dict[str, Any] = {"vocab_size": len(pieces), "hidden_size": 16, "num_hidden_layers": 1}
    text |= {"num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 80}
    audio: dict[str, Any] = {"patch_embeds_hidden_size": 16, "depths": [1, 1], "num_attention_heads": [2, 2]}
    audio |= {"hidden_size": 32, "enable_fusion": is_fused}
    torch.manual_seed(0)
    ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=24)).save_pretrained(folder)
    return folder
