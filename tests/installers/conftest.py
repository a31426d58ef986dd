"""The set-up's scripts: files beside the package that import nothing of it, so they are loaded by their paths."""

import importlib.util
from pathlib import Path
from types import ModuleType

INSTALLERS = Path(__file__).resolve().parents[2] / "installers"


def load_script(name: str) -> ModuleType:
    """Run one of the set-up's scripts, such as `menu`, as a module, and return it."""
    spec = importlib.util.spec_from_file_location(f"installers_{name}", INSTALLERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
