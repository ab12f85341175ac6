"""What is given as a spec and cannot be one: files that other programs wrote, and what to do with them."""

from __future__ import annotations

from pathlib import PurePath

from cnncost.errors import SpecError

_WEIGHTS = "holds weights"
_FILES = {
    ".py": "is Python",
    ".pyi": "is Python",
    ".pyc": "is Python",
    ".ipynb": "is a notebook",
    ".pt": _WEIGHTS,
    ".pth": _WEIGHTS,
    ".ckpt": _WEIGHTS,
    ".safetensors": _WEIGHTS,
    ".h5": _WEIGHTS,
    ".hdf5": _WEIGHTS,
    ".keras": _WEIGHTS,
    ".pb": "is a TensorFlow model",
    ".tflite": "is a TensorFlow model",
}
"""What files are, by their suffixes."""


def refuse_foreign(spec: str) -> None:
    """Refuse a file that another program wrote, and say what can be done with it.

    Raises:
        SpecError: it is such a file.

    >>> try:
    ...     refuse_foreign("mymodel.py")
    ... except SpecError as error:
    ...     print(error.message, error.hint, sep="; ")
    `mymodel.py` is Python, and a spec is YAML; `mymodel.py:FACTORY` imports what the function or class FACTORY returns
    """
    path = PurePath(spec)
    what = _FILES.get(path.suffix.lower())
    if what is None:
        return
    if what == "is Python":
        hint = f"`{spec[-80:]}:FACTORY` imports what the function or class FACTORY returns"
    else:
        hint = "`package.module:factory` imports a PyTorch model from the code that makes it"
    raise SpecError(f"`{spec[-80:]}` {what}, and a spec is YAML", hint=hint)


def module_of(path: PurePath) -> str:
    """How Python imports the file from here.

    >>> module_of(PurePath("models/net.py")), module_of(PurePath("/home/me/net.py"))
    ('models.net', 'net')
    """
    parts = path.with_suffix("").parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else path.stem
