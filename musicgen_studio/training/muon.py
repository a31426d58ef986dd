"""Muon: momentum whose update is made orthogonal by five Newton-Schulz steps. For matrices; the rest goes to AdamW.

Source: K. Jordan et al., https://kellerjordan.github.io/posts/muon (2024), and its code, MIT licence. torch's own
`torch.optim.Muon` takes two-dimensional weights only; here a convolution counts as the matrix `[first, all the rest]`,
which is what makes the codec learn (the plain way, Adam, does not get off the ground in a thousand steps).
"""

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn

_A, _B, _C = 3.4445, -4.7750, 2.0315
_STEPS = 5


class Muon(torch.optim.Optimizer):
    """Muon for weights of two or more dimensions.

    Args:
        weights: Parameters, each with at least two dimensions.
        lr: Learning rate; an update has this spectral norm, times the root of rows to columns where rows are more.
        momentum: Of the gradients, Nesterov's way.
        weight_decay: Share of a weight, times the learning rate, that each step takes away. An update has the same size
            however small the gradient, so without it the weights of a long training grow without bound.
        dtype: Of the Newton-Schulz steps. A processor without instructions for bfloat16 takes seven times as long in it
            as in float32.
    """

    def __init__(
        self,
        weights: Iterable[nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        dtype: torch.dtype = torch.bfloat16,
    ) -> None:
        super().__init__(list(weights), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self._dtype = dtype

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Change the weights by their gradients."""
        assert closure is None
        for group in self.param_groups:
            for weights in _taken_together([weight for weight in group["params"] if weight.grad is not None]):
                self._change(weights, group)

    def _change(self, weights: list[nn.Parameter], group: dict[str, Any]) -> None:
        """Change weights that are matrices of one shape: one product for all of them instead of one for each."""
        gradients = [self._with_momentum(weight, group["momentum"]).flatten(1) for weight in weights]
        alone = len(gradients) == 1
        updates = [orthogonal(gradients[0], self._dtype)] if alone else orthogonal(torch.stack(gradients), self._dtype)
        scale = sqrt(max(1.0, updates[0].shape[0] / updates[0].shape[1]))
        step = -group["lr"] * scale
        for weight, update in zip(weights, updates, strict=True):
            weight.mul_(1 - group["lr"] * group.get("weight_decay", 0.0))  # states of before have none
            change = update.view_as(weight).to(weight.dtype)
            if isinstance(step, Tensor):
                weight.addcmul_(change, step)
            else:
                weight.add_(change, alpha=step)

    def _with_momentum(self, weight: nn.Parameter, momentum: float) -> Tensor:
        assert weight.grad is not None
        velocity = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
        velocity.lerp_(weight.grad, 1 - momentum)
        return weight.grad.lerp(velocity, momentum)


def _taken_together(weights: list[nn.Parameter]) -> list[list[nn.Parameter]]:
    """Group matrices of one shape, which saves a graphics card most of its launches; a processor takes each alone.

    There one product for all of them takes a seventh longer, as they no longer fit into its caches.
    """
    alike = defaultdict[torch.Size, list[nn.Parameter]](list)
    for weight in weights:
        alike[weight.flatten(1).shape].append(weight)
    return [
        group
        for same in alike.values()
        for group in ([same] if same[0].device.type != "cpu" else [[weight] for weight in same])
    ]


def orthogonal(matrices: Tensor, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """Return the nearest matrices with singular values about 1, of a dtype.

    Args:
        matrices: `[rows, columns]`, or `[matrices, rows, columns]`.
        dtype: Of the steps and of what is returned.
    """
    is_tall = matrices.shape[-2] > matrices.shape[-1]
    x = (matrices.mT if is_tall else matrices).to(dtype).contiguous()
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + 1e-7)
    product = torch.addmm if x.dim() == 2 else torch.baddbmm  # a sum is taken inside its product: one rounding, no copy
    for _ in range(_STEPS):
        gram = x @ x.mT
        x = product(x, product(gram, gram, gram, beta=_B, alpha=_C), x, beta=_A)
    return x.mT if is_tall else x


def optimizers(
    matrices: Iterable[nn.Parameter],
    others: Iterable[nn.Parameter],
    matrix_rate: float,
    other_rate: float,
    weight_decay: float = 0.0,
    dtype: torch.dtype = torch.bfloat16,
) -> list[torch.optim.Optimizer]:
    """Return Muon for matrices and AdamW for everything else.

    Args:
        matrices: Weights with two or more dimensions.
        others: Biases, norms, embeddings, heads.
        matrix_rate: Muon's learning rate.
        other_rate: AdamW's.
        weight_decay: Muon's.
        dtype: Of Muon's Newton-Schulz steps.
    """
    made: list[torch.optim.Optimizer] = []
    matrix_list, other_list = list(matrices), list(others)
    if matrix_list:
        made.append(Muon(matrix_list, matrix_rate, weight_decay=weight_decay, dtype=dtype))
    if other_list:
        made.append(torch.optim.AdamW(other_list, other_rate, betas=(0.8, 0.95), weight_decay=0.0))
    return made


def set_rates(made: list[torch.optim.Optimizer], factor: float) -> None:
    """Set all learning rates to a share of what they began with."""
    for optimizer in made:
        for group in optimizer.param_groups:
            group.setdefault("full_lr", group["lr"])
            rate = group["full_lr"] * factor
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate


def steered(made: list[torch.optim.Optimizer], device: torch.device) -> None:
    """Put learning rates, and what optimizers count by, on the device, so that their steps ask for nothing elsewhere.

    States are saved as if this had not been done (`state.optimizer_states`).
    """
    for optimizer in made:
        for group in optimizer.param_groups:
            group.setdefault("full_lr", float(group["lr"]))
            group["lr"] = torch.tensor(float(group["lr"]), device=device)
            if "capturable" in group:
                group["capturable"] = device.type == "cuda"
        for state in optimizer.state.values():
            if "step" in state and device.type == "cuda":
                state["step"] = state["step"].to(device)
