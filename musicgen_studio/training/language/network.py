"""The language model's network: the decoder of transformers' MusicGen Melody with its two projections, and its loss.

The prefix is `[chroma, words]`, then come the delayed codes, exactly as the engine and transformers lay them out. Words
that are left out, and places after a shorter text, are zero vectors (AudioCraft `modules/conditioners.py`).

Not for learning: that is `language`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.patterns import delayed
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.language.alignment import align_with_melody
from musicgen_studio.training.language.attention import causal_attention
from musicgen_studio.training.language.dataset import Batch, chroma_length
from musicgen_studio.training.language.listener import Listener, Recognition
from musicgen_studio.training.settings import FRAME_RATE_HZ, LanguageSettings

_PITCH_CLASSES = 12
_IGNORED = -100


class TextEncoder:
    """A frozen text encoder with its tokenizer, taken from a checkpoint.

    Args:
        folder: A checkpoint; only its text encoder is used.
        device: Where it runs.

    Raises:
        UserProblem: If it cannot be read.
    """

    def __init__(self, folder: Path, device: torch.device) -> None:
        encoder, self._tokenizer = open_checkpoint(folder).text_encoder()
        self._encoder, self._device = encoder.to(device), device
        self.width = int(encoder.config.hidden_size)

    @torch.no_grad()
    def states(self, captions: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """Return `[rows, tokens, width]`, and `[rows, tokens]` that is 1 for words and 0 for places without any."""
        tokens = self._tokenizer(list(captions), return_tensors="pt", padding=True, truncation=True, max_length=96)
        ids, mask = tokens["input_ids"].to(self._device), tokens["attention_mask"].to(self._device)
        states = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        said = torch.tensor([bool(words) for words in captions], device=self._device)
        return states, (mask * said[:, None]).to(states.dtype)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What decides the network's shape.

    Args:
        width: Of the decoder.
        layers: Of the decoder.
        heads: Of the attention.
        feed_forward: Inner width.
        card: Codes in a codebook.
        codebooks: How many.
        text_width: Of the text encoder.
        window_s: Whole seconds it sees at once.
    """

    width: int
    layers: int
    heads: int
    feed_forward: int
    card: int
    codebooks: int
    text_width: int
    window_s: int

    def __post_init__(self) -> None:
        if self.text_width == self.width:
            raise ValueError(f"width must differ from the text encoder's, got {self.width} for both")

    @classmethod
    def of(cls, settings: LanguageSettings, codec_config: Any, text_width: int) -> "Sizes":
        """Combine settings with what codec and text encoder bring along."""
        return cls(
            width=settings.width,
            layers=settings.layers,
            heads=settings.heads,
            feed_forward=4 * settings.width,
            card=codec_config.codebook_size,
            codebooks=codec_config.num_quantizers,
            text_width=text_width,
            window_s=settings.window_s,
        )


def decoder_config(sizes: Sizes) -> Any:
    """Return transformers' configuration of the decoder."""
    make_torchaudio_importable()
    from transformers import MusicgenMelodyDecoderConfig

    return MusicgenMelodyDecoderConfig(
        vocab_size=sizes.card,
        num_codebooks=sizes.codebooks,
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        ffn_dim=sizes.feed_forward,
        audio_channels=1,
        activation_function="gelu",
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        layerdrop=0.0,
        max_position_embeddings=2048,
        scale_embedding=False,
        pad_token_id=sizes.card,
        bos_token_id=sizes.card,
        tie_word_embeddings=False,
    )


