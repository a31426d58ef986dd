"""The two models inside a checkpoint that transformers implements: the EnCodec codec and the text encoder.

Both layouts end here: they bring a transformers configuration and tensors under transformers' names. Checked when
opened, built when asked for, always in float32 and evaluation mode.

Not for running them: that is `codec.py` and `text.py`.
Source: transformers `models/encodec/modeling_encodec.py`, `models/auto/modeling_auto.py` (text encoding mapping).
"""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.engine.checkpoint.encodec import folded
from musicgen_studio.engine.checkpoint.on_demand import can_be_read_on_demand, read_on_demand
from musicgen_studio.engine.checkpoint.values import CheckpointConfig
from musicgen_studio.engine.checkpoint.weights import DOWNLOAD_AGAIN, Shape, StoredWeights, read_json, unreadable
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from transformers import EncodecModel

# Running means of the codebooks, kept for training only.
_CODEC_STATISTICS = r"codebook\.(cluster_size|embed_avg|inited)$"
# Constants that older transformers wrote to files; now they are computed.
_TEXT_CONSTANTS = r"(^|\.)(position_ids|token_type_ids)$"
# One of these must be there for a tokenizer to be read without network.
_TOKENIZER_FILES = ("tokenizer.json", "spiece.model", "vocab.txt", "vocab.json")
CHOOSE_ANOTHER = "Choose another checkpoint; Meta's MusicGen models and those trained like them work."


def parse_config(raw: dict[str, Any], path: Path) -> Any:
    """Turn a `config.json` into transformers' configuration, defaults filled in.

    Args:
        raw: The file's contents, or a section of it.
        path: The file, for messages.

    Returns:
        An instance of the configuration class of its `model_type`.

    Raises:
        UserProblem: If transformers does not know the model type or refuses a value.
    """
    make_torchaudio_importable()
    from huggingface_hub.errors import StrictDataclassError
    from transformers import CONFIG_MAPPING

    model_type = raw.get("model_type")
    if model_type not in CONFIG_MAPPING:
        raise UserProblem(
            "The checkpoint cannot be used.", f"{path}: model type “{model_type}” is unknown.", CHOOSE_ANOTHER
        )
    try:
        with _quiet_transformers():
            return CONFIG_MAPPING[model_type].from_dict(raw)
    except (StrictDataclassError, ValueError, TypeError, LookupError, AttributeError) as error:
        said = " ".join(str(error).split())[:300]
        raise UserProblem("The checkpoint cannot be used.", f"{path}: {said}.", DOWNLOAD_AGAIN) from error


class StoredCodec:
    """An EnCodec model in a checkpoint's files.

    Args:
        config: Its transformers `EncodecConfig`.
        weights: Its tensors under transformers' names, weight norm in torch's old or new naming.
        path: The file its configuration comes from, for messages.

    Raises:
        UserProblem: If it is of a kind that MusicGen does not use, or tensors are missing, too many or misshapen.
    """

    def __init__(self, config: Any, weights: StoredWeights, path: Path) -> None:
        _require_plain_codec(config, path)
        self.config = config
        self._weights = weights.renamed(_new_weight_norm_name)
        self._shapes = _shapes(_on_meta("codec", config, path), _CODEC_STATISTICS)
        self._weights.require(self._shapes, _CODEC_STATISTICS)

    def load(self) -> "EncodecModel":
        """Build it in float32 and evaluation mode, weight norm folded, without gradients.

        Raises:
            UserProblem: If a file has become unreadable or a number is not finite.
        """
        model = _filled(
            _model_class("codec", self.config), self.config, self._weights.read(self._shapes, torch.float32)
        )
        return folded(model).requires_grad_(False)


def has_tokenizer(folder: Path) -> bool:
    """Tell whether a folder holds a tokenizer that can be read without network."""
    return any((folder / name).is_file() for name in _TOKENIZER_FILES)


