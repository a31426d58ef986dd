"""Make torchaudio's Python parts importable beside a CPU-only torch.

torchaudio's Linux wheel is linked against CUDA libraries. Beside a CPU-only torch they are absent, so `import
torchaudio` raises OSError while loading its compiled extension; beside a torch for another CUDA release it raises
RuntimeError. Every model in transformers fails with it, as soon as torchaudio is installed. Resampling and spectrograms
are written in Python and do not need the extension.

Not for reading or writing sound files: that is `audiofile`.
Source: `torchaudio/_extension/__init__.py` and the modules that import it, torchaudio 2.11.
"""

import importlib
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

_IMPORTING = threading.RLock()
_USED = ("CONFIG_MAPPING", "MODEL_FOR_TEXT_ENCODING_MAPPING", "AutoTokenizer", "EncodecModel", "T5EncoderModel")
_EXTENSION = "torchaudio._extension"

_Function = TypeVar("_Function", bound=Callable[..., object])


def make_torchaudio_importable() -> None:
    """Import torchaudio, without its compiled extension where that cannot be loaded, and what is used of transformers.

    transformers imports its parts when they are asked for. Two threads that ask at the same time find it half imported
    and fail: so here one waits for the other.

    Nothing is replaced where the plain import works. May be called any number of times; a later call is a look-up.
    Call it before the first import of a model, processor or feature extractor from transformers.

    Raises:
        ModuleNotFoundError: If torchaudio is not installed.
        OSError, ImportError, RuntimeError: If it fails for another reason than its extension.
    """
    with _IMPORTING:
        try:
            importlib.import_module("torchaudio")
        except ModuleNotFoundError:
            raise
        except (OSError, ImportError, RuntimeError):
            _forget_torchaudio()
            sys.modules[_EXTENSION] = _extension_stand_in()
            importlib.import_module("torchaudio")
        transformers = importlib.import_module("transformers")
        for name in _USED:
            getattr(transformers, name)


def _forget_torchaudio() -> None:
    # A failed import leaves the submodules that did load; they would hold on to the missing extension. Other threads
    # import meanwhile: the names are copied first, in one step.
    for name in [name for name in list(sys.modules) if name.partition(".")[0] == "torchaudio"]:
        del sys.modules[name]


def _extension_stand_in() -> ModuleType:
    """Return a module with the two names that torchaudio's Python parts take from the extension."""
    module = ModuleType(_EXTENSION, "Says that torchaudio's compiled extension is not there.")
    vars(module).update(_IS_TORCHAUDIO_EXT_AVAILABLE=False, fail_if_no_align=_unchanged)
    return module


def _unchanged(function: _Function) -> _Function:
    return function
