"""What a file computes from constants: sizes, indices and bounds, in the operators that shape the network's."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.values import Activation, Constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.onnx.values import Value

_MOST_NUMBERS = 100_000
"""Of larger results only the shape is computed."""
_GROWING = frozenset(("ConstantOfShape", "Expand", "EyeLike", "OneHot", "Pad", "Range", "Resize", "Tile", "Upsample"))
"""Operators whose results are as large as a number says that they read."""


def stored(onnx: Any, tensor: Any) -> Constant:
    """A tensor of the file: weights if it holds floating-point numbers."""
    shape = tuple(tensor.dims)
    weights = (tensor.name,) if _is_floating(onnx, tensor.data_type) and tensor.name else ()
    is_here = tensor.data_location != onnx.TensorProto.EXTERNAL and (_has_numbers(tensor) or 0 in shape)
    return Constant(shape, onnx.numpy_helper.to_array(tensor) if is_here else None, weights)


def array(onnx: Any, node: Any) -> Constant:
    """What the operator `Constant` holds, in any of the forms that it has for it."""
    import numpy

    value = onnx.helper.get_attribute_value(node.attribute[0])
    if node.attribute[0].name == "value":
        return stored(onnx, value)._replace(tensors=())
    numbers = numpy.array(value)
    return Constant(tuple(numbers.shape), numbers)


def folded(onnx: Any, model: Any, node: Any, inputs: Sequence[Constant | None]) -> list[Constant] | None:
    """What an operator gives that reads constants alone; ``None`` where that cannot be said.

    The numbers are computed where they are known, and the shape otherwise.
    """
    if node.op_type in ("Cast", "CastLike", "Identity") and inputs[0]:
        return [inputs[0]]
    tensors = tuple(dict.fromkeys(name for value in inputs if value for name in value.tensors))
    if _is_small(onnx, model, node, inputs):
        results = _computed(onnx, model, node, [value.numbers if value else None for value in inputs])
        if results is not None:
            return [Constant(tuple(result.shape), result, tensors) for result in results]
    shapes = output_shapes(onnx, model, node, inputs)
    return None if shapes is None else [Constant(shape, None, tensors) for shape in shapes]


def _is_small(onnx: Any, model: Any, node: Any, inputs: Sequence[Constant | None]) -> bool:
    """Whether the numbers of all that an operator reads are known and few, and what it gives is few for certain."""
    known = [value.numbers for value in inputs if value]
    if any(numbers is None or numbers.size > _MOST_NUMBERS for numbers in known):
        return False
    if node.op_type not in _GROWING and prod(max(numbers.size, 1) for numbers in known) <= _MOST_NUMBERS:
        return True
    shapes = output_shapes(onnx, model, node, inputs)
    if shapes is not None:
        return all(prod(shape) <= _MOST_NUMBERS for shape in shapes)
    return node.op_type == "Range" and _few(*[float(numbers) for numbers in known])


def _few(start: float, stop: float, step: float) -> bool:
    """Whether a range holds few numbers."""
    return step != 0 and abs(stop - start) <= _MOST_NUMBERS * abs(step)


def _computed(onnx: Any, model: Any, node: Any, arrays: Sequence[Any]) -> list[Any] | None:
    """The numbers that ONNX's own reference implementation gives."""
    given = {name: array for name, array in zip(node.input, arrays, strict=True) if name and array is not None}
    infos = [
        onnx.helper.make_tensor_value_info(name, _type_of(onnx, array), array.shape) for name, array in given.items()
    ]
    outputs = [onnx.helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = onnx.helper.make_graph([node], "constant", infos, outputs)
    single = onnx.helper.make_model(graph, opset_imports=model.opset_import)
    try:
        results = onnx.reference.ReferenceEvaluator(single).run(None, given)
    except Exception:
        return None
    return list(results) if all(hasattr(result, "shape") for result in results) else None


def output_shapes(onnx: Any, model: Any, node: Any, inputs: Sequence[Value]) -> list[tuple[int, ...]] | None:
    """The shapes that ONNX's inference gives, or else the file; ``None`` where neither says them."""
    return _inferred(onnx, model, node, inputs) or _declared(model, node)


def _declared(model: Any, node: Any) -> list[tuple[int, ...]] | None:
    """The shapes that the file says its values have."""
    values = [*model.graph.value_info, *model.graph.output]
    said = {value.name: value.type.tensor_type.shape.dim for value in values if value.name in node.output}
    shapes = [tuple(size.dim_value for size in said.get(name, ())) for name in node.output]
    return shapes if all(shape and all(size > 0 for size in shape) for shape in shapes) else None


def _inferred(onnx: Any, model: Any, node: Any, inputs: Sequence[Value]) -> list[tuple[int, ...]] | None:
    version = next((opset.version for opset in model.opset_import if opset.domain == node.domain), 1)
    infos, data = {}, {}
    for name, value in zip(node.input, inputs, strict=True):
        if isinstance(value, (Activation, Constant)):
            numbers = value.numbers if isinstance(value, Constant) else None
            kind = onnx.TensorProto.FLOAT if numbers is None else _type_of(onnx, numbers)
            infos[name] = onnx.helper.make_tensor_type_proto(kind, value.shape)
            if numbers is not None:
                data[name] = onnx.numpy_helper.from_array(numbers, name)
    try:
        schema = onnx.defs.get_schema(node.op_type, version, node.domain)
        found = onnx.shape_inference.infer_node_outputs(schema, node, infos, data)
    except Exception:
        return None
    shapes = []
    for name in node.output:
        tensor = found[name].tensor_type if name in found else None
        if tensor is None or not tensor.HasField("shape"):
            return None
        sizes = list(tensor.shape.dim)
        if not all(size.HasField("dim_value") for size in sizes):
            return None
        shapes.append(tuple([size.dim_value for size in sizes]))
    return shapes


def _type_of(onnx: Any, array: Any) -> int:
    kind: int = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
    return kind


def _is_floating(onnx: Any, kind: int) -> bool:
    tensor = onnx.TensorProto
    return kind in (tensor.FLOAT, tensor.FLOAT16, tensor.BFLOAT16, tensor.DOUBLE)


def _has_numbers(tensor: Any) -> bool:
    fields = ("raw_data", "float_data", "double_data", "int32_data", "int64_data", "uint64_data", "string_data")
    return any(len(getattr(tensor, field)) for field in fields)