class StoredTextEncoder:
    """A text encoder and its tokenizer in a checkpoint's files.

    Args:
        config: Its transformers configuration, of any kind `AutoModelForTextEncoding` knows.
        weights: Its tensors under transformers' names; of tensors that are tied, one is enough.
        path: The file its configuration comes from, for messages.
        tokenizer_folder: Where the tokenizer's files are.

    Raises:
        UserProblem: If it is no text encoder, the tokenizer's files are not there, or tensors are missing, too many
            or misshapen.
    """

    def __init__(self, config: Any, weights: StoredWeights, path: Path, tokenizer_folder: Path) -> None:
        self.config = config
        self._tokenizer_folder = tokenizer_folder
        if not has_tokenizer(tokenizer_folder):
            raise UserProblem(
                "The checkpoint is not complete.",
                f"{tokenizer_folder} has no tokenizer: none of {', '.join(_TOKENIZER_FILES)} is there.",
                DOWNLOAD_AGAIN,
            )
        model = _on_meta("text encoder", config, path)
        self._path, self._leaders = path, _tied_names(model)
        self._weights = weights.renamed(lambda name: self._leaders.get(name, name))
        shapes = _shapes(model, _TEXT_CONSTANTS)
        self._shapes = {name: shape for name, shape in shapes.items() if name not in self._leaders}
        self._weights.require(self._shapes, _TEXT_CONSTANTS)

    @property
    def width(self) -> int:
        """Width of its states."""
        return int(self.config.hidden_size)

    def load(self, keep_bytes: int | None = None) -> tuple[Any, Any]:
        """Build the encoder, in float32 and evaluation mode without gradients, and the tokenizer.

        Args:
            keep_bytes: As in `Checkpoint.text_encoder`.

        Raises:
            UserProblem: If a file has become unreadable or a number is not finite; of an encoder that stays in its
                file, only when it is used.
        """
        size = sum(math.prod(shape) for shape in self._shapes.values()) * torch.float32.itemsize
        if keep_bytes is not None and size > keep_bytes:
            model = _on_meta("text encoder", self.config, self._path)
            if can_be_read_on_demand(model):
                return read_on_demand(model, self._read), self._tokenizer()
        model_class = _model_class("text encoder", self.config)
        model = _filled(model_class, self.config, self._weights.read(self._shapes, torch.float32))
        return model.requires_grad_(False), self._tokenizer()

    def _read(self, names: list[str]) -> dict[str, torch.Tensor]:
        """Read tensors, also under names that are tied to others."""
        stored = {name: self._leaders.get(name, name) for name in names}
        found = self._weights.read(dict.fromkeys(stored.values()), torch.float32)
        return {name: found[leader] for name, leader in stored.items()}

    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        fast = self._tokenizer_folder / "tokenizer.json"
        if fast.is_file():
            read_json(fast)
        try:
            with _quiet_transformers():
                if (self._tokenizer_folder / "tokenizer_config.json").is_file():
                    return AutoTokenizer.from_pretrained(self._tokenizer_folder, local_files_only=True)
                # Without settings of its own, what kind it is follows from the encoder.
                if fast.is_file():
                    return _bare_tokenizer(fast)
                return AutoTokenizer.from_pretrained(self._tokenizer_folder, config=self.config, local_files_only=True)
        except Exception as error:  # the tokenizers library raises bare Exception for whatever it finds in a file
            raise unreadable(fast if fast.is_file() else self._tokenizer_folder / "spiece.model", error) from error


def _bare_tokenizer(path: Path) -> Any:
    """Read a tokenizer.json that has nothing beside it: the tokens that T5 fills up and ends with are known by name."""
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(path))
    known = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    there = {role: token for role, token in known.items() if token in tokenizer.get_vocab()}
    tokenizer.add_special_tokens(there)
    return tokenizer


