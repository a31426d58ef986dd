"""Which device a model runs on. torch is imported late: the names are also for those who only choose one."""

from typing import TYPE_CHECKING

from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    import torch

AUTO = "auto"
DEVICES = (AUTO, "cpu", "cuda", "mps")
"""What may be asked for."""


def resolve_device(name: str) -> "torch.device":
    """Return the device for a name.

    Args:
        name: `auto` (CUDA if there is one, else the CPU), `cpu`, `cuda` or `mps`. MPS is never chosen by itself:
            its kernels have given wrong sound for other MusicGen programs (facebookresearch/audiocraft issue 31).

    Raises:
        UserProblem: If that device is not there.
    """
    import torch

    if name == AUTO:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present.get(name, False):
        known = ", ".join(device for device, is_there in present.items() if is_there)
        raise UserProblem(
            f"The device {name!r} cannot be used.",
            f"This computer and this build of torch offer: {known}.",
            f"Choose one of them, or {AUTO}.",
        )
    return torch.device(name)


def is_usable(name: str) -> bool:
    """Tell whether a device still answers, with one small call. Waits for what it is doing.

    An error on a GPU can spoil the process's connection to it, and then every later call fails until the program is
    started again. To be asked after any error that nobody foresaw, in the thread that uses the device.

    Args:
        name: `cpu`, `cuda` or `mps`, as `resolve_device` knows them.
    """
    import torch

    try:
        return bool(torch.ones(2, device=name).sum().item() == 2)
    except (RuntimeError, AssertionError):  # the latter from a torch that was built without CUDA
        return False


def devices() -> list[dict[str, str]]:
    """Return what this computer and this build of torch offer: the name to choose each by, and a description."""
    import torch

    found = [{"device": "cpu", "description": f"{torch.get_num_threads()} threads"}]
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
        found += [{"device": "cuda", "description": name} for name in names]
    if torch.backends.mps.is_available():
        found.append({"device": "mps", "description": "Apple's GPU, the language model only"})
    return found


def graphics_cards(device: str) -> int:
    """Return how many graphics cards there are for programs that use one each; 0 if the device is another one.

    Args:
        device: As in `resolve_device`.
    """
    import torch

    return torch.cuda.device_count() if device in (AUTO, "cuda") and torch.cuda.is_available() else 0
