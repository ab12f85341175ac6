"""An ONNX file as it is read: without its weights, its local functions put where they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, install_hint
from cnncost.files import read_file, reason, shown_path
from cnncost.importers.onnx.wellformed import refuse_too_many

if TYPE_CHECKING:
    from os import PathLike

MOST_BYTES = 2**31
"""No file of Protocol Buffers is larger; larger weights lie in files of their own, which are not read."""

_SMALL = 4096
"""Elements of a tensor whose numbers may decide shapes, and so are kept."""


def import_onnx() -> Any:
    """The ``onnx`` package.

    Raises:
        SpecError: it is not installed, or does not load.
    """
    try:
        import onnx
        import onnx.inliner
        import onnx.numpy_helper
        import onnx.reference
        import onnx.shape_inference
    except ImportError as error:
        if error.name == "onnx":
            raise SpecError("reading an ONNX file needs the package `onnx`", hint=install_hint("onnx")) from None
        raise SpecError(f"the package `onnx` does not load: {error}") from None
    return onnx


def read_model(path: str | PathLike[str], most_layers: int) -> Any:
    """The model in a file; of large tensors only the shapes.

    Args:
        path: the file.
        most_layers: how many layers a network may have, which limits its operators.

    Raises:
        SpecError: there is no such file, it is not an ONNX model, or it has too many operators.
    """
    shown = shown_path(path)
    try:
        data = read_file(path, MOST_BYTES)
    except OSError as error:
        raise SpecError(f"cannot read `{shown}`: {reason(error)}") from None
    except ValueError:
        raise SpecError(f"`{shown}` is not a valid path") from None
    onnx = import_onnx()
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:
        raise SpecError(f"`{shown}` is not an ONNX model: {_first_line(error)}") from None
    if not model.graph.node:
        raise SpecError(f"`{shown}` is not an ONNX model: it holds no operators")
    refuse_too_many(model, most_layers)
    for tensor in model.graph.initializer:
        _drop_numbers(tensor)
    return onnx.inliner.inline_local_functions(model) if model.functions else model


def _drop_numbers(tensor: Any) -> None:
    """Forget the numbers of a large tensor, which cost memory and say nothing about costs."""
    elements = 1
    for size in tensor.dims:
        elements *= size
    if elements > _SMALL:
        for field in ("raw_data", "float_data", "double_data", "int32_data", "int64_data", "uint64_data"):
            tensor.ClearField(field)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
