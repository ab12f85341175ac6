"""What a file computes from constants: sizes, indices and bounds, in the operators that shape the network's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.values import Constant

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NUMBERS = 100_000
"""Of larger results only the shape is computed."""


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
    known = [value.numbers for value in inputs if value]
    if all(numbers is not None and numbers.size <= _MOST_NUMBERS for numbers in known):
        results = _computed(onnx, model, node, [value.numbers if value else None for value in inputs])
        if results is not None:
            return [Constant(tuple(result.shape), result, tensors) for result in results]
    shapes = _shapes(onnx, model, node, inputs)
    return None if shapes is None else [Constant(shape, None, tensors) for shape in shapes]


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


def _shapes(onnx: Any, model: Any, node: Any, inputs: Sequence[Constant | None]) -> list[tuple[int, ...]] | None:
    """The shapes that ONNX's inference gives."""
    version = next((opset.version for opset in model.opset_import if opset.domain == node.domain), 1)
    infos, data = {}, {}
    for name, value in zip(node.input, inputs, strict=True):
        if value:
            kind = onnx.TensorProto.FLOAT if value.numbers is None else _type_of(onnx, value.numbers)
            infos[name] = onnx.helper.make_tensor_type_proto(kind, value.shape)
            if value.numbers is not None:
                data[name] = onnx.numpy_helper.from_array(value.numbers, name)
    try:
        schema = onnx.defs.get_schema(node.op_type, version, node.domain)
        found = onnx.shape_inference.infer_node_outputs(schema, node, infos, data)
    except Exception:
        return None
    shapes = []
    for name in node.output:
        tensor = found[name].tensor_type if name in found else None
        if tensor is None or not all(size.HasField("dim_value") for size in tensor.shape.dim):
            return None
        shapes.append(tuple(size.dim_value for size in tensor.shape.dim))
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
