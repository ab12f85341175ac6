"""From an exported model to a graph: operator by operator, in their order."""

from __future__ import annotations

import operator as python
from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.graph.builder import GraphBuilder
from cnncost.importers.pytorch.translation.call import Call
from cnncost.importers.pytorch.translation.gaps import gap
from cnncost.importers.pytorch.translation.names import ModuleNames, Place
from cnncost.importers.pytorch.translation.places import place_of, stack_of
from cnncost.importers.pytorch.translation.registry import OPERATORS, base_name
from cnncost.importers.pytorch.translation.rewriting.compositions import recognise
from cnncost.importers.pytorch.translation.rewriting.copies import show_copies
from cnncost.importers.pytorch.translation.rewriting.mutations import WRITTEN_BACK, redirect
from cnncost.importers.pytorch.translation.rewriting.writes import OVERWRITING, WHOLE, operator_name
from cnncost.importers.pytorch.translation.unread import LAYERS, factors_of, layers_without_input, products_of
from cnncost.importers.pytorch.translation.values import Activation, Value, Weight, activations, combined, weights
from cnncost.importers.pytorch.translation.weights import Weights
from cnncost.importers.tensors.batch import Batch, tensor_of
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.importers.pytorch.model.export import Exported
    from cnncost.importers.pytorch.model.inputs import InputShape


PARTIAL = "`--partial` imports it with a gap in its place: totals are lower bounds then, and say so"


_FIRST = ("input", "self", "tensors")
"""What layers read that may read no input."""


