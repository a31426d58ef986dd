"""A model whose weights stay in their file and are read, part by part, when they are used.

T5-base in float32 would be a third of the program's memory, for a tenth of a second's work per prompt. Read a layer at
a time it needs the room of its largest part, a fifth of itself.
"""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, nn

Read = Callable[[list[str]], dict[str, Tensor]]
"""Reads tensors by their names in the model."""


def can_be_read_on_demand(model: nn.Module) -> bool:
    """Tell whether all a model holds is in its file: buffers may be made by its own code, and are not."""
    return not any(True for _ in model.buffers())


def read_on_demand(model: nn.Module, read: Read) -> nn.Module:
    """Let the layers of a model on the meta device, and what lies outside of them, read their tensors when called.

    Args:
        model: Such that `can_be_read_on_demand`; is changed, and runs as if it had been read as a whole.
        read: Called with the names of a part's tensors each time the part is called.
    """
    for prefix, part in _parts(model):
        part.register_forward_pre_hook(_Reading(prefix, read))
        part.register_forward_hook(_let_go, always_call=True)
    return model.eval().requires_grad_(False)


def _parts(model: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Find the elements of module lists, and whatever has parameters of its own above them."""
    for name, child in model.named_children():
        path = f"{prefix}{name}."
        if isinstance(child, nn.ModuleList):
            yield from ((f"{path}{index}.", layer) for index, layer in enumerate(child))
        elif any(True for _ in child.parameters(recurse=False)):
            yield path, child
        else:
            yield from _parts(child, path)


class _Reading:
    def __init__(self, prefix: str, read: Read) -> None:
        self._prefix, self._read = prefix, read

    def __call__(self, part: nn.Module, _arguments: Any) -> None:
        names = {f"{self._prefix}{name}": name for name in part.state_dict()}
        tensors = self._read(list(names))
        part.load_state_dict({names[name]: tensor for name, tensor in tensors.items()}, assign=True)
        part.requires_grad_(False)


def _let_go(part: nn.Module, _arguments: Any, _result: Any) -> None:
    part.to("meta")
