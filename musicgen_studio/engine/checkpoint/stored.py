"""What an opened folder is, whatever its layout: configuration, codec, text encoder, and the language model's weights.

Not for how a layout calls its weights: that is `huggingface.py` and `audiocraft.py`.
"""

from typing import TYPE_CHECKING, Any

from musicgen_studio.engine.checkpoint.submodels import StoredCodec, StoredTextEncoder
from musicgen_studio.engine.checkpoint.values import CheckpointConfig
from musicgen_studio.engine.checkpoint.weights import StoredWeights

if TYPE_CHECKING:
    from transformers import EncodecModel


class StoredCheckpoint:
    """The part of `Checkpoint` that does not depend on the layout.

    Args:
        config: The checkpoint's configuration.
        codec: Its codec.
        text_encoder: Its text encoder.
        weights: Those of the language model.
    """

    def __init__(
        self, config: CheckpointConfig, codec: StoredCodec, text_encoder: StoredTextEncoder, weights: StoredWeights
    ) -> None:
        self.config = config
        self._codec = codec
        self._text_encoder = text_encoder
        self._weights = weights

    @property
    def identity(self) -> str:
        """What stands for the files the language model's numbers come from, until they change."""
        return self._weights.identity

    @property
    def stored_codec(self) -> StoredCodec:
        """The codec in its files."""
        return self._codec

    @property
    def stored_text_encoder(self) -> StoredTextEncoder:
        """The text encoder in its files."""
        return self._text_encoder

    def codec(self) -> "EncodecModel":
        """Build the codec in float32, in evaluation mode, weight norm folded into plain weights."""
        return self._codec.load()

    def text_encoder(self, keep_bytes: int | None = None) -> tuple[Any, Any]:
        """Build the text encoder and its tokenizer; see `Checkpoint.text_encoder`."""
        return self._text_encoder.load(keep_bytes)
