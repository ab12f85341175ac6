"""Files of Python as modules: each with what lies beside it, and never with what lies beside another."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_entered: dict[str, frozenset[str]] = {}
"""The folder of the file that was run last, from which modules are imported, and the modules that were there before."""


def module_of_file(file: Path) -> ModuleType:
    """The module in a file, whatever else has its name; run once, as long as no file of another folder is.

    Raises:
        Exception: whatever its code raises.
    """
    _enter(str(file.parent))
    for known in (file.stem, str(file)):
        found = sys.modules.get(known)
        if found is not None and getattr(found, "__file__", None) == str(file):
            return found
    return _run(file, str(file) if file.stem in sys.modules else file.stem)


def _run(file: Path, name: str) -> ModuleType:
    spec = spec_from_file_location(name, file)
    assert spec is not None  # it ends in `.py`
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _enter(folder: str) -> None:
    """Let imports find what lies in a folder, as where Python runs a file of it; no longer what lies in the last."""
    if folder in _entered:
        return
    for last, before in _entered.items():
        sys.path.remove(last)
        _forget({name for name in sys.modules.keys() - before if _home(sys.modules[name]) == last})
    _entered.clear()
    _entered[folder] = frozenset(sys.modules)
    sys.path.insert(0, folder)


def _forget(outer: set[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in outer]:
        del sys.modules[name]


def _home(module: ModuleType) -> str | None:
    """The folder that a module, or a package with all that it holds, lies in; ``None`` where it lies in none."""
    file, paths = getattr(module, "__file__", None), list(getattr(module, "__path__", ()))
    if paths:
        return str(Path(paths[0]).parent)
    return str(Path(file).parent) if file else None
