"""One call of an operator: what it reads, what it is to give, and how its layers come into the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.translation.placement import Placement
from cnncost.importers.pytorch.translation.values import Activation, Value, Weight, activations
from cnncost.importers.tensors.batch import axis_name, channel_place
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.errors import Origin
    from cnncost.graph.builder import GraphBuilder
    from cnncost.importers.pytorch.translation.names import ModuleNames, Place
    from cnncost.importers.pytorch.translation.weights import Weights
    from cnncost.importers.tensors.batch import Batch
    from cnncost.layers import Layer, Tensor


class Call(Placement):
    """An operator of the model, with its values by the names that its schema gives them.

    Args:
        name: of the operator, without overload and the `_` of those in place.
        arguments: values by name, defaults among them.
        shapes: of the results in PyTorch.
        inplace: whether it may overwrite what it reads, because nothing else reads that.
        builder: makes the nodes.
        weights: the model's parameters and buffers.
        batch: how many samples there are.
        names: what its layers are called.
        place: the module that it belongs to.
        origin: where it stands.
        warnings: what is said of the network.
        taken: which of several results are read.
    """

    __slots__ = ("arguments", "batch", "inplace", "shapes", "taken", "warnings")

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Value],
        shapes: Sequence[tuple[int, ...]],
        *,
        inplace: bool,
        builder: GraphBuilder,
        weights: Weights,
        batch: Batch,
        names: ModuleNames,
        place: Place,
        origin: Origin,
        warnings: list[str],
        taken: frozenset[int],
    ) -> None:
        super().__init__(name, builder=builder, weights=weights, names=names, place=place, origin=origin)
        self.arguments = arguments
        self.shapes = shapes
        self.warnings = warnings
        self.taken = taken
        self.inplace = inplace
        self.batch = batch

    def __getitem__(self, name: str) -> Value:
        return self.arguments[name]

    def get(self, name: str, default: Value = None) -> Value:
        """The argument of that name, where this form of the operator has it."""
        return self.arguments.get(name, default)

    @property
    def x(self) -> Activation:
        """What it reads first.

        Raises:
            SpecError: that is no output of a layer.
        """
        first = self.get("input", self.get("self"))
        if not isinstance(first, Activation):
            raise self.unsupported("it reads weights where the output of a layer is expected")
        return first

    @property
    def reads(self) -> list[Activation]:
        """Every output of a layer that it reads."""
        return [found for value in self.arguments.values() for found in activations(value)]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the result in PyTorch; of the first of several."""
        return self.shapes[0]

    @property
    def dims(self) -> tuple[int, ...]:
        """The shape of one sample of the result."""
        return self.batch.sample(self.shape)

    def tensor(self, x: Activation) -> Tensor:
        """One sample of `x`, as the graph has it."""
        return self.builder.nodes[x.node].y

    def axis(self, x: Activation, axis: int) -> int | str:
        """What the language calls an axis of `x`, in a sample.

        Raises:
            SpecError: it is that of the batch, whose samples would be mixed.
        """
        return axis_name(self.place_of(x, axis), self.tensor(x))

    def axis_field(self, x: Activation, axis: int) -> dict[str, Any]:
        """The field `axis` of a layer along an axis of `x`, where that is not the channels.

        Raises:
            SpecError: it is that of the batch, whose samples would be mixed.
        """
        name = self.axis(x, axis)
        return {} if name == "channels" else {"axis": name}

    def place_of(self, x: Activation, axis: int) -> int:
        """Where an axis of `x` lies in a sample.

        Raises:
            SpecError: it is that of the batch, whose samples would be mixed.
        """
        place = self.batch.place(x.shape, axis)
        if place is None:
            raise self.unsupported("it works along the batch, and mixes the samples")
        return place

    def layer(
        self,
        keyword: str,
        arguments: Mapping[str, Any],
        *reads: Activation,
        weights: Sequence[Weight] = (),
        name: bool = True,
        shape: tuple[int, ...] | None = None,
    ) -> Activation:
        """Add a layer, and what it takes to give the sample the sizes that PyTorch's result has.

        Args:
            keyword: the layer type.
            arguments: its fields, as a spec gives them.
            reads: what it reads; the first input of the operator where nothing is given.
            weights: the parameters and buffers that it has.
            name: whether it has the operator's name; otherwise it is called by its type.
            shape: of the result in PyTorch, where that is not the operator's own.

        Raises:
            SpecError: the layer cannot be, or it would give something else than PyTorch does.
        """
        inputs = [read.node for read in reads or (self.x,)]
        kind = REGISTRY.get(keyword)
        if kind is None:
            raise self.unsupported(f"there is no layer `{keyword}`")
        rank = self.builder.rank(kind, inputs, self.origin)
        layer = self.builder.make(kind, arguments, rank, origin=self.origin)
        if weights or layer.parameters(*[self.builder.nodes[read].y for read in inputs]):
            node = self._with_weights(layer, inputs, weights, name)
        else:
            node = self._add(layer, inputs, name)
        shape = self.shape if shape is None else shape
        return Activation(self._shaped(node, self.batch.sample(shape)), shape)

    def source(self, weight: Weight, like: Sequence[int]) -> Activation:
        """A learned or given tensor as the output of a layer, with the axes of what it is joined with.

        Args:
            weight: the tensor.
            like: the shape of the result in PyTorch.
        """
        dims = self._aligned_dims(weight.shape, like) or (1,)
        key = weight.parameters, weight.buffers, dims
        if key not in self.weights.sources or not weight.stored:
            self.weights.sources[key] = self._source(weight, dims)
        return Activation(self.weights.sources[key], tuple(like))

    def outcome(self, value: Value, like: Sequence[int]) -> Activation:
        """An output of a layer as it is, and a tensor that depends on nothing as one, of a shape in PyTorch."""
        return self.source(value, like) if isinstance(value, Weight) else value

    def joined(self, keyword: str, *values: Value) -> Activation:
        """A join of outputs of layers and of tensors, whose axes of size 1 are repeated."""
        reads = [
            self.source(value, self.shape) if isinstance(value, Weight) else self.aligned(value, self.shape)
            for value in values
        ]
        layouts = {self.tensor(read).layout for read in reads}
        if len(layouts) > 1:
            reads = [self._as_map(read) for read in reads]
        return self.layer(keyword, {}, *reads)

    def reshaped(self, x: Activation, dims: Sequence[int]) -> Activation:
        """The same numbers in other axes of a sample; the shape in PyTorch stays what it was."""
        tensor, layer = self.tensor(x), _in_axes(tuple(dims))
        if tensor.dims == tuple(dims) and tensor.layout != "tokens":
            return x
        return Activation(self._add(layer, [x.node], own_name=False), x.shape)

    def aligned(self, x: Activation, like: Sequence[int]) -> Activation:
        """An output with the axes of a shape in PyTorch, of size 1 where it has none."""
        return self.reshaped(x, self._aligned_dims(x.shape, like) or (1,))

    def _aligned_dims(self, shape: Sequence[int], like: Sequence[int]) -> tuple[int, ...]:
        """The sizes of a sample of `shape`, beside one of `like`.

        Raises:
            SpecError: it has another number for each sample of the batch.
        """
        padded = [1] * (len(like) - len(shape)) + list(shape)
        axis = self.batch.axis(like)
        if axis is None:
            return tuple(padded)
        samples = self.batch.size
        if padded[axis] % samples == 0:
            padded[axis] //= samples
        alone = like[axis] == samples
        if alone and padded[axis] != 1:
            raise self.unsupported("it has a number of its own for each sample of the batch")
        return tuple(size for place, size in enumerate(padded) if not (alone and place == axis))

    def _as_map(self, x: Activation) -> Activation:
        tensor = self.tensor(x)
        return self.reshaped(x, tensor.dims) if tensor.layout == "tokens" else x

    def place_gap(self, gap: Layer, weights: Sequence[Weight], shape: tuple[int, ...]) -> Activation:
        """Add a gap that reads all outputs that the operator reads."""
        node = self._add(gap, [read.node for read in self.reads], own_name=True)
        self._claim(node, [name for weight in weights for name in weight.parameters + weight.buffers])
        return Activation(node, shape)

    def per_channel(self, x: Activation, weight: Weight) -> str | None:
        """What a tensor is that `x` is joined with: a number for each of its channels, one for all, or something else.

        It is neither unless it is trained as it is, and of no other layer.
        """
        if x.shape != self.shape or not self.weights.is_new([weight]):
            return None
        if weight.elements == 1:
            return "scalar"
        tensor = self.tensor(x)
        channels = [1] * len(tensor.dims)
        channels[channel_place(tensor)] = tensor.channels
        return "channels" if self._aligned_dims(weight.shape, self.shape) == tuple(channels) else None

    def _shaped(self, node: int, dims: tuple[int, ...]) -> int:
        """The node, or one behind it that gives a sample of these sizes."""
        y = self.builder.nodes[node].y
        if y.dims == (dims or (1,)):
            return node
        if _without_ones(y.dims) != _without_ones(dims):
            message = f"`{self.name}` gives {list(dims)} of a sample in PyTorch, and {list(y.dims)} as layers"
            raise SpecError(message, self.origin)
        return self._add(_in_axes(dims), [node], own_name=False)

    def warn(self, what: str) -> None:
        """Say something odd of the operator."""
        self.warnings.append(f"`{self.name}` at {self.origin.where} {what}")


def _without_ones(dims: Sequence[int]) -> tuple[int, ...]:
    return tuple(size for size in dims if size != 1)


def _in_axes(dims: tuple[int, ...]) -> Layer:
    """The layer that gives these sizes, of whatever has as many numbers."""
    return REGISTRY["reshape"](size=dims) if len(dims) > 1 else REGISTRY["flatten"]()
