"""How the layers of an operator come into the graph: by what name, and with whose weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.importers.pytorch.translation.names import Place
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.errors import Origin
    from cnncost.graph.builder import GraphBuilder
    from cnncost.importers.pytorch.translation.names import ModuleNames
    from cnncost.importers.pytorch.translation.values import Weight
    from cnncost.importers.pytorch.translation.weights import Weights
    from cnncost.layers import Layer, Tensor

_FORMS = ("fixed", "weight_norm", "spectral_norm")
"""How a layer may say that its weights are not just trained."""


class Placement:
    """Where the layers of an operator go.

    Args:
        name: of the operator, without overload and the `_` of those in place.
        builder: makes the nodes.
        weights: the model's parameters and buffers.
        names: what its layers are called.
        place: the module that it belongs to.
        origin: where it stands.
    """

    __slots__ = ("builder", "name", "names", "origin", "place", "weights")

    def __init__(
        self, name: str, *, builder: GraphBuilder, weights: Weights, names: ModuleNames, place: Place, origin: Origin
    ) -> None:
        self.name = name
        self.builder = builder
        self.weights = weights
        self.names = names
        self.place = place
        self.origin = origin

    def unclaimed(self, weights: Sequence[Weight]) -> tuple[int, int]:
        """How many parameters and buffers some tensors are computed from that no node has yet."""
        parameters = dict.fromkeys(name for weight in weights for name in weight.parameters)
        buffers = dict.fromkeys(name for weight in weights for name in weight.buffers)
        trained, given = (self.weights.elements(self.weights.unclaimed(each)) for each in (parameters, buffers))
        return trained, given

    def unsupported(self, why: str) -> SpecError:
        """The error for a form of the operator that has no layers."""
        return SpecError(f"`{self.name}` cannot be imported: {why}", self.origin)

    def _add(self, layer: Layer, inputs: Sequence[int], own_name: bool) -> int:
        name, containers = self.names.take(self.place, layer.keyword, own_name)
        return self.builder.add(layer, inputs, name, containers=containers, origin=self.origin)

    def _with_weights(self, layer: Layer, inputs: Sequence[int], weights: Sequence[Weight], name: bool) -> int:
        """Add a layer with its weights: its own, those of the layer that has them already, or computed ones.

        Raises:
            SpecError: they are not as many numbers as the layer has, and it cannot say so.
        """
        parameters = tuple(dict.fromkeys(path for weight in weights for path in weight.parameters))
        buffers = tuple(dict.fromkeys(path for weight in weights for path in weight.buffers))
        xs = [self.builder.nodes[read].y for read in inputs]
        owner = self.weights.owner(parameters + buffers)
        if owner is not None and self.builder.nodes[owner].layer == layer.fitted(*xs):
            node = self._add(layer, inputs, name)
            owned = self.builder.nodes[owner].name
            self.builder.share(range(owner, owner + 1), range(node, node + 1), owned, self.origin)
            return node
        new = self.weights.unclaimed(parameters), self.weights.unclaimed(buffers)
        stored = self.weights.elements(new[0]), self.weights.elements(new[1])
        if not _has(layer, xs, stored):
            layer = self._computed(layer, stored)
        node = self._add(layer, inputs, name)
        self._claim(node, [*parameters, *buffers])
        trained = [self.weights.parameters[path].trainable for path in new[0]]
        if trained and not any(trained):
            self.builder.freeze(range(node, node + 1))
        return node

    def _computed(self, layer: Layer, stored: tuple[int, int]) -> Layer:
        """The layer with weights that are computed from so many trained and given numbers."""
        if "computed_from" not in layer.fields:
            raise self.unsupported("its weights are computed, or another layer has some of them")
        forms = dict.fromkeys([form for form in _FORMS if form in layer.fields], False)
        return type(layer)(**{**vars(layer), **forms, "computed_from": stored})

    def _claim(self, node: int, names: Sequence[str]) -> None:
        self.weights.claim(node, names)

    def _source(self, weight: Weight, dims: tuple[int, ...]) -> int:
        """Add a tensor that is learned, given, or computed from what is."""
        new = self.weights.unclaimed(weight.parameters), self.weights.unclaimed(weight.buffers)
        trained, given = (self.weights.elements(names) for names in new)
        size = weight.elements if weight.stored else -1
        fields: dict[str, Any] = {"shape": list(dims)}
        if (trained, given) == (0, size):
            fields["fixed"] = True
        elif (trained, given) != (size, 0):
            fields["computed_from"] = [trained, given]
        layer = REGISTRY["parameter"].make(fields, 0)
        path = weight.parameters + weight.buffers
        place = Place(path[0], True) if len(path) == 1 and weight.stored else self.place._replace(is_alone=False)
        name, containers = self.names.take(place, "parameter", True)
        node = self.builder.add(layer, [], name, containers=containers, origin=self.origin)
        self._claim(node, [*weight.parameters, *weight.buffers])
        return node


def _has(layer: Layer, xs: Sequence[Tensor], stored: tuple[int, int]) -> bool:
    """Whether a layer has so many parameters and buffers; counters of batches are no weights."""
    buffers = layer.buffers(*xs)
    return stored == (layer.parameters(*xs), buffers.statistics + buffers.weights)