def require_fit(config: CheckpointConfig, codec: Any, path: Path) -> None:
    """Check that a language model's figures are possible and fit its codec.

    Args:
        config: The checkpoint.
        codec: transformers' configuration of its codec.
        path: The file to name.

    Raises:
        UserProblem: Naming the file, the value and what was expected.
    """
    decoder = config.decoder
    figures = {"width": decoder.width, "layers": decoder.layers, "heads": decoder.heads, "card": decoder.card}
    figures |= {"feed_forward": decoder.feed_forward, "window_frames": config.window_frames}
    for name, value in figures.items():
        if value < 1:
            raise odd_value(path, name, value, "a positive number")
    if decoder.width % decoder.heads or decoder.width % 2:
        raise odd_value(path, "width", decoder.width, f"an even multiple of the {decoder.heads} heads")
    if decoder.card != codec.codebook_size:
        raise odd_value(path, "number of tokens", decoder.card, f"{codec.codebook_size}, as in the codec,")
    if decoder.codebooks != codec.num_quantizers * config.channels:
        expected = f"{codec.num_quantizers * config.channels}, as in the codec with {config.channels} channel(s),"
        raise odd_value(path, "number of codebooks", decoder.codebooks, expected)
    if config.chroma and config.chroma.bins == decoder.width:
        raise odd_value(path, "width", decoder.width, "another number than that of pitch classes")


def odd_value(path: Path, name: str, found: object, supported: str) -> UserProblem:
    """Say that a configuration has a value which this program does not support.

    Args:
        path: The file.
        name: Of the value.
        found: What is there.
        supported: What could be there.

    Returns:
        The problem.
    """
    return UserProblem(
        "The checkpoint is of a kind this program does not know.",
        f"{path}: {name} is {found}, only {supported} is supported.",
        CHOOSE_ANOTHER,
    )


def _require_plain_codec(config: Any, path: Path) -> None:
    """Refuse what EnCodec can be but MusicGen's never is; decoding in blocks is exact only for the plain kind."""
    wanted = {
        "model_type": "encodec",
        "use_causal_conv": False,
        "norm_type": "weight_norm",
        "normalize": False,
        "chunk_length_s": None,
        "audio_channels": 1,
    }
    for name, value in wanted.items():
        found = getattr(config, name, None)
        if found != value:
            raise odd_value(path, f"the codec's {name}", found, str(value))


def _new_weight_norm_name(name: str) -> str:
    """Rename weight norm's two halves from `torch.nn.utils.weight_norm` to `torch.nn.utils.parametrizations`."""
    for old, new in ((".weight_g", "original0"), (".weight_v", "original1")):
        if name.endswith(old):
            return f"{name.removesuffix(old)}.parametrizations.weight.{new}"
    return name


def _model_class(role: str, config: Any) -> Any:
    make_torchaudio_importable()
    from transformers import MODEL_FOR_TEXT_ENCODING_MAPPING, EncodecModel

    return EncodecModel if role == "codec" else MODEL_FOR_TEXT_ENCODING_MAPPING[type(config)]


def _on_meta(role: str, config: Any, path: Path) -> Any:
    """Build a model without memory for its tensors, to learn their names and shapes."""
    try:
        with torch.device("meta"), _quiet_transformers():
            return _model_class(role, config)(deepcopy(config))
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, ArithmeticError) as error:
        said = " ".join(str(error).split())[:300]
        raise UserProblem(
            "The checkpoint cannot be used.", f"{path}: no {role} can be built from it ({said}).", CHOOSE_ANOTHER
        ) from error


def _shapes(model: Any, left_out: str) -> dict[str, Shape]:
    """Return the shapes of a model's tensors by name, without those whose names fit a pattern."""
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items() if not re.search(left_out, name)}


def _tied_names(model: Any) -> dict[str, str]:
    """Map each name of a tied tensor but the first to the first, such as T5's `encoder.embed_tokens` to `shared`."""
    first: dict[int, str] = {}
    leaders = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        leader = first.setdefault(id(tensor), name)
        if leader != name:
            leaders[name] = leader
    return leaders


def _filled(model_class: Any, config: Any, state: dict[str, torch.Tensor]) -> Any:
    """Build a model around tensors, without a second copy; transformers makes its constant buffers."""
    # transformers draws random numbers even for what it does not initialize; loading must not shift anybody's seed.
    with _quiet_transformers(), torch.random.fork_rng(devices=[]):
        model = model_class.from_pretrained(None, config=deepcopy(config), state_dict=state, dtype=torch.float32)
    return model.eval()


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Keep progress bars and remarks off the terminal; what matters has been checked beforehand."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
