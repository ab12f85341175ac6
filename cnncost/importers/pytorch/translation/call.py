"""One call of an operator: what it reads, what it is to give, and how its layers come into the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.translation.values import Activation, Value, Weight, activations
from cnncost.importers.tensors.batch import tensor_of
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.errors import Origin
    from cnncost.graph.builder import GraphBuilder
    from cnncost.importers.pytorch.translation.names import ModuleNames, Place
    from cnncost.importers.pytorch.translation.weights import Weights
    from cnncost.importers.tensors.batch import Batch
    from cnncost.layers import Layer, Tensor


class Call:
    """An operator of the model, with its values by the names that its schema gives them.

    Args:
        name: of the operator, without overload and the `_` of those in place.
        arguments: values by name, defaults among them.
        shape: of the result in PyTorch; of the first of several.
        inplace: whether it may overwrite what it reads, because nothing else reads that.
        builder: makes the nodes.
        weights: the model's parameters and buffers.
        batch: how many samples there are.
        names: what its layers are called.
        place: the module that it belongs to.
        origin: where it stands.
    """

    __slots__ = ("_arguments", "batch", "builder", "inplace", "name", "names", "origin", "place", "shape", "weights")

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Value],
        shape: tuple[int, ...],
        *,
        inplace: bool,
        builder: GraphBuilder,
        weights: Weights,
        batch: Batch,
        names: ModuleNames,
        place: Place,
        origin: Origin,
    ) -> None:
        self.name = name
        self._arguments = arguments
        self.shape = shape
        self.inplace = inplace
        self.builder = builder
        self.weights = weights
        self.batch = batch
        self.names = names
        self.place = place
        self.origin = origin

    def __getitem__(self, name: str) -> Value:
        return self._arguments[name]

    def get(self, name: str, default: Value = None) -> Value:
        """The argument of that name, where this form of the operator has it."""
        return self._arguments.get(name, default)

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
        return [found for value in self._arguments.values() for found in activations(value)]

    @property
    def dims(self) -> tuple[int, ...]:
        """The shape of one sample of the result."""
        return self.batch.sample(self.shape)

    def tensor(self, x: Activation) -> Tensor:
        """One sample of `x`, as the graph has it."""
        return self.builder.nodes[x.node].y

    def axis(self, x: Activation, axis: int) -> int:
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
        kind = REGISTRY[keyword]
        layer = self.builder.make(kind, arguments, self.builder.rank(kind, inputs, self.origin), origin=self.origin)
        node = self._add(layer, inputs, name)
        self._own(node, weights)
        shape = self.shape if shape is None else shape
        return Activation(self._shaped(node, self.batch.sample(shape)), shape)

    def _add(self, layer: Layer, inputs: Sequence[int], own_name: bool) -> int:
        name, containers = self.names.take(self.place, layer.keyword, own_name)
        return self.builder.add(layer, inputs, name, containers=containers, origin=self.origin)

    def _shaped(self, node: int, dims: tuple[int, ...]) -> int:
        """The node, or one behind it that gives a sample of these sizes."""
        y = self.builder.nodes[node].y
        if y.dims == (dims or (1,)):
            return node
        if _without_ones(y.dims) != _without_ones(dims):
            message = f"`{self.name}` gives {list(dims)} of a sample in PyTorch, and {list(y.dims)} as layers"
            raise SpecError(message, self.origin)
        return self._add(REGISTRY["reshape"](size=tensor_of(dims).dims), [node], own_name=False)

    def _own(self, node: int, weights: Sequence[Weight]) -> None:
        """Give a node its weights: they are its own, or those of the node that has them already.

        Raises:
            SpecError: they are not as many numbers as the layer has.
        """
        names = list(dict.fromkeys(name for weight in weights for name in weight.parameters))
        added = self.builder.nodes[node]
        if self.weights.elements(names) != added.parameters():
            raise self.unsupported(
                f"the layer has {added.parameters():,} parameters, and the model {self.weights.elements(names):,} there"
            )
        owner = self.weights.owner(names)
        if owner is not None:
            owned = self.builder.nodes[owner].name
            self.builder.share(range(owner, owner + 1), range(node, node + 1), owned, self.origin)
            return
        if any(name in self.weights.owners for name in names):
            raise self.unsupported("it shares some of its weights with another layer, and not all of them")
        trained = [self.weights.parameters[name].trainable for name in names]
        if names and not any(trained):
            self.builder.freeze(range(node, node + 1))
        self.weights.claim(node, names)
        self.weights.claim(node, [name for weight in weights for name in weight.buffers])

    def unsupported(self, why: str) -> SpecError:
        """The error for a form of the operator that has no layers."""
        return SpecError(f"`{self.name}` cannot be imported: {why}", self.origin)


def _without_ones(dims: Sequence[int]) -> tuple[int, ...]:
    return tuple(size for size in dims if size != 1)