class Translation:
    """The values of an exported model, as they become known.

    Args:
        title: the network's name.
        model: the module.
        exported: its operators.
        shapes: what it reads.
        most_nodes: how many layers it may have.
        allows_gaps: whether operators that are not known become gaps.
    """

    def __init__(
        self,
        title: str,
        model: Any,
        exported: Exported,
        shapes: Sequence[InputShape],
        most_nodes: int,
        *,
        allows_gaps: bool,
    ) -> None:
        self._program = exported.program
        self._allows_gaps = allows_gaps
        self._batch = Batch(exported.batch)
        self._builder = GraphBuilder(title, most_nodes)
        self._weights = Weights(model)
        self._shapes = shapes
        varying = redirect(self._program.graph, self._program.graph_signature.user_inputs)
        recognise(self._program.graph, varying)
        varying |= show_copies(self._program.graph, varying, self._batch)
        self._nodes = _needed(self._program.graph)
        self._unread = layers_without_input(self._program.graph, varying)
        layers = varying | self._unread
        operators = [node for node in self._nodes if node in layers and hasattr(node.target, "_schema")]
        self._names = ModuleNames(model, [stack_of(node) for node in operators])
        self._values: dict[Any, Value] = {}
        self._auxiliary = exported.auxiliary
        self._warnings = [*exported.warnings]
        self._prepared = 0

    def graph(self) -> Graph:
        """The graph.

        Raises:
            SpecError: an operator that is not known, or one that cannot be said in layers.
        """
        self._add_inputs()
        outputs: list[int] = []
        auxiliary: list[int] = []
        for node in self._nodes:
            if node.op == "call_function":
                self._values[node] = self._value_of(node)
            elif node.op == "output":
                outputs, auxiliary = self._ends(node)
        if not outputs:
            raise SpecError(f"nothing that `{self._builder.name}` gives depends on what it reads")
        unused = self._add_unused()
        if self._prepared:
            what = f"layers that read no input take {self._prepared:,} multiply-accumulates, once for all samples"
            self._warnings.append(f"{what}: they are not counted")
        repeated = sum(products_of(node) for node in self._unread if node in self._nodes)
        if repeated:
            what = f"layers that read no input take {repeated:,} multiply-accumulates"
            self._warnings.append(f"{what}: counted for each sample, and PyTorch computes them once for a batch")
        return self._builder.finish(outputs, [*auxiliary, *unused], warnings=tuple(self._warnings))

    def _ends(self, output: Any) -> tuple[list[int], list[int]]:
        """The nodes that the model gives, and those that it gives in training only."""
        values = self._read(output.args[0])
        main = len(values) - self._auxiliary
        ends = [dict.fromkeys(found.node for found in activations(part)) for part in (values[:main], values[main:])]
        return list(ends[0]), [end for end in sorted(ends[1]) if end not in ends[0]]

    def _add_unused(self) -> list[int]:
        """A node for the parameters and buffers that no layer has: they are stored, and nothing else."""
        nodes = []
        for path, names in self._weights.left().items():
            stored = [self._weights.parameters.get(name) or self._weights.buffers[name] for name in names]
            trained = sum(each.elements for each in stored if each.name in self._weights.parameters)
            given = sum(each.elements for each in stored) - trained
            layer = REGISTRY["parameter"](shape=(trained + given,), computed_from=(trained, given))
            name, containers = self._names.take(Place(path, True), "parameter", True)
            nodes.append(self._builder.add(layer, [], name, containers=containers))
            self._warnings.append(f"`{path}` is stored and not used: {_counted(trained, given)}")
        return nodes

    def _add_inputs(self) -> None:
        """A node for each input that is read, and a weight for each parameter and buffer."""
        inputs = iter(self._shapes)
        specs = {spec.arg.name: spec for spec in self._program.graph_signature.input_specs}
        for node in self._program.graph.nodes:
            if node.op != "placeholder":
                continue
            spec, value = specs[node.name], node.meta.get("val")
            if spec.kind.name != "USER_INPUT":
                self._values[node] = self._stored(spec, tuple(value.shape))
            elif hasattr(value, "shape"):
                self._add_input(node, next(inputs))

    def _add_input(self, node: Any, shape: InputShape) -> None:
        if node not in self._nodes:
            self._warnings.append(f"the model does not read its input `{shape.name}`")
            return
        self._names.reserve(shape.name)
        number = self._builder.add_input(shape.name, tensor_of(shape.dims))
        self._values[node] = Activation(number, tuple(node.meta["val"].shape))

    def _stored(self, spec: Any, shape: tuple[int, ...]) -> Weight:
        name = self._weights.names.get(spec.target)
        if name is None:  # a constant of the code
            return Weight(shape, stored=True)
        if spec.kind.name == "PARAMETER":
            return Weight(shape, (name,), stored=True)
        return Weight(shape, (), (name,), stored=True)

    def _value_of(self, node: Any) -> Value:
        """What an operator gives: of weights alone another weight, of activations what its layers give."""
        if node.target is python.getitem:
            piece = self._values[node.args[0]][node.args[1]]
            return piece() if callable(piece) else piece
        if not hasattr(node.target, "_schema"):
            return self._of_python(node)
        name, in_place = base_name(node.target)
        if any(type(size) is not int for shape in _shapes_of(node) for size in shape):
            message = f"the size of what `{name}` gives depends on the numbers that it reads"
            raise SpecError(f"{message}: its cost is not known beforehand", place_of(node))
        arguments = self._arguments(node)
        reads = [found for value in arguments.values() for found in activations(value)]
        if not reads and not self._is_layer(name, node):
            return _of_weights(name, node, arguments)
        call, translate = self._call(name, node, arguments, in_place), OPERATORS.get(name)
        if not reads:
            self._read_first(call, arguments)
        if translate is None:
            if self._allows_gaps:
                return self._gap(call)
            raise self._unknown(name, node)
        before = self._builder.size
        try:
            return translate(call)
        except SpecError as error:
            if self._allows_gaps and self._builder.size == before:
                return self._gap(call)
            error.hint = error.hint or PARTIAL
            raise

    def _read_first(self, call: Call, arguments: dict[str, Value]) -> None:
        """Let a layer that reads no input read the first of its tensors."""
        name = next(name for name in _FIRST if name in arguments)
        first, *others = weights(arguments[name])
        read = call.source(first, first.shape)
        arguments[name] = [read, *others] if others else read

    def _is_layer(self, name: str, node: Any) -> bool:
        """Whether an operator that reads no activation is a layer all the same."""
        if name not in LAYERS:
            return False
        repeated = self._batch.size > 1 and self._batch.axis(factors_of(node)[0]) is not None
        if repeated or node in self._unread:
            return True
        self._prepared += products_of(node)
        return False

    def _gap(self, call: Call) -> Value:
        """What stands for an operator that is not known: its results, each made when it is read."""
        self._warnings.append(f"`{call.name}` at {call.origin.where} is a gap: what it computes is not known")
        if len(call.shapes) == 1:
            return gap(call, call.shape)
        return [partial(gap, call, shape) for shape in call.shapes]

    def _call(self, name: str, node: Any, arguments: Mapping[str, Value], in_place: bool) -> Call:
        return Call(
            name,
            arguments,
            _shapes_of(node),
            inplace=in_place and WRITTEN_BACK not in node.meta and _is_read_once(node.args[0]),
            builder=self._builder,
            weights=self._weights,
            batch=self._batch,
            names=self._names,
            place=self._names.place(stack_of(node)),
            origin=place_of(node),
            warnings=self._warnings,
            taken=frozenset(user.args[1] for user in node.users if user.target is python.getitem),
        )

    def _arguments(self, node: Any) -> dict[str, Value]:
        """Values by the names of the operator's schema."""
        schema = node.target._schema.arguments
        values = {argument.name: argument.default_value for argument in schema if argument.has_default_value()}
        values.update({argument.name: self._read(given) for argument, given in zip(schema, node.args, strict=False)})
        values.update({name: self._read(given) for name, given in node.kwargs.items()})
        return values

    def _read(self, argument: Any) -> Value:
        if argument in self._values if hasattr(argument, "users") else False:
            return self._values[argument]
        if isinstance(argument, list | tuple):
            return [self._read(item) for item in argument]
        return argument

    def _of_python(self, node: Any) -> Value:
        raise SpecError(f"`{node.target}` of Python cannot be imported", place_of(node))

    def _unknown(self, name: str, node: Any) -> SpecError:
        """The error for an operator that nobody has translated."""
        values = [getattr(each.meta.get("val"), "dtype", None) for each in (node, *node.all_input_nodes)]
        if any(dtype is not None and dtype.is_complex for dtype in values):
            message = f"`{name}` cannot be imported: it works on complex numbers, and layers are real"
            return SpecError(message, place_of(node), hint=PARTIAL)
        return SpecError(f"the operator `{name}` is not known", place_of(node), hint=PARTIAL)


