"""From the operators of a file to a graph, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.graph.builder import LIMIT_HINT, GraphBuilder
from cnncost.importers.onnx import operators
from cnncost.importers.onnx.call import Call, UnsupportedError
from cnncost.importers.onnx.constants import array, folded, output_shapes, stored
from cnncost.importers.onnx.names import Names
from cnncost.importers.onnx.operators.registry import OPERATORS
from cnncost.importers.onnx.values import Activation, Constant, Value
from cnncost.importers.onnx.weights import Weights
from cnncost.importers.onnx.wellformed import needed, origin_of, refuse_wrong_form
from cnncost.importers.tensors.batch import tensor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.importers.onnx.operators.registry import Operator

__all__ = ["Translation", "operators"]

_PARTIAL = "`--partial` imports it with a gap in its place: totals are lower bounds then, and say so"
_NO_SIZE = "no gap stands in for it, since the file does not say how large its result is"


class Translation:
    """The values of a file, as they become known.

    Args:
        title: the network's name.
        onnx: the package.
        model: the file.
        shapes: of the inputs, by their names, the batch's axis first.
        most_nodes: how many layers there may be.
        allows_gaps: whether operators that are not known become gaps.
    """

    def __init__(
        self,
        title: str,
        onnx: Any,
        model: Any,
        shapes: Mapping[str, Sequence[int]],
        most_nodes: int,
        *,
        allows_gaps: bool = False,
    ) -> None:
        self._onnx = onnx
        self._model = model
        self._shapes = shapes
        self._builder = GraphBuilder(title, most_nodes)
        self._weights = Weights()
        self._nodes = needed(model.graph)
        self._names = Names(self._nodes)
        self._values: dict[str, Any] = {"": None}
        self._readers = _readers(self._nodes, model.graph)
        self._batch = next(iter({shape[0] for shape in shapes.values()}), 1)
        self._versions = {opset.domain: opset.version for opset in model.opset_import}
        self._sums: dict[str, str] = {}  # of a product that takes its bias along, the name of the sum
        self._warnings: list[str] = []
        self._allows_gaps = allows_gaps
        self._folds = 0

    def graph(self) -> Graph:
        """The graph.

        Raises:
            SpecError: an operator that is not known, or one that cannot be said in layers.
        """
        self._read_tensors()
        self._add_inputs()
        for node in self._nodes:
            if node.output[0] not in self._values:  # a bias that its product has taken along
                self._give(node, self._value_of(node))
        outputs = [self._values.get(output.name) for output in self._model.graph.output]
        nodes = [output.node for output in outputs if isinstance(output, Activation)]
        if not nodes:
            raise SpecError(f"nothing that `{self._builder.name}` gives depends on what it reads")
        warnings = (*self._warnings, *_folded_norms(self._nodes), *self._weights.repeated(), *self._weights.unread())
        return self._builder.finish(list(dict.fromkeys(nodes)), warnings=warnings)

    def _read_tensors(self) -> None:
        for tensor in self._model.graph.initializer:
            constant = stored(self._onnx, tensor)
            self._values[tensor.name] = constant
            if constant.tensors:
                self._weights.add(tensor.name, constant.shape)

    def _add_inputs(self) -> None:
        read = {name for node in self._nodes for name in node.input}
        for name, shape in self._shapes.items():
            if name not in read:
                self._warnings.append(f"the network does not read its input `{name}`")
                continue
            node = self._builder.add_input(self._names.of_input(name), tensor_of(tuple(shape[1:])))
            self._values[name] = Activation(node, tuple(shape))

    def _value_of(self, node: Any) -> Any:
        """What an operator gives."""
        inputs = [self._values.get(name) for name in node.input]
        refuse_wrong_form(self._onnx, node, self._versions.get(node.domain, 1))
        if node.op_type == "Constant":
            return array(self._onnx, node)
        if node.op_type in ("Shape", "Size") and inputs[0] is not None:
            return self._size(node, inputs[0])
        if node.op_type == "SequenceAt":
            return self._chosen(node, inputs)
        if not any(isinstance(value, Activation) for value in inputs):
            return self._computed(node, inputs)
        translate = OPERATORS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        call = self._call(node, inputs)
        size = self._builder.size
        try:
            value = self._gap(call) if translate is None else _translated(translate, call)
        except UnsupportedError:
            if not self._allows_gaps or self._builder.size > size:
                raise
            value = self._gap(call)
        self._warnings += call.notes
        return value

    def _computed(self, node: Any, inputs: Sequence[Constant | None]) -> list[Constant]:
        """What an operator gives that reads constants alone.

        Raises:
            SpecError: that cannot be said, or there are more of them than a network may have layers.
        """
        self._folds += 1
        if self._folds > self._builder.limit:
            message = f"more than {self._builder.limit:,} operators compute numbers from numbers"
            raise SpecError(message, origin_of(node), hint=LIMIT_HINT)
        first = inputs[0] if inputs else None
        if node.op_type == "Identity" and first is not None and first.tensors:
            return [self._weights.copied(first, node.output[0])]
        if node.op_type in ("QuantizeLinear", "DequantizeLinear") and first is not None:
            return [self._weights.on_a_grid(first, node.input[0], inputs[1])]
        constants = folded(self._onnx, self._model, node, inputs)
        if constants is None:
            raise self._unknown(node)
        return constants

    def _gap(self, call: Call) -> list[Activation]:
        """What stands in for an operator that is not known, if that is asked for.

        Raises:
            SpecError: it is not, or it is not known how large the result is.
        """
        shapes = output_shapes(self._onnx, self._model, call.node, call.inputs) if self._allows_gaps else None
        if shapes is None or not all(shapes):
            raise self._unknown(call.node)
        call.note("is a gap: what it computes is not known")
        return call.gaps(shapes)

    def _call(self, node: Any, inputs: Sequence[Value]) -> Call:
        attributes = {item.name: self._attribute(item) for item in node.attribute}
        return Call(
            node,
            inputs,
            attributes,
            version=self._versions.get(node.domain, 1),
            builder=self._builder,
            weights=self._weights,
            names=self._names,
            batch=self._batch,
            bias=self._bias(node),
        )

    def _attribute(self, item: Any) -> Any:
        value = self._onnx.helper.get_attribute_value(item)
        return value.decode(errors="replace") if isinstance(value, bytes) else value

    def _give(self, node: Any, value: Any) -> None:
        if node.output[0] in self._sums:
            self._values[self._sums[node.output[0]]] = value
        values = value if isinstance(value, list) else [value]
        if len(node.output) == 1 and isinstance(value, list) and len(values) > 1:
            self._values[node.output[0]] = value  # a sequence
            return
        self._values.update(zip(node.output, values, strict=False))

    def _bias(self, node: Any) -> Constant | None:
        """What the only reader of a product with constants adds along the last axis; the product gives the sum then."""
        if node.op_type != "MatMul" or not isinstance(self._values.get(node.input[1]), Constant):
            return None
        readers = self._readers.get(node.output[0], [])
        if len(readers) != 1 or readers[0] is None or readers[0].op_type != "Add":
            return None
        other = next((name for name in readers[0].input if name != node.output[0]), "")
        bias = self._values.get(other)
        if not isinstance(bias, Constant) or bias.shape != self._values[node.input[1]].shape[-1:] or not bias.tensors:
            return None
        self._sums[node.output[0]] = readers[0].output[0]
        return bias

    def _size(self, node: Any, x: Activation | Constant) -> Constant:
        """The shape of a value, or a part of it, as numbers."""
        import numpy

        attributes = {item.name: item.i for item in node.attribute}
        shape = x.shape[attributes.get("start", 0) : attributes.get("end", len(x.shape))]
        numbers = numpy.array(shape, dtype=numpy.int64)
        return Constant(numbers.shape, numbers) if node.op_type == "Shape" else Constant((), numbers.prod())

    def _chosen(self, node: Any, inputs: Sequence[Any]) -> Any:
        sequence, place = inputs
        if not isinstance(sequence, list) or not isinstance(place, Constant) or place.numbers is None:
            raise self._unknown(node)
        return sequence[int(place.numbers)]

    def _unknown(self, node: Any) -> SpecError:
        """The error for an operator that nobody has translated."""
        close = did_you_mean(node.op_type, OPERATORS)
        domain = f" of `{node.domain}`" if node.domain not in ("", "ai.onnx") else ""
        hint = _NO_SIZE if self._allows_gaps else _PARTIAL
        return SpecError(f"the operator `{node.op_type}`{domain} is not known{close}", origin_of(node), hint=hint)


def _translated(translate: Operator, call: Call) -> Any:
    """What an operator gives.

    Raises:
        SpecError: no layers say it, or its attributes are of other types than they must be.
    """
    try:
        return translate(call)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise call.unsupported(f"its attributes or inputs do not hold: {error}") from error


def _readers(nodes: Sequence[Any], graph: Any) -> dict[str, list[Any]]:
    """Who reads each value; ``None`` stands for an output of the network."""
    readers: dict[str, list[Any]] = {}
    for node in nodes:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    for output in graph.output:
        readers.setdefault(output.name, []).append(None)
    return readers


def _folded_norms(nodes: Sequence[Any]) -> list[str]:
    """A sentence about convolutions that hold a batch normalisation, as PyTorch's exporters say of them."""
    folded = 0
    for node in nodes:
        rule = any(entry.key == _RULES and _FOLDS in entry.value for entry in node.metadata_props)
        renamed = any(name.startswith(_RENAMED) for name in node.input[1:2])
        folded += node.op_type == "Conv" and (rule or renamed)
    if not folded:
        return []
    of = "1 convolution" if folded == 1 else f"{folded} convolutions"
    return [f"batch normalisation is folded into {of}: the parameters are the file's, not those of the model before"]


_RULES = "pkg.onnxscript.rewriter.rule_name"
_FOLDS = "FuseBatchNormIntoConv"
_RENAMED = "onnx::Conv_"
"""What PyTorch's older exporter calls the weights that it has computed."""
