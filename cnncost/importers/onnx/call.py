"""One operator of a file: what it reads, its attributes, and how its layers come into the graph."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.onnx.values import Activation, Constant, Value
from cnncost.importers.onnx.wellformed import origin_of
from cnncost.importers.tensors.batch import tensor_of
from cnncost.layers import REGISTRY
from cnncost.layers.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.errors import DescribedOrigin
    from cnncost.graph.builder import GraphBuilder
    from cnncost.importers.onnx.names import Names
    from cnncost.importers.onnx.weights import Weights


class UnsupportedError(SpecError):
    """A form of an operator that no layers say."""


class Call:
    """An operator with its values.

    Args:
        node: the operator in the file.
        inputs: what it reads, in its order; ``None`` for what it leaves out.
        attributes: by name, in Python's values.
        version: of the set of operators that it belongs to.
        builder: makes the nodes.
        weights: the tensors of the file, and who has them.
        names: what its layers are called.
        batch: how many samples the file is written for.
        bias: a constant that the only reader of the result adds to it, along its last axis.
    """

    def __init__(
        self,
        node: Any,
        inputs: Sequence[Value],
        attributes: Mapping[str, Any],
        *,
        version: int,
        builder: GraphBuilder,
        weights: Weights,
        names: Names,
        batch: int,
        bias: Constant | None,
    ) -> None:
        self.node = node
        self.name: str = node.op_type
        self.inputs = list(inputs)
        self.attributes = attributes
        self.version = version
        self.builder = builder
        self.weights = weights
        self.names = names
        self.batch = batch
        self.bias = bias
        self.notes: list[str] = []
        """What is to be said of it, a sentence each."""

    @property
    def origin(self) -> DescribedOrigin:
        """The operator in the file, by its name or by what it gives."""
        return origin_of(self.node)

    @property
    def module(self) -> str:
        """The path of the module that the operator belongs to; empty where the file does not say it."""
        return self.names.module(self.node)

    def value(self, place: int) -> Value:
        """An input; ``None`` where the operator leaves it out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def x(self, place: int = 0) -> Activation:
        """An input that is the output of a layer.

        Raises:
            SpecError: it is constant, or left out.
        """
        value = self.value(place)
        if not isinstance(value, Activation):
            raise self.unsupported(f"input {place} does not depend on the network's input")
        return value

    def constant(self, place: int) -> Constant:
        """An input that does not depend on the network's input.

        Raises:
            SpecError: it does, or it is left out.
        """
        value = self.value(place)
        if not isinstance(value, Constant):
            raise self.unsupported(f"input {place} depends on the network's input")
        return value

    def numbers(self, place: int, attribute: str | None = None) -> list[Any] | None:
        """The numbers of a constant input, or of the attribute that older versions have for it; ``None`` without.

        Raises:
            SpecError: they depend on the network's input, or lie in another file.
        """
        if self.value(place) is None:
            value = self.attributes.get(attribute) if attribute else None
            return None if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
        constant = self.constant(place)
        if constant.numbers is None:
            raise self.unsupported(f"the numbers of input {place} lie in another file")
        return [number.item() for number in constant.numbers.reshape(-1)]

    def tensor(self, value: Activation) -> Any:
        """One sample of a value, as the graph has it."""
        return self.builder.nodes[value.node].y

    def sample(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The sizes of one sample: without the first axis, where that is the batch's."""
        return tuple(shape[1:] if shape and shape[0] == self.batch else shape)

    def axis(self, shape: Sequence[int], axis: int) -> int:
        """Where an axis lies in a sample.

        Raises:
            SpecError: it is that of the batch, whose samples would be mixed.
        """
        place = axis % max(len(shape), 1) - (len(shape) - len(self.sample(shape)))
        if place < 0:
            raise self.unsupported("it works along the batch, and mixes the samples")
        return place

    def layer(
        self,
        keyword: str,
        fields: Mapping[str, Any],
        *reads: Activation,
        weights: Sequence[Constant | None] = (),
        shape: Sequence[int] | None = None,
    ) -> Activation:
        """Add a layer, and what it takes to give the sample the sizes that the file's result has.

        Args:
            keyword: the layer type.
            fields: as a spec gives them.
            reads: what it reads; the first input of the operator where nothing is given.
            weights: the constants that it has.
            shape: of the result, of the whole batch; by default the batch and what the layer gives.

        Raises:
            SpecError: the layer cannot be, or it would give something else than the file says.
        """
        inputs = [read.node for read in reads or (self.x(),)]
        kind = REGISTRY[keyword]
        layer = self.builder.make(kind, fields, self.builder.rank(kind, inputs, self.origin), origin=self.origin)
        node = self._add(layer, inputs)
        self.weights.give(self, node, [constant for constant in weights if constant])
        y = self.builder.nodes[node].y
        shape = (self.batch, *y.dims) if shape is None else tuple(shape)
        return Activation(self._shaped(node, self.sample(shape) or (1,)), tuple(shape))

    def learned(self, constant: Constant) -> Activation:
        """A constant as a node of its own: a learned tensor where the file has it as weights, or else a fixed one."""
        sizes = list(self.sample(constant.shape) if len(constant.shape) > 1 else constant.shape) or [1]
        fields = {"shape": sizes} | ({} if constant.tensors else {"fixed": True})
        layer = self.builder.make(REGISTRY["parameter"], fields, 0, origin=self.origin)
        node = self._add(layer, [])
        self.weights.give(self, node, [constant])
        return Activation(node, (self.batch, *sizes))

    def gaps(self, shapes: Sequence[Sequence[int]]) -> list[Activation]:
        """Gaps that give tensors of these shapes; the first has the weights that the operator reads."""
        constants = [value for value in self.inputs if isinstance(value, Constant)]
        reads = [value.node for value in self.inputs if isinstance(value, Activation)]
        weights = self.weights.take(constants)
        gaps = []
        for shape in shapes:
            gap = Gap(self.name, tensor_of(self.sample(shape)), sum(weights.values()), 0)
            node = self._add(gap, reads)
            self.weights.owners.update(dict.fromkeys(weights, node))
            gaps.append(Activation(node, tuple(shape)))
            weights = {}
        return gaps

    def reshaped(self, x: Activation, shape: Sequence[int]) -> Activation:
        """A value in other axes, in the order of its numbers; no layer where a sample has these already.

        Raises:
            SpecError: the shape has not as many numbers.
        """
        if prod(shape) != prod(x.shape):
            raise self.unsupported(f"{list(x.shape)} is not as many numbers as {list(shape)}")
        dims = self.sample(shape) or (1,)
        if self.tensor(x).dims == dims:
            return Activation(x.node, tuple(shape))
        keyword, fields = ("flatten", {}) if len(dims) == 1 else ("reshape", {"size": list(dims)})
        return self.layer(keyword, fields, x, shape=shape)

    def _add(self, layer: Any, inputs: Sequence[int]) -> int:
        name, containers = self.names.take(self.node, layer.keyword)
        return self.builder.add(layer, inputs, name, containers=containers, origin=self.origin)

    def _shaped(self, node: int, dims: tuple[int, ...]) -> int:
        """The node, or one behind it that gives a sample of these sizes."""
        y = self.builder.nodes[node].y
        if y.dims == dims:
            return node
        if prod(y.dims) != prod(dims):
            raise self.unsupported(f"it gives {list(dims)} of a sample in the file, and {list(y.dims)} as layers")
        layer = REGISTRY["reshape"](size=dims) if len(dims) > 1 else REGISTRY["flatten"]()
        return self._add(layer, [node])

    def note(self, what: str) -> None:
        """Remember what is to be said of the operator."""
        self.notes.append(f"{self.origin.where} {what}")

    def unsupported(self, why: str) -> UnsupportedError:
        """The error for a form of the operator that has no layers."""
        return UnsupportedError(f"`{self.name}` cannot be imported: {why}", self.origin)
