"""A Hub of one's own, to look at downloads with: `python -m tests.checkpoints.hub.serve FOLDER --port 8040`.

Where the folder is empty it is first filled with a checkpoint of the layout and the sizes of `facebook/musicgen-small`
(2.4 GB), with random weights. Start the program with `HF_ENDPOINT=http://127.0.0.1:8040`.
"""

import argparse
import hashlib
import mmap
import threading
from pathlib import Path

from tests.checkpoints.hub.server import FakeHub, serving
from tests.tiny_checkpoints import build_tokenizer

REPOSITORY = "facebook/musicgen-small"


def write_small(folder: Path) -> None:
    """Write a checkpoint of Meta's small one's sizes with random weights."""
    import torch

    from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
    from musicgen_studio.engine.checkpoint.random import meta_codec_config, text_config

    make_torchaudio_importable()
    from transformers import (
        EncodecFeatureExtractor,
        GenerationConfig,
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
    )

    torch.manual_seed(0)
    config = MusicgenConfig(
        text_encoder=text_config(),
        audio_encoder=meta_codec_config(),
        decoder=MusicgenDecoderConfig(
            vocab_size=2048,
            hidden_size=1024,
            num_hidden_layers=24,
            num_attention_heads=16,
            ffn_dim=4096,
            num_codebooks=4,
            audio_channels=1,
            activation_function="gelu",
            pad_token_id=2048,
            bos_token_id=2048,
        ),
    )
    model = MusicgenForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        do_sample=True,
        guidance_scale=3.0,
        max_length=1500,
        pad_token_id=2048,
        bos_token_id=2048,
        decoder_start_token_id=2048,
    )
    model.save_pretrained(folder, max_shard_size="5GB")
    build_tokenizer().save_pretrained(folder)
    EncodecFeatureExtractor(feature_size=1, sampling_rate=32000).save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n# Random weights in the sizes of small\n")


def contents(folder: Path) -> dict[str, bytes]:
    """Map a folder's files, so that none is held in memory."""
    found = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            found[path.name] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return found  # type: ignore[return-value]  # it is read as bytes are


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8040)
    parser.add_argument("--mb-per-s", type=float, default=None, help="no faster than this")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    if not any(args.folder.iterdir()):
        write_small(args.folder)
    rate = None if args.mb_per_s is None else args.mb_per_s * 1e6
    files = contents(args.folder)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with serving(FakeHub({REPOSITORY: files}, bytes_per_s=rate, hashes=hashes), args.port) as hub:
        print(f"HF_ENDPOINT={hub.address}", flush=True)  # noqa: T201 - a command
        threading.Event().wait()


if __name__ == "__main__":
    main()
