"""What is given as a spec and cannot be one: models as other programs keep them, and what to do with them."""

from __future__ import annotations

import re
from os.path import isfile
from pathlib import PurePath

from cnncost.errors import SpecError

_FACTORY = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
"""`package.module:factory`, as `cnncost verify --against` takes it."""

_WEIGHTS = "holds weights"
_FILES = {
    ".py": "is Python",
    ".pyi": "is Python",
    ".pyc": "is Python",
    ".ipynb": "is a notebook",
    ".onnx": "is an ONNX model",
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
    """Refuse what names a model that is no spec, and say how a spec of it can be compared with it.

    Raises:
        SpecError: it is Python, or a file that another program wrote.

    >>> try:
    ...     refuse_foreign("mymodel.py")
    ... except SpecError as error:
    ...     print(error.message)
    `mymodel.py` is Python, and a spec is YAML
    """
    if _FACTORY.fullmatch(spec) and not isfile(spec):
        message, reference = f"`{spec[:80]}` names something in Python", spec[:80]
    else:
        path = PurePath(spec)
        what = _FILES.get(path.suffix.lower())
        if what is None:
            return
        message = f"`{spec[-80:]}` {what}"
        reference = f"{module_of(path)}:FACTORY" if what == "is Python" else "package.module:factory"
    hint = (
        "describe the network in a spec (`cnncost zoo --show lenet5` prints one to begin with), "
        f"then `cnncost verify SPEC --against {reference}` compares it with a PyTorch model"
    )
    raise SpecError(f"{message}, and a spec is YAML", hint=hint)


def module_of(path: PurePath) -> str:
    """How Python imports the file from here.

    >>> module_of(PurePath("models/net.py")), module_of(PurePath("/home/me/net.py"))
    ('models.net', 'net')
    """
    parts = path.with_suffix("").parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else path.stem