def _counted(trained: int, given: int) -> str:
    """How many parameters and buffers there are.

    >>> _counted(3, 0), _counted(3, 2)
    ('3 parameters', '3 parameters and 2 numbers in buffers')
    """
    parts = [f"{trained:,} parameters"] * bool(trained) + [f"{given:,} numbers in buffers"] * bool(given)
    return " and ".join(parts) or "nothing"


def _needed(graph: Any) -> dict[Any, None]:
    """The operators that the outputs need, in their order: what is computed and never used is no layer."""
    needed: set[Any] = set()
    for node in reversed(graph.nodes):
        if node.op == "output" or node in needed:
            needed.add(node)
            overwritten = node.args[0] if operator_name(node) in OVERWRITING else None
            needed.update(read for read in node.all_input_nodes if read is not overwritten)
    return {node: None for node in graph.nodes if node in needed}


def _shapes_of(node: Any) -> list[tuple[int, ...]]:
    """The shapes of what an operator gives."""
    value = node.meta.get("val")
    given = value if isinstance(value, list | tuple) else [value]
    return [tuple(each.shape) if hasattr(each, "shape") else () for each in given]


def _of_weights(name: str, node: Any, arguments: Mapping[str, Value]) -> Value:
    """What an operator computes of weights and numbers."""
    parts = [found for value in arguments.values() for found in weights(value)]
    value = _shaped(node.meta.get("val"), parts, name in WHOLE and len(parts) == 1 and parts[0].stored)
    if not isinstance(value, Weight):
        return value
    if name == "_weight_norm" and all(part.stored for part in parts):
        return value._replace(form="weight_norm")
    if name == "div" and [buffer.rpartition("_")[2] for buffer in value.buffers] == ["u", "v"]:
        return value._replace(form="spectral_norm")
    if name in WHOLE and len(parts) == 1:
        return value._replace(form=parts[0].form)
    return value


def _shaped(value: Any, parts: list[Weight], stored: bool) -> Value:
    if isinstance(value, list | tuple):
        return [_shaped(item, parts, False) for item in value]
    return combined(tuple(value.shape), parts, stored) if hasattr(value, "shape") else value


def _is_read_once(node: Any) -> bool:
    """Whether nothing but the operator that overwrites a value reads it, nor what it is a view of."""
    while len(node.users) == 1:
        if node.op != "call_function" or not hasattr(node.target, "_schema"):
            return True
        if base_name(node.target)[0] not in WHOLE:
            return True
        node = node.args[0]
    return False
