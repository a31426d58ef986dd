"""How a model's matrices are kept: the choices, and the one for a device. torch is imported late, as in `device`."""

from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING

from musicgen_studio.compute.device import AUTO
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    import torch


class Precision(StrEnum):
    """How the language model's matrices are kept."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"

    @property
    def activation_dtype(self) -> "torch.dtype":
        """Dtype of everything between the matrices, and of the key-value cache."""
        import torch

        return {"float16": torch.float16, "bfloat16": torch.bfloat16}.get(self.value, torch.float32)

    @property
    def bytes_per_weight(self) -> int:
        """Memory a weight takes, and what a step reads of it."""
        return {"float32": 4, "int8": 1}.get(self.value, 2)


PRECISIONS = (AUTO, *(precision.value for precision in Precision))
"""What may be asked for."""


def not_finite(precision: Precision) -> UserProblem:
    """Return what to say when a model has computed something that is no finite number.

    Args:
        precision: In which it did.
    """
    wider = {Precision.FLOAT32: "", Precision.BFLOAT16: "float32"}.get(precision, "bfloat16 or float32")
    damaged = "the checkpoint is damaged: download it again, or choose another"
    return UserProblem(
        "The model's output is not sound.",
        f"It holds numbers that are not finite; {precision} may not be enough for this checkpoint."
        if wider
        else "It holds numbers that are not finite.",
        f"Choose the precision {wider}; if that does not help, {damaged}." if wider else f"Probably {damaged}.",
    )


def int8_is_available() -> bool:
    """Tell whether this processor has the instructions that `cpu/` needs (x86-64 with AVX2), and numba is there."""
    import torch

    return torch.backends.cpu.get_cpu_capability().startswith("AVX") and find_spec("numba") is not None


def has_fast_bfloat16(device: "torch.device") -> bool:
    """Tell whether training gains by bfloat16: whether the device multiplies such matrices itself.

    Asked of the instructions, not of a clock, so that a training that goes on is the one that was not interrupted. A
    processor without them took 22 s for a codec's step in bfloat16 and 0.5 s in float32; with them, 0.70 for 0.99 s.
    """
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    known = torch.cpu.get_capabilities()
    return device.type == "cpu" and any(known.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def mixed(device: "torch.device") -> "torch.autocast":
    """Return the context in which training computes: bfloat16 where that is fast, float32 elsewhere."""
    import torch

    return torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device))


def resolve_precision(name: str, device: "torch.device") -> Precision:
    """Return the precision for a name.

    Args:
        name: `auto`, or a `Precision`. Auto is float16 on GPUs, where memory does for it (`smaller_where_short`); on
            the CPU int8 where its kernels run, else float32. How close int8 is to float32 is measured by `quality`.
        device: Where the model will run.

    Raises:
        UserProblem: If that precision is unknown or not for this device.
    """
    if name == AUTO:
        if device.type != "cpu":
            return Precision.FLOAT16
        return Precision.INT8 if int8_is_available() else Precision.FLOAT32
    allowed = _precisions(device)
    if name not in allowed:
        raise UserProblem(
            f"The precision {name!r} cannot be used.",
            f"On the device {device.type!r} there are: {', '.join(allowed)}.",
            f"Choose one of them, or {AUTO}.",
        )
    return Precision(name)


def _precisions(device: "torch.device") -> list[str]:
    halves = [Precision.BFLOAT16.value] if device.type == "cpu" else [Precision.FLOAT16.value, Precision.BFLOAT16.value]
    has_int8 = int8_is_available() if device.type == "cpu" else device.type == "cuda"
    return [Precision.FLOAT32.value, *halves, *([Precision.INT8.value] if has_int8 else [])]
