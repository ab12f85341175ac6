"""From an ONNX file to a graph."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.importers.onnx.model_file import import_onnx, read_model
from cnncost.importers.onnx.translate import Translation
from cnncost.language.expansion.scopes.inputs import input_tensor

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits


def load_onnx(path: str, shape: object, limits: Limits) -> Graph:
    """The graph of an ONNX file: weights are never loaded, and nothing is run.

    Args:
        path: the file.
        shape: one sample of the input, channels first, or of several by their names; needed where the file leaves
            sizes open.
        limits: how large the network may be.

    Raises:
        SpecError: there is no such file, it is not an ONNX model, a size is open, or it holds an operator that cannot
            be said in layers.
    """
    model = read_model(path)
    shapes = _shapes(model, shape)
    return Translation(PurePath(path).stem, import_onnx(), model, shapes, limits.nodes).graph()


def _shapes(model: Any, given: object) -> dict[str, tuple[int, ...]]:
    """The shape of each input, the batch's axis first: as it is given, or as the file has it."""
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = {value.name: value for value in model.graph.input if value.name not in stored}
    if not inputs:
        raise SpecError("the file has no inputs")
    samples = given if isinstance(given, dict) else {} if given is None else {next(iter(inputs)): given}
    for name in samples:
        if name not in inputs:
            close = did_you_mean(name, inputs)
            raise SpecError(f"there is no input `{name}`{close}", hint="the inputs are " + ", ".join(inputs))
    return {name: _shape(value, samples.get(name)) for name, value in inputs.items()}


def _shape(value: Any, sample: object) -> tuple[int, ...]:
    sizes = [size.dim_value or size.dim_param or "?" for size in value.type.tensor_type.shape.dim]
    batch = sizes[0] if sizes and isinstance(sizes[0], int) else 1
    if sample is not None:
        dims = input_tensor(value.name, sample).dims
        if sizes and len(dims) != len(sizes) - 1:
            message = f"`{value.name}` has {len(sizes) - 1} sizes behind the batch, not {len(dims)}"
            raise SpecError(message, hint="channels first, without the batch")
        return (batch, *dims)
    if not sizes or any(not isinstance(size, int) for size in sizes[1:]):
        shown = ", ".join(map(str, sizes))
        raise SpecError(
            f"the file leaves sizes of the input `{value.name}` open: [{shown}]", hint="`--input` gives them"
        )
    return (batch, *input_tensor(value.name, [size for size in sizes[1:] if isinstance(size, int)]).dims)
