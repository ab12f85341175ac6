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


_FEWEST_AXES = 2
"""The batch's, and one of a sample."""
_OPEN = "`--input` gives them, of one sample: `--input 3x224x224`"


def load_onnx(path: str, shape: object, limits: Limits, *, partial: bool = False) -> Graph:
    """The graph of an ONNX file: weights are never loaded, and nothing is run.

    Args:
        path: the file.
        shape: one sample of the input, channels first, or of several by their names; needed where the file leaves
            sizes open.
        limits: how large the network may be.
        partial: whether operators that cannot be said in layers become gaps.

    Raises:
        SpecError: there is no such file, it is not an ONNX model, a size is open, or it holds an operator that cannot
            be said in layers, nor be a gap.
    """
    model = read_model(path, limits.nodes)
    shapes = _shapes(model, shape)
    name = PurePath(path).stem
    return Translation(name, import_onnx(), model, shapes, limits.nodes, allows_gaps=partial).graph()


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
    if len(sizes) < _FEWEST_AXES and value.type.tensor_type.HasField("shape"):
        what = "is a single number" if not sizes else "has one axis, which is the batch's: a sample of it is a number"
        hint = "store it in the file as a constant, or give it an axis more, that of the batch first"
        raise SpecError(f"the input `{value.name}` {what}", hint=hint)
    batch = sizes[0] if sizes and isinstance(sizes[0], int) else 1
    if sample is not None:
        dims = input_tensor(value.name, sample).dims
        if sizes and len(dims) != len(sizes) - 1:
            message = f"`{value.name}` has {len(sizes) - 1} sizes behind the batch, not {len(dims)}"
            raise SpecError(message, hint="channels first, without the batch")
        return (batch, *dims)
    if not sizes:
        raise SpecError(f"the file does not say how large the input `{value.name}` is", hint=_OPEN)
    if any(not isinstance(size, int) for size in sizes[1:]):
        shown = ", ".join(map(str, sizes))
        raise SpecError(f"the file leaves sizes of the input `{value.name}` open: [{shown}]", hint=_OPEN)
    return (batch, *input_tensor(value.name, [size for size in sizes[1:] if isinstance(size, int)]).dims)
