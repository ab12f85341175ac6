"""The network that is built of a configuration file, as far as it is read: its layers by their numbers in Darknet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, did_you_mean
from cnncost.graph.graph import Container
from cnncost.layers import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.builder import GraphBuilder
    from cnncost.importers.darknet.sections import Section
    from cnncost.layers import Tensor

_ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "elu": ("elu", {}),
    "gelu": ("gelu", {}),
    "hardtan": ("hardtanh", {}),
    "leaky": ("leaky_relu", {"slope": 0.1}),
    "logistic": ("sigmoid", {}),
    "mish": ("mish", {}),
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "selu": ("selu", {}),
    "swish": ("silu", {}),
    "tanh": ("tanh", {}),
}
"""Layers by the names of Darknet's activations (`src/activations.c`), of which `linear` is none."""


class Network:
    """Nodes of the graph so far, by the number that Darknet gives the layer whose output they are.

    Attributes:
        outputs: the node that each layer gives.
        heads: the nodes that detections are decoded from.
        notes: what is said of the network besides its figures.
    """

    def __init__(self, builder: GraphBuilder, start: int) -> None:
        self.builder = builder
        self.start = start
        self.outputs: list[int] = []
        self.heads: list[int] = []
        self.notes: list[str] = []

    @property
    def last(self) -> int:
        """The node that a layer reads unless it says otherwise."""
        return self.outputs[-1] if self.outputs else self.start

    def shape(self, node: int) -> Tensor:
        """The shape of one sample of what a node gives."""
        return self.builder.nodes[node].y

    def add(self, section: Section, kind: str, inputs: Sequence[int], **fields: Any) -> int:
        """Add a layer of cnncost to the layer of Darknet that is being read."""
        layer_type = REGISTRY[kind]
        rank = self.builder.rank(layer_type, inputs, section.span)
        layer = self.builder.make(layer_type, fields, rank, origin=section.span)
        container = Container(f"layers[{len(self.outputs)}]", section.kind)
        return self.builder.add(layer, inputs, containers=(container,), origin=section.span)

    def activate(self, section: Section, node: int, default: str) -> int:
        """Add the activation that a section names, if it is one.

        Raises:
            SpecError: an activation that is not known, which Darknet would take for ReLU without a word.
        """
        name = section.text("activation", default)
        if name == "linear":
            return node
        if name not in _ACTIVATIONS:
            known = sorted([*_ACTIVATIONS, "linear"])
            close = did_you_mean(name, known)
            hint = None if close else f"known are {', '.join(known)}"
            raise SpecError(f"the activation `{name[:40]}` is not known{close}", section.where("activation"), hint=hint)
        kind, fields = _ACTIVATIONS[name]
        return self.add(section, kind, [node], **fields)

    def layer(self, section: Section, name: str, number: int) -> int:
        """The node of the layer that an option names: by its number, or by how many layers back it stands.

        Raises:
            SpecError: there is none such before this one.
        """
        index = number if number >= 0 else len(self.outputs) + number
        if not 0 <= index < len(self.outputs):
            message = f"there is no layer {number} before layer {len(self.outputs)}"
            raise SpecError(message, section.where(name), hint="layers are numbered from 0, and -1 is the one before")
        return self.outputs[index]

    def refuse(self, section: Section, *names: str) -> None:
        """Refuse options, other than 0, that change what a layer costs in a way that is not known here.

        Raises:
            SpecError: one of them is set.
        """
        for name in names:
            if section.integer(name, 0, low=-(10**9)) != 0:
                message = f"`{name}` of `[{section.kind}]` is not known"
                raise SpecError(message, section.where(name), hint="without it, figures would be another network's")
