"""transformers' EnCodec made ready to run: what it works out anew in every forward pass is worked out once.

Not for where its weights come from (`submodels.py`, `training.codec.network`) nor for running it (`codec.py`).
Source: transformers `models/encodec/modeling_encodec.py`, 5.23.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.nn.utils import parametrize

if TYPE_CHECKING:
    from transformers import EncodecModel


def folded(codec: "EncodecModel") -> "EncodecModel":
    """Fold weight norm, and turn the convolutions' sizes into plain numbers. The output stays the same, bit for bit.

    Args:
        codec: Is changed. Its `state_dict` then has folded weights; nothing else in it changes.

    Returns:
        The codec.
    """
    from transformers.models.encodec.modeling_encodec import EncodecConv1d

    for module in codec.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
        if isinstance(module, EncodecConv1d):
            _fix_sizes(module)
    return codec


def _fix_sizes(convolution: Any) -> None:
    """Keep a convolution's sizes as Python's integers.

    transformers keeps them in buffers. On a GPU each padding then asks the device for them, three or four times a
    convolution, and waits until all that was started has run; and no CUDA graph can be recorded.
    """
    sizes = {name: int(getattr(convolution, name)) for name in ("stride", "kernel_size", "padding_total")}
    for name, size in sizes.items():
        delattr(convolution, name)  # the buffer, which an attribute may not take the place of
        setattr(convolution, name, size)
    convolution._get_extra_padding_for_conv1d = partial(_extra_padding, sizes["stride"])  # noqa: SLF001


def _extra_padding(stride: int, hidden_states: Tensor) -> int:
    """Return how many numbers fill the last stride. What transformers computes of all sizes comes down to this."""
    return -hidden_states.shape[-1] % stride