class MelodyLanguageModel(nn.Module):
    """Predicts codes from words, chroma and the codes before. Its tensors have the names they have in a checkpoint.

    Args:
        sizes: Its shape.
        seed: Of the random weights it begins with.
    """

    def __init__(self, sizes: Sizes, seed: int) -> None:
        super().__init__()
        make_torchaudio_importable()
        from transformers import MusicgenMelodyForCausalLM

        self.sizes = sizes
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.decoder = MusicgenMelodyForCausalLM(decoder_config(sizes))
            self.enc_to_dec_proj = nn.Linear(sizes.text_width, sizes.width)
            self.audio_enc_to_dec_proj = nn.Linear(_PITCH_CLASSES, sizes.width)
        first = self.decoder.model.decoder.layers[0].self_attn
        align_with_melody(first.q_proj, first.k_proj, sizes.heads, chroma_length(sizes.window_s * FRAME_RATE_HZ))

    def attend_in_blocks(self) -> None:
        """Compute attention in blocks from now on, which is faster on a CPU; see `attention`."""
        from transformers import AttentionInterface

        AttentionInterface.register("blocks", causal_attention)
        self.decoder.set_attn_implementation("blocks")

    def forward(self, codes: Tensor, chroma: Tensor, text: Tensor, said: Tensor) -> Tensor:
        """Return logits.

        Args:
            codes: int64 `[rows, codebooks, steps]`: delayed, the special token where there is no music.
            chroma: int64 `[rows, length]`, pitch classes.
            text: `[rows, tokens, text width]`.
            said: `[rows, tokens]`, 1 for words.

        Returns:
            `[rows, codebooks, steps, card]`: for what comes after each step.
        """
        states = self._states(codes, chroma, text, said)[1]
        return torch.stack([head(states) for head in self.decoder.lm_heads], dim=1)

    def _states(self, codes: Tensor, chroma: Tensor, text: Tensor, said: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states in the middle of the decoder and at its end for each step, `[rows, steps, width]`."""
        melody = self.audio_enc_to_dec_proj(functional.one_hot(chroma, _PITCH_CLASSES).to(text.dtype))
        words = self.enc_to_dec_proj(text) * said[..., None]
        prefix = torch.cat([melody, words.to(melody.dtype)], dim=1)
        made = self.decoder.model(
            codes.flatten(0, 1), encoder_hidden_states=prefix, use_cache=False, output_hidden_states=True
        )
        after_prefix = slice(prefix.shape[1], None)
        return made.hidden_states[self.sizes.layers // 2][:, after_prefix], made.last_hidden_state[:, after_prefix]

    def _token_losses(self, states: Tensor, targets: Tensor) -> Tensor:
        """Return the cross-entropy of each token, `[rows, codebooks, steps]`, 0 where it is ignored.

        A codebook at a time: its logits in float32 are the largest thing of a whole step, and twice as fast alone.

        Args:
            states: `[rows, steps, width]`, of the decoder's end.
            targets: int64 `[rows, codebooks, steps]`.
        """
        losses = [
            functional.cross_entropy(
                head(states).flatten(0, 1).float(), wished.flatten(), ignore_index=_IGNORED, reduction="none"
            ).view_as(wished)
            for head, wished in zip(self.decoder.lm_heads, targets.unbind(1), strict=True)
        ]
        return torch.stack(losses, dim=1)

    def losses(
        self, batch: Batch, text: TextEncoder, listener: Listener, opening_weight: float = 1.0
    ) -> tuple[Tensor, Recognition]:
        """Return the cross-entropy of each codebook, `[codebooks]`, in nats per token, and what the listener heard.

        Codes heard displaced do not count: going on with an error is not to be learned, finding back after it is.

        Args:
            batch: Windows, on any device.
            text: Encodes the captions.
            listener: Asks the middle of the decoder.
            opening_weight: How much more the first second of each window counts.
        """
        device = self.enc_to_dec_proj.weight.device
        steps, heard_steps = (delayed_codes(codes, self.sizes).to(device) for codes in (batch.codes, batch.heard))
        states, said = text.states(batch.captions)
        middle, last = self._states(heard_steps[..., :-1], batch.chroma.to(device), states, said)
        targets = steps[..., 1:].masked_fill(steps[..., 1:] == self.sizes.card, _IGNORED)
        losses = self._token_losses(last, targets)
        weights = (targets != _IGNORED).float()
        weights[..., :FRAME_RATE_HZ] *= opening_weight
        frames = batch.codes.shape[-1]
        heard = listener(middle[:, :frames], batch.answers.to(device), weights[:, 0, :frames])
        weights = weights * (steps == heard_steps)[..., 1:]
        return (losses * weights).sum((0, 2)) / weights.sum((0, 2)), heard

    def split_weights(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """Return the matrices of the layers, which Muon takes, and all other weights."""
        matrices, others = list[nn.Parameter](), list[nn.Parameter]()
        for name, weight in self.named_parameters():
            (matrices if ".layers." in name and weight.dim() == 2 else others).append(weight)
        return matrices, others


def delayed_codes(codes: Tensor, sizes: Sizes) -> Tensor:
    """Lay codes `[rows, codebooks, frames]` out in the delay pattern; -1 (no music) becomes the special token."""
    return delayed(codes.masked_fill(codes < 0, sizes.card), sizes.card, tuple(range(sizes.codebooks)))


def load_for_training(folder: Path) -> MelodyLanguageModel:
    """Read the language model of a checkpoint in transformers' layout, to go on from.

    Raises:
        UserProblem: If it is not a mono melody checkpoint with safetensors files.
    """
    config = open_checkpoint(folder).config
    if config.chroma is None or config.channels != 1 or not any(folder.glob("*.safetensors")):
        raise UserProblem(
            "This checkpoint cannot be trained further.",
            f"{folder} holds {config.architecture} with {config.channels} channel(s).",
            "Choose a mono melody checkpoint in transformers' layout with safetensors files, such as the starter.",
        )
    decoder = config.decoder
    sizes = Sizes(
        width=decoder.width,
        layers=decoder.layers,
        heads=decoder.heads,
        feed_forward=decoder.feed_forward,
        card=decoder.card,
        codebooks=decoder.codebooks,
        text_width=config.text_width,
        window_s=config.window_frames * config.hop_frames // config.sample_rate,
    )
    model = MelodyLanguageModel(sizes, seed=0)
    model.load_state_dict(_stored(folder, set(model.state_dict())))
    return model


def _stored(folder: Path, names: set[str]) -> dict[str, Tensor]:
    """Return the named tensors of a checkpoint as float32."""
    from safetensors import safe_open

    tensors = dict[str, Tensor]()
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            tensors |= {name: file.get_tensor(name).float() for name in names.intersection(file.keys())}
    return tensors
